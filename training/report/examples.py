"""Documents to look at: gold above predicted, worst first, each mark and argument correct, missed or spurious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from annotation.document import Document, Span
from annotation.matching import PRF, UNITS, assign, units
from annotation.page.marks import CORRECT, MISSED, SPURIOUS, showable
from annotation.page.names import Names
from annotation.page.sides import Marking, Side, direction, heading, source_url, task_url
from training.scoring import Scores

MOST = 50
"""Documents shown in full; the page must open at once and stay within a few MB."""
MOST_CHARACTERS = 400_000
_SPARE = 10


@dataclass(frozen=True)
class Example:
    """A document as the page shows it. `url` and `task`, which opens it in Label Studio, are only ever http or https.

    `types` are the event types with an error in it, `causes` those of its errors.
    """

    id: str
    title: Markup
    url: str | None
    language: str
    direction: str
    gold: Side
    predicted: Side
    scores: dict[str, PRF]
    task: str | None = None
    causes: frozenset[str] = frozenset()

    @property
    def types(self) -> frozenset[str]:
        """The event types with an error in this document, on either side."""
        events = (*self.gold.events, *self.predicted.events)
        return frozenset(e.type for e in events if any(chip.state != CORRECT for chip in (e.trigger, *e.arguments)))


def worst(
    scores: Scores,
    gold: Sequence[Document],
    predicted: Sequence[Document],
    names: Names,
    *,
    causes: Mapping[str, frozenset[str]] | None = None,
    studio: str | None = None,
) -> list[Example]:
    """The documents with the lowest scores, lowest first: at most `MOST`, and about `MOST_CHARACTERS` of text.

    A few places are for causes of errors that the worst documents do not show. `causes` holds those of a
    document's errors by its id; `studio` is the address of the Label Studio project.
    """
    theirs = {document.id: document for document in predicted}
    ours = {document.id: document for document in gold}
    causes = causes or {}
    examples: list[Example] = []
    characters = 0
    for row in _chosen(scores, causes):
        document = ours[scores.ids[row]]
        characters += len(document.text)
        if examples and characters > MOST_CHARACTERS:
            break
        example = _example(document, theirs[document.id], _prfs(scores, row), names)
        found = causes.get(document.id, frozenset())
        examples.append(replace(example, task=task_url(studio, document), causes=found))
    return examples


def _chosen(scores: Scores, causes: Mapping[str, frozenset[str]]) -> list[int]:
    """Rows of the worst documents, but for `_SPARE` places that go first to those with a cause not shown yet."""
    order = sorted(range(len(scores.ids)), key=lambda row: _badness(scores, row))
    chosen, rest = order[: MOST - _SPARE], order[MOST - _SPARE :]
    seen = frozenset[str]().union(*(causes.get(scores.ids[row], ()) for row in chosen))
    for row in rest:
        if len(chosen) < MOST and causes.get(scores.ids[row], frozenset()) - seen:
            chosen.append(row)
            seen |= causes[scores.ids[row]]
    kept = {*chosen, *[row for row in rest if row not in chosen][: MOST - len(chosen)]}
    return [row for row in order if row in kept]


def _prfs(scores: Scores, row: int) -> dict[str, PRF]:
    counts = scores.counts[row, : len(UNITS)].tolist()
    return {unit: PRF(gold, predicted, correct) for unit, (gold, predicted, correct) in zip(UNITS, counts, strict=True)}


def _badness(scores: Scores, row: int) -> tuple[float, int, str]:
    """Sorts the worst first: by Arg-C+, or the next score that has anything to count; then by the number of errors."""
    prfs = _prfs(scores, row)
    errors = sum(prf.gold + prf.predicted - 2 * prf.correct for prf in prfs.values())
    telling = [prfs[unit] for unit in ("Arg-C+", "Trig-C", "Entity") if prfs[unit].gold + prfs[unit].predicted]
    return (telling[0].f1 if telling else 1.0, -errors, scores.ids[row])


def _example(gold: Document, predicted: Document, prfs: dict[str, PRF], names: Names) -> Example:
    return Example(
        id=gold.id,
        title=heading(gold),
        url=source_url(gold),
        language=gold.language,
        direction=direction(gold.language),
        gold=_side(gold, predicted, MISSED, names),
        predicted=_side(predicted, gold, SPURIOUS, names),
        scores=prfs,
    )


def _side(document: Document, other: Document, wrong: str, names: Names) -> Side:
    """One side's marks, each `wrong` where the other side does not have it; what that has instead is said."""
    notes: dict[Span, str] = {}
    for ours, theirs in ((document.triggers, other.triggers), (document.entities, other.entities)):
        missing, unmatched = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
        for i, j in assign(missing, unmatched):
            words = showable(unmatched[j].quote(document.text))
            notes[missing[i]] = f"; the other side has {names.title(unmatched[j].label)} on “{words}”"
    return Marking(document, units(other), names, CORRECT, wrong, notes).side()
