"""Two files scored as they are read: an archive takes no more memory than its counts, and as many cores as there are.

Blocks of lines go to other processes, gold's and predicted's of the same places together. A pair within a block, which
is all of them where the files have one order, is counted there; the rest comes back and waits for its partner.
"""

from __future__ import annotations

import gc
import logging
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from annotation.core.document import Document
from annotation.core.errors import NabaError, UsageError
from annotation.core.ontology import Ontology
from training.scoring import attributes, boundary_ladder, coreference, partial_matches
from training.scoring.attributes import Attributes
from training.scoring.boundary_ladder import Ladder
from training.scoring.coreference import Links
from training.scoring.counts import ROWS, Integers, ScoreCounts, summed
from training.scoring.document_pairs import GOLD, PREDICTED, DocumentPair, Pairing
from training.scoring.partial_matches import Matches
from training.scoring.scores import Scores, Slicer

NumberedLine: TypeAlias = tuple[int, bytes]

_BLOCK = 200
_LOGGED_EVERY = 10_000
_log = logging.getLogger(__name__)


class Lines(Protocol):
    """A file with a Document a line, which can be sent to another process."""

    def lines(self) -> Iterator[NumberedLine]:
        """Each line with its number."""

    def parse(self, number: int, line: bytes) -> tuple[Document, tuple[str, ...]]:
        """The Document of a line, and what was lost in reading it. Raises DocumentsError for a bad line."""


@dataclass
class Further:
    """Rows of what is scored beside the seven scores."""

    matches: list[partial_matches.MatchRow] = field(default_factory=list)
    boundaries: list[boundary_ladder.LadderRow] = field(default_factory=list)
    links: list[coreference.LinkRow] = field(default_factory=list)
    attributes: list[attributes.AttributeRow] = field(default_factory=list)

    def add(self, pair: DocumentPair, ontology: Ontology | None) -> None:
        """Count a pair."""
        self.matches.append(partial_matches.row(pair))
        self.boundaries.append(boundary_ladder.row(pair))
        self.links.append(coreference.row(pair))
        if ontology is not None:
            self.attributes.append(attributes.row(pair, ontology=ontology))

    def merge(self, other: Further) -> None:
        """Append the other's rows."""
        self.matches += other.matches
        self.boundaries += other.boundaries
        self.links += other.links
        self.attributes += other.attributes

    def fold(self, row: Integers) -> None:
        """Let rows share one, as those of the tally did: `row` is the new one of each old one."""
        for part in (self.matches, self.boundaries, self.links):
            if part:
                part[:] = summed(np.array(part), row).tolist()
        if self.attributes:
            together = [Counter[tuple[str, str, str]]() for _ in range(int(row.max()) + 1)]
            for at, values in zip(row.tolist(), self.attributes, strict=True):
                together[at].update(values)
            self.attributes = together


class Scored(NamedTuple):
    """The scores; what was asked beside them; and how often what was lost in reading."""

    scores: Scores
    matches: Matches | None
    ladder: Ladder | None
    links: Links | None
    attributes: Attributes | None
    lost: Counter[str]


@dataclass(frozen=True)
class ScoringTask:
    """What every process knows. `further`: count also what is beside the seven scores.

    slicer: counts slices of the arguments. stories: the story of each gold Document that has near-duplicates, by id.
    """

    gold: Lines
    predicted: Lines
    further: bool = False
    ontology: Ontology | None = None
    slicer: Slicer | None = None
    stories: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Counted:
    """What came of some lines: counts, the Documents without a partner there, and the ids that had one."""

    tally: ScoreCounts = field(default_factory=ScoreCounts)
    further: Further = field(default_factory=Further)
    lost: Counter[str] = field(default_factory=Counter)
    waiting: list[tuple[int, Document | None, Document | None]] = field(default_factory=list)

    def add(self, task: ScoringTask, place: int, pair: DocumentPair) -> None:
        """Count a pair; `place` is the gold Document's among all gold ones."""
        pair = replace(pair, cluster=task.stories.get(pair.gold.id, ""))
        self.tally.add(place, pair, task.slicer(pair) if task.slicer else None)
        if task.further:
            self.further.add(pair, task.ontology)

    def merge(self, other: Counted) -> None:
        """Add the other's counts; its waiting Documents are left to the caller."""
        self.tally.merge(other.tally)
        self.further.merge(other.further)
        self.lost += other.lost

    def fold(self) -> None:
        """Stop growing: see `ScoreCounts.fold`."""
        row = self.tally.fold()
        if row is not None:
            self.further.fold(row)


