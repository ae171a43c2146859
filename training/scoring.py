"""Gold against predicted: the seven scores, by language and by type, with intervals, and seqeval's number beside them.

The headline is Arg-C+: an argument counts when its event's trigger and type, its own offsets and its role are all
right. Counts are kept per document, so that slices, intervals and comparisons of two models are sums of rows.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from annotation.document import Document
from annotation.errors import UsageError
from annotation.matching import HEADLINE, PRF, UNITS, Units, compare, units
from training import bootstrap, flat

SCHEMA = 1
KINDS: Mapping[str, tuple[str, int]] = {
    "event": ("Trig-C", 2),
    "arguments": ("Arg-C+", 2),
    "role": ("Arg-C+", 5),
    "entity": ("Entity", 2),
}
"""What scores are broken down by: the unit counted, and where in its tuple the type stands. `arguments` is by event."""

_log = logging.getLogger(__name__)
_EXAMPLES = 3


@dataclass(frozen=True)
class Slice:
    """Micro scores over some of the documents: each of `UNITS`, and each of seqeval's layers."""

    documents: int
    micro: Mapping[str, PRF]
    seqeval: Mapping[str, PRF]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "documents": self.documents,
            "micro": {unit: prf.as_dict() for unit, prf in self.micro.items()},
            "seqeval": {
                "mode": "strict",
                "scheme": "IOB2",
                **{layer: prf.as_dict() for layer, prf in self.seqeval.items()},
            },
        }


@dataclass(frozen=True, eq=False)
class Scores:
    """What a model reached. `counts` is [documents, len(UNITS) + len(flat.LAYERS), 3]: gold, predicted, correct.

    `ids` and `languages` name its rows. Fractions, not percent. Nothing against nothing is 0, as in the field's
    reference scorer.
    """

    ids: tuple[str, ...]
    languages: tuple[str, ...]
    counts: NDArray[np.int64] = field(repr=False)
    overall: Slice
    by_language: Mapping[str, Slice]
    by_type: Mapping[str, Mapping[str, PRF]]

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
            "types": {
                kind: {name: prf.as_dict() for name, prf in types.items()} for kind, types in self.by_type.items()
            },
            "bootstrap": {
                "drawn": "documents",
                "resamples": bootstrap.RESAMPLES,
                "seed": bootstrap.SEED,
                "level": bootstrap.LEVEL,
            },
        }

    def table(self) -> list[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent; the last columns are F1 in each language."""
        heading = ("", "F1", "95%", "P", "R", "gold", "predicted", "correct", *(f"F1 {k}" for k in self.by_language))
        rows = [heading]
        for unit in UNITS:
            rows.append((unit, *_cells(self.micro[unit]), *(_percent(s.micro[unit].f1) for s in self._slices())))
        for layer in flat.LAYERS:
            name, parts = f"seqeval strict IOB2, {layer}", [s.seqeval[layer] for s in self._slices()]
            rows.append((name, *_cells(self.seqeval[layer]), *(_percent(prf.f1) for prf in parts)))
        return rows

    def _slices(self) -> Iterable[Slice]:
        return self.by_language.values()


def score(gold: Sequence[Document], predicted: Sequence[Document]) -> Scores:
    """Score predicted Documents against gold ones of the same ids and texts, in whatever order.

    A document's language is the gold one's. Raises UsageError that says how many Documents do not fit, and which.
    """
    pairs = aligned(gold, predicted)
    counts = np.zeros((len(pairs), len(UNITS) + len(flat.LAYERS), 3), dtype=np.int64)
    types: dict[str, tuple[Counter[str], Counter[str], Counter[str]]] = {
        kind: (Counter(), Counter(), Counter()) for kind in KINDS
    }
    for row, (left, right) in enumerate(pairs):
        left_units, right_units = units(left), units(right)
        counts[row] = compare(left_units, right_units) + flat.compare(left, right)
        _count_types(types, left_units, right_units)
        if row % 10_000 == 9_999:
            _log.info("scored %d of %d documents", row + 1, len(pairs))
    languages = tuple(document.language for document in gold)
    return Scores(
        ids=tuple(document.id for document in gold),
        languages=languages,
        counts=counts,
        overall=_slice(counts),
        by_language={k: _slice(counts[np.array(languages) == k]) for k in sorted(set(languages))},
        by_type={kind: _by_name(*counters) for kind, counters in types.items()},
    )


def aligned(gold: Sequence[Document], predicted: Sequence[Document]) -> list[tuple[Document, Document]]:
    """Each gold Document with the predicted one of its id, in gold's order.

    Raises UsageError that says how many Documents do not fit, and which.
    """
    ours, theirs = ({document.id: document for document in side} for side in (gold, predicted))
    faults = {
        "more than once in gold": _repeated(gold),
        "more than once in predicted": _repeated(predicted),
        "only in gold": [id for id in ours if id not in theirs],
        "only in predicted": [id for id in theirs if id not in ours],
        "with another text in predicted than in gold": [
            id for id in ours if id in theirs and ours[id].text != theirs[id].text
        ],
    }
    told = [f"{len(ids)} {what} ({_some(ids)})" for what, ids in faults.items() if ids]
    if told:
        raise UsageError(f"gold and predicted do not fit: {'; '.join(told)}; predict the very documents that are gold")
    return [(document, theirs[document.id]) for document in gold]


def _repeated(documents: Sequence[Document]) -> list[str]:
    return [id for id, times in Counter(document.id for document in documents).items() if times > 1]


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_EXAMPLES]) + (", ..." if len(ids) > _EXAMPLES else "")


def _count_types(
    types: Mapping[str, tuple[Counter[str], Counter[str], Counter[str]]], gold: Units, predicted: Units
) -> None:
    for kind, (unit, position) in KINDS.items():
        sides = (gold[unit], predicted[unit], gold[unit] & predicted[unit])
        for counter, items in zip(types[kind], sides, strict=True):
            counter.update(map(itemgetter(position), items))


def _by_name(gold: Counter[str], predicted: Counter[str], correct: Counter[str]) -> dict[str, PRF]:
    return {name: PRF(gold[name], predicted[name], correct[name]) for name in sorted({*gold, *predicted})}


def _slice(counts: NDArray[np.int64]) -> Slice:
    bounds = bootstrap.intervals(counts)
    scored = [
        PRF(int(gold), int(predicted), int(correct), (float(low), float(high)))
        for (gold, predicted, correct), (low, high) in zip(counts.sum(axis=0), bounds, strict=True)
    ]
    micro = dict(zip(UNITS, scored[: len(UNITS)], strict=True))
    return Slice(len(counts), micro, dict(zip(flat.LAYERS, scored[len(UNITS) :], strict=True)))


def _cells(prf: PRF) -> tuple[str, ...]:
    low, high = prf.interval or (prf.f1, prf.f1)
    shares = (_percent(prf.f1), f"{_percent(low)}-{_percent(high)}", _percent(prf.precision), _percent(prf.recall))
    return (*shares, str(prf.gold), str(prf.predicted), str(prf.correct))


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}"
