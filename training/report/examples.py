"""Documents to look at: gold above predicted, worst first, each mark and argument correct, missed or spurious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from annotation.core.document import Document, Span
from annotation.core.matching import HEADLINE, PRF, UNITS, assign, units
from annotation.page.document_view import Marking, Side, direction, heading, source_url, task_url
from annotation.page.highlighting import CORRECT, MISSED, SPURIOUS, showable
from annotation.page.titles import Names
from training.scoring.scores import Scores

MOST = 50
"""Documents shown in full; the page must open at once and stay within a few MB."""
MOST_CHARACTERS = 400_000
_SPARE = 10
_TYPE = 2
"""Where the event type stands in a tuple of Trig-C and of Arg-C+."""


@dataclass(frozen=True)
class Brief:
    """A document in a line. `url` and `task`, which opens it in Label Studio, are only ever http or https.

    `types` are the event types with an error in it, on either side, `causes` those of its errors.
    """

    id: str
    title: Markup
    url: str | None
    task: str | None
    language: str
    scores: dict[str, PRF]
    types: frozenset[str]
    causes: frozenset[str]


@dataclass(frozen=True)
class DocumentView(Brief):
    """A document as the page shows it in full."""

    direction: str
    gold: Side
    predicted: Side


def worst(
    scores: Scores,
    gold: Sequence[Document],
    predicted: Sequence[Document],
    names: Names,
    *,
    causes: Mapping[str, frozenset[str]] | None = None,
    studio: str | None = None,
) -> tuple[list[DocumentView], list[Brief]]:
    """The documents with the lowest scores, lowest first, and in a line each all others with an error.

    Shown in full are at most `MOST`, and about `MOST_CHARACTERS` of text; a few places are for causes of errors that
    the worst documents do not show. `causes` holds those of a document's errors by its id; `studio` is the address of
    the Label Studio project.
    """
    theirs = {document.id: document for document in predicted}
    ours = {document.id: document for document in gold}
    causes = causes or {}
    examples: list[DocumentView] = []
    others: list[Brief] = []
    full, characters = _chosen(scores, causes), 0
    for row in _order(scores):
        document = ours[scores.ids[row]]
        found = theirs[document.id]
        brief = _brief(document, found, _prfs(scores, row), causes.get(document.id, frozenset()), studio)
        characters += len(document.text) if row in full else 0
        if row in full and (not examples or characters <= MOST_CHARACTERS):
            examples.append(_example(brief, document, found, names))
        elif _errors(brief.scores):
            others.append(brief)
    return examples, others


def _order(scores: Scores) -> list[int]:
    """Rows, the worst first."""
    return sorted(range(len(scores.ids)), key=lambda row: _badness(scores, row))


def _chosen(scores: Scores, causes: Mapping[str, frozenset[str]]) -> frozenset[int]:
    """Rows of the worst documents, but for `_SPARE` places that go first to those with a cause not shown yet."""
    order = _order(scores)
    chosen, rest = order[: MOST - _SPARE], order[MOST - _SPARE :]
    seen = frozenset[str]().union(*(causes.get(scores.ids[row], ()) for row in chosen))
    for row in rest:
        if len(chosen) < MOST and causes.get(scores.ids[row], frozenset()) - seen:
            chosen.append(row)
            seen |= causes[scores.ids[row]]
    return frozenset([*chosen, *[row for row in rest if row not in chosen][: MOST - len(chosen)]])


def _prfs(scores: Scores, row: int) -> dict[str, PRF]:
    counts = scores.counts[row, : len(UNITS)].tolist()
    return {unit: PRF(gold, predicted, correct) for unit, (gold, predicted, correct) in zip(UNITS, counts, strict=True)}


def _badness(scores: Scores, row: int) -> tuple[float, int, str]:
    """Sorts the worst first: by Arg-C+, or the next score that has anything to count; then by the number of errors."""
    prfs = _prfs(scores, row)
    telling = [prfs[unit] for unit in ("Arg-C+", "Trig-C", "Entity") if prfs[unit].gold + prfs[unit].predicted]
    return (telling[0].f1 if telling else 1.0, -_errors(prfs), scores.ids[row])


def _errors(prfs: Mapping[str, PRF]) -> int:
    return sum(prf.gold + prf.predicted - 2 * prf.correct for prf in prfs.values())


def _brief(
    gold: Document, predicted: Document, prfs: dict[str, PRF], causes: frozenset[str], studio: str | None
) -> Brief:
    ours, theirs = units(gold), units(predicted)
    return Brief(
        id=gold.id,
        title=heading(gold),
        url=source_url(gold),
        task=task_url(studio, gold),
        language=gold.language,
        scores=prfs,
        types=frozenset(str(item[_TYPE]) for unit in ("Trig-C", HEADLINE) for item in ours[unit] ^ theirs[unit]),
        causes=causes,
    )


def _example(brief: Brief, gold: Document, predicted: Document, names: Names) -> DocumentView:
    sides = _side(gold, predicted, MISSED, names), _side(predicted, gold, SPURIOUS, names)
    return DocumentView(**vars(brief), direction=direction(gold.language), gold=sides[0], predicted=sides[1])


def _side(document: Document, other: Document, wrong: str, names: Names) -> Side:
    """One side's marks, each `wrong` where the other side does not have it; what that has instead is said."""
    notes: dict[Span, str] = {}
    for ours, theirs in ((document.triggers, other.triggers), (document.entities, other.entities)):
        missing, unmatched = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
        for i, j in assign(missing, unmatched):
            words = showable(unmatched[j].quote(document.text))
            notes[missing[i]] = f"; the other side has {names.title(unmatched[j].label)} on “{words}”"
    return Marking(document, units(other), names, CORRECT, wrong, notes).side()
