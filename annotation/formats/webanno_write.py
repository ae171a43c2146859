"""Writer of WebAnno TSV 3.3, which INCEpTION imports: a folder with NAME.tsv for each Document.

Entities are NamedEntity's `value`; events a layer `webanno.custom.Event` with its type as `value`, attributes as
further features and arguments as slots; links are relations of a layer for entities and one for events. A project needs
these layers before it can import the files. A sentence is a line of the text; marks within a word are sub-tokens.
Offsets count UTF-16 units. Every mark has a disambiguation id.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path

from annotation.core.document import Document, Link, Span
from annotation.formats.base import Lost, WriteOptions
from annotation.formats.file_names import FileNames
from annotation.formats.tokenization import word_ranges
from annotation.formats.trim_whitespace import trim
from annotation.formats.uima_marks import ENTITY_LAYER, ENTITY_LINKS, EVENT_LAYER, EVENT_LINKS
from annotation.formats.webanno_cells import escaped, escaped_text
from annotation.formats.webanno_file import HEADER
from annotation.storage.documents_file import atomic

_FEATURE = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_TAKEN = ("value", "label", "arguments", "begin", "end", "sofa")
_LINKS = {ENTITY_LINKS: ENTITY_LAYER, EVENT_LINKS: EVENT_LAYER}
_SLOTS = f"ROLE_{EVENT_LAYER}:arguments_{EVENT_LAYER}ArgumentsLink|uima.tcas.Annotation"


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write a file for each Document and return what they do not hold."""
    lost: list[Lost] = []
    names = FileNames()
    for document in documents:
        name = names.name(document)
        trimmed, trims = trim(document)
        lost += [*trims, *_losses(trimmed)]
        with atomic(out / f"{name}.tsv") as file:
            file.writelines(f"{line}\n" for line in _Table(trimmed).lines())
    return [*names.lost, *lost]


def _losses(document: Document) -> Iterator[Lost]:
    if document.source:
        yield Lost("source", document.id, "the format does not say where the article came from")
    for event in document.events:
        for name, value in event.attributes:
            if not _is_feature(name):
                yield Lost("attribute", document.id, "has a name that no feature can have", f"{name} {value}")
    for link in document.links:
        if _layer_of(link, document) is None:
            detail = f"{link.label} [{link.a.start}:{link.a.end}] [{link.b.start}:{link.b.end}]"
            yield Lost("link", document.id, "joins an entity and an event, which are layers of their own", detail)
    for value in sorted(value for value in _values(document) if "\r" in value):
        yield Lost("other", document.id, "a line end in a value becomes a blank", repr(value), "noted")


def _values(document: Document) -> set[str]:
    values = {span.label for span in document.spans()} | {link.label for link in document.links}
    for event in document.events:
        values |= {argument.role for argument in event.arguments} | {value for _, value in event.attributes}
    return values


def _is_feature(name: str) -> bool:
    return bool(_FEATURE.fullmatch(name)) and name not in _TAKEN


def _layer_of(link: Link, document: Document) -> str | None:
    """The layer of a link; None for one between layers."""
    for layer, spans in zip(_LINKS, (document.entities, document.triggers), strict=True):
        if link.a in spans and link.b in spans:
            return layer
    return None


@dataclass(eq=False)
class _Row:
    """A token or a part of one, and the numbers of the marks on it."""

    name: str
    start: int
    end: int
    marks: list[int] = field(default_factory=list)


