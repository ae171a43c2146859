"""The model that another is compared with: the documents it was made with, and the test set it was released on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from annotation.core.document import Document
from annotation.core.errors import SnapshotError, UsageError
from annotation.snapshot.snapshot import Snapshot
from training.analysis.data_change import DataChange
from training.analysis.leakage import leakage
from training.analysis.since_before import SinceBefore
from training.analysis.test_sets import Predictions
from training.lineage.release_record import RECORD, Data, Record, Trained, code_hash
from training.lineage.training_changes import packages_changed, settings_changed
from training.release.training_lineage import TrainingDocuments, read_training_record

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class EarlierModel:
    """What the records of a model say. A part that is None could not be read: `unknown` says why for `training`.

    record: of its release, where it is of one. test: the snapshot and the split that it was scored on, None where it
    is what the new model is scored on. remarks: what else could not be read.
    """

    path: Path
    record: Record | None
    trained: Trained | None
    training: TrainingDocuments | None
    unknown: str
    test: tuple[Snapshot, str] | None
    remarks: tuple[str, ...]

    @classmethod
    def open(
        cls,
        path: str | Path,
        snapshot: Snapshot,
        split: str,
        *,
        at_hand: Sequence[Snapshot] = (),
        elsewhere: str | None = None,
    ) -> EarlierModel:
        """Read the records beside the model in the folder, and open the snapshots that they name, each once.

        `snapshot` and `split` are what the new model is scored on; `at_hand` has further snapshots that are open.
        elsewhere: the place of the snapshot that the model was scored on. Raises UsageError where that is another.
        """
        path = Path(path)
        given = [Snapshot.open(elsewhere)] if elsewhere else []
        opened = {s.manifest.content: s for s in (*at_hand, *given, snapshot)}
        record = Record.read(path.parent) if (path.parent / RECORD).is_file() else None
        trained, unknown = _attempt(lambda: read_training_record(path))
        data = record.snapshot if record else trained.snapshot if trained else None
        if data and given and given[0].manifest.content not in _contents(data, trained):
            raise UsageError(f"against_snapshot={elsewhere}: is not the snapshot {data.name} of {path}; name that one")
        test, remark = _test_set(path, data, opened)
        own_split = record.split if record else split
        if test and (test.manifest.content, own_split) != (snapshot.manifest.content, split):
            opened[test.manifest.content] = test
        else:
            test = None
        training = None
        if trained:
            known = trained
            training, unknown = _attempt(lambda: TrainingDocuments.of(known, *opened.values()))
        return cls(path, record, trained, training, unknown, (test, own_split) if test else None, remark)

    @property
    def gold(self) -> list[Document]:
        """The documents it was scored on; none where they are those of the new model, or cannot be read."""
        return self.test[0].split(self.test[1]) if self.test else []

    @property
    def test_name(self) -> str:
        """The name of its test set."""
        return f"{self.test[0].manifest.name}, {self.test[1]}" if self.test else ""

    def since(
        self,
        *,
        now: Trained | None,
        training: TrainingDocuments | None,
        scored: Snapshot,
        predictions: Sequence[Predictions],
    ) -> SinceBefore:
        """What changed since this model: of the training `now`, of both models' data, and in their `predictions`."""
        both = (self.trained, now) if self.trained and now else None
        learned = DataChange.between(*_own(self.training), *_own(training)) if self.training and training else None
        tested = DataChange.between(self.test[0], scored) if self.test else None
        same = learned and tested and (learned.before, learned.now) == (tested.before, tested.now)
        return SinceBefore(
            learned=learned,
            scored=None if same else tested,
            settings=settings_changed(*both) if both else None,
            packages=packages_changed(*(trained.packages for trained in both)) if both else None,
            code_changed=self.record.code != code_hash() if self.record else None,
            test_sets=tuple(scores for made in predictions for scores in made.scores()),
            remarks=self.remarks if self.training else (*self.remarks, self.unknown),
        )

    def made_with(self, gold: Sequence[Document], training: TrainingDocuments | None) -> frozenset[str]:
        """Ids of the gold documents that this model was made with, or the one of the other `training`."""
        known = (documents for documents in (self.training, training) if documents)
        return frozenset(id for documents in known for id in leakage(gold, documents.seen).seen)


def test_sets(
    earlier: EarlierModel,
    training: TrainingDocuments | None,
    *,
    name: str,
    scored: tuple[Sequence[Document], Sequence[Document], Sequence[Document]],
    older: tuple[Sequence[Document], Sequence[Document]],
) -> list[Predictions]:
    """Both models on this test set, `name`, and on that of the earlier one, where it is another.

    training: of the new model. scored: gold, and what the new and the earlier model predict. older: what they predict
    for the test set of the earlier one.
    """
    sets = [Predictions(name, "now", *scored, earlier.made_with(scored[0], training))]
    if gold := earlier.gold:
        sets.append(Predictions(earlier.test_name, "before", gold, *older, earlier.made_with(gold, training)))
    return sets


def predict_each(
    predict: Callable[[Sequence[Document]], Sequence[Document]], *groups: Sequence[Document]
) -> list[list[Document]]:
    """What is predicted for the Documents of each group; a Document of several groups is predicted once."""
    numbers: dict[str, list[int]] = {}
    documents: list[Document] = []
    places = [[_place(document, documents, numbers) for document in group] for group in groups]
    predicted = predict(documents)
    return [[predicted[place] for place in group] for group in places]


def _place(document: Document, documents: list[Document], numbers: dict[str, list[int]]) -> int:
    """The number of the Document among those to predict, to which it is added where it is new."""
    for number in numbers.setdefault(document.id, []):
        if documents[number] == document:
            return number
    documents.append(document)
    numbers[document.id].append(len(documents) - 1)
    return len(documents) - 1


def _own(training: TrainingDocuments) -> tuple[Snapshot]:
    return (training.sources.snapshot,)


def _contents(data: Data, trained: Trained | None) -> set[str]:
    return {data.content, *({trained.snapshot.content} if trained else ())}


def _test_set(path: Path, data: Data | None, opened: dict[str, Snapshot]) -> tuple[Snapshot | None, tuple[str, ...]]:
    """The snapshot that the model was scored on, and why it cannot be opened."""
    if data is None:
        return None, ()
    if data.content in opened:
        return opened[data.content], ()
    try:
        found = Snapshot.open(data.path)
    except SnapshotError as error:
        why = str(error)
    else:
        if found.manifest.content == data.content:
            return found, ()
        why = f"{data.path}: holds another snapshot now"
    remedy = "where it is elsewhere, say against_snapshot=FOLDER"
    return None, (f"{path} cannot be scored on its own test set, of the snapshot {data.name}: {why}; {remedy}",)


def _attempt(read: Callable[[], _Read]) -> tuple[_Read | None, str]:
    """What was read, or why it could not be."""
    try:
        return read(), ""
    except UsageError as error:
        return None, str(error)
