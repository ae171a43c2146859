"""A Document in the making, out of another tool's marks: each is checked as it comes, and what does not fit is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from annotation.core.document import Argument, Document, Event, Link, Provenance, Source, Span
from annotation.formats.base import Lost, Unit

_SHOWN = 60


class DocumentBuilder:
    """The marks of one article. `where` names it in the lines about what is lost."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.lost: list[Lost] = []
        self._entities: set[Span] = set()
        self._events: dict[Span, tuple[set[Argument], dict[str, str]]] = {}
        self._links: set[Link] = set()

    def span(self, start: object, end: object, label: object, *, at: str, quoted: object, unit: Unit) -> Span | None:
        """The span, or None after telling why there can be none: it leaves the text, or does not cover its words."""
        detail = f"{label} [{start}:{end}]"
        if not isinstance(start, int) or not isinstance(end, int) or not isinstance(label, str) or not label:
            self.wrong(unit, at, "has no label or no offsets; mark it again", detail)
        elif not 0 <= start < end <= len(self.text):
            self.wrong(unit, at, "leaves the text, or is empty; mend its offsets", f"{detail} of {len(self.text)}")
        elif isinstance(quoted, str) and not agrees(quoted, self.text[start:end]):
            found = _short(self.text[start:end])
            self.wrong(
                unit,
                at,
                "does not cover the words it quotes; mend its offsets",
                f"{detail} quotes {_short(quoted)!r} but covers {found!r}{elsewhere(self.text, quoted, start)}",
            )
        else:
            if isinstance(quoted, str) and quoted.split() != self.text[start:end].split():
                detail = f"{detail} quotes {_short(quoted)!r} but covers {_short(self.text[start:end])!r}"
                self.note(unit, at, "quotes its words with other signs, the same letters; the text's are kept", detail)
            return Span(start, end, label)
        return None

    def entity(self, span: Span, *, at: str = "") -> None:
        """Take over an entity mention."""
        if span in self._entities:
            self.tell("entity", at, "is marked twice; one is kept", f"{span.label} [{span.start}:{span.end}]")
        self._entities.add(span)

    def event(self, trigger: Span, *, at: str = "") -> None:
        """Take over an event by its trigger; two of one trigger and type are one."""
        if trigger in self._events:
            self.tell("event", at, "shares trigger and type with another; they become one", trigger.label)
        self._events.setdefault(trigger, (set(), {}))

    def argument(self, trigger: Span, role: str, filler: Span, *, at: str = "") -> None:
        """Take over an argument of an event taken over before."""
        arguments, _ = self._events[trigger]
        if trigger == filler:
            self.wrong("argument", at, "an event fills a role of itself; remove it", role)
        elif Argument(role, filler) in arguments:
            self.tell("argument", at, "is there twice; one is kept", role)
        else:
            arguments.add(Argument(role, filler))

    def attribute(self, trigger: Span, name: str, value: str, *, at: str = "") -> None:
        """Take over an attribute of an event taken over before."""
        _, attributes = self._events[trigger]
        if attributes.setdefault(name, value) != value:
            self.wrong("attribute", at, "has two values; the first is kept", f"{name} {value}")

    def link(self, label: str, a: Span, b: Span, *, at: str = "", directed: bool = False) -> None:
        """Take over a link; of a relation that has a direction, say that a link has none."""
        if a == b:
            self.wrong("link", at, "joins a span to itself; remove it", label)
        elif (link := Link(label, a, b)) in self._links:
            self.tell("link", at, "joins the same two spans as another; one is kept", label)
        else:
            self._links.add(link)
            if directed:
                detail = f"{label} from [{a.start}:{a.end}] to [{b.start}:{b.end}]"
                self.note("link", at, "is kept without its direction, which links do not have", detail)

    def known(self, span: Span) -> bool:
        """Whether the span is one of the marks taken over."""
        return span in self._entities or span in self._events

    def is_event(self, span: Span) -> bool:
        """Whether the span is a trigger taken over."""
        return span in self._events

    def wrong(self, unit: Unit, at: str, reason: str, detail: str = "") -> None:
        """Tell of an item that is left out because the file is at fault."""
        self.lost.append(Lost(unit, self._place(at), reason, detail, "wrong"))

    def tell(self, unit: Unit, at: str, reason: str, detail: str = "", count: int = 1) -> None:
        """Tell of an item a Document has no words for."""
        self.lost.append(Lost(unit, self._place(at), reason, detail, "lost", count))

    def note(self, unit: Unit, at: str, reason: str, detail: str = "") -> None:
        """Tell of an item that went over, but changed."""
        self.lost.append(Lost(unit, self._place(at), reason, detail, "noted"))

    def document(
        self, id: str, language: str, *, source: Source | None = None, provenance: Provenance | None = None
    ) -> Document:
        """All that was taken over."""
        events = (Event(trigger, tuple(a), tuple(said.items())) for trigger, (a, said) in self._events.items())
        entities, links = tuple(self._entities), tuple(self._links)
        return Document(id, self.text, language, entities, tuple(events), links, source, provenance)

    def _place(self, at: str) -> str:
        return ", ".join(part for part in (self.where, at) if part)


def longest(pieces: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """What stands for a mark of several pieces, since a span is one stretch: the longest, the first of equals."""
    return max(sorted(pieces), key=lambda piece: piece[1] - piece[0])


def agrees(quoted: str, found: str) -> bool:
    """Whether a quote is the words found: the same letters and digits, for tools retype quotation marks and spaces.

    Words without any are compared as they are, white space aside.
    """
    if (said := _bones(quoted)) or _bones(found):
        return said == _bones(found)
    return "".join(quoted.split()) == "".join(found.split())


def elsewhere(text: str, quoted: str, near: int) -> str:
    """Where the quoted words do stand, nearest to where they were looked for, to say so; empty where nowhere."""
    places, at = [], text.find(quoted)
    while quoted and at >= 0:
        places.append(at)
        at = text.find(quoted, at + 1)
    if not places:
        return ""
    best = min(places, key=lambda place: abs(place - near))
    return f" (they stand at [{best}:{best + len(quoted)}])"


def _bones(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
