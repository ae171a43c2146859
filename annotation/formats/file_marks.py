"""Marks of a draft by the ids and the offsets with which a file points at them, and the links that files describe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotation.core.document import Span
from annotation.core.link_clusters import chain
from annotation.formats.document_builder import DocumentBuilder

UNTYPED = "Argument"
"""The label of a filler for which the file has no type."""
SAME = "SameAs"
"""The label of a link between mentions of one thing."""


class FileMarks:
    """The entities and events of a draft. Where several have the same offsets, entities come before triggers."""

    def __init__(self, draft: DocumentBuilder) -> None:
        self.draft = draft
        self.by_id: dict[str, Span] = {}
        self._by_range: dict[tuple[int, int], list[Span]] = {}

    def entity(self, span: Span, *, id: object = None, at: str) -> None:
        """Add an entity under its id; one that is an event's trigger is not added again."""
        if not self.draft.is_event(span):
            self.draft.entity(span, at=at)
        self._register(span, id, at)

    def event(self, trigger: Span, *, id: object = None, at: str) -> None:
        """Add an event under its id."""
        self.draft.event(trigger, at=at)
        self._register(trigger, id, at)

    def _register(self, span: Span, id: object, at: str) -> None:
        marks = self._by_range.setdefault((span.start, span.end), [])
        if span not in marks:
            marks.append(span)
            marks.sort(key=lambda mark: (self.draft.is_event(mark), mark.label))
        self.name(id, span, at=at)

    def name(self, id: object, span: Span, *, at: str) -> None:
        """Let the id stand for the span, unless it stands for another already, which is noted."""
        if id is None:
            return
        if self.by_id.setdefault(str(id), span) != span:
            self.draft.note("other", at, "has the id of another; what points at the id means the first", str(id))

    def at(self, start: int, end: int, label: object = None) -> Span | None:
        """The mark at the offsets, with the label where one has it, else the first; None where there is none."""
        marks = self._by_range.get((start, end), [])
        return next((mark for mark in marks if mark.label == label), marks[0] if marks else None)

    def all(self) -> Iterator[Span]:
        """Every mark."""
        return (mark for marks in self._by_range.values() for mark in marks)

    def trigger_at(self, start: int, end: int) -> Span | None:
        """The event at the offsets, or the entity where there is no event."""
        marks = self._by_range.get((start, end), [])
        return next((mark for mark in marks if self.draft.is_event(mark)), marks[0] if marks else None)

    def filler(self, span: Span, *, at: str) -> Span:
        """The mark at the offsets of a filler, by its label if there are several; else a new entity, which is noted."""
        mark = self.at(span.start, span.end, span.label)
        if mark is None or (span.label not in (UNTYPED, mark.label)):
            reason = "fills a role but is no mark of its own in the file; it becomes an entity"
            self.draft.note("entity", at, reason, f"{span.label} [{span.start}:{span.end}]")
            self.entity(span, at=at)
            return span
        return mark

    def same(self, spans: Iterable[Span], *, at: str) -> None:
        """Link mentions of one thing as a chain in text order, and note it."""
        given = list(spans)
        members = sorted(set(given))
        if len(members) < len(given):
            self.draft.lose("link", at, "names a mention twice; once is kept", count=len(given) - len(members))
        for link in chain(SAME, members):
            self.draft.link(link.label, link.a, link.b, at=at)
        if len(members) > 1:
            reason = "is a group of mentions of one thing; each is linked with the next in the text"
            self.draft.note("link", at, reason, f"{len(members)} mentions")

    def relation(self, label: str, a: Span, b: Span, *, at: str, score: float | None = None) -> None:
        """Add a link for a relation; its direction is noted as lost unless the two are one thing."""
        self.draft.link(label, a, b, at=at, directed=label != SAME, score=score)
