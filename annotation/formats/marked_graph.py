"""Marks with ids and relations between them, as the JSON and XML of text-mining tools have them, as a Document.

Marks whose label is among the events are triggers, others entities. A relation that touches a trigger is a role of its
event, unless its label is among the links; other relations are links. Where both ends are triggers, the event is the
subject, or the object of a relation named like `themeOf`.
"""

from __future__ import annotations

from collections.abc import Sequence

from annotation.core.document import Span
from annotation.formats.base import ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.text_pieces import span_of_pieces

NOT_THERE = "joins a mark that is not there or was not taken over"


class MarkedGraph:
    """The marks of one article so far, by their ids."""

    def __init__(self, draft: DocumentBuilder, how: ReadOptions) -> None:
        self._draft, self._how = draft, how
        self._spans: dict[str, Span] = {}
        self._groups: dict[Span, list[str]] = {}
        self._attributes: set[tuple[Span, str, str]] = set()

    def add(
        self,
        id: object,
        label: object,
        pieces: Sequence[tuple[int, int]],
        *,
        at: str,
        quoted: str | None = None,
        trigger: bool = False,
    ) -> None:
        """Add a mark of one or more pieces, in code points, as a trigger if it is told to be or its label says so."""
        event = trigger or (isinstance(label, str) and label in self._how.events)
        unit: Unit = "event" if event else "entity"
        name = id if isinstance(id, str) and id else None
        if name in self._spans:
            self._draft.wrong(unit, at, "has the id of an earlier mark; give it its own", str(name))
            return
        span = span_of_pieces(self._draft, pieces, label, at=at, quoted=quoted, unit=unit)
        if span is None:
            return
        if event:
            self._draft.event(span, at=at)
        else:
            self._draft.entity(span, at=at)
        if name:
            self._spans[name] = span
            self._groups.setdefault(span, []).append(name)

    def alias(self, id: str, other: str) -> None:
        """Let a second id stand for a mark that was added, such as an event's for its trigger."""
        if id and other in self._spans:
            self._spans.setdefault(id, self._spans[other])

    def knows(self, id: object) -> bool:
        """Whether a mark with this id was added."""
        return isinstance(id, str) and id in self._spans

    def is_event(self, id: object) -> bool:
        """Whether the mark with this id is a trigger."""
        return isinstance(id, str) and id in self._spans and self._draft.is_event(self._spans[id])

    def relate(self, label: object, subject: object, object_: object, *, at: str) -> None:
        """Add a relation between two marks as a role or a link."""
        name = label if isinstance(label, str) and label else ""
        one, other = self._find(subject), self._find(object_)
        if one is None or other is None or not name:
            self._draft.wrong("link", at, NOT_THERE, f"{name} {subject} {object_}")
        elif name in self._how.links or not (self.is_event(subject) or self.is_event(object_)):
            self._draft.link(name, one, other, at=at, directed=True)
        elif self.is_event(object_) and (name.endswith("Of") or not self.is_event(subject)):
            self.role(name, object_, subject, at=at)
        else:
            self.role(name, subject, object_, at=at)

    def role(self, role: str, event: object, filler: object, *, at: str) -> None:
        """Add an argument to an event; a record says where the event or filler is not there."""
        trigger, span = self._find(event), self._find(filler)
        if trigger is None or span is None or not role or not self.is_event(event):
            self._draft.wrong("argument", at, NOT_THERE, f"{role}:{filler}")
        elif trigger == span and event != filler:
            reason = "is filled by an event that became one with its own"
            self._draft.lose("argument", at, reason, f"{role}:{filler}")
        else:
            self._draft.argument(trigger, role, span, at=at)

    def attribute(self, id: object, name: object, value: object, *, at: str) -> None:
        """Add an attribute of an event; one of an entity is recorded as lost."""
        span = self._find(id)
        words = "true" if value is None or value is True else str(value)
        detail = f"{name} {id} {words}"
        if span is None or not isinstance(name, str) or not name:
            self._draft.wrong("attribute", at, "hangs on a mark that is not there or was not taken over", detail)
        elif not self._draft.is_event(span):
            self._draft.lose("attribute", at, "hangs on an entity; only events have attributes", detail)
        elif (span, name, words) in self._attributes:
            self._draft.lose("attribute", at, "is there twice; one is kept", detail)
        else:
            self._attributes.add((span, name, words))
            if len(self._groups.get(span, ())) > 1:
                reason = "was given to one of the events that became one, and is now of all of them"
                self._draft.note("attribute", at, reason, detail)
            self._draft.attribute(span, name, words, at=at)

    def _find(self, id: object) -> Span | None:
        return self._spans.get(id) if isinstance(id, str) else None
