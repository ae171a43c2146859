"""Whether a run can go on from the model that its `init` names: asked without torch, so that a fault costs little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.core.messages import first_few
from annotation.core.ontology import Ontology
from training.config.schema import TrainConfig, read_config
from training.config.validation import spelled
from training.encoding.label_match import LabelMatch
from training.encoding.label_space import ONTOLOGY_FILE, LabelSpace
from training.lineage.model_folder import find_model
from training.lineage.release_record import Trained
from training.release.training_lineage import read_training_record

_SHAPING = {
    "encoder": ("kind", "name", "scripts", "hidden_size", "layers", "neighbours", "reader"),
    "model": ("hidden_size", "head_size", "max_width", "members"),
}
"""Settings that a run must share with the model it goes on from."""


def check_initial(run: TrainConfig, init: str, ontology: Ontology) -> tuple[Path, Trained]:
    """The folder of the model that `init` names, and how it was made.

    Raises UsageError when there is none, when it has other settings that shape it, or no type of the ontology.
    """
    folder = model_folder(init)
    trained = read_training_record(folder)
    _check_settings(run, init, read_config(trained.config))
    _check_labels(init, ontology, Ontology.load(folder / ONTOLOGY_FILE))
    return folder, trained


def model_folder(path: str) -> Path:
    """The folder of the model at `path`: the folder itself, or `model` in that of a run or a release.

    Raises UsageError when there is none.
    """
    if folder := find_model(path):
        return folder
    raise UsageError(f"init={path}: holds no model; name the folder of one, such as outputs/NAME or releases/1.0")


def _check_settings(run: TrainConfig, init: str, other: TrainConfig) -> None:
    if faults := list(_differences(run, other)):
        settings = [f"{path} is {spelled(theirs)} there, not {spelled(ours)}" for path, ours, theirs in faults]
        remedy = " ".join(f"{path.removesuffix('.kind')}={spelled(theirs)}" for path, _, theirs in faults)
        raise UsageError(f"init={init}: {', '.join(settings)}; say {remedy}, or leave init out")


def _differences(run: TrainConfig, other: TrainConfig) -> Iterator[tuple[str, object, object]]:
    """Path, value in the run, and value in the other one; of encoders of two kinds the kind alone."""
    for group, names in _SHAPING.items():
        ours, theirs = getattr(run, group), getattr(other, group)
        kinds = run.encoder.kind == other.encoder.kind or group != "encoder"
        for name in names if kinds else names[:1]:
            if getattr(ours, name, None) != getattr(theirs, name, None):
                yield f"{group}.{name}", getattr(ours, name, None), getattr(theirs, name, None)
    if (run.encoder.tables is None) != (other.encoder.tables is None):  # which ones is told by their words
        yield "encoder.tables", run.encoder.tables, other.encoder.tables


def _check_labels(init: str, ontology: Ontology, other: Ontology) -> None:
    if not LabelMatch.of(LabelSpace.of(ontology), LabelSpace.of(other)).shares_a_type:
        raise UsageError(
            f"init={init}: its ontology {other.name} {other.version} ({first_few(other.labels)}) has no type in common "
            f"with {ontology.name} {ontology.version} ({first_few(ontology.labels)}); leave init out"
        )
