"""A release as others get it: the model as transformers opens it, and the dataset, each with its card.

FOLDER/           the model, README.md (its card), bom.cdx.json
FOLDER/dataset/   the dataset; its card lists the splits, and so does the model's, so that load_dataset opens both
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

import yaml

from annotation.core import yaml_text
from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.new_folder import beside, is_free
from training.lineage.release_record import Record, file_hashes
from training.release.bill_of_materials import BILL, bill_of_materials
from training.release.data_facts import DataFacts
from training.release.model_card import model_card
from training.release.published_dataset import all_documents, data_files, write_dataset

DATASET = "dataset"
_LEFT_OUT = ("README.md", "metrics.json", "run_id", "seeds.json")
"""Of the model's folder: another card takes the place of its own, and the others are of its training alone."""


@dataclass(frozen=True)
class Publication:
    """A release to hand on. licence: what its publisher says. text: whether the articles' text goes with it."""

    release: Path
    record: Record
    snapshot: Snapshot
    licence: str | None = None
    text: bool = False

    @property
    def facts(self) -> DataFacts:
        """What the cards say of the data."""
        return DataFacts.of(all_documents(self.snapshot), self.snapshot.manifest)

    def write_model(
        self, folder: Path, *, name: str, hub: str | None = None, further: Mapping[str, object] | None = None
    ) -> None:
        """Write the model into a folder, which may be new. name: its folder in the examples. hub: its id there."""
        source = self.release / "model"
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), dirs_exist_ok=True)
        _without_places(folder / "config.yaml")
        card = model_card(self.record, self.facts, model=name, hub=hub, given=self.licence, further=further)
        (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
        kept = self.release / BILL
        bill = kept.read_text(encoding="utf-8") if kept.is_file() else bill_of_materials(self.record, source)
        (folder / BILL).write_text(bill, encoding="utf-8", newline="\n")
        for path in filter(Path.is_file, folder.rglob("*")):
            path.chmod(0o644)  # weights are written for their owner alone

    def write_dataset(self, folder: Path) -> None:
        """Write the dataset into the folder, which is made."""
        title = f"{self.snapshot.manifest.name}, of release {self.record.version}"
        write_dataset(folder, self.snapshot, text=self.text, licence=self.licence, title=title)


def publish_folder(publication: Publication, folder: Path) -> bool:
    """Write model and dataset atomically; False where the very same is there already.

    Raises UsageError where something else is, and OSError where it cannot be written.
    """
    if not (is_free(folder) or (folder / BILL).is_file()):
        raise _holds_else(folder)
    with beside(folder) as new:
        configs = data_files(publication.snapshot, f"{DATASET}/")
        publication.write_model(new, name=folder.name, further={"configs": configs})
        publication.write_dataset(new / DATASET)
        if is_free(folder):
            new.chmod(0o755)  # the model's own may be its owner's alone
            new.rename(folder)
            return True
        if file_hashes(folder) == file_hashes(new):
            return False
        raise _holds_else(folder)


def _holds_else(folder: Path) -> UsageError:
    return UsageError(f"{folder}: exists and holds something else; name a folder that is new or empty")


def _without_places(file: Path) -> None:
    """Take out of a training record where on somebody's machine things were, and where it was tracked."""
    row = yaml_text.loads(file.read_text(encoding="utf-8"))
    if not isinstance(row, dict):
        raise UsageError(f"{file}: holds no record of a training; restore it")
    config = row.get("config")
    if isinstance(config, dict):
        config.pop("tracking", None)
    file.write_text(yaml.safe_dump(_named(row), allow_unicode=True, sort_keys=False), encoding="utf-8", newline="\n")


def _named(value: object) -> object:
    """The value with the last name alone of each absolute path in it."""
    if isinstance(value, dict):
        return {key: _named(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_named(part) for part in value]
    if isinstance(value, str) and PurePath(value).is_absolute():
        return PurePath(value).name
    return value
