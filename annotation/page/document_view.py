"""View of one version of a document: the highlighted text, its events, and an arc for each argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from markupsafe import Markup

from annotation.core.document import Document, Event, Span
from annotation.core.matching import Units
from annotation.page.highlighting import SIGNS, Highlight, plain, render
from annotation.page.titles import Names

_RIGHT_TO_LEFT = {"ar", "he", "fa", "ur", "yi"}


@dataclass(frozen=True)
class Chip:
    """A trigger or argument below the text: its event type or role, its words, its state and the state's sign."""

    title: str
    words: Markup
    state: str
    sign: str


@dataclass(frozen=True)
class Trigger:
    """An event below the text, with its arguments. `number` is the number of its trigger's mark."""

    trigger: Chip
    arguments: tuple[Chip, ...]
    type: str
    number: int


Arc: TypeAlias = tuple[int, int, str, str]
"""The numbers of the trigger's and the filler's marks, the role's title, and the argument's state."""


@dataclass(frozen=True)
class VersionView:
    """One version: the highlighted text, its events, and an arc for each argument."""

    text: Markup
    events: tuple[Trigger, ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True)
class Marking:
    """Builds the view of a document that is compared with another one, whose units are `other`.

    Items that are in `other` have the state `right`, all others `wrong`. `notes` are added to a span's tooltip.
    """

    document: Document
    other: Units
    names: Names
    right: str
    wrong: str
    notes: Mapping[Span, str] = field(default_factory=dict)

    def side(self) -> VersionView:
        """The view of the whole document."""
        numbers = {span: number for number, span in enumerate(self.document.spans())}
        triggers = self._marks(self.document.triggers, "trigger", "Trig-C", numbers)
        entities = self._marks(self.document.entities, "entity", "Entity", numbers)
        text = render(self.document.text, [*triggers, *entities])
        events = tuple(self._trigger(event, numbers) for event in self.document.events)
        return VersionView(text, events, tuple(self._arcs(events, numbers)))

    def _arcs(self, events: Sequence[Trigger], numbers: Mapping[Span, int]) -> Iterator[Arc]:
        for shown, event in zip(events, self.document.events, strict=True):
            for chip, argument in zip(shown.arguments, event.arguments, strict=True):
                yield shown.number, numbers[argument.filler], chip.title, chip.state

    def _marks(self, spans: Sequence[Span], layer: str, unit: str, numbers: Mapping[Span, int]) -> Iterator[Highlight]:
        for span in spans:
            title, state = self.names.title(span.label), self._state((span.start, span.end, span.label), unit)
            said = self.names.wording.gettext("%(type)s: %(state)s", type=title, state=self.names.wording.of(state))
            yield Highlight(span, layer, state, title, said + self.notes.get(span, ""), numbers[span])

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
        return self.right if item in self.other[unit] else self.wrong


def heading(document: Document) -> Markup:
    """The document's title, else its first line (at most 80 code points), else its id."""
    title = document.source.title if document.source else None
    return plain(title or document.text.strip().partition("\n")[0][:80] or document.id)


def direction(language: str) -> str:
    """The HTML `dir` attribute for a language: "rtl" or "auto"."""
    return "rtl" if language in _RIGHT_TO_LEFT else "auto"


def source_url(document: Document) -> str | None:
    """The article's URL if it is http or https, else None."""
    url = document.source.url if document.source else None
    return url if url and url.startswith(("http://", "https://")) else None


def task_url(studio: str | None, document: Document) -> str | None:
    """The URL of the document's task in the Label Studio project at `studio`; None where either is not known."""
    task = document.provenance.task if document.provenance else None
    if task is None or not studio or not studio.startswith(("http://", "https://")):
        return None
    return f"{studio.rstrip('/')}/data?task={task}"
