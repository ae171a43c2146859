"""A WebAnno TSV 3 file in its parts: columns of layers, sentences with their text, a row for each token.

INCEpTION's guide, "WebAnno TSV 3.3 File format", defines it. Offsets count UTF-16 units of the article, the end
exclusive. Text between sentences is not in the file: a line end stands for one character of it, spaces for more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from annotation.core.errors import UsageError
from annotation.formats.webanno_cells import unescaped_text

ColumnKind: TypeAlias = Literal["feature", "none", "role", "filler", "source", "element", "link"]
LayerKind: TypeAlias = Literal["span", "relation", "chain"]
HEADER = "#FORMAT=WebAnno TSV "
_VERSION = re.compile(r"#FORMAT=WebAnno TSV (\d+)\.(\d+)\s*")
_LAYERS: dict[str, LayerKind] = {"#T_SP=": "span", "#T_CH=": "chain", "#T_RL=": "relation"}
_ROLE = re.compile(r"ROLE_[^:]+:([^_]+)_(.+)")
_ROW = re.compile(r"(\d+-\d+(?:\.\d+)?)\t(\d+)-(\d+)\t(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: a feature's values, nothing but the mark, a slot's roles or fillers, a relation's source.

    `name` is the feature's name, or the layer of the fillers or sources.
    """

    kind: ColumnKind
    name: str


@dataclass(frozen=True, slots=True)
class WebannoLayer:
    """A layer and its columns, the first of which is number `first` of a row's cells."""

    name: str
    kind: LayerKind
    columns: tuple[Column, ...]
    first: int


@dataclass(frozen=True, slots=True)
class WebannoRow:
    """A token, or a part of one, with its offsets as the file counts them and the cells of all layers."""

    id: str
    start: int
    end: int
    words: str
    cells: tuple[str, ...]
    at: str


@dataclass(slots=True)
class WebannoSentence:
    """The text of a sentence and its rows."""

    lines: list[str] = field(default_factory=list)
    rows: list[WebannoRow] = field(default_factory=list)


@dataclass(slots=True)
class WebAnnoFile:
    """A whole file. `faults` are the place and text of lines that are none of the format's."""

    layers: list[WebannoLayer]
    sentences: list[WebannoSentence]
    faults: list[tuple[str, str]]

    def rows(self) -> Iterator[WebannoRow]:
        """Every row in order."""
        return (row for sentence in self.sentences for row in sentence.rows)


def parse(text: str) -> WebAnnoFile:
    """The file's parts. Raises UsageError where its first line is not that of the format's version 3."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    found = _VERSION.fullmatch(lines[0])
    if not found or found[1] != "3":
        raise UsageError(f"its first line is not {HEADER}3.x; export it from INCEpTION as WebAnno TSV 3")
    version = (int(found[1]), int(found[2]))
    file = WebAnnoFile([], [], [])
    count = next((at for at, line in enumerate(lines[1:], start=1) if not line.startswith("#T_")), len(lines))
    for line in lines[1:count]:
        first = sum(len(layer.columns) for layer in file.layers)
        _add_layer(file, line, first)
    _read_body(file, lines, count, version)
    return file


def _add_layer(file: WebAnnoFile, line: str, first: int) -> None:
    kind = _LAYERS.get(line[:6])
    name, *features = line[6:].split("|")
    if kind is None or not name:
        raise UsageError(f"{line!r} declares no layer; mend the header")
    columns = tuple(_columns(kind, features)) or (Column("none", ""),)
    file.layers.append(WebannoLayer(name, kind, columns, first))


def _columns(kind: LayerKind, features: Sequence[str]) -> Iterator[Column]:
    after_role = False
    for feature in features:
        role = _ROLE.fullmatch(feature) if kind == "span" else None
        if after_role:
            yield Column("filler", feature)
        elif role:
            yield Column("role", role[1])
        elif kind == "relation" and feature.startswith("BT_"):
            yield Column("source", feature.removeprefix("BT_"))
        elif kind == "chain" and feature in ("referenceType", "referenceRelation"):
            yield Column("element" if feature == "referenceType" else "link", feature)
        else:
            yield Column("feature" if feature else "none", feature)
        after_role = role is not None


def _read_body(file: WebAnnoFile, lines: Sequence[str], first: int, version: tuple[int, int]) -> None:
    width = sum(len(layer.columns) for layer in file.layers)
    sentence = WebannoSentence()
    for number, line in enumerate(lines[first:], start=first + 1):
        at, row = f"line {number}", _ROW.fullmatch(line)
        if not line or (line.startswith("#Text=") and sentence.rows):
            file.sentences += [sentence] if sentence.lines else []
            sentence = WebannoSentence()
        if line.startswith("#Text="):
            sentence.lines.append(unescaped_text(line.removeprefix("#Text="), version))
        elif row and sentence.lines:
            words, *cells = row[4].split("\t")
            if len(cells) < width:
                file.faults.append((at, "has fewer cells than the header has columns; mend the line"))
            cells += ["_"] * (width - len(cells))
            sentence.rows.append(WebannoRow(row[1], int(row[2]), int(row[3]), words, tuple(cells[:width]), at))
        elif line and not line.startswith("#Sentence.id="):
            file.faults.append((at, "is neither text nor a token with its offsets; mend the line"))
    file.sentences += [sentence] if sentence.lines else []
