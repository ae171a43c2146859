"""Reader of token columns with tags (CoNLL, BMES and others; flat, nested, several tags a token), and of CoNLL-U text.

The text is rebuilt from the tokens: with the white space the file gives between them, else a space between words and a
newline between sentences. Every tag becomes an entity mention, or a trigger where its label is one of the options'
`events`. A mention may begin inside a token (`O^B-ORG`): then it begins after that number of proclitics, where the
letters allow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Provenance
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.conll_lines import (
    DOCSTART,
    Part,
    Sentence,
    Token,
    TokenLine,
    lines,
    parts,
    tag_columns,
    unescaped,
    universal,
    widened,
)
from annotation.formats.conll_tags import JOINT, OUTSIDE, Scheme, begins, chunks, is_tag
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.source_text import guess_language, text_of

_SAMPLE = 50
"""Sentences used to guess the language."""


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file of columns. Raises UsageError where no column holds tags."""
    rows, width = widened(list(lines(text_of(path))))
    columns = [column - 1 for column in how.columns] or tag_columns(rows, width)
    if not columns and all(row.cells[0] == DOCSTART for row in rows if row.cells):
        columns = [width - 1]
    if not columns or not all(0 < column < width for column in columns):
        raise UsageError(f"{path}: of its {width} columns none holds tags like B-PER and O; name them with --tags")
    yield from _untagged(rows, columns, path.name)
    file_parts = parts(rows, columns)
    tags = [row.cells[at] for at in columns for row in rows if len(row.cells) > at and is_tag(row.cells[at])]
    yield from _File.of(path, how, file_parts, tags).documents(file_parts)


def read_universal(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a CoNLL-U file, without annotations. Raises UsageError where it holds no words."""
    file_parts = universal(text_of(path))
    if not file_parts:
        raise UsageError(f"{path}: holds no words numbered from 1, tab, word; is it CoNLL-U?")
    yield from _File.of(path, how, file_parts, ()).documents(file_parts)


def _untagged(rows: Sequence[TokenLine], columns: Sequence[int], name: str) -> Iterator[Lost]:
    for row in rows:
        for at in columns if row.cells and row.cells[0] != DOCSTART else ():
            cell = row.cells[at] if at < len(row.cells) else ""
            if not is_tag(cell):
                detail = f"{cell!r} of {row.cells[0]!r}"
                where = f"{name}, line {row.number}"
                yield Lost("entity", where, "is no tag like B-PER or O; read as O", detail, "wrong")


@dataclass(frozen=True, slots=True)
class _File:
    """Properties of a whole file: its name, the language of documents that give none, its scheme of tags."""

    name: str
    how: ReadOptions
    language: str
    scheme: Scheme

    @classmethod
    def of(cls, path: Path, how: ReadOptions, file_parts: Sequence[Part], tags: Sequence[str]) -> _File:
        """Guess the language from the first sentences together, since one may be too short."""
        sentences = [sentence for part in file_parts for sentence in part.sentences][:_SAMPLE]
        language = how.language or guess_language(_text(sentences, "")[0])
        return cls(path.name, how, language, Scheme.of(tags))

    def documents(self, file_parts: Sequence[Part]) -> Iterator[DocumentOrLost]:
        """Each document of the file as one Document, or its sentences in groups."""
        for part in file_parts:
            whole = part.opened and self.how.group is None
            size = max(1, len(part.sentences)) if whole else self.how.group or 1
            for at in range(0, max(len(part.sentences), whole), size):
                before = unescaped(part.properties.get("SpacesBefore", "")) if at == 0 else ""
                yield from self._document(part.sentences[at : at + size], part.properties, before, whole=whole)

    def _document(
        self, sentences: Sequence[Sentence], properties: Mapping[str, str], before: str, *, whole: bool
    ) -> Iterator[DocumentOrLost]:
        text, places = _text(sentences, before)
        draft, language = DocumentBuilder(text, self.name), properties.get("lang") or self.language
        for sentence, where in zip(sentences, places, strict=True):
            for column in range(len(sentence.tokens[0].tags)):
                self._mark(draft, sentence.tokens, where, column, language)
            _compare(draft, sentence, text[where[0][0] : where[-1][1]])
        id = properties.get("id", "") if whole else ""
        if not id and len(sentences) == 1:
            id = sentences[0].comments.get("sent_id", "")
        annotator = properties.get("annotator")
        yield draft.document(id, language, provenance=Provenance(annotator=annotator) if annotator else None)
        yield from draft.lost

    def _mark(
        self,
        draft: DocumentBuilder,
        tokens: Sequence[Token],
        places: Sequence[tuple[int, int]],
        column: int,
        language: str,
    ) -> None:
        """Add the mentions or triggers of one column of tags in a sentence."""
        tags = [token.tags[column] if is_tag(token.tags[column]) else OUTSIDE for token in tokens]
        split = [tag.split(JOINT) for tag in tags]
        morpheme_places = [(at, morpheme) for at, pieces in enumerate(split) for morpheme in range(len(pieces))]
        for chunk in chunks([tag for pieces in split for tag in pieces], self.scheme):
            (first, morphemes), (last, ending) = morpheme_places[chunk.start], morpheme_places[chunk.end - 1]
            at = f"line {tokens[first].line}"
            unit: Unit = "event" if chunk.label in self.how.events else "entity"
            if chunk.fault:
                draft.note(unit, at, f"{chunk.fault}; taken as far as its tags go", chunk.label)
            if ending < len(split[last]) - 1:
                draft.note(unit, at, "ends inside a word; taken to the word's end", chunk.label)
            inside = begins(tokens[first].form, morphemes, language)
            if morphemes:
                where = "behind its proclitics" if inside is not None else "the word's beginning, no telling where"
                draft.note(unit, at, f"begins inside a word; taken from {where}", chunk.label)
            start = places[first][0] + (inside or 0)
            span = draft.span(start, places[last][1], chunk.label, at=at, quoted=None, unit=unit)
            if span is not None:
                (draft.event if unit == "event" else draft.entity)(span, at=at)


def _text(sentences: Sequence[Sentence], before: str) -> tuple[str, list[list[tuple[int, int]]]]:
    """The text, and the range of each token of each sentence."""
    pieces, at = [before], len(before)
    places: list[list[tuple[int, int]]] = []
    for number, sentence in enumerate(sentences, start=1):
        places.append([])
        for place, token in enumerate(sentence.tokens, start=1):
            ends = place == len(sentence.tokens)
            usual = " " if not ends else "\n" if number < len(sentences) else ""
            after = usual if token.after is None else token.after
            places[-1].append((at, at + len(token.form)))
            pieces += token.form, after
            at += len(token.form) + len(after)
    return "".join(pieces), places


def _compare(draft: DocumentBuilder, sentence: Sentence, text: str) -> None:
    """Record where the text in the comments differs from the text of the words."""
    comment = sentence.comments.get("text")
    if comment is not None and comment.split() != text.split():
        at = f"line {sentence.tokens[0].line}"
        draft.note("document", at, "its words do not make up the text its comment gives; the words are taken")
