"""One version of a document as a page shows it: the marked text, its events, and an arc for each argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from markupsafe import Markup

from annotation.core.document import Document, Event, Span
from annotation.core.matching import Units
from annotation.page.highlighting import SIGNS, Mark, plain, render
from annotation.page.titles import Names

_RIGHT_TO_LEFT = {"ar", "he", "fa", "ur", "yi"}


@dataclass(frozen=True)
class Chip:
    """A trigger or an argument: event type or role, its words, and whether the other side has it."""

    title: str
    words: Markup
    state: str
    sign: str


@dataclass(frozen=True)
class Trigger:
    """An event under the text, with its arguments. `number` is that of its trigger's mark."""

    trigger: Chip
    arguments: tuple[Chip, ...]
    type: str
    number: int


Arc: TypeAlias = tuple[int, int, str, str]
"""Numbers of the marks of trigger and filler, the role's title, the argument's state."""


@dataclass(frozen=True)
class Side:
    """One version: the marked text, its events, and an arc for each of their arguments."""

    text: Markup
    events: tuple[Trigger, ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True)
class Marking:
    """Makes the side of a document held against `theirs`: what is in there is `right`, all else `wrong`.

    `notes` are added to what the pointer reads at a span.
    """

    document: Document
    theirs: Units
    names: Names
    right: str
    wrong: str
    notes: Mapping[Span, str] = field(default_factory=dict)

    def side(self) -> Side:
        """The whole of it."""
        numbers = {span: number for number, span in enumerate(self.document.spans())}
        triggers = self._marks(self.document.triggers, "trigger", "Trig-C", numbers)
        entities = self._marks(self.document.entities, "entity", "Entity", numbers)
        text = render(self.document.text, [*triggers, *entities])
        events = tuple(self._trigger(event, numbers) for event in self.document.events)
        return Side(text, events, tuple(self._arcs(events, numbers)))

    def _arcs(self, events: Sequence[Trigger], numbers: Mapping[Span, int]) -> Iterator[Arc]:
        for shown, event in zip(events, self.document.events, strict=True):
            for chip, argument in zip(shown.arguments, event.arguments, strict=True):
                yield shown.number, numbers[argument.filler], chip.title, chip.state

    def _marks(self, spans: Sequence[Span], layer: str, unit: str, numbers: Mapping[Span, int]) -> Iterator[Mark]:
        for span in spans:
            title, state = self.names.title(span.label), self._state((span.start, span.end, span.label), unit)
            yield Mark(span, layer, state, title, f"{title}: {state}{self.notes.get(span, '')}", numbers[span])

    def _trigger(self, event: Event, numbers: Mapping[Span, int]) -> Trigger:
        trigger = (event.trigger.start, event.trigger.end, event.type)
        chips = [
            self._chip(
                self.names.role(argument.role),
                argument.filler,
                self._state((*trigger, argument.filler.start, argument.filler.end, argument.role), "Arg-C+"),
            )
            for argument in event.arguments
        ]
        chip = self._chip(self.names.title(event.type), event.trigger, self._state(trigger, "Trig-C"))
        return Trigger(chip, tuple(chips), event.type, numbers[event.trigger])

    def _chip(self, title: str, span: Span, state: str) -> Chip:
        return Chip(title, plain(span.quote(self.document.text)), state, SIGNS[state])

    def _state(self, item: tuple[int | str, ...], unit: str) -> str:
        return self.right if item in self.theirs[unit] else self.wrong


def heading(document: Document) -> Markup:
    """What the document is called: its title, else its first words, else its id."""
    title = document.source.title if document.source else None
    return plain(title or document.text.strip().partition("\n")[0][:80] or document.id)


def direction(language: str) -> str:
    """What `dir` is for the language; "auto" where it is not known."""
    return "rtl" if language in _RIGHT_TO_LEFT else "auto"


def source_url(document: Document) -> str | None:
    """Where the article was published, only ever http or https."""
    url = document.source.url if document.source else None
    return url if url and url.startswith(("http://", "https://")) else None


def task_url(studio: str | None, document: Document) -> str | None:
    """Where the document is marked in the Label Studio project at `studio`; None where either is not known."""
    task = document.provenance.task if document.provenance else None
    if task is None or not studio or not studio.startswith(("http://", "https://")):
        return None
    return f"{studio.rstrip('/')}/data?task={task}"
