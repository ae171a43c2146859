"""Parser of files with one token a line: documents, sentences, tokens and the white space between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from annotation.formats.conll_tags import is_syntax, is_tag

DOCSTART = "-DOCSTART-"
_ENOUGH = 0.8
"""Share of a column's cells that must be tags for a column of tags; its other cells are then faults."""
_ESCAPE = re.compile(r"\\(s|t|n|r|p|\\|u[0-9a-f]{4,6};)")
_NAMED = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
_WORD = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_COMMENT = re.compile(r"# ?(newdoc id|newdoc|sent_id|text)(?: ?= ?(.*))?$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, its tags, its line number, and the white space after it, None where the file does not give it."""

    form: str
    tags: tuple[str, ...]
    line: int
    after: str | None = None


@dataclass(slots=True)
class Sentence:
    """Tokens up to an empty line. `comments` holds values of its comments: `sent_id` and `text`."""

    tokens: list[Token] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """Sentences up to the next document line. `properties` holds that line's values: id, lang, annotator."""

    sentences: list[Sentence] = field(default_factory=list)
    properties: Mapping[str, str] = field(default_factory=dict)
    opened: bool = False


@dataclass(frozen=True, slots=True)
class TokenLine:
    """The cells of a line, the token first."""

    cells: list[str]
    number: int


def lines(text: str) -> Iterator[TokenLine]:
    """Each line as cells; an empty line has none. Cells are separated by tabs where there are any, else by spaces.

    A line that begins with `# ` and does not end in a tag is a comment and is left out.
    """
    for number, raw in enumerate(text.split("\n"), start=1):
        row = raw.removesuffix("\r")
        cells = row.split("\t") if "\t" in row else [cell for cell in row.split(" ") if cell]
        if row.startswith("# ") and not is_tag(cells[-1]):
            continue
        yield TokenLine([] if not any(cell.strip() for cell in cells) else cells, number)


def widened(rows: Sequence[TokenLine]) -> tuple[list[TokenLine], int]:
    """The lines with words that contain spaces joined again, and the number of cells most lines have."""
    widths = Counter(len(row.cells) for row in rows if row.cells)
    width = max(widths, key=lambda cells: (widths[cells], cells)) if widths else 0
    joined = []
    for row in rows:
        extra = len(row.cells) - width
        if extra > 0:
            row = TokenLine([" ".join(row.cells[: extra + 1]), *row.cells[extra + 1 :]], row.number)
        joined.append(row)
    return joined, width


def tag_columns(rows: Sequence[TokenLine], width: int) -> list[int]:
    """The columns that hold tags, from 1 for the one after the token; columns of syntax are left out."""
    full = [row.cells for row in rows if row.cells[:1] not in ([], [DOCSTART]) and len(row.cells) == width]
    columns = []
    for column in range(1, width):
        cells = [row[column] for row in full]
        if cells and sum(map(is_tag, cells)) >= _ENOUGH * len(cells) and not is_syntax(cells):
            columns.append(column)
    return columns


def parts(rows: Sequence[TokenLine], columns: Sequence[int]) -> list[Part]:
    """The documents of a file of columns, which begin at -DOCSTART- lines; `columns` are those with tags."""
    documents, sentence = [Part()], Sentence()
    for row in rows:
        if row.cells and row.cells[0] != DOCSTART:
            tags = tuple(row.cells[at] if at < len(row.cells) else "" for at in columns)
            sentence.tokens.append(Token(row.cells[0], tags, row.number, _after(row.cells[1:])))
            continue
        if sentence.tokens:
            documents[-1].sentences.append(sentence)
        sentence = Sentence()
        if row.cells:
            documents.append(Part(properties=pairs(row.cells[1:]), opened=True))
    if sentence.tokens:
        documents[-1].sentences.append(sentence)
    return [part for part in documents if part.sentences or part.opened]


def universal(text: str) -> list[Part]:
    """The documents of a CoNLL-U file: words as they are written, not the syntactic words they are split into."""
    documents, sentence, covered = [Part()], Sentence(), 0
    for number, raw in enumerate(text.split("\n"), start=1):
        cells = raw.removesuffix("\r").split("\t")
        if raw.startswith("#"):
            if match := _COMMENT.match(raw.removesuffix("\r")):
                _comment(documents, sentence, match[1], match[2] or "")
        elif len(cells) < 2:
            if sentence.tokens:
                documents[-1].sentences.append(sentence)
            sentence, covered = Sentence(), 0
        elif (match := _WORD.fullmatch(cells[0])) and int(match[1]) > covered:
            covered = int(match[2] or covered)
            sentence.tokens.append(Token(cells[1], (), number, _after(cells[-1:])))
    if sentence.tokens:
        documents[-1].sentences.append(sentence)
    return [part for part in documents if part.sentences]


def _comment(documents: list[Part], sentence: Sentence, name: str, value: str) -> None:
    if not name.startswith("newdoc"):
        sentence.comments[name] = value
    elif not (value and value == documents[-1].properties.get("id")):  # some treebanks repeat it before every sentence
        documents.append(Part(properties={"id": value} if value else {}, opened=True))


def pairs(cells: Sequence[str]) -> dict[str, str]:
    """Names and values in cells like `id=d1|lang=he`."""
    partitions = (pair.partition("=") for cell in cells for pair in cell.split("|") if "=" in pair)
    return {name: unquote(value) for name, _, value in partitions}


def _after(cells: Sequence[str]) -> str | None:
    """The white space after a word by the convention of CoNLL-U; None where it is not given."""
    for cell in cells:
        for pair in cell.split("|") if "Space" in cell else ():
            if pair == "SpaceAfter=No":
                return ""
            if pair.startswith("SpacesAfter="):
                return unescaped(pair.removeprefix("SpacesAfter="))
    return None


def unescaped(value: str) -> str:
    """The white space for a value that `escaped` wrote."""
    return _ESCAPE.sub(lambda m: _NAMED.get(m[1]) or chr(int(m[1][1:-1], 16)), value)


def escaped(space: str) -> str:
    """White space as CoNLL-U escapes it; characters without a letter in CoNLL-U by their hex number."""
    letters = {char: f"\\{letter}" for letter, char in _NAMED.items()}
    return "".join(letters.get(char) or f"\\u{ord(char):04x};" for char in space)
