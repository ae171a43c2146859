"""Builder of a Document from another tool's annotations: each is checked when it is added, and losses are recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from annotation.core.document import Argument, Document, Event, Json, Link, Provenance, Source, Span
from annotation.core.quoting import nearby, same_letters, same_words
from annotation.formats.base import Lost, Unit

_SHOWN = 60


class DocumentBuilder:
    """The annotations of one article so far. `where` names the article in the records of what is lost.

    A quote and the text may differ in white space, and unless `exact` in signs that are no letters. With `repair` a
    span that covers other words than it quotes is moved to those, where they stand once nearby.
    """

    def __init__(self, text: str, where: str, *, repair: bool = False, exact: bool = False) -> None:
        self.text, self.where = text, where
        self.repair, self.exact = repair, exact
        self.lost: list[Lost] = []
        self._entities: set[Span] = set()
        self._events: dict[Span, tuple[set[Argument], dict[str, str]]] = {}
        self._links: set[Link] = set()

    def span(self, start: object, end: object, label: object, *, at: str, quoted: object, unit: Unit) -> Span | None:
        """The span; None, with a record, where it leaves the text or does not cover the words it quotes."""
        detail = f"{label} [{start}:{end}]"
        if not isinstance(start, int) or not isinstance(end, int) or not isinstance(label, str) or not label:
            self.wrong(unit, at, "has no label or no offsets; mark it again", detail)
            return None
        if not 0 <= start < end <= len(self.text):
            reason = "leaves the text, or is empty; mend its offsets"
            return self._elsewhere(start, label, quoted, unit, at, reason, f"{detail} of {len(self.text)}")
        covered = self.text[start:end]
        if not isinstance(quoted, str) or not quoted or same_words(quoted, covered):
            return Span(start, end, label)
        detail += f" quotes {_short(quoted)!r} but covers {_short(covered)!r}"
        if self.exact or not same_letters(quoted, covered):
            reason = "does not cover the words it quotes; mend its offsets"
            return self._elsewhere(start, label, quoted, unit, at, reason, detail)
        self.note(unit, at, "quotes its words with other signs, the same letters; the text's are kept", detail)
        return Span(start, end, label)

    def _elsewhere(
        self, start: int, label: str, quoted: object, unit: Unit, at: str, reason: str, detail: str
    ) -> Span | None:
        """The span where its words do stand, with `repair` and where that is certain; else a record with the reason."""
        place = nearby(self.text, quoted, start) if isinstance(quoted, str) else None
        if place is None or not self.repair:
            self.wrong(unit, at, reason, detail + (f" (they stand at [{place[0]}:{place[1]}])" if place else ""))
            return None
        self.note(unit, at, "is moved to the words it quotes", f"{detail}; now [{place[0]}:{place[1]}]")
        return Span(*place, label)

    def entity(self, span: Span, *, at: str = "") -> None:
        """Add an entity mention."""
        if span in self._entities:
            self.lose("entity", at, "is marked twice; one is kept", f"{span.label} [{span.start}:{span.end}]")
        self._entities.add(span)

    def event(self, trigger: Span, *, at: str = "") -> None:
        """Add an event by its trigger; two with the same trigger and type become one."""
        if trigger in self._events:
            self.lose("event", at, "shares trigger and type with another; they become one", trigger.label)
        self._events.setdefault(trigger, (set(), {}))

    def argument(self, trigger: Span, role: str, filler: Span, *, at: str = "", score: float | None = None) -> None:
        """Add an argument to an event that was added before."""
        arguments, _ = self._events[trigger]
        if trigger == filler:
            self.wrong("argument", at, "an event fills a role of itself; remove it", role)
        elif Argument(role, filler) in arguments:
            self.lose("argument", at, "is there twice; one is kept", role)
        else:
            arguments.add(Argument(role, filler, score))

    def attribute(self, trigger: Span, name: str, value: str, *, at: str = "") -> None:
        """Add an attribute to an event that was added before."""
        _, attributes = self._events[trigger]
        if attributes.setdefault(name, value) != value:
            self.wrong("attribute", at, "has two values; the first is kept", f"{name} {value}")

    def link(
        self, label: str, a: Span, b: Span, *, at: str = "", directed: bool = False, score: float | None = None
    ) -> None:
        """Add a link; for a directed relation, record that a link has no direction."""
        if a == b:
            self.wrong("link", at, "joins a span to itself; remove it", label)
        elif (link := Link(label, a, b, score)) in self._links:
            self.lose("link", at, "joins the same two spans as another; one is kept", label)
        else:
            self._links.add(link)
            if directed:
                detail = f"{label} from [{a.start}:{a.end}] to [{b.start}:{b.end}]"
                self.note("link", at, "is kept without its direction, which links do not have", detail)

    def contains(self, span: Span) -> bool:
        """Whether the span was added as an entity or a trigger."""
        return span in self._entities or span in self._events

    def is_event(self, span: Span) -> bool:
        """Whether the span was added as a trigger."""
        return span in self._events

    def wrong(self, unit: Unit, at: str, reason: str, detail: str = "") -> None:
        """Record an item that is left out because the file is at fault."""
        self.lost.append(Lost(unit, self._place(at), reason, detail, "wrong"))

    def lose(self, unit: Unit, at: str, reason: str, detail: str = "", count: int = 1) -> None:
        """Record an item that a Document cannot represent."""
        self.lost.append(Lost(unit, self._place(at), reason, detail, "lost", count))

    def unread(self, row: Json, known: Collection[str], *, at: str = "") -> None:
        """Record each value of a JSON object under a key that the reader does not use; empty values are passed over."""
        for key in row:
            if key not in known and row[key] not in (None, "", [], {}):
                self.lose("other", at, f"has a value under {key!r}, which Documents do not hold")

    def note(self, unit: Unit, at: str, reason: str, detail: str = "") -> None:
        """Record an item that was converted, but changed."""
        self.lost.append(Lost(unit, self._place(at), reason, detail, "noted"))

    def document(
        self, id: str, language: str, *, source: Source | None = None, provenance: Provenance | None = None
    ) -> Document:
        """The Document of everything that was added."""
        events = (
            Event(trigger, tuple(arguments), tuple(attributes.items()))
            for trigger, (arguments, attributes) in self._events.items()
        )
        entities, links = tuple(self._entities), tuple(self._links)
        return Document(id, self.text, language, entities, tuple(events), links, source, provenance)

    def _place(self, at: str) -> str:
        return ", ".join(part for part in (self.where, at) if part)


def longest(pieces: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The piece that stands for an annotation of several, since a span is one range: the longest, then the first."""
    return max(sorted(pieces), key=lambda piece: piece[1] - piece[0])


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
