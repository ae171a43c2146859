"""Migration of Documents: each with the new ontology's labels, and what a person has to decide. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.migration.mapping import Migration, Touched, touched_in_words, value_path


@dataclass(frozen=True, slots=True)
class Undecided:
    """An annotation whose label was split: a span, a role at its filler, a link at its first end, or a value.

    `was` is the path of the old label, `becomes` the new codes to choose from, `words` the text of the span.
    """

    document: str
    span: Span
    words: str
    was: str
    becomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Migrated:
    """The migrated Document without its undecided annotations; `touched` counts the changes."""

    document: Document
    undecided: tuple[Undecided, ...]
    touched: Touched


def migrated(document: Document, migration: Migration) -> Migrated:
    """The Document with the labels of the new ontology. Labels that the old one does not have stay unchanged.

    Spans that become equal are merged; events whose triggers become equal are merged with their arguments and values.
    """
    work = _DocumentMigration(document, migration)
    return Migrated(work.document(), tuple(work.undecided), work.touched)


class MigrationRun:
    """The migration of many Documents: their undecided annotations, and counts of all changes."""

    def __init__(self, migration: Migration) -> None:
        self.migration = migration
        self.undecided: list[Undecided] = []
        self.touched: Touched = Counter()

    def migrate(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Each Document, migrated."""
        for document in documents:
            result = migrated(document, self.migration)
            self.undecided += result.undecided
            self.touched.update(result.touched)
            yield result.document

    def table(self) -> list[tuple[str, str]]:
        """A row for each label that changes or was touched: the change, and counts in words."""
        changes = {change.path: str(change) for change in self.migration.changes()}
        paths = dict.fromkeys([*changes, *(path for path, _ in self.touched)])
        return [(changes.get(path, f"{path} stays"), touched_in_words(self.of(path))) for path in paths]

    def of(self, path: str) -> Counter[str]:
        """The counts of changes to one label, given its path."""
        return Counter({kind: count for (label, kind), count in self.touched.items() if label == path})

    def as_dict(self) -> dict[str, object]:
        """The counts as JSON values."""
        paths = dict.fromkeys([*(change.path for change in self.migration.changes()), *(p for p, _ in self.touched)])
        return {"changes": {path: dict(self.of(path)) for path in paths}, "to_decide": len(self.undecided)}


@dataclass
class _Merged:
    """A new event: the arguments of all its old events, and by attribute the new values with their old paths."""

    arguments: set[Argument] = field(default_factory=set)
    values: dict[str, dict[str, str]] = field(default_factory=dict)


class _DocumentMigration:
    """The migration of one Document; `spans` holds the new span of each old one, None where undecided or removed."""

    def __init__(self, document: Document, migration: Migration) -> None:
        self.before, self.migration = document, migration
        self.touched: Touched = Counter()
        self.undecided: list[Undecided] = []
        self.spans = {span: self._span(span) for span in dict.fromkeys(document.spans())}

    def document(self) -> Document:
        """The migrated Document."""
        merged: dict[Span, _Merged] = {}
        for event in self.before.events:
            trigger = self.spans[event.trigger]
            new_event = merged.setdefault(trigger, _Merged()) if trigger else _Merged()
            for argument in event.arguments:
                new_event.arguments.update(self._argument(event.trigger, argument))
            for name, value in event.attributes:
                self._value(event.trigger, name, value, new_event)
        regions = self.before.provenance.regions if self.before.provenance else ()
        new_regions = tuple((new, region) for old, region in regions if (new := self.spans.get(old)))
        return replace(
            self.before,
            entities=tuple(new for span in self.before.entities if (new := self.spans[span])),
            events=tuple(self._event(trigger, parts) for trigger, parts in merged.items()),
            links=tuple(moved for link in self.before.links if (moved := self._link(link))),
            provenance=replace(self.before.provenance, regions=new_regions) if self.before.provenance else None,
        )

    def _span(self, span: Span) -> Span | None:
        parts = self.migration.label(span.label)
        if parts == (span.label,):
            return span
        path = self.migration.label_path(span.label)
        self.touched[path, "mark"] += 1
        if len(parts) > 1:
            self._ask(span, path, parts)
        return replace(span, label=parts[0]) if len(parts) == 1 else None

    def _argument(self, old: Span, argument: Argument) -> list[Argument]:
        trigger, filler = self.spans[old], self.spans[argument.filler]
        if trigger is None or filler is None:
            self._dropped(old if trigger is None else argument.filler, "dropped arrow")
            return []
        parts = self._arrow(argument.role, trigger, filler, argument.filler)
        ends = (old.label, argument.filler.label), (trigger.label, filler.label)
        if self.migration.forbids(argument.role, ends[0], parts, ends[1]):
            self.touched[self.migration.arrow_path(argument.role), "forbidden"] += 1
        folded = trigger == filler and old != argument.filler
        return [replace(argument, role=part, filler=filler) for part in parts if len(parts) == 1 and not folded]

    def _link(self, link: Link) -> Link | None:
        a, b = self.spans[link.a], self.spans[link.b]
        if a is None or b is None:
            self._dropped(link.a if a is None else link.b, "dropped arrow")
            return None
        parts = self._arrow(link.label, a, b, link.a)
        return Link(parts[0], a, b) if len(parts) == 1 and a != b else None

    def _arrow(self, label: str, start: Span, end: Span, at: Span) -> tuple[str, ...]:
        """The new labels of an arrow; more than one if a person has to decide."""
        parts = self.migration.arrow(label, (start.label,), (end.label,))
        path = self.migration.arrow_path(label)
        if self.migration.arrows.get(label, (label,)) != (label,):
            self.touched[path, "arrow"] += 1
        if len(parts) > 1:
            self._ask(at, path, parts)
        return parts

    def _value(self, trigger: Span, name: str, value: str, new_event: _Merged) -> None:
        if self.spans[trigger] is None:
            self._dropped(trigger, "dropped choice")
            return
        parts, path = self.migration.value(name, value), value_path((name, value))
        if parts != ((name, value),):
            self.touched[path, "choice"] += 1
        if len(parts) > 1:
            self._ask(trigger, path, tuple(new for _, new in parts))
        for heir, new in parts:
            new_event.values.setdefault(heir, {})[new] = path

    def _event(self, trigger: Span, merged: _Merged) -> Event:
        for values in merged.values.values():
            if len(values) > 1 and len(set(values.values())) > 1:  # merged events that differ in the value
                self._ask(trigger, next(iter(values.values())), tuple(values))
        attributes = tuple((name, next(iter(values))) for name, values in merged.values.items() if len(values) == 1)
        return Event(trigger, tuple(merged.arguments), attributes)

    def _dropped(self, span: Span, kind: str) -> None:
        self.touched[self.migration.label_path(span.label), kind] += 1

    def _ask(self, span: Span, path: str, parts: tuple[str, ...]) -> None:
        """Record that a person has to decide."""
        self.touched[path, "undecided"] += 1
        self.undecided.append(Undecided(self.before.id, span, span.quote(self.before.text), path, parts))
