"""What was inferred about a file of columns, and what of it Documents do not hold: one record a sort and file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.formats.base import Lost, ReadOptions
from annotation.formats.conll_counts import FileCounts
from annotation.formats.conll_layout import Layout
from annotation.formats.conll_lines import pairs
from annotation.formats.conll_sentences import LONG
from annotation.formats.conll_tags import MENTION, scheme_name

_COMMENTS = frozenset(("text", "sent_id", "newdoc", "newdoc id", "global.columns", "global.Entity"))
"""Comments that are used."""
_MISC = frozenset(("SpaceAfter", "SpacesAfter", "Entity"))
"""Values of CoNLL-U's last column that are used."""


def unread(path: Path, layout: Layout, counts: FileCounts, names: list[str] | None = None) -> Iterator[Lost]:
    """The columns, values and comments that Documents do not hold, each with its count."""
    for at, filled in _unread_columns(layout, counts):
        name = f"column {at + 1}" if names is None or at >= len(names) else names[at]
        yield Lost("other", path.name, f"is a value of {name}, which Documents do not hold", count=filled)
    for key, column in counts.misc.items() if layout.misc is not None else ():
        if key not in _MISC and key not in {tags.key for tags in layout.columns}:
            reason = f"is a value {key}= of MISC, which Documents do not hold"
            yield Lost("other", path.name, reason, count=column.cells)
    for name, count in counts.comments.items():
        if name not in _COMMENTS:
            yield Lost("other", path.name, f"is a comment {name!r}, which Documents do not hold", count=count)


def _unread_columns(layout: Layout, counts: FileCounts) -> Iterator[tuple[int, int]]:
    used = {
        layout.words,
        layout.number,
        layout.misc,
        layout.expressions,
        *(column.at for column in layout.columns if not column.key),
    }
    last = layout.columns[0].at if layout.ragged else layout.width
    for at in range(last):
        filled = sum(column.filled for (_, place), column in counts.columns.items() if place == at)
        if at not in used and filled:
            yield at, filled


def told(path: Path, layout: Layout, counts: FileCounts, how: ReadOptions) -> Iterator[Lost]:
    """What was inferred about the file, once: scheme, columns, documents."""
    if layout.columns and counts.rows and not _is_own(counts):
        yield Lost("other", path.name, f"tags are read as {_described(layout)}", _places(layout), "noted")
    if counts.header is not None:
        where = f"{path.name}, line {counts.header.number}"
        yield Lost("other", where, "names the columns; it is no token", " ".join(counts.header.cells), "noted")
    if any(column.style == "position" for column in layout.columns) and how.tag_label is None:
        reason = f"tags have no labels; {MENTION!r} stands for it till --tag-label gives the right one"
        yield Lost("other", path.name, reason, kind="noted")
    if layout.splits and layout.number is None and counts.rows > LONG:
        reason = "has no empty lines between sentences; they are taken to end at full stops"
        yield Lost("document", path.name, reason, kind="noted")
    if not layout.whole and how.group is None:
        reason = (
            "-DOCSTART- stands once, before all blocks of lines, as in Label Studio's export; each block becomes a "
            f"Document; if they are one article, give --group {counts.blocks}"
        )
        yield Lost("document", path.name, reason, f"{counts.blocks} blocks", "noted")


def _is_own(counts: FileCounts) -> bool:
    """Whether naba wrote the file, whose scheme then needs no telling."""
    return bool(counts.docstarts) and {"id", "lang"} <= pairs(counts.docstarts[0].cells[1:]).keys()


def _described(layout: Layout) -> str:
    styles = {column.style for column in layout.columns}
    if styles == {"label"}:
        return "bare labels: neighbours with the same label are one mention"
    name = scheme_name({letter for column in layout.columns for letter in column.letters}, layout.scheme)
    written = ", label first" if "suffix" in styles else ", without labels" if "position" in styles else ""
    several = layout.ragged or any(column.several for column in layout.columns)
    return f"{name}{written}{', several to a token: nested mentions' if several else ''}"


def _places(layout: Layout) -> str:
    numbers = ", ".join(f"{column.at + 1}{f' ({column.key}=)' if column.key else ''}" for column in layout.columns)
    further = " and after" if layout.ragged else ""
    return f"in column {numbers}{further}; words in column {layout.words + 1}"
