"""Why a file is refused in which no columns of words and tags were found, and what helps."""

from __future__ import annotations

import re

from annotation.formats.base import ReadOptions
from annotation.formats.conll_counts import FileCounts

_BRACKET = re.compile(r"\([A-Z_]+\*?\)?")
_STEADY = 0.8
"""Share of a file's lines that have the same number of cells, in a file of columns."""


def refusal(counts: FileCounts, how: ReadOptions) -> str:
    """What is wrong with a file in which no words and tags were found, and what helps."""
    if how.columns or how.words:
        named = ", ".join(str(at) for at in (*how.columns, *((how.words,) if how.words else ())))
        return f"has {counts.width} columns, not those named ({named}); name others with --tags and --words"
    if not counts.rows:
        return "holds no lines of columns"
    steady, first = counts.widths[counts.width] >= _STEADY * counts.rows, counts.sample[0][0][0]
    if first[:1] in ("{", "["):
        return "is JSON, not columns; leave out --format, or name the format it is"
    if counts.width < 2 and "," in first:
        return "has commas between its columns; save it with tabs between them"
    if any(_BRACKET.fullmatch(cell) for sentence in counts.sample for cells in sentence for cell in cells):
        return "has mentions in brackets like (PERSON*, as CoNLL-2012; convert them to tags like B-PERSON"
    if counts.width < 2 or not steady:
        return (
            "is no file of columns: its lines are not a word and its tags, the same number of columns each; "
            "if it is of another format, leave out --format or name that"
        )
    return f"of its {counts.width} columns none holds tags like B-PER and O; name them with --tags"
