"""Counts over all lines of a file of columns, from which its layout is inferred. Memory does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from annotation.formats.conll_lines import (
    TokenLine,
    comment_of,
    is_docstart,
    is_header,
    raw_pairs,
    space_after,
    token_id,
)
from annotation.formats.conll_tags import JOINT, NOTHING, OUTSIDE, STYLES, Style, is_plain_tag, tags_of

_DISTINCT = 300
"""Most different values kept of a column, and names of comments."""
_WIDEST = 64
"""Most cells of a line that are looked at."""
_SAMPLE_SENTENCES, _SAMPLE_TOKENS = 50, 5000
"""What is kept to guess the language."""
_ENOUGH = 0.8
"""Share of a column's cells that must be tags for a column of tags; its other cells are then faults."""


@dataclass(slots=True)
class ColumnCounts:
    """Counts of a column's cells: tags by style, O's, all marks for nothing, white space, values and labels."""

    cells: int = 0
    outside: int = 0
    nothing: int = 0
    spaces: int = 0
    several: int = 0
    styles: Counter[Style] = field(default_factory=Counter)
    letters: dict[Style, set[str]] = field(default_factory=lambda: {style: set() for style in STYLES})
    opened: set[Style] = field(default_factory=set)
    labels: dict[Style, set[str]] = field(default_factory=lambda: {style: set() for style in STYLES})
    values: Counter[str] = field(default_factory=Counter)

    def add(self, cell: str, *, after_nothing: bool) -> bool:
        """Count a cell, and return whether it stands for nothing, so that a B after it opens a mention."""
        self.cells += 1
        if len(self.values) < _DISTINCT or cell in self.values:
            self.values[cell] += 1
        if cell in NOTHING:
            self.nothing += 1
            self.outside += cell in ("O", "o")
            return True
        if cell.isalpha() and len(cell) > 1:
            return False  # most words, which are no tags in any style
        self.spaces += space_after((cell,)) is not None
        found = {style: tags for style in STYLES if (tags := tags_of(cell, style))}
        for style, tags in found.items():
            self._add_tags(style, tags, after_nothing=after_nothing)
        return any(tags[-1].split(JOINT)[-1] == OUTSIDE for tags in found.values())

    def _add_tags(self, style: Style, tags: Sequence[str], *, after_nothing: bool) -> None:
        self.styles[style] += 1
        self.several += len(tags) > 1
        for tag in tags:
            before = after_nothing
            for part in tag.split(JOINT):
                letter, _, label = part.partition("-")
                if part != OUTSIDE:
                    self.letters[style].add(letter)
                    if len(self.labels[style]) < _DISTINCT:
                        self.labels[style].add(label)
                    if letter == "B" and before:
                        self.opened.add(style)
                before = part == OUTSIDE

    @property
    def filled(self) -> int:
        """Number of cells that hold something."""
        return self.cells - self.nothing - self.spaces - self.values["-X-"]

    def style(self) -> Style | None:
        """How the column writes tags, or None where it holds none."""
        best = max(STYLES, key=lambda style: self.styles[style])
        count = self.styles[best]
        if best == "position" and not (self.outside and self.letters[best] & {"B", "I"}):
            count = 0
        plain = count + self.outside
        marked = count and (plain + self.nothing - self.outside >= _ENOUGH * self.cells)
        written = self.cells - self.nothing
        if plain and (plain >= _ENOUGH * self.cells or (marked and count >= _ENOUGH * written)):
            return best
        return None

    def holds_bare_labels(self) -> bool:
        """Whether the column is like `PER PER O`: some O's, and few different words with a letter first."""
        others = [value for value in self.values if value not in NOTHING]
        few = 0 < len(others) < _DISTINCT and len(others) <= max(1, self.cells // 4)
        return few and self.outside >= 0.2 * self.cells and all(value[:1].isalpha() for value in others)


@dataclass(slots=True)
class NumberCounts:
    """Counts over the first column: numbers, and whether each is one more than the one before, or the same."""

    numbers: int = 0
    counted: int = 0
    restarted: int = 0
    repeated: int = 0
    last: int | None = None

    def add(self, cell: str, *, begins: bool) -> None:
        """Count the first cell of a line; `begins` says whether an empty line is before it."""
        id = token_id(cell)
        if id is None:
            return
        number, kind, _ = id
        self.numbers += 1
        if kind == "." or (self.last is not None and number == self.last + 1) or (begins and number in (0, 1)):
            self.counted += 1
        elif number in (0, 1):
            self.restarted += 1
        elif number == self.last:
            self.repeated += 1
        elif self.last is None:
            self.counted += 1
        self.last = number - 1 if kind == "-" else number

    def counts(self, rows: int) -> bool:
        """Whether the column numbers the tokens, in each sentence or throughout."""
        return self.numbers >= 0.98 * rows and self.counted + self.restarted >= 0.98 * rows > 2 * self.restarted

    def numbers_sentences(self, rows: int) -> bool:
        """Whether the column gives the number of the sentence on every line."""
        valid = self.counted + self.restarted + self.repeated
        return self.numbers >= 0.98 * rows and valid >= 0.98 * rows and self.repeated + self.restarted > 0.5 * rows


@dataclass(slots=True)
class FileCounts:
    """Counts over a file: widths of its lines, columns by width, trailing tags, documents, blocks, comments."""

    rows: int = 0
    tabbed: int = 0
    widths: Counter[int] = field(default_factory=Counter)
    columns: dict[tuple[int, int], ColumnCounts] = field(default_factory=dict)
    runs: Counter[tuple[int, int]] = field(default_factory=Counter)
    numbers: NumberCounts = field(default_factory=NumberCounts)
    docstarts: list[TokenLine] = field(default_factory=list)
    document_lines: int = 0
    blocks: int = 0
    header: TokenLine | None = None
    comments: Counter[str] = field(default_factory=Counter)
    comment_values: dict[str, str] = field(default_factory=dict)
    misc: dict[str, ColumnCounts] = field(default_factory=dict)
    misc_at: int = 9
    sample: list[list[list[str]]] = field(default_factory=list)
    sampled: int = 0

    @classmethod
    def of(cls, lines: Iterable[TokenLine]) -> FileCounts:
        """Count all lines."""
        counts, begins = cls(), True
        nothing = [True] * _WIDEST
        for line in lines:
            if line.cells and not is_docstart(line.cells):
                if not counts.rows and counts.header is None and is_header(line.cells):
                    counts.header = line
                    continue
                counts.blocks += begins
                counts._row(line, nothing, begins=begins)
                begins = False
                continue
            if line.comment:
                counts._comment(line.comment)
                continue
            if line.cells:
                counts.document_lines += 1
                counts.docstarts = [*counts.docstarts, line][:2]
            begins, nothing = True, [True] * _WIDEST
        return counts

    def _row(self, line: TokenLine, nothing: list[bool], *, begins: bool) -> None:
        cells = line.cells[:_WIDEST]
        self.rows += 1
        self.tabbed += line.tabs
        self.widths[len(line.cells)] += 1
        self.numbers.add(cells[0], begins=begins)
        for at, cell in enumerate(cells):
            column = self.columns.get((len(cells), at))
            if column is None:
                column = self.columns[len(cells), at] = ColumnCounts()
            nothing[at] = column.add(cell, after_nothing=nothing[at])
        tags = trailing_tags(cells)
        self.runs[len(cells) - tags, tags] += 1
        for name, value in raw_pairs(cells[self.misc_at : self.misc_at + 1]):
            if name in self.misc or len(self.misc) < _DISTINCT:
                self.misc.setdefault(name, ColumnCounts()).add(value, after_nothing=True)
        self._keep(cells, begins=begins)

    def _keep(self, cells: list[str], *, begins: bool) -> None:
        if len(self.sample) <= _SAMPLE_SENTENCES and begins:
            self.sample.append([])
        if len(self.sample) <= _SAMPLE_SENTENCES and self.sampled < _SAMPLE_TOKENS:
            self.sample[-1].append(cells)
            self.sampled += 1

    def _comment(self, row: str) -> None:
        name, value = comment_of(row)
        if name in self.comments or len(self.comments) < _DISTINCT:
            self.comments[name] += 1
        if name.startswith("global."):
            self.comment_values.setdefault(name, value)
        if name == "global.columns":
            self.misc_at = value.split().index("MISC") if "MISC" in value.split() else _WIDEST

    @property
    def width(self) -> int:
        """The number of cells most lines have."""
        return max(self.widths, key=lambda cells: (self.widths[cells], cells), default=0)

    def column(self, at: int) -> ColumnCounts:
        """The counts of a column over the lines of the usual width."""
        return self.columns.get((min(self.width, _WIDEST), at), ColumnCounts())


def trailing_tags(cells: Sequence[str]) -> int:
    """The number of cells at the end that can only be tags."""
    count = 0
    while count < len(cells) and is_plain_tag(cells[-1 - count]):
        count += 1
    return count
