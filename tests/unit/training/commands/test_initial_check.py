"""Whether a model can be gone on from is found out before torch is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.commands.initial_check import model_folder


def test_it_is_looked_for_in_the_folder_of_a_model_a_run_and_a_release(tmp_path: Path) -> None:
    model = tmp_path / "releases" / "1.0" / "model"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    assert model_folder(str(model)) == model_folder(str(model.parent)) == model
    with pytest.raises(UsageError, match="holds no model; name the folder of one"):
        model_folder(str(tmp_path / "releases"))


def test_it_is_asked_without_torch() -> None:
    code = "import sys, training.commands.preflight; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
