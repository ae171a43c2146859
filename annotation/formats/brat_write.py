"""Writer of brat's standoff format: a folder with NAME.txt and NAME.ann for each Document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.core.document import Document, Event, Span
from annotation.formats.base import Lost, WriteOptions
from annotation.formats.file_names import FileNames
from annotation.formats.label_codes import without
from annotation.formats.trim_whitespace import trim
from annotation.storage.documents_file import atomic

_ILLEGAL = re.compile(r"[\s:;]")
_PIECE = re.compile(r"[^\r\n]+")


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write a pair of files for each Document and return what they do not hold."""
    lost: list[Lost] = []
    names = FileNames()
    for document in documents:
        name = names.name(document)
        trimmed, trims = trim(document)
        lost += [*trims, *_losses(trimmed)]
        with atomic(out / f"{name}.txt") as file:
            file.write(document.text)
        with atomic(out / f"{name}.ann") as file:
            file.writelines(f"{line}\n" for line in _lines(trimmed))
    return [*names.lost, *lost]


def _losses(document: Document) -> Iterator[Lost]:
    names = {span.label for span in document.spans()} | {link.label for link in document.links}
    names |= {argument.role for event in document.events for argument in event.arguments}
    for name in sorted(name for name in names if _ILLEGAL.search(name)):
        yield Lost("other", document.id, "a label with a space, colon or semicolon has %XX in its place", name, "noted")
    if document.source:
        yield Lost("source", document.id, "brat does not say where the article came from")


def _lines(document: Document) -> Iterator[str]:
    """Text-bound marks, events, attributes and links, each numbered from 1."""
    entities = {span: f"T{at}" for at, span in enumerate(document.entities, start=1)}
    first = len(entities) + 1
    triggers = {span: f"T{at}" for at, span in enumerate(document.triggers, start=first)}
    ids = {**{event.trigger: f"E{at}" for at, event in enumerate(document.events, start=1)}, **entities}
    for span, id in (*entities.items(), *triggers.items()):
        places = ";".join(f"{start} {end}" for start, end in _pieces(document.text, span))
        words = " ".join(document.text[start:end] for start, end in _pieces(document.text, span))
        yield f"{id}\t{_legal(span.label)} {places}\t{_flat(words)}"
    for at, event in enumerate(document.events, start=1):
        yield f"E{at}\t{' '.join([f'{_legal(event.type)}:{triggers[event.trigger]}', *_arguments(event, ids)])}"
    attributes = [(at, pair) for at, event in enumerate(document.events, start=1) for pair in event.attributes]
    for number, (at, (name, value)) in enumerate(attributes, start=1):
        yield f"A{number}\t{_legal(name)} E{at} {value}"
    for link in document.links:
        yield f"*\t{_legal(link.label)} {ids[link.a]} {ids[link.b]}"


def _arguments(event: Event, ids: dict[Span, str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for argument in event.arguments:
        seen[argument.role] += 1
        number = seen[argument.role] if seen[argument.role] > 1 else ""
        yield f"{_legal(argument.role)}{number}:{ids[argument.filler]}"


def _pieces(text: str, span: Span) -> list[tuple[int, int]]:
    """The lines of the span: brat's annotations do not cross the end of a line."""
    return [match.span() for match in _PIECE.finditer(text, span.start, span.end)]


def _flat(words: str) -> str:
    """The words on one line, for human readers; only the offsets are read back."""
    return " ".join(re.split(r"[\t\r\n]", words))


def _legal(name: str) -> str:
    return without(name, _ILLEGAL)
