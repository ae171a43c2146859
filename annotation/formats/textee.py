"""Reader of TextEE's end-to-end JSON, one window a line; OneIE's windows are read too, by their `sent_id`.

TextEE counts tokens where naba counts characters. Reading locates each token in the text; writing cuts words into
tokens wherever a span begins or ends, so that every offset can be represented. To give two sides of one text the same
tokens, as TextEE's scorer needs, pass each the `borders` of the other. Everything that cannot be represented is
reported.

A Document's id is `doc_id#wnd_id`, or the one id where both are equal. Attributes have a key of their own, links are
relations; sources, provenance and scores are not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from annotation.core.document import Argument, Document, Event, Json, Link, Span
from annotation.formats.base import LossKind, Lost, Unit
from annotation.formats.file_marks import SAME
from annotation.formats.file_marks import UNTYPED as UNTYPED
from annotation.formats.textee_write import Written as Written
from annotation.formats.textee_write import to_textee as to_textee
from annotation.formats.token_text import find, joined
from annotation.formats.tokenization import borders as borders


@dataclass(frozen=True, slots=True)
class WindowRead:
    """A Document, the tokens of its window, and what it does not hold of the window, under the Document's id."""

    document: Document
    tokens: tuple[str, ...]
    lost: tuple[Lost, ...] = ()


def is_textee(row: Json) -> bool:
    """Whether the row looks like a window of TextEE's or OneIE's rather than a Document."""
    return "schema" not in row and "tokens" in row and ("wnd_id" in row or "sent_id" in row)


def window_id(row: Json) -> str:
    """The Document's id: that of the article and that of the window, or the one where both are equal."""
    doc_id, own = (str(id) for id in (row["doc_id"], row["wnd_id"] if "wnd_id" in row else row["sent_id"]))
    return own if doc_id == own else f"{doc_id}#{own}"


def window_text(row: Json) -> str | None:
    """The window's text, which OneIE calls its sentence; None where it has none."""
    return next((text for text in map(row.get, ("text", "sentence")) if isinstance(text, str)), None)


def from_textee(row: Json) -> WindowRead:
    """The Document of a window: its own mentions, and `events` in the form TextEE's scorer takes.

    Two events of one trigger and type become one with the arguments of both, which scores the same. Raises ValueError
    that names what is wrong.
    """
    try:
        return _Window(row).read()
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"not a window of TextEE's: {type(error).__name__}: {error}") from error


class _Window:
    """One window. Offsets of tokens are looked up, so different token spans are never equal character spans."""

    def __init__(self, row: Json) -> None:
        self.row = row
        self.id = window_id(row)
        self.tokens = tuple(str(token) for token in _list(row, "tokens"))
        self.lost: list[Lost] = []
        text = window_text(row)
        places = find(text, self.tokens) if text is not None else None
        if places is None:
            reason = "the text is not its tokens in order; the tokens, joined by spaces, take its place"
            self._record("document", reason, "noted")
            made = joined([self.tokens])
            text, places = made.text, list(made.places)
        self.text, self.places = str(text), places

    def read(self) -> WindowRead:
        mentions = {
            str(mention["id"]): self.span(mention, str(mention["entity_type"]))
            for mention in _list(self.row, "entity_mentions")
        }
        rows = [*_list(self.row, "event_mentions"), *map(_mention, _list(self.row, "events"))]
        events = [self.event(row, mentions) for row in rows]
        triggers = {event.trigger for event in events}
        fillers = {argument.filler for event in events for argument in event.arguments}
        document = Document(
            id=self.id,
            text=self.text,
            language=str(self.row.get("lang", "und")),
            entities=tuple({*mentions.values(), *fillers} - triggers),
            events=tuple(self.merged(events)),
            links=tuple(self.links(mentions)),
        )
        return WindowRead(document, self.tokens, tuple(self.lost))

    def event(self, row: Json, mentions: Mapping[str, Span]) -> Event:
        arguments = []
        for argument in _list(row, "arguments"):
            if (id := argument.get("entity_id")) is None:
                filler = self.span(argument, UNTYPED)
            elif str(id) in mentions:
                filler = mentions[str(id)]
            else:
                raise ValueError(f"an argument points at entity {id!r}, which is not there")
            arguments.append(Argument(str(argument["role"]), filler))
        attributes = tuple((str(name), str(value)) for name, value in dict(row.get("attributes", {})).items())  # type: ignore[call-overload]
        trigger = self.span(row["trigger"], str(row["event_type"]))  # type: ignore[arg-type]
        return Event(trigger, tuple(arguments), attributes)

    def merged(self, events: Iterable[Event]) -> Iterable[Event]:
        by_trigger: dict[Span, Event] = {}
        for event in events:
            if (first := by_trigger.get(event.trigger)) is not None:
                self._record("event", f"two {event.type} events share a trigger; they become one")
                event = replace(first, arguments=(*first.arguments, *event.arguments))
            by_trigger[event.trigger] = event
        return by_trigger.values()

    def links(self, mentions: Mapping[str, Span]) -> Iterable[Link]:
        for row in _list(self.row, "relation_mentions"):
            kind, ends = str(row["relation_type"]), [str(end["entity_id"]) for end in _list(row, "arguments")]
            if len(ends) != 2 or mentions[ends[0]] == mentions[ends[1]]:
                self._record("link", f"relation {kind}: a link joins two spans; left out")
                continue
            yield Link(kind, mentions[ends[0]], mentions[ends[1]])
            if kind != SAME:
                self._record("link", f"relation {kind}: kept without its direction, which links do not have", "noted")

    def span(self, row: Json, label: str) -> Span:
        start, end = row["start"], row["end"]
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(self.places)):
            raise ValueError(f"{label} has tokens [{start}:{end}], but there are {len(self.places)}")
        return Span(self.places[start][0], self.places[end - 1][1], label)

    def _record(self, unit: Unit, reason: str, kind: LossKind = "lost") -> None:
        self.lost.append(Lost(unit, self.id, reason, kind=kind))


def _mention(row: Json) -> Json:
    """An event in the scorer's form, lists (start, end, type or role, words), as an event mention."""
    (start, end, kind), *arguments = (_three(triple) for triple in [row["trigger"], *_list(row, "arguments")])
    fillers = [{"start": start, "end": end, "role": role} for start, end, role in arguments]
    return {"event_type": kind, "trigger": {"start": start, "end": end}, "arguments": fillers}


def _three(value: object) -> tuple[object, object, str]:
    if not isinstance(value, list) or len(value) < 3:
        raise TypeError(f"{value!r} is not a list of start, end and name")
    return value[0], value[1], str(value[2])


def _list(row: Json, key: str) -> list[Json]:
    value = row.get(key, [])
    if not isinstance(value, list):
        raise TypeError(f"{key} is {value!r}, not a list")
    return value
