"""Why arguments are wrong: each missed or spurious one of a document gets exactly one cause.

The order is that of extraction: an argument that is wrong in two ways counts under what went wrong first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment

from annotation.core.boundary_difference import MARKS, OTHER, PROCLITIC, edge, sentence
from annotation.core.document import Document, Span
from annotation.core.matching import Item, assign
from annotation.core.messages import N_
from training.scoring.document_pairs import DocumentPair

TRIGGER_MISSED, TRIGGER_TYPE = N_("trigger missed"), N_("trigger type")
ENTITY_MISSED, ROLE = N_("entity missed"), N_("role")
WRONG_EVENT, BEYOND, SPURIOUS = N_("wrong event"), N_("beyond the sentence"), N_("spurious")
BOUNDARIES: Mapping[str, str] = {
    PROCLITIC: N_("boundary: proclitic"),
    MARKS: N_("boundary: marks"),
    OTHER: N_("boundary: other"),
}
"""The cause of a wrong boundary, by how it differs."""

CAUSES: Mapping[str, str] = {
    TRIGGER_MISSED: N_("no trigger is predicted where the event's is"),
    TRIGGER_TYPE: N_("the event is found under another type"),
    BOUNDARIES[PROCLITIC]: N_("trigger or filler begins before or after a proclitic by mistake"),
    BOUNDARIES[MARKS]: N_("trigger or filler differs by points, tatweel, quotes, punctuation or spaces only"),
    BOUNDARIES[OTHER]: N_("trigger or filler covers more or fewer words"),
    ENTITY_MISSED: N_("trigger right, but the filler is found nowhere, or under another type"),
    ROLE: N_("trigger and filler right, but under another role, or not joined though in one sentence"),
    WRONG_EVENT: N_("the filler has the role, but of another event"),
    BEYOND: N_("trigger and filler right but not joined, and in different sentences"),
    SPURIOUS: N_("there is no such argument, nor one it stands for"),
}
"""Each cause and what it means, in the order they are looked for."""

Place: TypeAlias = tuple[int, int]
_TRIGGER, _COUNTERPART, _ELSEWHERE, _SAME_ROLE = 8.0, 4.0, 1.0, 2.0
"""How much speaks for a wrong prediction standing for a missed argument: the same trigger most of all."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An argument with the trigger of its event."""

    trigger: Span
    role: str
    filler: Span

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values: the event type, the role, and the offsets of trigger and filler."""
        trigger, filler = self.trigger, self.filler
        places = {"trigger": [trigger.start, trigger.end], "filler": [filler.start, filler.end]}
        return {"event": trigger.label, "role": self.role, **places, "filled_by": filler.label}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A missed argument (`gold` only), a spurious one (`predicted` only), or both where one stands for the other."""

    document: str
    language: str
    cause: str
    gold: Attached | None
    predicted: Attached | None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        sides = {"gold": self.gold, "predicted": self.predicted}
        present = {side: argument.as_dict() for side, argument in sides.items() if argument}
        return {"document": self.document, "language": self.language, "cause": self.cause, **present}


def attached(document: Document) -> dict[Item, Attached]:
    """The document's arguments by their Arg-C+ tuple."""
    return {
        (*_place(event.trigger), event.type, *_place(argument.filler), argument.role): Attached(
            event.trigger, argument.role, argument.filler
        )
        for event in document.events
        for argument in event.arguments
    }


def argument_errors(pair: DocumentPair) -> list[Wrong]:
    """Every argument that counts against Arg-C+, once, with its cause."""
    gold = pair.gold
    gold_arguments, predicted_arguments = attached(gold), attached(pair.predicted)
    missed = [gold_arguments[item] for item in sorted(gold_arguments.keys() - predicted_arguments.keys())]
    extra = [predicted_arguments[item] for item in sorted(predicted_arguments.keys() - gold_arguments.keys())]
    case = _Case(gold, pair.predicted)
    instead = case.pairs(missed, extra)
    errors = [
        Wrong(gold.id, gold.language, case.why(argument, instead.get(argument)), argument, instead.get(argument))
        for argument in missed
    ]
    taken = set(instead.values())
    return errors + [Wrong(gold.id, gold.language, SPURIOUS, None, a) for a in extra if a not in taken]


