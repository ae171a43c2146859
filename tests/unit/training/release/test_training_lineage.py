from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.release.training_lineage import read_training_record


@pytest.mark.parametrize("content", [None, "", "config: {}\n", "config: [\n", "seed: 1\nsnapshot: snap\n"])
def test_a_model_that_does_not_say_how_it_was_trained_is_told(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "config.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"config\.yaml: does not say how the model was trained \(\w+\); release a"):
        read_training_record(tmp_path)
