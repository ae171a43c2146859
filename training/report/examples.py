"""Example documents of a report: gold above predicted, worst first, each item correct, missed or spurious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from annotation.core.document import Document, Span
from annotation.core.matching import HEADLINE, PRF, UNITS, Units, assign
from annotation.page.document_view import Marking, VersionView, direction, heading, source_url, task_url
from annotation.page.highlighting import CORRECT, MISSED, SPURIOUS, showable
from annotation.page.titles import Names
from training.scoring.document_pairs import DocumentPair
from training.scoring.scores import Scores

MOST = 50
"""Documents shown in full: keeps the page at a few MB, so that it opens quickly."""
MOST_CHARACTERS = 400_000
_SPARE = 10
_TYPE = 2
"""The index of the event type in a tuple of Trig-C and of Arg-C+."""


@dataclass(frozen=True)
class Brief:
    """A document as one line of the page. `url` and `task` (in Label Studio) are http or https addresses, or None.

    `types` are the event types with an error in it, gold or predicted; `causes` are the causes of its errors.
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
    gold: VersionView
    predicted: VersionView


def worst(
    scores: Scores,
    pairs: Sequence[DocumentPair],
    names: Names,
    *,
    causes: Mapping[str, frozenset[str]] | None = None,
    studio: str | None = None,
) -> tuple[list[DocumentView], list[Brief]]:
    """The documents with the lowest scores, shown in full, lowest first; and all others with an error, as lines.

    In full are at most `MOST` documents, with about `MOST_CHARACTERS` code points; a few of them are chosen for error
    causes that the worst documents do not have. `causes` has the error causes of a document, by id; `studio` is the URL
    of the Label Studio project.
    """
    by_id = {pair.gold.id: pair for pair in pairs}
    causes = causes or {}
    examples: list[DocumentView] = []
    others: list[Brief] = []
    full, characters = _chosen(scores, causes), 0
    for row in _order(scores):
        pair = by_id[scores.ids[row]]
        brief = _brief(pair, _prfs(scores, row), causes.get(pair.gold.id, frozenset()), studio)
        characters += len(pair.gold.text) if row in full else 0
        if row in full and (not examples or characters <= MOST_CHARACTERS):
            examples.append(_example(brief, pair, names))
        elif _errors(brief.scores):
            others.append(brief)
    return examples, others


def _order(scores: Scores) -> list[int]:
    """Row numbers, the worst document first."""
    return sorted(range(len(scores.ids)), key=lambda row: _badness(scores, row))


def _chosen(scores: Scores, causes: Mapping[str, frozenset[str]]) -> frozenset[int]:
    """Row numbers of the documents shown in full: the worst, and up to `_SPARE` with a cause not shown by these."""
    order = _order(scores)
    chosen, rest = order[: MOST - _SPARE], order[MOST - _SPARE :]
    shown = frozenset[str]().union(*(causes.get(scores.ids[row], ()) for row in chosen))
    for row in rest:
        if len(chosen) < MOST and causes.get(scores.ids[row], frozenset()) - shown:
            chosen.append(row)
            shown |= causes[scores.ids[row]]
    return frozenset([*chosen, *[row for row in rest if row not in chosen][: MOST - len(chosen)]])


def _prfs(scores: Scores, row: int) -> dict[str, PRF]:
    counts = scores.counts[row, : len(UNITS)].tolist()
    return {unit: PRF(gold, predicted, correct) for unit, (gold, predicted, correct) in zip(UNITS, counts, strict=True)}


def _badness(scores: Scores, row: int) -> tuple[float, int, str]:
    """Sort key, the worst first: F1 of Arg-C+ (else of Trig-C, else Entity, where it has no items), then errors."""
    prfs = _prfs(scores, row)
    counted = [prfs[unit] for unit in ("Arg-C+", "Trig-C", "Entity") if prfs[unit].gold + prfs[unit].predicted]
    return (counted[0].f1 if counted else 1.0, -_errors(prfs), scores.ids[row])


def _errors(prfs: Mapping[str, PRF]) -> int:
    return sum(prf.gold + prf.predicted - 2 * prf.correct for prf in prfs.values())


def _brief(pair: DocumentPair, prfs: dict[str, PRF], causes: frozenset[str], studio: str | None) -> Brief:
    gold = pair.gold
    return Brief(
        id=gold.id,
        title=heading(gold),
        url=source_url(gold),
        task=task_url(studio, gold),
        language=gold.language,
        scores=prfs,
        types=frozenset(
            str(item[_TYPE])
            for unit in ("Trig-C", HEADLINE)
            for item in pair.gold_units[unit] ^ pair.predicted_units[unit]
        ),
        causes=causes,
    )


def _example(brief: Brief, pair: DocumentPair, names: Names) -> DocumentView:
    gold = _side(pair.gold, pair.predicted, pair.predicted_units, MISSED, names)
    predicted = _side(pair.predicted, pair.gold, pair.gold_units, SPURIOUS, names)
    return DocumentView(**vars(brief), direction=direction(pair.gold.language), gold=gold, predicted=predicted)


def _side(document: Document, other: Document, other_units: Units, wrong: str, names: Names) -> VersionView:
    """One side, its items `wrong` where the other side lacks them; a span's note names its counterpart there."""
    notes: dict[Span, str] = {}
    for spans, other_spans in ((document.triggers, other.triggers), (document.entities, other.entities)):
        missing, unmatched = sorted(set(spans) - set(other_spans)), sorted(set(other_spans) - set(spans))
        for i, j in assign(missing, unmatched):
            words = showable(unmatched[j].quote(document.text))
            notes[missing[i]] = names.wording.gettext(
                "; the other side has %(type)s on “%(words)s”", type=names.title(unmatched[j].label), words=words
            )
    return Marking(document, other_units, names, CORRECT, wrong, notes).side()
