"""Domain types: Span, Argument, Event, Link, Source, Provenance, Document.

Frozen values that check themselves. Offsets count code points of `Document.text` and `end` is exclusive. A span is its
offsets and its label and has no id, so gold and predicted sets intersect directly; scores and provenance do not take
part in comparison.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter, lt
from typing import TypeAlias, TypeVar

Json: TypeAlias = Mapping[str, object]
_Item = TypeVar("_Item")
_Key = TypeVar("_Key", bound=tuple[int | str, ...])
_SPAN_ORDER = attrgetter("start", "end", "label")  # the same orders as `<`, much faster
_ARGUMENT_ORDER = attrgetter("role", "filler.start", "filler.end", "filler.label")
_EVENT_ORDER = attrgetter("trigger.start", "trigger.end", "trigger.label")
_LINK_ORDER = attrgetter("label", "a.start", "a.end", "a.label", "b.start", "b.end", "b.label")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of text. Offsets count code points; `end` is exclusive."""

    start: int
    end: int
    label: str
    score: float | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span [{self.start}:{self.end}] is empty or reversed")

    def quote(self, text: str) -> str:
        """The words of the text that the span covers."""
        return text[self.start : self.end]

    def crosses(self, other: Span) -> bool:
        """Whether the two spans overlap and neither contains the other."""
        return self.start < other.start < self.end < other.end or other.start < self.start < other.end < self.end


@dataclass(frozen=True, slots=True, order=True)
class Argument:
    """A role of an event and its filler: an entity mention, or another event's trigger."""

    role: str
    filler: Span
    score: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A trigger with its arguments and attributes. Both are kept sorted and free of repeats."""

    trigger: Span
    arguments: tuple[Argument, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", _ordered(self.arguments, _ARGUMENT_ORDER))
        if len(self.attributes) < 2:
            return
        object.__setattr__(self, "attributes", tuple(sorted(set(self.attributes))))
        if len(self.attributes) != len({name for name, _ in self.attributes}):
            raise ValueError(f"event {self.type} [{self.trigger.start}:{self.trigger.end}] has an attribute twice")

    @property
    def type(self) -> str:
        """The event type, which is the trigger's label."""
        return self.trigger.label

    def attribute(self, name: str) -> str | None:
        """The value of the attribute, or None where the annotator gave none."""
        return dict(self.attributes).get(name)


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Two spans that stand for the same thing. Undirected: kept with the smaller span first."""

    label: str
    a: Span
    b: Span
    score: float | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise ValueError(f"link {self.label} joins [{self.a.start}:{self.a.end}] to itself")
        if self.b < self.a:
            first, second = self.b, self.a
            object.__setattr__(self, "a", first)
            object.__setattr__(self, "b", second)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article came from.

    `body` holds ranges of the raw file's readable text (for plain text: the file as decoded with `encoding`; for HTML:
    its visible text). Each is one line; joined by newlines they are `Document.text`. Empty means the whole.

    `published` is when it appeared: a day, YYYY-MM-DD, where it was found in the page or its dateline; what a row of a
    file states is kept as it is, made such a day where it is another kind of date.

    `licence` is what the article is under as it says so itself: an id, an address or words.
    """

    name: str
    title: str | None = None
    url: str | None = None
    published: str | None = None
    encoding: str = "utf-8"
    raw_sha256: str | None = None
    body: tuple[tuple[int, int], ...] = ()
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the annotations come from: a task and annotation of Label Studio, or a model.

    `regions` names the Label Studio region of each span, for messages and links back. `mended_from` is the annotation
    as it was before naba trimmed its spans; the labels are still the annotator's. `uncertainty` is the model's, in nats
    per word: how near to the threshold the scores of all possible marks were, predicted or not. `note` is what the
    annotator wrote to the lead. `no_events` is true where the annotator stated that the article tells of no event.
    """

    task: int | None = None
    annotation: int | None = None
    mended_from: int | None = None
    annotator: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None
    model_version: str | None = None
    uncertainty: float | None = None
    note: str | None = None
    no_events: bool | None = None
    regions: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """An article and its annotations. All tuples are sorted, so equal contents compare equal.

    Raises ValueError when a span leaves the text, two events share a trigger span and type, or an argument or link
    points at a span that is neither an entity nor a trigger of this document.
    """

    id: str
    text: str
    language: str = "und"
    entities: tuple[Span, ...] = ()
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    source: Source | None = None
    provenance: Provenance | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        events = _ordered(self.events, _EVENT_ORDER)
        if len(events) != len(self.events):
            raise ValueError(f"document {self.id}: two events share one trigger span and type")
        object.__setattr__(self, "entities", _ordered(self.entities, _SPAN_ORDER))
        object.__setattr__(self, "events", events)
        object.__setattr__(self, "links", _ordered(self.links, _LINK_ORDER))
        self._check()

    def _check(self) -> None:
        marked, length = {*map(_SPAN_ORDER, self.entities), *map(_EVENT_ORDER, self.events)}, len(self.text)
        for start, end, label in marked:
            if end > length:
                raise ValueError(f"document {self.id}: {label} [{start}:{end}] leaves the text of {length} characters")
        referenced = {_SPAN_ORDER(argument.filler) for event in self.events for argument in event.arguments}
        referenced |= {_SPAN_ORDER(span) for link in self.links for span in (link.a, link.b)}
        for start, end, label in sorted(referenced - marked):
            raise ValueError(
                f"document {self.id}: {label} [{start}:{end}] "
                "is an argument or link but neither an entity nor a trigger"
            )

    @property
    def triggers(self) -> tuple[Span, ...]:
        """The trigger of each event, in text order."""
        return tuple(event.trigger for event in self.events)

    def spans(self) -> Iterator[Span]:
        """Every marked span: entities, then triggers."""
        return iter((*self.entities, *self.triggers))

    @property
    def text_sha256(self) -> str:
        """Hex SHA-256 of the text, stored with it in Label Studio so that a later edit is detected."""
        return sha256(self.text)

    def bare(self) -> Document:
        """The same article without annotations and provenance."""
        return replace(self, entities=(), events=(), links=(), provenance=None)


def _ordered(items: Sequence[_Item], key: Callable[[_Item], _Key]) -> tuple[_Item, ...]:
    """The items sorted by key, the first of several with equal keys. Most are sorted already and only copied."""
    keys = list(map(key, items))
    if all(map(lt, keys, keys[1:])):
        return tuple(items)
    by_key = dict(zip(reversed(keys), reversed(items), strict=True))
    return tuple(by_key[key] for key in sorted(by_key))


def sha256(text: str) -> str:
    """Hex SHA-256 of the text in UTF-8; lone surrogates, which occur in real files, are hashed as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_id(text: str) -> str:
    """The id of an article that has none of its own: the first 16 hex digits of its text's SHA-256."""
    return sha256(text)[:16]
