"""What kind of argument it is: the slices it falls into, by its document, its event, its filler and what was learnt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from annotation.core.document import Document, Event, Span
from annotation.core.messages import N_, Message
from annotation.core.ontology import Ontology
from annotation.core.text import folded
from training.analysis.error_causes import Attached
from training.scoring.outlets import outlet

LENGTHS = (100, 300)
"""Words of a document, where its length passes from one slice into the next."""
DISTANCES = (3, 10, 30)
"""Words between trigger and filler, likewise."""
SEEN, NEW = N_("seen in training"), N_("new")
TAUGHT, UNTAUGHT = N_("trained on"), N_("never trained on")
"""Of a document's language: trained on Hebrew and tested on Arabic, say."""
NESTED, ALONE = N_("nested"), N_("not nested")
INSIDE, AT_START = N_("after a proclitic"), N_("at a word's start")
UNKNOWN = N_("unknown")
LANGUAGE, EVENT, ROLE, SOURCE = N_("language"), N_("event"), N_("role"), N_("source")
LENGTH, DISTANCE = N_("length"), N_("distance")
NESTING, BEGINNING, FILLER, TRANSFER = N_("nesting"), N_("beginning"), N_("filler"), N_("transfer")
"""Kinds of slices; beside them each attribute of the ontology is one."""


def _bins(limits: tuple[int, ...]) -> tuple[str, ...]:
    inner = (Message("%(low)s to %(high)s words", low=low + 1, high=high) for low, high in pairwise(limits))
    first, last = limits[0], limits[-1]
    return (Message("up to %(number)s words", number=first), *inner, Message("over %(number)s words", number=last))


BINS: Mapping[str, tuple[str, ...]] = {LENGTH: _bins(LENGTHS), DISTANCE: _bins(DISTANCES)}
"""The slices of the kinds that are numbers, in order."""


class ArgumentFeatures:
    """`train`: what the model was trained on. Without it nothing is said of fillers and languages seen or new.

    Without an ontology nothing is said of attributes.
    """

    def __init__(self, ontology: Ontology | None = None, train: Iterable[Document] = ()) -> None:
        attributes = ontology.attributes if ontology else {}
        self.defaults = {name: attribute.default for name, attribute in attributes.items()}
        train = list(train)
        self.languages = frozenset(document.language for document in train)
        self.seen = frozenset(
            folded(argument.filler.quote(document.text))
            for document in train
            for event in document.events
            for argument in event.arguments
        )

    def of(self, argument: Attached, marked: Document, gold: Document) -> Iterator[tuple[str, str]]:
        """Kind and slice, once for each kind. `marked` is the side the argument is from.

        Its event's attributes are gold's where gold has the trigger.
        """
        text, filler = gold.text, argument.filler
        yield LANGUAGE, gold.language
        yield EVENT, argument.trigger.label
        yield ROLE, argument.role
        yield SOURCE, outlet(gold) or UNKNOWN
        yield LENGTH, BINS[LENGTH][bisect_left(LENGTHS, len(text.split()))]
        yield DISTANCE, BINS[DISTANCE][bisect_left(DISTANCES, _between(text, argument.trigger, filler))]
        yield NESTING, NESTED if _nested(filler, marked) else ALONE
        yield BEGINNING, INSIDE if filler.start and text[filler.start - 1].isalpha() else AT_START
        if self.languages:
            yield FILLER, SEEN if folded(filler.quote(text)) in self.seen else NEW
            yield TRANSFER, TAUGHT if gold.language in self.languages else UNTAUGHT
        event = _event(argument.trigger, gold) or _event(argument.trigger, marked)
        for name, default in self.defaults.items():
            yield name, (event and event.attribute(name)) or default


def _between(text: str, a: Span, b: Span) -> int:
    """Words between two spans, 0 where they touch or overlap; a proclitic left over counts as one."""
    return len(text[min(a.end, b.end) : max(a.start, b.start)].split())


def _nested(span: Span, document: Document) -> bool:
    """Whether the span holds another, or another holds it."""
    return any(
        other.start < span.end and span.start < other.end and (other.start, other.end) != (span.start, span.end)
        for other in document.spans()
    )


def _event(trigger: Span, document: Document) -> Event | None:
    return next((event for event in document.events if event.trigger == trigger), None)
