"""Constrained decoding of model outputs: logits -> spans -> roles -> Document. Deterministic, without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.layers import ARGUMENT, ENTITY, LINK, TRIGGER
from annotation.core.words import Word
from training.encoding.label_space import LabelSpace
from training.encoding.platt_scaling import PLAIN, ScoreScales
from training.encoding.platt_scaling import sigmoid as sigmoid

Logits: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outputs:
    """The model's predictions for the M candidate spans of one document; each logit has the threshold 0.

    spans [M, 3]: first word, last word, label. logits [M]: of the spans. leading [M, LEADING], trailing [M, TRAILING]:
    logits of how many graphemes to cut from the first and the last word. roles [T, M, R]: logits of each candidate as
    filler of each role of the first T candidates, which include all triggers. attributes: logits [T, V] of the values
    of each attribute. links [M, M, L]: logits of two candidates being the same thing, symmetric; L is 0 for a model
    without links. uncertainty: summed entropy of the candidates, in nats (`training.model.extraction.uncertainty`).
    """

    spans: npt.NDArray[np.int64]
    logits: Logits
    leading: Logits
    trailing: Logits
    roles: Logits
    attributes: tuple[Logits, ...]
    links: Logits
    uncertainty: float = 0.0


def decode(
    document: Document,
    words: Sequence[Word],
    outputs: Outputs,
    labels: LabelSpace,
    scales: ScoreScales = PLAIN,
    *,
    nested: bool = True,
) -> Document:
    """The bare document with the spans, events and links whose logits are above the threshold 0.

    At most one span of a label on the same characters. Entities do not cross each other, nor do triggers; the span with
    the higher logit is chosen. Without `nested`, entities do not overlap either. Roles and their number follow the
    ontology. Attributes are set only where they differ from their default. A mention belongs to the cluster of the
    earlier mention with the highest positive link logit and is linked to the last mention of that cluster, so links
    form a chain, as annotators draw them. `scales` turn logits into scores and change nothing else.
    """
    spans = _select(_spans(words, outputs, labels, scales), labels, nested)
    events = tuple(
        Event(
            span,
            tuple(_arguments(row, spans, outputs, labels, scales[ARGUMENT])),
            tuple(_attributes(row, outputs, labels)),
        )
        for row, span in spans.items()
        if labels.is_event(labels.number[span.label])
    )
    entities = tuple(span for span in spans.values() if not labels.is_event(labels.number[span.label]))
    links = tuple(_links(spans, outputs, labels, scales[LINK]))
    return replace(document, entities=entities, events=events, links=links)


def _spans(
    words: Sequence[Word], outputs: Outputs, labels: LabelSpace, scales: ScoreScales
) -> Iterator[tuple[int, Span]]:
    """Each candidate above the threshold with its row, in order of falling logits."""
    for row in np.argsort(-outputs.logits, kind="stable"):
        if outputs.logits[row] <= 0:
            return
        first, last, label = outputs.spans[row]
        start, end = cut(words[first], words[last], outputs.leading[row], outputs.trailing[row])
        layer = TRIGGER if labels.is_event(label) else ENTITY
        yield int(row), Span(start, end, labels.spans[label], scales[layer](float(outputs.logits[row])))


def cut(first: Word, last: Word, leading: Logits, trailing: Logits) -> tuple[int, int]:
    """Start and end of the span in code points: the best pair of cuts that leaves at least one grapheme.

    leading [LEADING] and trailing [TRAILING] are logits of the number of graphemes cut.
    """
    opening, closing = leading[: first.size], trailing[: last.size]
    total = opening[:, None] + closing[None, :]
    if first == last:
        removed = np.arange(len(opening))[:, None] + np.arange(len(closing))[None, :]
        total = np.where(removed < first.size, total, -np.inf)
    leading_cut, trailing_cut = np.unravel_index(int(np.argmax(total)), total.shape)
    return first.cuts[leading_cut], last.cuts[last.size - trailing_cut]


def _select(spans: Iterator[tuple[int, Span]], labels: LabelSpace, nested: bool) -> dict[int, Span]:
    """The spans that do not conflict with a better one, by row."""
    accepted: dict[int, Span] = {}
    layers: dict[bool, list[Span]] = {True: [], False: []}
    for row, span in spans:
        layer = labels.is_event(labels.number[span.label])
        peers, clash = layers[layer], Span.crosses if nested or layer else _overlap
        if span not in peers and not any(clash(span, other) for other in peers):
            accepted[row] = span
            peers.append(span)
    return accepted


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _arguments(
    trigger: int, spans: dict[int, Span], outputs: Outputs, labels: LabelSpace, scale: Callable[[float], float]
) -> Iterator[Argument]:
    """Each permitted filler above the threshold; only the best ones where the ontology limits their number."""
    event = spans[trigger].label
    rows = np.array([row for row in spans if row != trigger], dtype=np.int64)
    permitted = labels.permits[labels.number[event]][:, outputs.spans[rows, 2]].T
    logits = np.where(permitted, outputs.roles[trigger, rows], 0)
    for number in np.flatnonzero((logits > 0).any(axis=0)):
        role, column = labels.roles[number], logits[:, number]
        best = np.argsort(-column, kind="stable")[: np.count_nonzero(column > 0)]
        for at in best[: labels.maximum(event, role)]:
            yield Argument(role, spans[int(rows[at])], scale(float(column[at])))


def _links(
    spans: dict[int, Span], outputs: Outputs, labels: LabelSpace, scale: Callable[[float], float]
) -> Iterator[Link]:
    """One link for each mention with an antecedent; events link to events, entities to entities."""
    rows = np.array(sorted(spans, key=spans.__getitem__), dtype=np.int64)
    triggers = outputs.spans[rows, 2] >= labels.entities
    for number, label in enumerate(labels.links[: outputs.links.shape[-1]]):
        cluster, last = np.arange(len(rows)), np.arange(len(rows))
        for at in range(1, len(rows)):
            logits = np.where(triggers[:at] == triggers[at], outputs.links[rows[at], rows[:at], number], -np.inf)
            best = int(np.argmax(logits))
            if logits[best] > 0:
                cluster[at] = cluster[best]
                yield Link(label, spans[rows[last[cluster[at]]]], spans[rows[at]], scale(float(logits[best])))
                last[cluster[at]] = at


def _attributes(trigger: int, outputs: Outputs, labels: LabelSpace) -> Iterator[tuple[str, str]]:
    for (name, values), default, logits in zip(labels.attributes, labels.defaults, outputs.attributes, strict=True):
        best = int(np.argmax(logits[trigger]))
        if best != default:
            yield name, values[best]
