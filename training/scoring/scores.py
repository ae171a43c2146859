"""Gold against predicted: the seven scores, by language and by type, with intervals, and seqeval's number beside them.

The headline is Arg-C+: an argument counts when its event's trigger and type, its own offsets and its role are all
right. Counts are kept per document, so that slices, intervals and comparisons of two models are sums of rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotation.core import bootstrap, intervals
from annotation.core.document import Document
from annotation.core.layers import SPAN_LAYERS
from annotation.core.matching import HEADLINE, PRF, UNITS
from annotation.core.messages import N_, percent
from training.scoring.counts import KINDS as KINDS
from training.scoring.counts import Integers, ScoreCounts, Slices, TypeName
from training.scoring.document_pairs import DocumentPair, NumberedPair, stream_pairs

SCHEMA = 1
UNDEFINED = "–"
"""Stands for a share of nothing, which counts as 0."""
Slicer: TypeAlias = Callable[[DocumentPair], Slices]
"""Counts further slices of the arguments of one document."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoresOfPart:
    """Micro scores over some of the documents: each of `UNITS`, each of seqeval's layers, each type of each kind.

    `stories` counts the documents with near-duplicates as one.
    """

    documents: int
    stories: int
    micro: Mapping[str, PRF]
    seqeval: Mapping[str, PRF]
    types: Mapping[str, Mapping[str, PRF]]

    @classmethod
    def of(
        cls, documents: int, stories: Sequence[str], counts: Integers, names: Sequence[TypeName], types: Integers
    ) -> ScoresOfPart:
        """From [rows, scores, 3] and [rows, types, 3] of so many documents; types that do not occur are left out.

        `stories` names the story of each row.
        """
        occurring = [at for at in np.flatnonzero(types.sum(axis=(0, 2))) if names[at][0] in KINDS]
        micro = prfs(counts, stories)
        columns = types if len(occurring) == len(names) else types[:, occurring]
        by_type = dict(zip((names[at] for at in occurring), prfs(columns, stories), strict=True))
        folded = documents > len(stories)
        return cls(
            documents=documents,
            stories=documents if folded else len(set(stories)),
            micro=dict(zip(UNITS, micro[: len(UNITS)], strict=True)),
            seqeval=dict(zip(SPAN_LAYERS, micro[len(UNITS) :], strict=True)),
            types={kind: {name: prf for (of, name), prf in by_type.items() if of == kind} for kind in KINDS},
        )

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "documents": self.documents,
            "stories": self.stories,
            "micro": {unit: prf.as_dict() for unit, prf in self.micro.items()},
            "seqeval": {
                "mode": "strict",
                "scheme": "IOB2",
                **{layer: prf.as_dict() for layer, prf in self.seqeval.items()},
            },
            "types": {kind: {name: prf.as_dict() for name, prf in types.items()} for kind, types in self.types.items()},
        }