def score_files(task: ScoringTask, *, workers: int = 1) -> Scored:
    """Score the task's files. Raises UsageError, with counts, where they do not fit; DocumentsError for a bad line."""
    total, pairing, logged = Counted(), Pairing(), 0
    for counted in _counted(task, workers):
        for id in counted.tally.names:
            pairing.is_new(GOLD, id)
            pairing.is_new(PREDICTED, id)
        total.merge(counted)
        for waiting in counted.waiting:
            for place, pair in pairing.add(*waiting):
                total.add(task, place, pair)
        if len(total.tally) > 2 * ROWS:
            total.fold()
        if total.tally.documents >= logged + _LOGGED_EVERY:
            logged += _LOGGED_EVERY
            _log.info("scored %d documents", logged)
    pairing.close()
    total.fold()
    return _scored(task, total)


def count_lines(task: ScoringTask, gold: list[NumberedLine], predicted: list[NumberedLine]) -> Counted:
    """Count the pairs among these lines; what has none, or another text, waits."""
    counted = Counted()
    by_id: dict[str, Document] = {}
    for line in predicted:
        document = _parse(task.predicted, line, counted)
        if document.id in by_id:
            counted.waiting.append((0, None, document))
        else:
            by_id[document.id] = document
    for line in gold:
        document = _parse(task.gold, line, counted)
        partner = by_id.get(document.id)
        if partner is not None and partner.text == document.text:
            counted.add(task, line[0], DocumentPair(document, by_id.pop(document.id)))
        else:
            counted.waiting.append((line[0], document, None))
    counted.waiting += [(0, None, document) for document in by_id.values()]
    return counted


def _parse(side: Lines, line: NumberedLine, counted: Counted) -> Document:
    document, lost = side.parse(*line)
    counted.lost.update(lost)
    return document


def _counted(task: ScoringTask, workers: int) -> Iterator[Counted]:
    """What came of each block, in order; no more blocks are underway than keep the workers busy."""
    blocks = _blocks(task)
    if workers < 2:
        yield from (count_lines(task, *block) for block in blocks)
        return
    with ProcessPoolExecutor(workers, initializer=gc.disable) as pool:  # what they make holds no cycles
        underway = deque(_submit(pool, task, block) for block in islice(blocks, 2 * workers))
        while underway:
            yield underway.popleft().result()
            underway.extend(_submit(pool, task, block) for block in islice(blocks, 1))


def _submit(pool: Executor, task: ScoringTask, block: tuple[list[NumberedLine], list[NumberedLine]]) -> Future[Counted]:
    return pool.submit(_count_there, task, *block)


def _count_there(task: ScoringTask, gold: list[NumberedLine], predicted: list[NumberedLine]) -> Counted:
    """As `count_lines`, with errors that can travel between processes: their words are all that arrives."""
    try:
        return count_lines(task, gold, predicted)
    except NabaError as error:
        raise UsageError(str(error)) from None


def _blocks(task: ScoringTask) -> Iterator[tuple[list[NumberedLine], list[NumberedLine]]]:
    pairs = zip_longest(task.gold.lines(), task.predicted.lines())
    while block := list(islice(pairs, _BLOCK)):
        yield [gold for gold, _ in block if gold], [predicted for _, predicted in block if predicted]


def _scored(task: ScoringTask, total: Counted) -> Scored:
    further, ontology = total.further, task.ontology
    scores, stories = Scores.of(total.tally), total.tally.stories
    if not task.further:
        return Scored(scores, None, None, None, None, total.lost)
    return Scored(
        scores,
        Matches.of(further.matches, stories),
        Ladder.of(further.boundaries, stories),
        Links.of(further.links, stories),
        Attributes.of(further.attributes, stories, ontology) if ontology else None,
        total.lost,
    )