class _Table:
    """The lines of one file. Marks are numbered from 1: entities, then events."""

    def __init__(self, document: Document) -> None:
        self._document, self._text = document, document.text
        self._entities = dict(enumerate(document.entities, start=1))
        self._events = dict(enumerate(document.events, start=len(self._entities) + 1))
        self._numbers = {event.trigger: number for number, event in self._events.items()}
        self._triggers = dict(self._numbers)
        self._numbers |= {span: number for number, span in self._entities.items()}
        self._links: dict[str, list[Link]] = {layer: [] for layer in _LINKS}
        for link in document.links:
            if layer := _layer_of(link, document):
                self._links[layer].append(link)
        used = {name for event in document.events for name, _ in event.attributes}
        self._attributes = sorted(filter(_is_feature, used))
        self._sentences = list(_sentences(document.text))
        marks = {number: event.trigger for number, event in self._events.items()} | self._entities
        self._rows = [list(_rows(number, tokens, marks)) for number, tokens in enumerate(self._tokens(), start=1)]
        self._first: dict[int, str] = {}
        for row in (row for rows in self._rows for row in rows):
            for number in row.marks:
                self._first.setdefault(number, row.name)
        self._units = [0, *accumulate(2 if char > "\uffff" else 1 for char in document.text)]

    def _tokens(self) -> list[list[tuple[int, int]]]:
        """The tokens of each sentence; white space that a sentence begins with is a token."""
        words = word_ranges(self._text, set())
        starts = [start for start, _ in words]
        tokens = []
        for start, end in self._sentences:
            inside = words[bisect_left(starts, start) : bisect_left(starts, end)]
            first = inside[0][0] if inside else end
            tokens.append([*([(start, first)] if start < first else []), *inside])
        return tokens

    def lines(self) -> Iterator[str]:
        """The header, then each sentence with its rows."""
        yield f"{HEADER}3.3"
        yield from self._header()
        yield ""
        for (start, end), rows in zip(self._sentences, self._rows, strict=True):
            yield ""
            for line in self._text[start:end].split("\n"):
                yield f"#Text={escaped_text(line)}"
            for row in rows:
                words = re.sub(r"\s", " ", self._text[row.start : row.end])
                offsets = f"{self._units[row.start]}-{self._units[row.end]}"
                yield "\t".join([row.name, offsets, words, *self._cells(row), ""])

    def _header(self) -> Iterator[str]:
        if self._entities:
            yield f"#T_SP={ENTITY_LAYER}|value"
        if self._events:
            yield f"#T_SP={'|'.join([EVENT_LAYER, 'value', *self._attributes, _SLOTS])}"
        for layer, base in _LINKS.items():
            if self._links[layer]:
                yield f"#T_RL={layer}|label|BT_{base}"

    def _cells(self, row: _Row) -> Iterator[str]:
        if self._entities:
            numbers = [number for number in row.marks if number in self._entities]
            yield _stack(f"{_value(self._entities[number].label)}[{number}]" for number in numbers)
        if self._events:
            yield from self._event_cells([number for number in row.marks if number in self._events])
        for layer, links in self._links.items():
            if links:
                yield from self._link_cells(row, layer, links)

    def _event_cells(self, numbers: list[int]) -> Iterator[str]:
        events = [(number, self._events[number]) for number in numbers]
        yield _stack(f"{_value(event.type)}[{number}]" for number, event in events)
        for name in self._attributes:
            values = ((number, event.attribute(name)) for number, event in events)
            yield _stack(f"{'*' if value is None else _value(value)}[{number}]" for number, value in values)
        yield _stack(f"{_slots(_value(a.role) for a in event.arguments) or '_'}[{number}]" for number, event in events)
        yield _stack(_slots(self._reference(a.filler) for a in event.arguments) or "*" for _, event in events)

    def _reference(self, filler: Span) -> str:
        number = self._numbers[filler]
        return f"{self._first[number]}[{number}]"

    def _link_cells(self, row: _Row, layer: str, links: list[Link]) -> Iterator[str]:
        """The links to the marks that begin in this row."""
        numbers = self._triggers if layer == EVENT_LINKS else self._numbers
        here = [link for link in links if self._first[numbers[link.b]] == row.name]
        yield _stack(_value(link.label) for link in here)
        ends = ((numbers[link.a], numbers[link.b]) for link in here)
        yield _stack(f"{self._first[one]}[{one}_{other}]" for one, other in ends)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """The lines with words as sentences. Lines of white space belong to the one before, the first ones to the next."""
    starts = [match.start() for match in re.finditer(r"^[^\S\n]*\S", text, re.MULTILINE)]
    borders = [0, *starts[1:]] if text else []
    for start, following in pairwise([*borders, len(text) + 1]):
        yield start, following - 1


def _rows(sentence: int, tokens: list[tuple[int, int]], marks: Mapping[int, Span]) -> Iterator[_Row]:
    """The rows of a sentence: each token, and the parts of it that only some mark covers."""
    for at, (start, end) in enumerate(tokens, start=1):
        token = _Row(f"{sentence}-{at}", start, end)
        parts: dict[tuple[int, int], list[int]] = {}
        for number, span in marks.items():
            first, last = max(span.start, start), min(span.end, end)
            if first < last:
                parts.setdefault((first, last), []).append(number)
        token.marks += parts.pop((start, end), [])
        yield token
        for part, (piece, numbers) in enumerate(sorted(parts.items()), start=1):
            yield _Row(f"{sentence}-{at}.{part}", *piece, numbers)


def _value(value: str) -> str:
    return escaped(value.replace("\r", " "))


def _stack(values: Iterable[str]) -> str:
    return "|".join(values) or "_"


def _slots(values: Iterable[str]) -> str:
    return ";".join(values)
