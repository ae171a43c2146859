"""Named-entity corpora that lie outside the project, as Documents of ten sentences, and one sentence at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from annotation.core.document import Document, Span
from annotation.core.ontology import Ontology
from annotation.formats import conll
from annotation.formats.base import ReadOptions
from annotation.formats.importing import Import

SENTENCES = 10
"""To a Document: both files run on from sentence to sentence, as articles do."""


@dataclass(frozen=True)
class Corpus:
    """What is learned from, what is scored, and the labels of both."""

    train: Sequence[Document]
    dev: Sequence[Document]
    ontology: Ontology


def missing(data: Path) -> list[Path]:
    """The files that are not there."""
    return [file for file in (*_hebrew(data, "flat"), *_hebrew(data, "nested"), _arabic(data)) if not file.is_file()]


def corpus(data: Path, name: str) -> Corpus:
    """`hebrew` (newswire, flat), `nested` (the same, mentions within mentions) or `arabic` (its last tenth is dev)."""
    if name == "arabic":
        documents, ontology = _read(_arabic(data), "ar")
        first = len(documents) - len(documents) // 10
        return Corpus(documents[:first], documents[first:], ontology)
    train, dev = _hebrew(data, "flat" if name == "hebrew" else name)
    documents, ontology = _read(train, "he")
    return Corpus(documents, _read(dev, "he")[0], ontology)


def sentences(documents: Sequence[Document]) -> Iterator[Document]:
    """Each line of the Documents by itself, with its entities."""
    for document in documents:
        at = 0
        for line in document.text.split("\n"):
            end = at + len(line)
            inside = (s for s in document.entities if at <= s.start and s.end <= end)
            spans = tuple(replace(s, start=s.start - at, end=s.end - at) for s in inside)
            yield Document(f"{document.id}@{at}", line, document.language, entities=spans)
            at = end + 1


def marked(documents: Sequence[Document], found: Iterator[Sequence[Span]]) -> list[Document]:
    """The Documents with what was found in each of their lines, in order, in place of what was marked."""
    result = []
    for document in documents:
        spans: list[Span] = []
        at = 0
        for line in document.text.split("\n"):
            spans += (replace(s, start=s.start + at, end=s.end + at) for s in next(found))
            at += len(line) + 1
        result.append(replace(document, entities=tuple(spans)))
    return result


def _hebrew(data: Path, layer: str) -> tuple[Path, Path]:
    folder = data / "nemo_he" / layer
    return folder / "train.bmes", folder / "dev.bmes"


def _arabic(data: Path) -> Path:
    return data / "anercorp_ar" / "train.txt"


def _read(path: Path, language: str) -> tuple[list[Document], Ontology]:
    reading = Import([path], conll.read, ReadOptions(language=language, group=SENTENCES))
    documents = list(reading.documents())
    return documents, Ontology.parse(reading.starter.yaml(path.stem), path=str(path))
