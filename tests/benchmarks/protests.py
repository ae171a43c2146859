"""Arabic protest events: the corpus in contiguous folds, and the pipeline it is compared with, a CRF for three kinds of
spans, each actor then given to the nearest verb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.ontology import Ontology
from annotation.formats import gsr
from annotation.formats.base import ReadOptions
from annotation.formats.importing import Import
from tests.benchmarks.peers import Crf

PROTESTS = Path("gsr_protest_ar") / "protest_spans.json"


def protests(data: Path) -> tuple[list[Document], Ontology]:
    """Every sentence as a Document, in the file's order. A verb has one source and one target at most."""
    reading = Import([data / PROTESTS], gsr.read, ReadOptions(language="ar"))
    documents = list(reading.documents())
    row = yaml.safe_load(reading.starter.yaml("protests"))
    for event in row["events"].values():
        for role in event["roles"].values():
            role["max"] = 1
    return documents, Ontology.parse(yaml.safe_dump(row, allow_unicode=True))


def pipeline(train: Sequence[Document], test: Sequence[Document], seed: int) -> list[Document]:
    """The CRF learns verbs and actors as spans; an actor whose sentence has no verb fills nothing."""
    crf = Crf()
    crf.train([flattened(document) for document in train], seed)
    events = {event.trigger.label for document in train for event in document.events}
    found = crf.predict([document.bare() for document in test])
    return [attached(document, spans, events) for document, spans in zip(test, found, strict=True)]


def flattened(document: Document) -> Document:
    """Triggers, and fillers under the name of their role, as entities."""
    roles = [replace(a.filler, label=a.role) for event in document.events for a in event.arguments]
    return replace(document, entities=tuple(dict.fromkeys([*document.triggers, *roles])), events=(), links=())


def attached(document: Document, spans: Sequence[Span], events: set[str]) -> Document:
    """What was found as events: each span that is no trigger is an argument of the nearest one that is."""
    triggers = [span for span in spans if span.label in events]
    given: dict[Span, list[Argument]] = {trigger: [] for trigger in triggers}
    for role, filler in _fillers(spans, events):
        if triggers:
            given[min(triggers, key=lambda trigger: _apart(trigger, filler))].append(Argument(role, filler))
    entities = tuple(dict.fromkeys(filler for _, filler in _fillers(spans, events)))
    return replace(document, entities=entities, events=tuple(Event(t, tuple(a)) for t, a in given.items()), links=())


def _fillers(spans: Sequence[Span], events: set[str]) -> Iterator[tuple[str, Span]]:
    return ((span.label, replace(span, label=gsr.ACTOR)) for span in spans if span.label not in events)


def _apart(one: Span, other: Span) -> int:
    """Characters between; less than 0 where they overlap."""
    return max(one.start, other.start) - min(one.end, other.end)
