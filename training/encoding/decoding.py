"""Constrained decoding: scores -> spans -> roles -> Document. Deterministic, and pure of torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.words import Word
from training.encoding.label_space import LabelSpace
from training.encoding.platt_scaling import ARGUMENT, ENTITY, LINK, PLAIN, TRIGGER, ScoreScales
from training.encoding.platt_scaling import sigmoid as sigmoid

Logits: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the model says of one document's M candidate spans; every score is a logit whose threshold is 0.

    spans [M, 3]: first word, last word, label. scores [M]. leading [M, LEADING] and trailing [M, TRAILING]: how many
    graphemes to cut. roles [T, M, R]: each candidate filling each role of the first T, among which all triggers are.
    attributes: one [T, V] each. links [M, M, L]: two candidates being one thing, the same both ways; L is 0 where the
    model knows none. doubt: how near to 0 the logits of all candidates are, in nats (`training.doubt`).
    """

    spans: npt.NDArray[np.int64]
    scores: Logits
    leading: Logits
    trailing: Logits
    roles: Logits
    attributes: tuple[Logits, ...]
    links: Logits
    doubt: float = 0.0


def decode(
    document: Document,
    words: Sequence[Word],
    outputs: Outputs,
    labels: LabelSpace,
    reading: ScoreScales = PLAIN,
    *,
    nested: bool = True,
) -> Document:
    """The bare document with what the scores say is in it.

    Threshold 0; at most one span of a label on the same characters; no crossing among entities nor among triggers, the
    better scored going first, and no overlap among entities where they are not `nested`; roles as the ontology permits
    and as often; attributes only where they differ from their default. A mention is the same thing as the one before
    it that it is likest to, if any, and is joined to the last of those that are: links are a chain, as annotators draw.
    `reading` makes logits scores, and changes nothing else.
    """
    kept = _select(_spans(words, outputs, labels, reading), labels, nested)
    events = tuple(
        Event(
            span,
            tuple(_arguments(row, kept, outputs, labels, reading[ARGUMENT])),
            tuple(_attributes(row, outputs, labels)),
        )
        for row, span in kept.items()
        if labels.is_event(labels.number[span.label])
    )
    entities = tuple(span for span in kept.values() if not labels.is_event(labels.number[span.label]))
    links = tuple(_links(kept, outputs, labels, reading[LINK]))
    return replace(document, entities=entities, events=events, links=links)


def _spans(
    words: Sequence[Word], outputs: Outputs, labels: LabelSpace, reading: ScoreScales
) -> Iterator[tuple[int, Span]]:
    """Each candidate above the threshold by its row, best first."""
    for row in np.argsort(-outputs.scores, kind="stable"):
        if outputs.scores[row] <= 0:
            return
        first, last, label = outputs.spans[row]
        start, end = cut(words[first], words[last], outputs.leading[row], outputs.trailing[row])
        layer = TRIGGER if labels.is_event(label) else ENTITY
        yield int(row), Span(start, end, labels.spans[label], reading[layer](float(outputs.scores[row])))


def cut(first: Word, last: Word, leading: Logits, trailing: Logits) -> tuple[int, int]:
    """Start and end in the text: the best pair of cuts that leaves at least one grapheme."""
    opening, closing = leading[: first.size], trailing[: last.size]
    total = opening[:, None] + closing[None, :]
    if first == last:
        taken = np.arange(len(opening))[:, None] + np.arange(len(closing))[None, :]
        total = np.where(taken < first.size, total, -np.inf)
    k, m = np.unravel_index(int(np.argmax(total)), total.shape)
    return first.cuts[k], last.cuts[last.size - m]


def _select(spans: Iterator[tuple[int, Span]], labels: LabelSpace, nested: bool) -> dict[int, Span]:
    """The spans that can stand together, by row."""
    kept: dict[int, Span] = {}
    layers: dict[bool, list[Span]] = {True: [], False: []}
    for row, span in spans:
        layer = labels.is_event(labels.number[span.label])
        peers, clash = layers[layer], Span.crosses if nested or layer else _overlap
        if span not in peers and not any(clash(span, other) for other in peers):
            kept[row] = span
            peers.append(span)
    return kept


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _arguments(
    trigger: int, kept: dict[int, Span], outputs: Outputs, labels: LabelSpace, score: Callable[[float], float]
) -> Iterator[Argument]:
    """Each filler above the threshold that the ontology permits, the best ones where it limits their number."""
    event = kept[trigger].label
    rows = np.array([row for row in kept if row != trigger], dtype=np.int64)
    permitted = labels.permits[labels.number[event]][:, outputs.spans[rows, 2]].T
    logits = np.where(permitted, outputs.roles[trigger, rows], 0)
    for number in np.flatnonzero((logits > 0).any(axis=0)):
        role, column = labels.roles[number], logits[:, number]
        best = np.argsort(-column, kind="stable")[: np.count_nonzero(column > 0)]
        for at in best[: labels.maximum(event, role)]:
            yield Argument(role, kept[int(rows[at])], score(float(column[at])))


def _links(
    kept: dict[int, Span], outputs: Outputs, labels: LabelSpace, score: Callable[[float], float]
) -> Iterator[Link]:
    """One for each mention that has an antecedent: events have events, entities have entities."""
    rows = np.array(sorted(kept, key=kept.__getitem__), dtype=np.int64)
    triggers = outputs.spans[rows, 2] >= labels.entities
    for number, label in enumerate(labels.links[: outputs.links.shape[-1]]):
        cluster, last = np.arange(len(rows)), np.arange(len(rows))
        for at in range(1, len(rows)):
            logits = np.where(triggers[:at] == triggers[at], outputs.links[rows[at], rows[:at], number], -np.inf)
            best = int(np.argmax(logits))
            if logits[best] > 0:
                cluster[at] = cluster[best]
                yield Link(label, kept[rows[last[cluster[at]]]], kept[rows[at]], score(float(logits[best])))
                last[cluster[at]] = at


def _attributes(trigger: int, outputs: Outputs, labels: LabelSpace) -> Iterator[tuple[str, str]]:
    for (name, values), default, scores in zip(labels.attributes, labels.defaults, outputs.attributes, strict=True):
        best = int(np.argmax(scores[trigger]))
        if best != default:
            yield name, values[best]