class _Case:
    """A document and what was predicted of it, trigger by trigger and entity by entity."""

    def __init__(self, gold: Document, predicted: Document) -> None:
        self.text = gold.text
        self.counterparts = _counterparts(gold.triggers, predicted.triggers)
        self.counterparts |= _counterparts(gold.entities, predicted.entities)

    def pairs(self, missed: Sequence[Attached], extra: Sequence[Attached]) -> dict[Attached, Attached]:
        """Which wrong prediction stands for which missed argument, one to one."""
        weights = np.array([[self.likeness(m, e) for e in extra] for m in missed]).reshape(len(missed), len(extra))
        rows, columns = linear_sum_assignment(weights, maximize=True)
        return {missed[int(i)]: extra[int(j)] for i, j in zip(rows, columns, strict=True) if weights[i, j] > 0}

    def likeness(self, missed: Attached, extra: Attached) -> float:
        """0 where the prediction cannot stand for the missed argument."""
        shared = _shared(missed.filler, extra.filler)
        same_filler, same_role = shared == 1, missed.role == extra.role
        if not shared or not (same_filler or same_role):
            return 0.0
        if missed.trigger == extra.trigger:
            base = _TRIGGER
        elif (counterpart := self.counterparts.get(missed.trigger)) == extra.trigger:
            base = _COUNTERPART if same_role or extra.trigger.label != missed.trigger.label else 0.0
        else:
            base = _ELSEWHERE if counterpart == missed.trigger and same_filler and same_role else 0.0
        return base + _SAME_ROLE * same_role + shared if base else 0.0

    def why(self, missed: Attached, instead: Attached | None) -> str:
        """The cause of a missed argument, and of the wrong prediction that stands for it."""
        trigger = self.counterparts.get(missed.trigger)
        if trigger is None:
            return TRIGGER_MISSED
        if trigger.label != missed.trigger.label:
            return TRIGGER_TYPE
        if trigger != missed.trigger:
            return self.boundary(missed.trigger, trigger)
        if instead is None:
            return self.unjoined(missed)
        if instead.trigger != trigger:
            return WRONG_EVENT
        if _place(instead.filler) != _place(missed.filler):
            return self.boundary(missed.filler, instead.filler)
        return ROLE

    def unjoined(self, missed: Attached) -> str:
        """Why an argument has no prediction that stands for it, although its trigger is right."""
        filler = self.counterparts.get(missed.filler)
        if filler is None or filler.label != missed.filler.label:
            return ENTITY_MISSED
        if filler != missed.filler:
            return self.boundary(missed.filler, filler)
        apart = sentence(self.text, missed.trigger) != sentence(self.text, filler)
        return BEYOND if apart else ROLE

    def boundary(self, gold: Span, predicted: Span) -> str:
        return BOUNDARIES[edge(self.text, gold, predicted)]


def _counterparts(gold: Sequence[Span], predicted: Sequence[Span]) -> dict[Span, Span]:
    """The predicted span each gold one was found as: itself, or of the others the one that overlaps it best."""
    same = set(gold) & set(predicted)
    rest, others = sorted(set(gold) - same), sorted(set(predicted) - same)
    return {span: span for span in same} | {rest[i]: others[j] for i, j in assign(rest, others)}


def _shared(a: Span, b: Span) -> float:
    """Characters both cover over characters either covers."""
    both = min(a.end, b.end) - max(a.start, b.start)
    return max(0.0, both / (max(a.end, b.end) - min(a.start, b.start)))


def _place(span: Span) -> Place:
    return span.start, span.end
