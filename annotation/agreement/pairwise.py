"""Pairwise agreement of annotators: F1 of spans and arguments, Cohen's kappa of attributes.

Documents with the same id are versions of one article. Every pair of versions is compared. F1 is symmetric, so neither
version has to be the reference. Attributes are compared on matched triggers: same type, matched one to one by overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

from annotation.agreement.aggregate import AgreementGroup, Scores, group
from annotation.agreement.kappa import Kappa
from annotation.agreement.many_versions import summed_if_less_work
from annotation.agreement.pair_counts import EXACT, STRICTNESS, TOLERANT, PairCounts, ValuePair, add, comparison
from annotation.core.annotator_versions import annotator, versions
from annotation.core.bootstrap import CountArray
from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF, UNITS
from annotation.core.messages import N_, Message, percent
from annotation.core.near_duplicates import story_names
from annotation.core.ontology import Ontology

SCHEMA = 1
MOST_PAIRS = 500
"""Pairs of annotators beyond which none is a group of its own, only each annotator with all others."""
_EXACT = list(STRICTNESS).index(EXACT)
K = TypeVar("K", str, ValuePair)


@dataclass(frozen=True)
class Agreement:
    """Agreement over all articles, by language, by pair of annotators (see MOST_PAIRS), of each one with all others.

    articles: counts of each article with at least two annotators, exact offsets, [units, 3].

    `documents` counts the articles with at least two annotators, `single` those with one. `whole` is the group of all
    comparisons, None without any.
    """

    documents: int
    single: int
    whole: AgreementGroup | None = None
    languages: Mapping[str, AgreementGroup] = field(default_factory=dict)
    pairs: Mapping[ValuePair, AgreementGroup] = field(default_factory=dict)
    annotators: Mapping[str, AgreementGroup] = field(default_factory=dict)
    articles: Mapping[str, CountArray] = field(default_factory=dict, repr=False)

    @property
    def overall(self) -> Scores:
        """The scores of all comparisons, exact offsets, by unit; empty without comparisons."""
        return self.whole.scores[EXACT] if self.whole else {}

    @property
    def attributes(self) -> Mapping[str, Kappa]:
        """The kappas of all comparisons, by attribute."""
        return self.whole.attributes if self.whole else {}

    def groups(self) -> Iterator[tuple[str, AgreementGroup]]:
        """Every group with its name, "all" first. An annotator in only one pair has no group besides the pair."""
        if self.whole is not None:
            yield N_("all"), self.whole
        yield from self.languages.items()
        yield from ((" / ".join(pair), part) for pair, part in self.pairs.items())
        for name, part in self.annotators.items():
            if not self.pairs or sum(name in pair for pair in self.pairs) > 1:
                yield Message("%(name)s / all others", name=name), part

    def as_dict(self) -> dict[str, object]:
        """JSON values for a snapshot's manifest and `--json`; scores are fractions in 0..1."""
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
            "articles": {id: dict(zip(UNITS, counts.tolist(), strict=True)) for id, counts in self.articles.items()},
        }

    def _parts(self, to_json: Callable[[AgreementGroup], dict[str, object]]) -> dict[str, object]:
        return {
            "overall": to_json(self.whole) if self.whole else {},
            "languages": {language: to_json(part) for language, part in self.languages.items()},
            "pairs": [{"annotators": list(pair), "scores": to_json(part)} for pair, part in self.pairs.items()],
            "annotators": {name: to_json(part) for name, part in self.annotators.items()},
        }

    def table(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, the header first: F1 in percent, one row per group and one column per score."""
        rows: list[tuple[str, ...]] = [("", *UNITS)]
        for name, part in self.groups():
            rows.append((name, *(_percent(part, part.scores[EXACT][unit]) for unit in UNITS)))
        return rows

    def intervals(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, the header first: F1 of all comparisons with 95% intervals, a column per strictness."""
        rows: list[tuple[str, ...]] = [("", *STRICTNESS.values())]
        if self.whole is None:
            return rows
        for unit in UNITS:
            rows.append((unit, *(_with_interval(self.whole, self.whole.scores[name][unit]) for name in STRICTNESS)))
        given = (_with_interval(self.whole, self.whole.given[name]) for name in STRICTNESS)
        return [*rows, (f"{HEADLINE}, triggers matched", *given)]

    def kappas(self) -> list[str]:
        """Each attribute's kappa with its interval, as text for a terminal."""
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

    Documents without an annotator (`provenance.annotator`) are left out; of two by one annotator the later counts.
    With the ontology, an attribute that was not set has its default value; without, "no value" is a separate value.
    Raises UsageError when an article's text is not the same for all its annotators.
    """
    articles = versions(document for document in documents if annotator(document)).articles
    shared = [by_annotator for by_annotator in articles.values() if len(by_annotator) > 1]
    stories = story_names([next(iter(by_annotator.values())) for by_annotator in shared])
    whole: dict[str, dict[str, PairCounts]] = {}
    languages: dict[str, dict[str, PairCounts]] = {}
    annotators: dict[str, dict[str, PairCounts]] = {}
    pairs: dict[ValuePair, dict[str, PairCounts]] = {}
    with_pairs = len({pair for version in shared for pair in combinations(sorted(version), 2)}) <= MOST_PAIRS
    for by_annotator, story in zip(shared, stories, strict=True):
        own = [by_annotator[name] for name in sorted(by_annotator)]
        sums = None if with_pairs or ontology is None else summed_if_less_work(own, ontology, story=story)
        if sums:
            _add(whole, "", sums[0])
            _add(languages, sums[0].language, sums[0])
            for name, counts in zip(sorted(by_annotator), sums[1], strict=True):
                _add(annotators, name, counts)
            continue
        for first, second in combinations(own, 2):
            counts = comparison(first, second, ontology, story=story)
            _add(whole, "", counts)
            _add(languages, counts.language, counts)
            for name in counts.pair:
                _add(annotators, name, counts)
            if with_pairs:
                _add(pairs, counts.pair, counts)
    return Agreement(
        documents=len(shared),
        single=len(articles) - len(shared),
        whole=_groups(whole).get(""),
        languages=_groups(languages),
        pairs=_groups(pairs),
        annotators=_groups(annotators),
        articles={article: counts.counts[_EXACT] for article, counts in whole.get("", {}).items()},
    )


def _add(parts: dict[K, dict[str, PairCounts]], key: K, counts: PairCounts) -> None:
    """Add a pair's counts to those of its group and article: of many annotators there are too many pairs to keep."""
    add(parts.setdefault(key, {}), counts.article, counts)


def _groups(parts: Mapping[K, Mapping[str, PairCounts]]) -> dict[K, AgreementGroup]:
    return {key: group(list(parts[key].values())) for key in sorted(parts)}


def _kappas(kappas: Mapping[str, Kappa]) -> dict[str, object]:
    return {name: kappa.as_dict() for name, kappa in kappas.items()}


def _percent(part: AgreementGroup, prf: PRF) -> str:
    if not prf.gold + prf.predicted:
        return "–"
    return f"{percent(prf.f1)}{'' if part.enough(prf) else ' ?'}"


def _with_interval(part: AgreementGroup, prf: PRF) -> str:
    ends = f" ({percent(prf.interval[0])}–{percent(prf.interval[1])})" if prf.interval else ""
    return _percent(part, prf) + ends
