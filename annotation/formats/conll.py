"""Token columns with tags (CoNLL, BMES and kin), flat, nested or several to a token; and CoNLL-U, for its text.

The text is built again from the tokens: with what the file says of the white space between them, else a space between
words and a newline between sentences. Every tag becomes an entity mention, or a trigger where the caller says that its
label is an event's. A tagged word may begin inside a token (`O^B-ORG`): the mention then begins behind as many
proclitics, as far as their letters tell.
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
"""Sentences looked at to guess the language."""


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file of columns. Raises UsageError where it has none of tags."""
    rows, width = widened(list(lines(text_of(path))))
    columns = [column - 1 for column in how.columns] or tag_columns(rows, width)
    if not columns and all(row.cells[0] == DOCSTART for row in rows if row.cells):
        columns = [width - 1]
    if not columns or not all(0 < column < width for column in columns):
        raise UsageError(f"{path}: of its {width} columns none holds tags like B-PER and O; name them with --tags")
    yield from _untagged(rows, columns, path.name)
    found = parts(rows, columns)
    tags = [row.cells[at] for at in columns for row in rows if len(row.cells) > at and is_tag(row.cells[at])]
    yield from _File.of(path, how, found, tags).documents(found)


def read_universal(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a CoNLL-U file, with nothing marked in them."""
    found = universal(text_of(path))
    if not found:
        raise UsageError(f"{path}: holds no words numbered from 1, tab, word; is it CoNLL-U?")
    yield from _File.of(path, how, found, ()).documents(found)


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
    """What holds for a whole file: its name, its language where a document says none, its scheme of tags."""

    name: str
    how: ReadOptions
    language: str
    scheme: Scheme

    @classmethod
    def of(cls, path: Path, how: ReadOptions, found: Sequence[Part], tags: Sequence[str]) -> _File:
        """The language is guessed from the first sentences together: one alone may be too short to tell."""
        sentences = [sentence for part in found for sentence in part.sentences][:_SAMPLE]
        language = how.language or guess_language(_text(sentences, "")[0])
        return cls(path.name, how, language, Scheme.of(tags))

    def documents(self, found: Sequence[Part]) -> Iterator[DocumentOrLost]:
        """Each document of the file as one Document, or its sentences in groups."""
        for part in found:
            whole = part.opened and self.how.group is None
            size = max(1, len(part.sentences)) if whole else self.how.group or 1
            for at in range(0, max(len(part.sentences), whole), size):
                before = unescaped(part.said.get("SpacesBefore", "")) if at == 0 else ""
                yield from self._document(part.sentences[at : at + size], part.said, before, whole=whole)

    def _document(
        self, sentences: Sequence[Sentence], said: Mapping[str, str], before: str, *, whole: bool
    ) -> Iterator[DocumentOrLost]:
        text, places = _text(sentences, before)
        draft, language = DocumentBuilder(text, self.name), said.get("lang") or self.language
        for sentence, where in zip(sentences, places, strict=True):
            for column in range(len(sentence.tokens[0].tags)):
                self._mark(draft, sentence.tokens, where, column, language)
            _compare(draft, sentence, text[where[0][0] : where[-1][1]])
        id = said.get("id", "") if whole else ""
        if not id and len(sentences) == 1:
            id = sentences[0].said.get("sent_id", "")
        annotator = said.get("annotator")
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
        """Take over what one column of tags says of a sentence."""
        tags = [token.tags[column] if is_tag(token.tags[column]) else OUTSIDE for token in tokens]
        split = [tag.split(JOINT) for tag in tags]
        homes = [(at, morpheme) for at, own in enumerate(split) for morpheme in range(len(own))]
        for chunk in chunks([tag for own in split for tag in own], self.scheme):
            (first, morphemes), (last, ending) = homes[chunk.start], homes[chunk.end - 1]
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
    """Say where the text that comments give is another than that of the words."""
    said = sentence.said.get("text")
    if said is not None and said.split() != text.split():
        at = f"line {sentence.tokens[0].line}"
        draft.note("document", at, "its words do not make up the text its comment gives; the words are taken")
