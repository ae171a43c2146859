"""Lines of files with one token a line, as cells and comments, read one after the other, and their white space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from annotation.formats.conll_tags import is_plain_tag

DOCSTART = "-DOCSTART-"
_ESCAPE = re.compile(r"\\(s|t|n|r|p|\\|u[0-9a-f]{4,6};)")
_NAMED = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
_COMMENT = re.compile(r"#\s*([^\s=]+(?: [^\s=]+)?) =(?: (.*))?$")
_ID = re.compile(r"([0-9]+)(?:([-.])([0-9]+))?")
_HEADER = re.compile(r"(words?|tokens?|form|text|tags?|labels?|ner([_-]tags?)?|pos|chunk|entity|id|lemma)[#: ]*", re.I)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A line: the cells of a token, a comment, or neither for an empty line. `tabs` says what separates the cells."""

    cells: list[str]
    number: int
    comment: str = ""
    tabs: bool = False


def token_lines(lines: Iterable[str]) -> Iterator[TokenLine]:
    """Each line as cells, which are separated by tabs where there are any, else by blanks.

    A line that begins with `# ` and does not end in a tag is a comment, and so is `# name = value`.
    """
    for number, raw in enumerate(lines, start=1):
        row = raw.removesuffix("\r")
        if row.startswith("#") and _is_comment(row):
            yield TokenLine([], number, row)
            continue
        tabs = "\t" in row
        cells = [cell.strip(" ") for cell in row.split("\t")] if tabs else [cell for cell in row.split(" ") if cell]
        while cells and not cells[-1].strip():
            cells.pop()
        yield TokenLine(cells, number, "", tabs)


def _is_comment(row: str) -> bool:
    if "\t" not in row and _COMMENT.match(row):
        return True
    return row.startswith(("# ", "#begin ", "#end ")) and not is_plain_tag(row.rsplit(maxsplit=1)[-1])


def comment_of(row: str) -> tuple[str, str]:
    """Name and value of a comment like `# sent_id = s1`; a comment without a value is a name of one word."""
    if match := _COMMENT.match(row):
        return match[1], (match[2] or "").strip()
    words = row.removeprefix("#").split(maxsplit=1)
    return (words[0] if words else "", "")


def is_docstart(cells: Sequence[str]) -> bool:
    """Whether the line begins a document."""
    return DOCSTART in cells[:2]


def is_header(cells: Sequence[str]) -> bool:
    """Whether the line names the columns."""
    return len(cells) > 1 and all(_HEADER.fullmatch(cell) for cell in cells)


def token_id(cell: str) -> tuple[int, str, int] | None:
    """The number of a token such as 3, of the words 3-4 written as one, or of an empty node 3.1; None for no number."""
    match = _ID.fullmatch(cell)
    return (int(match[1]), match[2] or "", int(match[3] or match[1])) if match else None


def pairs(cells: Iterable[str]) -> dict[str, str]:
    """Names and values in cells like `id=d1|lang=he`."""
    return {name: unquote(value) for name, value in raw_pairs(cells)}


def raw_pairs(cells: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names and values in cells like `SpaceAfter=No|Entity=(e1-person-1)`, as they are written."""
    for cell in cells:
        for pair in cell.split("|") if "=" in cell else ():
            name, equals, value = pair.partition("=")
            if equals:
                yield name, value


def space_after(cells: Iterable[str]) -> str | None:
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
