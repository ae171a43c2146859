"""How far annotators agree, in the very scores a model gets: what a human reaches, a model can be measured against.

Documents of one id are one article, marked by several people. Every pair of them is compared; F1 is the same in both
directions, so nobody has to be the right one. Attributes are compared on the triggers of one type that two annotators
both marked, matched one to one by overlap, with Cohen's kappa.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.document import Document, Event, Span
from annotation.errors import UsageError
from annotation.matching import HEADLINE, PRF, UNITS, assign, compare, overlap, units
from annotation.ontology import Ontology

SCHEMA = 1
Pair: TypeAlias = tuple[str, str]
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over the triggers both annotators marked: agreement beyond what their habits alone would give.

    None where chance alone already agrees everywhere (one value throughout), or there is nothing to compare.
    """

    triggers: int
    observed: float
    expected: float

    @property
    def kappa(self) -> float | None:
        room = 1 - self.expected
        return (self.observed - self.expected) / room if self.triggers and room > 1e-12 else None

    @classmethod
    def of(cls, values: Iterable[Pair]) -> Kappa:
        """From the two annotators' values of each trigger."""
        joint = Counter(values)
        total = sum(joint.values())
        if not total:
            return cls(0, 0.0, 0.0)
        left, right = Counter[str](), Counter[str]()
        for (one, two), times in joint.items():
            left[one] += times
            right[two] += times
        same = sum(times for (one, two), times in joint.items() if one == two)
        return cls(total, same / total, sum(left[value] * right[value] for value in left) / total**2)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"kappa": self.kappa, "observed": self.observed, "triggers": self.triggers}


@dataclass(frozen=True)
class Agreement:
    """Scores by name, summed over pairs of annotators; `gold` and `predicted` in them are merely one and the other.

    `documents` counts the articles that at least two people marked. With none, all scores are empty.
    """

    documents: int
    single: int
    overall: Mapping[str, PRF]
    by_language: Mapping[str, Mapping[str, PRF]]
    by_pair: Mapping[Pair, Mapping[str, PRF]]
    by_annotator: Mapping[str, Mapping[str, PRF]]
    attributes: Mapping[str, Kappa] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, fractions, as a snapshot's manifest and `--json` hold them."""
        return {
            "schema": SCHEMA,
            "headline": HEADLINE,
            "documents": self.documents,
            "single": self.single,
            "overall": _plain(self.overall),
            "languages": {language: _plain(scores) for language, scores in self.by_language.items()},
            "pairs": [{"annotators": list(pair), "scores": _plain(scores)} for pair, scores in self.by_pair.items()],
            "annotators": {name: _plain(scores) for name, scores in self.by_annotator.items()},
            "attributes": {name: kappa.as_dict() for name, kappa in self.attributes.items()},
        }

    def table(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, a heading first: F1 in percent, one row a group and a column a score."""
        groups = {
            "all": self.overall,
            **self.by_language,
            **{" / ".join(pair): scores for pair, scores in self.by_pair.items()},
        }
        rows: list[tuple[str, ...]] = [("", *UNITS)]
        for name, scores in groups.items():
            rows.append((name, *(_percent(scores[unit]) for unit in UNITS if unit in scores)))
        return rows if self.documents else rows[:1]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two people's marks of one article: counts [units, 3], and the events both found."""

    language: str
    pair: Pair
    counts: NDArray[np.int64]
    events: list[tuple[Event, Event]]


def agreement(documents: Iterable[Document], *, ontology: Ontology | None = None) -> Agreement:
    """Compare the annotators of each article, pairwise.

    Documents that name no annotator (`provenance.annotator`) are left out. Of two by one annotator the later counts.
    With the ontology, an attribute nobody chose has its default value; without, "no value" is a value of its own.
    Raises UsageError when an article's text is not the same for all its annotators.
    """
    articles = _articles(documents)
    compared = [
        _compare(one, two)
        for marked in articles.values()
        for one, two in combinations([marked[name] for name in sorted(marked)], 2)
    ]
    shared = sum(len(marked) > 1 for marked in articles.values())
    return Agreement(
        documents=shared,
        single=len(articles) - shared,
        overall=_sum(compared) if compared else {},
        by_language={k: _sum(c for c in compared if c.language == k) for k in sorted({c.language for c in compared})},
        by_pair={k: _sum(c for c in compared if c.pair == k) for k in sorted({c.pair for c in compared})},
        by_annotator={
            name: _sum(c for c in compared if name in c.pair) for name in sorted({n for c in compared for n in c.pair})
        },
        attributes=_attributes([events for c in compared for events in c.events], ontology),
    )


def _articles(documents: Iterable[Document]) -> dict[str, dict[str, Document]]:
    """Article id -> annotator -> what they marked."""
    articles: dict[str, dict[str, Document]] = {}
    torn: list[str] = []
    for document in documents:
        name = document.provenance.annotator if document.provenance else None
        if name is None:
            continue
        marked = articles.setdefault(document.id, {})
        if any(other.text != document.text for other in marked.values()):
            torn.append(document.id)
        elif name not in marked or _updated(marked[name]) <= _updated(document):
            marked[name] = document
    if torn:
        some = ", ".join(torn[:_EXAMPLES]) + (", ..." if len(torn) > _EXAMPLES else "")
        raise UsageError(
            f"{len(torn)} Documents have another text than an earlier one of the same id ({some}); "
            "two articles share an id, or one was changed between annotators"
        )
    return articles


def _updated(document: Document) -> str:
    return (document.provenance.updated_at or "") if document.provenance else ""


def _compare(one: Document, two: Document) -> _Comparison:
    matched = assign(one.triggers, two.triggers, _same_type)
    return _Comparison(
        language=one.language,
        pair=(_annotator(one), _annotator(two)),
        counts=np.array(compare(units(one), units(two)), dtype=np.int64),
        events=[(one.events[i], two.events[j]) for i, j in matched],
    )


def _annotator(document: Document) -> str:
    return (document.provenance.annotator or "") if document.provenance else ""


def _same_type(one: Span, two: Span) -> float:
    return overlap(one, two) if one.label == two.label else 0.0


def _sum(compared: Iterable[_Comparison]) -> dict[str, PRF]:
    counts = sum((c.counts for c in compared), start=np.zeros((len(UNITS), 3), dtype=np.int64))
    return {unit: PRF(int(a), int(b), int(both)) for unit, (a, b, both) in zip(UNITS, counts, strict=True)}


def _attributes(events: Sequence[tuple[Event, Event]], ontology: Ontology | None) -> dict[str, Kappa]:
    if ontology is None:
        defaults = {name: "" for pair in events for event in pair for name, _ in event.attributes}
    else:
        defaults = {name: attribute.default for name, attribute in ontology.attributes.items()}
    return {
        name: Kappa.of((one.attribute(name) or default, two.attribute(name) or default) for one, two in events)
        for name, default in defaults.items()
    }


def _plain(scores: Mapping[str, PRF]) -> dict[str, object]:
    """F1 with what each side marked and what both did: precision and recall have no meaning between equals."""
    return {unit: {"f1": p.f1, "a": p.gold, "b": p.predicted, "both": p.correct} for unit, p in scores.items()}


def _percent(prf: PRF) -> str:
    return f"{100 * prf.f1:.1f}"
