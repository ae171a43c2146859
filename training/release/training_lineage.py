"""Training lineage of a model: its training record, the snapshots and the documents it was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from annotation.core import yaml_text
from annotation.core.document import Document
from annotation.core.errors import SnapshotError, UsageError
from annotation.snapshot.snapshot import Snapshot
from training.config.schema import read_config
from training.lineage.release_record import Data, Trained
from training.loop.data_selection import DataSelection
from training.loop.training_sources import TrainingSources


def read_training_record(path: str | Path) -> Trained:
    """The training record in the model's folder. Raises UsageError when it is missing or incomplete."""
    file = Path(path) / "config.yaml"
    try:
        record = cast(dict[str, Any], yaml_text.loads(file.read_text(encoding="utf-8")))
        data = {**record["snapshot"], "path": record["config"]["snapshot"]}
        parts = {name: record[name] for name in ("config", "seed", "packages")}
        also = [Data(**row) for row in record.get("also", ())]
        return Trained(**parts, snapshot=Data(**data), also=also, init=record.get("init"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file}: does not say how the model was trained ({type(error).__name__}); "
            "release a folder that naba train wrote"
        ) from error


@dataclass(frozen=True)
class TrainingDocuments:
    """The documents that a model was made with, each once.

    learned: those it learned from. seen: beside them those that selected its checkpoint. Those of the models that it
    went on from are among both. sources: the snapshots of its own training.
    """

    learned: Sequence[Document]
    seen: Sequence[Document]
    sources: TrainingSources

    @classmethod
    def of(
        cls,
        trained: Trained,
        *at_hand: Snapshot,
        trained_on: str | None = None,
        also: Sequence[str] = (),
        setting: str | None = None,
    ) -> TrainingDocuments:
        """Open each snapshot of the training once, or take the one `at_hand`.

        trained_on, also, setting: as for `open_training_sources`. Raises UsageError when one is missing or changed.
        """
        sources = open_training_sources(trained, trained_on, also, at_hand=at_hand, setting=setting)
        selections = list(_selections(trained, sources, at_hand))
        return cls(
            sources=sources,
            learned=_each_once(document for selection in selections for document in selection.train),
            seen=_each_once(document for selection in selections for document in (*selection.train, *selection.dev)),
        )

    def development(self, snapshot: Snapshot) -> list[Document]:
        """The snapshot's dev documents that the model did not learn from."""
        learned = {document.id for document in self.learned}
        return [document for document in snapshot.dev if document.id not in learned]


def _selections(trained: Trained, sources: TrainingSources, at_hand: Sequence[Snapshot]) -> Iterator[DataSelection]:
    """The documents of the model's own training, then of those before it."""
    yield DataSelection.of(sources, read_config(trained.config).data, trained.seed)
    if trained.init:
        opened = (*at_hand, sources.snapshot, *sources.also)
        earlier = open_training_sources(trained.init.trained, None, at_hand=opened, setting=None)
        yield from _selections(trained.init.trained, earlier, opened)


def _each_once(documents: Iterable[Document]) -> list[Document]:
    """The first document of each id and text, in order."""
    first: dict[tuple[str, str], Document] = {}
    for document in documents:
        first.setdefault((document.id, document.text), document)
    return list(first.values())


def open_training_sources(
    trained: Trained,
    path: str | None,
    also: Sequence[str] = (),
    *,
    at_hand: Sequence[Snapshot] = (),
    setting: str | None,
) -> TrainingSources:
    """Open the snapshots a model was trained on: those at hand, those at the places given, or where they were.

    path: the place of the model's own snapshot, which the option `setting` gives, None where the command has none.
    also: of further ones, in any order.
    Raises UsageError when one cannot be opened or has other content.
    """
    found = {snapshot.manifest.content: snapshot for snapshot in (*_given(trained, also), *at_hand)}
    own = found.get(trained.snapshot.content) or _open(trained.snapshot, path, setting=setting)
    option = "also" if setting else None
    further = (found.get(data.content) or _open(data, None, setting=option) for data in trained.also)
    return TrainingSources(own, tuple(further))


def _given(trained: Trained, also: Sequence[str]) -> Iterator[Snapshot]:
    """The snapshots at these places. Raises UsageError for one that the model was not trained on."""
    expected = {data.content: f"{data.name} ({data.content[:12]})" for data in trained.also}
    for path in also:
        snapshot = Snapshot.open(path)
        if snapshot.manifest.content not in expected:
            named = ", ".join(expected.values()) or "no further snapshot"
            raise UsageError(
                f"also={path}: holds snapshot {snapshot.manifest.content[:12]}, but beside its own the model learnt "
                f"from {named}; name those, or leave also out"
            )
        yield snapshot


def _open(recorded: Data, path: str | None, *, setting: str | None) -> Snapshot:
    """The snapshot at `path`, or else at its recorded path; `setting` names the option, if any, that helps."""
    location = path or recorded.path
    elsewhere = f"; where it is elsewhere, say {setting}=FOLDER" if setting else ""
    try:
        snapshot = Snapshot.open(location)
    except SnapshotError as error:
        raise UsageError(
            f"the snapshot {recorded.name} that the model was trained on cannot be opened: {error}{elsewhere}"
        ) from error
    if snapshot.manifest.content != recorded.content:
        remedy = f"say {setting}=FOLDER of that one" if setting else "put that one back there"
        raise UsageError(
            f"{location}: holds snapshot {snapshot.manifest.content[:12]}, but the model was trained on "
            f"{recorded.name} ({recorded.content[:12]}); {remedy}"
        )
    return snapshot
