"""What a model was made with is told by its own configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from tests.run.small import small
from training.lineage.release_record import Data, Trained
from training.release.training_lineage import training_documents


def test_a_model_has_seen_its_languages_only(tmp_path: Path) -> None:
    snapshot = small(tmp_path / "snap")
    manifest = snapshot.manifest
    about = Data(name="snap", path=str(snapshot.path), content=manifest.content, ontology=snapshot.ontology.hash)

    def found(**data: object) -> list[str]:
        config: dict[str, object] = {"snapshot": str(snapshot.path), "output": "run", "data": data}
        how = Trained(config=config, seed=1, packages={}, snapshot=about)
        return [document.id for document in training_documents(how, snapshot, None)]

    both = [*snapshot.train, *snapshot.dev]
    assert found() == [document.id for document in both]
    assert found(languages=["he"]) == [document.id for document in both if document.language == "he"]
    assert found(limit=3, dev="train") == [document.id for document in snapshot.train[:3]]
    with pytest.raises(UsageError, match=r"data\.limit"):
        found(limit=0)