@dataclass(frozen=True, eq=False)
class Scores:
    """What a model reached. `counts` is [rows, len(UNITS) + len(SPAN_LAYERS), 3]: gold, predicted, correct.

    `ids` and `languages` name its rows, in gold's order: one a document, but neighbours share one in an archive (see
    `counts`). `stories` names the near-duplicates a row belongs to, `sources` where its document is from, "" where that
    is not known. `type_counts` is [rows, types, 3] and `types` names its columns. Fractions, not percent. Nothing
    against nothing is 0, as in the field's reference scorer.
    """

    ids: tuple[str, ...]
    languages: tuple[str, ...]
    stories: tuple[str, ...]
    sources: tuple[str, ...]
    counts: Integers = field(repr=False)
    types: tuple[TypeName, ...] = field(repr=False)
    type_counts: Integers = field(repr=False)
    overall: ScoresOfPart
    by_language: Mapping[str, ScoresOfPart]

    @classmethod
    def of(cls, tally: ScoreCounts) -> Scores:
        """The scores of what was counted."""
        order = tally.order()
        counts = tally.counts()[order]
        names, types = tally.types()
        types, sizes = types[order], tally.sizes()[order]
        languages = np.array(tally.languages, dtype=object)[order]
        ids, stories, sources = (
            np.array(names, dtype=object)[order] for names in (tally.names, tally.stories, tally.sources)
        )
        rows = {language: languages == language for language in sorted(set(tally.languages))}
        return cls(
            ids=tuple(ids),
            languages=tuple(languages),
            stories=tuple(stories),
            sources=tuple(sources),
            counts=counts,
            types=names,
            type_counts=types,
            overall=ScoresOfPart.of(tally.documents, tuple(stories), counts, names, types),
            by_language={
                language: ScoresOfPart.of(int(sizes[own].sum()), tuple(stories[own]), counts[own], names, types[own])
                for language, own in rows.items()
            },
        )

    @property
    def documents(self) -> int:
        """How many were scored."""
        return self.overall.documents

    @property
    def by_type(self) -> Mapping[str, Mapping[str, PRF]]:
        """The types of each kind of `KINDS` over all documents."""
        return self.overall.types

    @property
    def micro(self) -> Mapping[str, PRF]:
        """Each of `UNITS` over all documents."""
        return self.overall.micro

    @property
    def seqeval(self) -> Mapping[str, PRF]:
        """The flat token view of entities and of triggers, strict IOB2, over all documents."""
        return self.overall.seqeval

    @property
    def arg_c_plus(self) -> PRF:
        """The headline."""
        return self.micro[HEADLINE]

    def as_dict(self) -> dict[str, object]:
        """What metrics.json holds, as plain JSON values."""
        return {
            "schema": SCHEMA,
            "headline": HEADLINE,
            **self.overall.as_dict(),
            "languages": {language: part.as_dict() for language, part in self.by_language.items()},
            "intervals": {"method": intervals.METHOD, "level": bootstrap.LEVEL, "fewest": intervals.FEWEST},
        }

    def table(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent; the last columns are F1 in each language."""
        counts = (N_("gold"), N_("predicted"), N_("correct"))
        heading = ("", "F1", "95%", "P", "R", *counts, *(f"F1 {k}" for k in self.by_language))
        rows = [heading]
        for unit in UNITS:
            rows.append((unit, *_cells(self.micro[unit]), *(_f1(s.micro[unit]) for s in self._slices())))
        for layer in SPAN_LAYERS:
            name, parts = seqeval_title(layer), [s.seqeval[layer] for s in self._slices()]
            rows.append((name, *_cells(self.seqeval[layer]), *map(_f1, parts)))
        return rows

    def _slices(self) -> Iterable[ScoresOfPart]:
        return self.by_language.values()


def score(gold: Iterable[Document], predicted: Iterable[Document]) -> Scores:
    """Score predicted Documents against gold ones of the same ids and texts, in whatever order.

    Both may be streams: only Documents whose partner has not come yet are held. A document's language is the gold
    one's. Raises UsageError that says how many Documents do not fit, and which.
    """
    return _scores(stream_pairs(gold, predicted))


def score_pairs(pairs: Iterable[DocumentPair], slicer: Slicer | None = None) -> Scores:
    """The scores of Documents that are paired already, with further counts of slices by `slicer`."""
    return _scores(enumerate(pairs), slicer)


def _scores(pairs: Iterable[NumberedPair], slicer: Slicer | None = None) -> Scores:
    tally = ScoreCounts()
    for place, pair in pairs:
        tally.add(place, pair, slicer(pair) if slicer else None)
        if len(tally) % 10_000 == 0:
            _log.info("scored %d documents", len(tally))
    return Scores.of(tally)


def seqeval_title(layer: str) -> str:
    """The name of a layer's seqeval score in a table."""
    return f"seqeval strict IOB2, {layer}"


def prfs(counts: NDArray[np.int64], stories: Sequence[Hashable]) -> list[PRF]:
    """From [documents, units, 3] and the story of each document, with intervals where there are enough of them."""
    totals, ends = counts.sum(axis=0).tolist(), intervals.of_counts(intervals.by_cluster(counts, stories))
    return [PRF(*total, *intervals.pairs(three)) for total, three in zip(totals, ends, strict=True)]


def counted(documents: int, stories: int) -> str:
    """How many there are, such as "8 documents, 7 stories": near-duplicates are one story."""
    words = f"{documents:,} document{'' if documents == 1 else 's'}"
    if stories == documents:
        return words
    return f"{words}, {stories:,} {'story' if stories == 1 else 'stories'}"


def _cells(prf: PRF) -> tuple[str, ...]:
    interval = "-".join(map(percent, prf.interval)) if prf.interval else "too few"
    interval = interval if prf.gold + prf.predicted else UNDEFINED
    precision = percent(prf.precision) if prf.predicted else UNDEFINED
    recall = percent(prf.recall) if prf.gold else UNDEFINED
    return _f1(prf), interval, precision, recall, str(prf.gold), str(prf.predicted), str(prf.correct)


def _f1(prf: PRF) -> str:
    return percent(prf.f1) if prf.gold + prf.predicted else UNDEFINED
