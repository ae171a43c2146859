"""Documents in which two models differ, the marks of both in the text; what both mark alike is shown faintly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from annotation.core.document import Document, Span
from annotation.core.matching import HEADLINE, Item, Units
from annotation.page.document_view import Arc, Chip, Trigger, VersionView, direction, heading, source_url, task_url
from annotation.page.highlighting import CORRECT, MISSED, SAME, SIGNS, SPURIOUS, Highlight, plain, render
from annotation.page.titles import Names
from training.analysis.document_changes import COMPARED, DocumentChange

MOST = 20
"""Documents shown in full; of the others there is a line."""
MOST_CHARACTERS = 150_000


@dataclass(frozen=True)
class ChangeLine:
    """A document in a line. counts: by score, how many items got worse, and how many better."""

    id: str
    title: Markup
    language: str
    counts: Mapping[str, tuple[int, int]]
    url: str | None
    task: str | None
    seen: bool


@dataclass(frozen=True)
class ChangeView(ChangeLine):
    """A document with the marks of the model before and of the new one."""

    direction: str
    before: VersionView
    now: VersionView

    @property
    def types(self) -> Iterator[str]:
        """The event types with a difference."""
        return (event.type for side in (self.before, self.now) for event in side.events)


def changed_documents(
    changes: Sequence[DocumentChange], names: Names, *, studio: str | None = None, seen: Sequence[str] | None = ()
) -> tuple[list[ChangeView], list[ChangeLine]]:
    """The first documents in full, about `MOST_CHARACTERS` of them, and the others as lines.

    studio: the address of the Label Studio project. seen: ids of those that the model before was trained with, which
    come last: it knows them by heart.
    """
    full: list[ChangeView] = []
    lines: list[ChangeLine] = []
    characters, known = 0, frozenset(seen or ())
    for change in sorted(changes, key=lambda change: change.id in known):
        line = _line(change, studio, known)
        characters += len(change.now.gold.text)
        if len(full) < MOST and (not full or characters <= MOST_CHARACTERS):
            full.append(_view(line, change, names))
        else:
            lines.append(line)
    return full, lines


def _line(change: DocumentChange, studio: str | None, seen: frozenset[str]) -> ChangeLine:
    gold = change.now.gold
    counts = {unit: change.counts(unit) for unit in COMPARED}
    place = source_url(gold), task_url(studio, gold)
    return ChangeLine(gold.id, heading(gold), gold.language, counts, *place, seen=gold.id in seen)


def _view(line: ChangeLine, change: DocumentChange, names: Names) -> ChangeView:
    gold, units = change.now.gold, change.now.gold_units
    sides = [
        (change.before.predicted, change.before.predicted_units),
        (change.now.predicted, change.now.predicted_units),
    ]
    (old, old_units), (new, new_units) = sides
    before = _Side(gold, units, old, old_units, new_units, names).view()
    now = _Side(gold, units, new, new_units, old_units, names).view()
    return ChangeView(**vars(line), direction=direction(gold.language), before=before, now=now)


@dataclass(frozen=True)
class _Side:
    """A model's marks and those of gold that it lacks; those that the `other` model treats alike are `SAME`."""

    gold: Document
    gold_units: Units
    predicted: Document
    units: Units
    other: Units
    names: Names

    def view(self) -> VersionView:
        """The text with its marks, and the events that differ, with their arguments that do."""
        text = render(self.gold.text, self._marks())
        events = [event for event in self._events() if any(chip.state != SAME for chip in _chips(event))]
        return VersionView(text, tuple(events), tuple(self._arcs()))

    @cached_property
    def _spans(self) -> dict[tuple[str, Span], int]:
        """The number of each span to mark, by its layer."""
        sides = (self.predicted, self.gold)
        spans = [("entity", span) for side in sides for span in side.entities]
        spans += [("trigger", span) for side in sides for span in side.triggers]
        return {key: number for number, key in enumerate(dict.fromkeys(spans))}

    def _marks(self) -> Iterator[Highlight]:
        for (layer, span), number in self._spans.items():
            unit = "Trig-C" if layer == "trigger" else "Entity"
            title, item = self.names.title(span.label), (span.start, span.end, span.label)
            state, own = self._state(item, unit), self._own_state(item, unit)
            yield Highlight(span, layer, state, title, f"{title}: {own}{', by both' if state == SAME else ''}", number)

    @cached_property
    def _arguments(self) -> dict[Item, list[tuple[Item, Span, Span]]]:
        """By trigger, the arguments of the model's event and of gold's: the item, its trigger and its filler."""
        found: dict[Item, dict[Item, tuple[Item, Span, Span]]] = {}
        for event in (*self.predicted.events, *self.gold.events):
            key = (event.trigger.start, event.trigger.end, event.type)
            row = found.setdefault(key, {})
            for argument in event.arguments:
                item = (*key, argument.filler.start, argument.filler.end, argument.role)
                row.setdefault(item, (item, event.trigger, argument.filler))
        return {key: list(row.values()) for key, row in found.items()}

    def _events(self) -> Iterator[Trigger]:
        for key, arguments in self._arguments.items():
            span = Span(int(key[0]), int(key[1]), str(key[2]))
            chips = [
                self._chip(self.names.role(str(item[-1])), filler, item, HEADLINE) for item, _, filler in arguments
            ]
            trigger = self._chip(self.names.title(span.label), span, key, "Trig-C")
            number = self._spans[("trigger", span)]
            yield Trigger(trigger, tuple(chip for chip in chips if chip.state != SAME), span.label, number)

    def _arcs(self) -> Iterator[Arc]:
        for arguments in self._arguments.values():
            for item, trigger, filler in arguments:
                state = self._state(item, HEADLINE)
                if state != SAME:
                    yield self._number(trigger), self._number(filler), self.names.role(str(item[-1])), state

    def _number(self, span: Span) -> int:
        """The number of a span's mark; an event that fills a role is marked as a trigger."""
        return self._spans.get(("trigger", span), self._spans.get(("entity", span), -1))

    def _chip(self, title: str, span: Span, item: Item, unit: str) -> Chip:
        state = self._state(item, unit)
        return Chip(title, plain(span.quote(self.gold.text)), state, SIGNS[state])

    def _own_state(self, item: Item, unit: str) -> str:
        if item not in self.units[unit]:
            return MISSED
        return CORRECT if item in self.gold_units[unit] else SPURIOUS

    def _state(self, item: Item, unit: str) -> str:
        return SAME if (item in self.units[unit]) == (item in self.other[unit]) else self._own_state(item, unit)


def _chips(event: Trigger) -> tuple[Chip, ...]:
    return event.trigger, *event.arguments
