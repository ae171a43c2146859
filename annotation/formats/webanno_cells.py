"""Cells and texts of WebAnno TSV 3: values with escaped signs, stacked ones, ids in brackets."""

from __future__ import annotations

import re

NONE, NULL = "_", "*"
"""No annotation in this cell; an annotation without a value."""
_SIGN = r"\\(?:->|.|$)"
_STACK = re.compile(rf"(?:{_SIGN}|[^\\|])+|(?<=\|)(?=\||$)|^(?=\|)", re.DOTALL)
_SLOTS = re.compile(rf"(?:{_SIGN}|[^\\;])+|(?<=;)(?=;|$)|^(?=;)", re.DOTALL)
_WITH_ID = re.compile(rf"((?:{_SIGN}|[^\\\[])*)\[([\d_]+)\]", re.DOTALL)
_CHAIN = re.compile(rf"((?:{_SIGN}|[^\\])*?)->(\d+)-(\d+)", re.DOTALL)
_RESERVED = re.compile(r"->|[\\\[\]|_;*\t\n]")
_ESCAPED = re.compile(r"\\(->|[\\\[\]|_;tn*])")
_LETTERS = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}
_CONTROLS = "".join(chr(code) for code in range(32) if not 7 < code < 14)
_TEXT = re.compile(rf"[\\\t\f\r\b{re.escape(_CONTROLS)}]")
_JAVA = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|(.))", re.DOTALL)


def escaped(value: str) -> str:
    """The value with the format's own signs escaped."""
    return _RESERVED.sub(lambda sign: {"\t": "\\t", "\n": "\\n"}.get(sign[0], "\\" + sign[0]), value)


def unescaped(value: str) -> str:
    """The value without escapes."""
    return _ESCAPED.sub(lambda sign: {"t": "\t", "n": "\n"}.get(sign[1], sign[1]), value)


def escaped_text(line: str) -> str:
    """A line of the article's text for `#Text=`."""
    letters = {char: letter for letter, char in _LETTERS.items()}
    return _TEXT.sub(lambda sign: "\\" + letters.get(sign[0], sign[0]), line)


def unescaped_text(line: str, version: tuple[int, int]) -> str:
    """A line of the article's text; up to version 3.1 with the escapes of Java's strings."""
    if version < (3, 2):
        return _JAVA.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else _LETTERS.get(sign[2], sign[2]), line)
    return re.sub(rf"\\([tnfrb\\{re.escape(_CONTROLS)}])", lambda sign: _LETTERS.get(sign[1], sign[1]), line)


def stacked(cell: str) -> list[str]:
    """The values of a cell, one for each annotation; none where the cell says there is none."""
    return [] if cell == NONE else _STACK.findall(cell) or [""]


def slots(value: str) -> list[str]:
    """The roles, or the targets, of one annotation's slots."""
    return [] if value == NONE else _SLOTS.findall(value) or [""]


def with_id(value: str) -> tuple[str, str | None]:
    """The value, still escaped, and what stands in brackets after it."""
    found = _WITH_ID.fullmatch(value)
    return (found[1], found[2]) if found else (value, None)


def with_chain(value: str) -> tuple[str, tuple[int, int] | None]:
    """The value of a chain's link, still escaped, and the numbers of the chain and of the link in it."""
    found = _CHAIN.fullmatch(value)
    return (found[1], (int(found[2]), int(found[3]))) if found else (value, None)
