"""What release.json says of a release against the model before: its headline, its data, and either test set."""

from __future__ import annotations

from annotation.storage.sealed_record import RecordPart


class HeadlineChange(RecordPart):
    """The headline before and now, as fractions, over so many documents; low and high: 95% interval of the difference.

    verdict: better, worse or unclear. rose, fell: whatever else changed beyond chance; rose_in, fell_in: the same in
    other languages than English, None, and absent, in records made before them. left_out: documents that the baseline
    was trained with.
    """

    later = frozenset({"rose_in", "fell_in"})
    before: float
    now: float
    low: float | None
    high: float | None
    verdict: str
    documents: int
    stories: int
    left_out: int
    rose: tuple[str, ...]
    fell: tuple[str, ...]
    rose_in: dict[str, tuple[str, ...]] | None = None
    fell_in: dict[str, tuple[str, ...]] | None = None


class DataSince(RecordPart):
    """What changed in the training data: the snapshot before, numbers of articles, the ontology in words.

    ontology_in: the same in other languages than English; None, and absent, in records made before it.
    """

    later = frozenset({"ontology_in"})
    snapshot: str
    articles: dict[str, int]
    ontology: tuple[str, ...]
    ontology_in: dict[str, tuple[str, ...]] | None = None


class OnTestSet(RecordPart):
    """The headline of the baseline and of the release on a test set; `of`: whose it is, now or before.

    left_out: documents left out because one of the two was made with them.
    """

    name: str
    of: str
    documents: int
    stories: int
    left_out: int
    before: float
    now: float


class Against(RecordPart):
    """The baseline of a release: its version, None if it is no release, and its model version.

    seen: ids of the scored documents that it was trained with; None, and absent, where that is not known. change: what
    the release changed. data: in its training data, None where that is not known. test_sets: both on either test set.
    """

    later = frozenset({"seen", "change", "data", "test_sets"})
    version: str | None
    model: str
    seen: tuple[str, ...] | None = None
    change: HeadlineChange | None = None
    data: DataSince | None = None
    test_sets: tuple[OnTestSet, ...] | None = None
