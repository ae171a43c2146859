"""Sentences and document lines of a file of columns, read one after the other by its layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotation.formats.base import Lost
from annotation.formats.conll_counts import trailing_tags
from annotation.formats.conll_layout import Layout, TagColumn
from annotation.formats.conll_lines import (
    TokenLine,
    comment_of,
    is_docstart,
    is_header,
    pairs,
    raw_pairs,
    space_after,
    token_id,
)
from annotation.formats.conll_tags import OUTSIDE, is_plain_tag, tags_of

_ENDS = frozenset((".", "!", "?", "؟", "۔", "…", "..."))
LONG = 100
"""Words after which a sentence of a file without empty lines ends at the next full stop."""
_MOST = 10_000
"""Words after which it ends in any case."""
Tags = tuple[tuple[str, ...], ...]
"""The tags of a token: of each column, the tags in its cell."""


@dataclass(slots=True)
class Token:
    """A word as it is written, its tags, its line, and the white space after it, None where the file gives none.

    `words` are the syntactic words it stands for where the file splits it: `span` of them, up to number `last`.
    """

    form: str
    tags: Tags
    line: int
    after: str | None = None
    cells: list[str] = field(default_factory=list)
    words: list[Token] = field(default_factory=list)
    last: int | None = None
    span: int = 0

    @property
    def open(self) -> bool:
        """Whether more of its syntactic words follow."""
        return len(self.words) < self.span


@dataclass(slots=True)
class ConllSentence:
    """Tokens up to an empty line. `comments` holds values of its comments: `sent_id` and `text`."""

    tokens: list[Token] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """The line that begins a document. `properties` holds its values: id, lang, annotator."""

    properties: Mapping[str, str]


class SentenceReader:
    """Reads the lines of one file. Iterate over `read` once."""

    def __init__(self, name: str, layout: Layout) -> None:
        self.name, self.layout = name, layout
        self.id: str | None = None
        self.sentence = ConllSentence()

    def read(self, lines: Iterable[TokenLine]) -> Iterator[ConllSentence | DocumentLine]:
        """Every sentence and every line that begins a document, in file order."""
        seen = False
        for line in lines:
            if line.comment:
                yield from self._comment(*comment_of(line.comment))
            elif not line.cells or is_docstart(line.cells):
                yield from self._flush()
                if line.cells:
                    yield DocumentLine(pairs(line.cells[1:]))
            elif seen or not is_header(line.cells):
                if self._begins(line.cells):
                    yield from self._flush()
                seen = True
                self._token(line)
        yield from self._flush()
        if self.sentence.lost:
            yield self.sentence

    def _flush(self) -> Iterator[ConllSentence]:
        """The sentence so far; comments and faults without a token stay with the next."""
        if self.sentence.tokens:
            yield self.sentence
            self.sentence = ConllSentence()

    def _comment(self, name: str, value: str) -> Iterator[ConllSentence | DocumentLine]:
        if not name.startswith("newdoc"):
            if self.sentence.tokens and name in ("text", "sent_id"):
                yield from self._flush()
            self.sentence.comments[name] = value
        elif not (value and value == self.id):  # some treebanks repeat it before every sentence
            yield from self._flush()
            self.id = value
            yield DocumentLine({"id": value} if value else {})

    def _begins(self, cells: Sequence[str]) -> bool:
        """Whether a sentence begins here without an empty line before it."""
        tokens, layout = self.sentence.tokens, self.layout
        if not tokens:
            return False
        if layout.sentences and layout.number is not None:
            return layout.splits and cells[layout.number] != tokens[-1].cells[layout.number]
        if layout.number is not None:
            id = token_id(cells[layout.number]) if layout.number < len(cells) else None
            restarts = id is not None and id[1] != "." and id[0] in (0, 1) and (tokens[-1].last or 0) >= id[0]
            return restarts and not tokens[-1].open
        ended = tokens[-1].form in _ENDS and len(tokens) >= LONG and all(tag == (OUTSIDE,) for tag in tokens[-1].tags)
        return layout.splits and (ended or len(tokens) >= _MOST)

    def _token(self, line: TokenLine) -> None:
        cells = self._fitted(line)
        id = self._id(line, cells)
        form = cells[self.layout.words] if self.layout.words < len(cells) else ""
        tags = self._tags(cells, line)
        if not form.strip():
            self._wrong(line, "has no word; its tags are left out", " ".join(cells))
        elif id is None or id[1] != ".":
            others = [cell for at, cell in enumerate(cells) if at != self.layout.words]
            self._add(Token(form, tags, line.number, space_after(others), cells), id)
        elif any(tag != (OUTSIDE,) for tag in tags) or any(name == "Entity" for name, _ in raw_pairs(cells)):
            self._wrong(line, "stands on an empty node, which is not written in the text", form)

    def _id(self, line: TokenLine, cells: Sequence[str]) -> tuple[int, str, int] | None:
        at = self.layout.number
        if at is None or self.layout.sentences:
            return None
        id = token_id(cells[at]) if at < len(cells) else None
        if id is None:
            self._wrong(line, "has no number in the column of numbers; taken as the next word", " ".join(cells))
        return id

    def _add(self, token: Token, id: tuple[int, str, int] | None) -> None:
        """Add a token, or a syntactic word to the token it is written in."""
        tokens = self.sentence.tokens
        if id and not id[1] and tokens and tokens[-1].open and id[0] <= (tokens[-1].last or 0):
            tokens[-1].words.append(token)
            return
        if id:
            token.last, token.span = id[2], max(0, id[2] - id[0] + 1) if id[1] else 0
        tokens.append(token)

    def _fitted(self, line: TokenLine) -> list[str]:
        """The cells, those of a word with blanks in it joined again."""
        layout, cells = self.layout, line.cells
        extra = len(cells) - layout.width
        if layout.ragged:
            start = layout.columns[0].at
            extra = 0 if all(map(is_plain_tag, cells[start:])) else len(cells) - trailing_tags(cells) - start
        if extra <= 0:
            return cells
        word = cells[layout.words : layout.words + extra + 1]
        if not line.tabs and not any(map(is_plain_tag, word[1:])):
            return [*cells[: layout.words], " ".join(word), *cells[layout.words + extra + 1 :]]
        self._wrong(line, "has more cells than the other lines; those at its end are left out", " ".join(cells))
        return cells[: layout.columns[0].at + 1 if layout.ragged else layout.width]

    def _tags(self, cells: Sequence[str], line: TokenLine) -> Tags:
        """The tags of each column, O with a record where a cell holds none."""
        columns = self.layout.columns
        if self.layout.ragged:
            found = [self._checked(cell, columns[0], line) for cell in cells[columns[0].at :] or ("",)]
            return (tuple(tag for tags in found for tag in tags if tag != OUTSIDE) or (OUTSIDE,),)
        return tuple(self._checked(column.cell(cells), column, line) for column in columns)

    def _checked(self, cell: str, column: TagColumn, line: TokenLine) -> tuple[str, ...]:
        tags = tags_of(cell, column.style, self.layout.label)
        if tags is None:
            form = line.cells[self.layout.words] if self.layout.words < len(line.cells) else ""
            self._wrong(line, "is no tag like B-PER or O; read as O", f"{cell!r} of {form!r}")
        return tags or (OUTSIDE,)

    def _wrong(self, line: TokenLine, reason: str, detail: str) -> None:
        self.sentence.lost.append(Lost("entity", f"{self.name}, line {line.number}", reason, detail, "wrong"))
