"""The work behind `naba publish`: a release's model and dataset handed on, as a folder or to the hub."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from annotation import terminal
from annotation.core.errors import SnapshotError, UsageError
from annotation.core.licences import Licences
from annotation.core.text import encodable
from annotation.snapshot.snapshot import Snapshot
from training.config.version_names import version_fault
from training.lineage.release_record import Data, Record
from training.release.hub_upload import HUB, Kind, repository, upload
from training.release.publication import DATASET, Publication, publish_folder
from training.release.published_dataset import all_documents


@dataclass(frozen=True)
class PublishTask:
    """A release and where it goes: a folder, or hub:OWNER/NAME.

    snapshot: the dataset it was scored on, where it is no longer where it was. text: whether the articles' text goes
    with it. licence: what the publisher says of both. public: whether anybody may see new repositories of the hub.
    """

    version: str
    to: str
    releases: Path = Path("releases")
    snapshot: Path | None = None
    text: bool = False
    licence: str | None = None
    public: bool = False


def publish(task: PublishTask) -> None:
    """Hand the release on. Raises UsageError when it, its dataset or the target is not what it should be."""
    if fault := version_fault(task.version):
        raise UsageError(f"version {task.version}: {fault}")
    if not task.to.strip() or task.to == "-" or "://" in task.to:
        raise UsageError(f"--to {task.to!r}: is no folder; name one, or write hub:OWNER/NAME")
    if not encodable(task.to):
        raise UsageError(f"--to {task.to}: is no text in UTF-8, and the cards say it; name another folder")
    id = repository(task.to) if task.to.startswith(HUB) else None
    release = task.releases / task.version
    record = Record.open(release)
    snapshot = _snapshot(record.snapshot, task.snapshot)
    publication = Publication(release, record, snapshot, licence=task.licence, text=task.text)
    _warn(publication)
    if id is not None:
        _upload(publication, id, public=task.public)
        return
    folder = Path(task.to)
    new = publish_folder(publication, folder)
    text = "with the articles' text" if task.text else "without the articles' text"
    terminal.say(
        f"release {task.version}: {folder} (model) and {folder / DATASET} (dataset, {text})"
        + ("" if new else ": was there already, the same")
    )


def _snapshot(data: Data, place: Path | None) -> Snapshot:
    """The dataset that the release was scored on. Raises UsageError when it is missing or another one."""
    try:
        snapshot = Snapshot.open(place or data.path)
    except SnapshotError as error:
        raise UsageError(f"{error}; where the snapshot is elsewhere, say --snapshot FOLDER") from error
    if snapshot.manifest.content != data.content:
        raise UsageError(
            f"{snapshot.path}: holds snapshot {snapshot.manifest.content[:12]}, but the release was scored on "
            f"{data.name} ({data.content[:12]}); say --snapshot FOLDER of that one"
        )
    return snapshot


def _warn(publication: Publication) -> None:
    """What the publisher must know: articles of no stated licence, and snapshots that do not go along."""
    licences = Licences.of(all_documents(publication.snapshot))
    if publication.text and licences.unsaid:
        terminal.warn(
            f"the text of {licences.unsaid} articles goes along that do not say what licence they are under; "
            "see that you may hand it on"
        )
    trained = publication.record.trained
    others = {data.content: data.name for data in (trained.snapshot, *trained.also)}
    others.pop(publication.snapshot.manifest.content, None)
    if others:
        terminal.warn(f"the model was trained on {', '.join(others.values())} too, which the dataset does not hold")


def _upload(publication: Publication, id: str, *, public: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="naba-publish-") as place:
        model, dataset = Path(place) / "model", Path(place) / "dataset"
        publication.write_model(model, name=id.rpartition("/")[2], hub=id, further={"datasets": [id]})
        publication.write_dataset(dataset)
        folders: tuple[tuple[Kind, Path], ...] = (("dataset", dataset), ("model", model))
        for kind, folder in folders:
            version = publication.record.version
            where = upload(folder, id, kind, version=version, public=public)
            terminal.say(f"{kind} {id}: {where or f'has release {version} already; delete its tag to replace it'}")
