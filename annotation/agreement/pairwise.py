"""Annotators against each other, pair by pair.

Documents of one id are one article, marked by several people. Every pair of them is compared; F1 is the same in both
directions, so nobody has to be the right one. Attributes are compared on the triggers of one type that two annotators
both marked, matched one to one by overlap, with Cohen's kappa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

from annotation.agreement.aggregate import Group, Scores, group
from annotation.agreement.kappa import Kappa
from annotation.agreement.pair_counts import EXACT, STRICTNESS, TOLERANT, PairCounts, ValuePair, comparison
from annotation.core.annotator_versions import annotator, versions
from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF, UNITS
from annotation.core.ontology import Ontology

SCHEMA = 1
K = TypeVar("K", str, ValuePair)


@dataclass(frozen=True)
class Agreement:
    """What all reach, and what each language, each pair of annotators, and each annotator against all others.

    `documents` counts the articles that at least two people marked, `single` those only one did. `whole` is None where
    there are none of the former.
    """

    documents: int
    single: int
    whole: Group | None = None
    languages: Mapping[str, Group] = field(default_factory=dict)
    pairs: Mapping[ValuePair, Group] = field(default_factory=dict)
    annotators: Mapping[str, Group] = field(default_factory=dict)

    @property
    def overall(self) -> Scores:
        """The scores of all, by unit; empty where nothing is compared."""
        return self.whole.scores[EXACT] if self.whole else {}

    @property
    def attributes(self) -> Mapping[str, Kappa]:
        """The kappas of all, by attribute."""
        return self.whole.attributes if self.whole else {}

    def groups(self) -> Iterator[tuple[str, Group]]:
        """Every group with its name, everybody first; of annotators those that are in more than one pair."""
        if self.whole is not None:
            yield "all", self.whole
        yield from self.languages.items()
        yield from ((" / ".join(pair), part) for pair, part in self.pairs.items())
        for name, part in self.annotators.items():
            if sum(name in pair for pair in self.pairs) > 1:
                yield f"{name} / all others", part

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, fractions, as a snapshot's manifest and `--json` hold them."""
        return {
            "schema": SCHEMA,
            "headline": HEADLINE,
            "documents": self.documents,
            "single": self.single,
            **self._parts(lambda part: part.plain(part.scores[EXACT])),
            "attributes": _kappas(self.attributes),
            TOLERANT: self._parts(lambda part: part.plain(part.scores[TOLERANT])),
            "given_triggers": self._parts(lambda part: part.plain(part.given)),
            "types": self._parts(
                lambda part: {
                    strictness: {kind: part.plain(scores) for kind, scores in part.types[strictness].items()}
                    for strictness in STRICTNESS
                }
            ),
            "kappas": self._parts(lambda part: _kappas(part.attributes)),
        }

    def _parts(self, told: Callable[[Group], dict[str, object]]) -> dict[str, object]:
        return {
            "overall": told(self.whole) if self.whole else {},
            "languages": {language: told(part) for language, part in self.languages.items()},
            "pairs": [{"annotators": list(pair), "scores": told(part)} for pair, part in self.pairs.items()],
            "annotators": {name: told(part) for name, part in self.annotators.items()},
        }

    def table(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, a heading first: F1 in percent, one row a group and a column a score."""
        rows: list[tuple[str, ...]] = [("", *UNITS)]
        for name, part in self.groups():
            rows.append((name, *(_percent(part, part.scores[EXACT][unit]) for unit in UNITS)))
        return rows

    def intervals(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, a heading first: what all reach, with 95% intervals, by strictness."""
        rows: list[tuple[str, ...]] = [("", *STRICTNESS.values())]
        if self.whole is None:
            return rows
        for unit in UNITS:
            rows.append((unit, *(_told(self.whole, self.whole.scores[name][unit]) for name in STRICTNESS)))
        given = (_told(self.whole, self.whole.given[name]) for name in STRICTNESS)
        return [*rows, (f"{HEADLINE}, triggers matched", *given)]

    def kappas(self) -> list[str]:
        """Each attribute's kappa, with its interval, for a terminal."""
        if self.whole is None:
            return []
        return [
            f"{name} {kappa.kappa:.2f}{'' if self.whole.enough(kappa) else ' ?'}"
            + (f" ({kappa.interval[0]:.2f}–{kappa.interval[1]:.2f})" if kappa.interval else "")
            for name, kappa in self.attributes.items()
            if kappa.kappa is not None
        ]


def agreement(documents: Iterable[Document], *, ontology: Ontology | None = None) -> Agreement:
    """Compare the annotators of each article, pairwise.

    Documents that name no annotator (`provenance.annotator`) are left out. Of two by one annotator the later counts.
    With the ontology, an attribute nobody chose has its default value; without, "no value" is a value of its own.
    Raises UsageError when an article's text is not the same for all its annotators.
    """
    articles = versions(document for document in documents if annotator(document)).articles
    compared = [
        comparison(one, two, ontology)
        for marked in articles.values()
        for one, two in combinations([marked[name] for name in sorted(marked)], 2)
    ]
    shared = sum(len(marked) > 1 for marked in articles.values())
    return Agreement(
        documents=shared,
        single=len(articles) - shared,
        whole=group(compared) if compared else None,
        languages=_groups(compared, lambda c: [c.language]),
        pairs=_groups(compared, lambda c: [c.pair]),
        annotators=_groups(compared, lambda c: c.pair),
    )


def _groups(compared: Iterable[PairCounts], keys: Callable[[PairCounts], Iterable[K]]) -> dict[K, Group]:
    parts: dict[K, list[PairCounts]] = {}
    for one in compared:
        for key in keys(one):
            parts.setdefault(key, []).append(one)
    return {key: group(parts[key]) for key in sorted(parts)}


def _kappas(kappas: Mapping[str, Kappa]) -> dict[str, object]:
    return {name: kappa.as_dict() for name, kappa in kappas.items()}


def _percent(part: Group, prf: PRF) -> str:
    if not prf.gold + prf.predicted:
        return "–"
    return f"{100 * prf.f1:.1f}{'' if part.enough(prf) else ' ?'}"


def _told(part: Group, prf: PRF) -> str:
    ends = f" ({100 * prf.interval[0]:.1f}–{100 * prf.interval[1]:.1f})" if prf.interval else ""
    return _percent(part, prf) + ends
