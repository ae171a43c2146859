"""Publication of a release: its folder, written atomically, and its entry in Weights & Biases."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.storage.documents_file import write_documents
from annotation.storage.new_folder import beside
from training.analysis.evaluation import Evaluation
from training.config.schema import TrackingConfig
from training.config.trained import ReleaseConfig
from training.config.version_names import REFUSED
from training.lineage.release_record import RECORD, Record, file_hashes
from training.lineage.wandb_tracking import tracking
from training.release.model_card import model_card
from training.report.report_page import write_report

_ATTEMPTS = 10
_TRACKED = ("project", "entity", "group", "artifacts")


def put(
    folder: Path,
    record: Record,
    result: Evaluation,
    *,
    model: str | None,
    language: str = "en",
    further: Mapping[str, str] | None = None,
) -> Path:
    """Write the folder of a release atomically and return it, its report in the language.

    A refused release replaces an earlier refused one. further: the text of more files, by name, such as a card that
    knows the data.

    Where another command has made the same release meanwhile, that one stays. Raises UsageError when the release exists
    already, or the folder cannot be written.
    """
    with beside(folder) as building:
        try:
            write_report(result, building, language)
            write_documents(building / "predictions.jsonl", (pair.predicted for pair in result.pairs))
            if model:
                shutil.copytree(model, building / "model")
            for name, text in {"README.md": model_card(record), **(further or {})}.items():
                (building / name).write_text(text, encoding="utf-8", newline="\n")
            sealed = record.sealed(file_hashes(building))
            (building / RECORD).write_text(sealed.to_json(), encoding="utf-8", newline="\n")
            if folder.parent.name == REFUSED:
                _replace(building, folder)
            else:
                _publish(building, folder, sealed)
        except OSError as error:
            raise UsageError(f"{folder}: cannot be written: {error}; a release is never overwritten") from error
    return folder


def _publish(building: Path, folder: Path, record: Record) -> None:
    """Rename the folder, unless another command has put the same release there meanwhile."""
    try:
        building.rename(folder)
    except OSError:
        if not (folder / RECORD).is_file():
            raise
        if _essence(Record.open(folder)) != _essence(record):
            raise UsageError(f"{folder}: exists, and a release is never overwritten; choose another version=") from None


def _essence(record: Record) -> Record:
    """The record without its time, and of the files only the model's: others say when they were written."""
    model = {name: digest for name, digest in record.files.items() if name.startswith("model/")}
    return record.model_copy(update={"created": "", "files": model, "checksum": ""})


def _replace(building: Path, folder: Path) -> None:
    """Rename the folder in place of another one, which other commands may be replacing too."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".old.") as away:
        for attempt in range(_ATTEMPTS):
            with suppress(FileNotFoundError):
                folder.rename(Path(away) / str(attempt))
            try:
                building.rename(folder)
            except OSError:
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return


def announce(run: ReleaseConfig, record: Record, folder: Path) -> None:
    """Record the model in the Weights & Biases project it was trained in, with its version and "release" as aliases."""
    tracked = record.trained.config.get("tracking")
    project = {key: tracked[key] for key in _TRACKED if tracked.get(key)} if isinstance(tracked, dict) else {}
    about = {"version": record.model, "snapshot": record.snapshot.content, "weights": record.weights}
    name, id = f"release-{record.version}", uuid.uuid4().hex[:12]
    config = TrackingConfig(mode=run.tracking, **project)
    with tracking(config, output=folder.parent, name=name, id=id, settings=about) as tracker:
        tracker.summary({f"release/{unit}": f1 for unit, f1 in record.scores["all"].items()})
        run_name = str(record.trained.config.get("name", "naba"))
        aliases = (record.version, "release")
        tracker.made(folder / "model", name=f"model-{run_name}", kind="model", about=about, aliases=aliases)
