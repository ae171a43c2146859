"""Layout of a file of columns, inferred from counts over all its lines: which columns are words, numbers and tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats.base import ReadOptions
from annotation.formats.conll_counts import ColumnCounts, FileCounts
from annotation.formats.conll_lines import pairs
from annotation.formats.conll_refusal import refusal
from annotation.formats.conll_tags import MENTION, STYLES, Scheme, Style, is_syntax
from annotation.formats.source_text import guess_language

_KEYS = frozenset(("ner", "ne", "name", "namedentity", "named_entity", "nertag", "ner_tag", "entitytag", "bio"))
"""Keys of CoNLL-U's last column under which tools write tags (Stanza, NorNE, spacy-conll)."""
_LAYERED = 0.05
"""Share of the lines whose number of tags differs from the usual one, in a file with any number of tags a line."""
_ALMOST = 0.8
"""Share of the lines that have to be alike for the layout of a file."""


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A column of tags, or with `key` the values under that key in it.

    `letters` are the positions its tags have, `opened`: a B follows an O or begins a sentence, `several`: a cell may
    hold several tags.
    """

    at: int
    style: Style
    letters: frozenset[str] = frozenset()
    opened: bool = False
    several: bool = False
    key: str = ""

    def cell(self, cells: Sequence[str]) -> str:
        """The cell with the tags of a line; empty where the line is too short."""
        cell = cells[self.at] if self.at < len(cells) else ""
        return pairs((cell,)).get(self.key, "_") if self.key else cell


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file has its words, numbers and tags, counted from 0.

    `ragged`: lines end in any number of tags, from the column of the only TagColumn on. `number`: the column that
    counts tokens; `sentences`: it counts sentences instead. `whole`: each -DOCSTART- begins an article.
    """

    width: int
    words: int
    columns: tuple[TagColumn, ...]
    scheme: Scheme
    language: str
    number: int | None = None
    sentences: bool = False
    ragged: bool = False
    whole: bool = True
    splits: bool = False
    misc: int | None = None
    expressions: int | None = None
    label: str = MENTION


def inferred(path: Path, counts: FileCounts, how: ReadOptions) -> Layout:
    """The layout. Raises UsageError that says what to do where no column holds tags."""
    number = _number_column(counts)
    forced = tuple(column - 1 for column in how.columns)
    ragged = None if forced else _ragged(counts)
    columns = _forced(counts, forced) if forced else _found(counts, number, ragged)
    if not columns and counts.document_lines and not counts.rows:
        columns = (TagColumn(max(1, counts.width - 1), "prefix"),)
    words = how.words - 1 if how.words else _words(number, [column.at for column in columns])
    if not columns or (counts.rows and (not _inside(columns, counts.width) or words >= counts.width)):
        raise UsageError(f"{path}: {refusal(counts, how)}")
    return Layout(
        counts.width,
        words,
        columns,
        _scheme(columns),
        how.language or guess_language(sample_text(counts, words)),
        number=None if words == number else number,
        sentences=number is not None and not counts.numbers.counts(counts.rows),
        ragged=ragged is not None,
        whole=not one_start_for_all(counts),
        splits=counts.blocks <= 1,
        label=how.tag_label or MENTION,
    )


def sample_text(counts: FileCounts, words: int) -> str:
    """The words of the first sentences, since one sentence may be too short to guess the language from."""
    return "\n".join(" ".join(c[words] for c in sentence if words < len(c)) for sentence in counts.sample)


def _inside(columns: Sequence[TagColumn], width: int) -> bool:
    return all(0 <= column.at < width for column in columns)


def _number_column(counts: FileCounts) -> int | None:
    """The first column where it counts tokens or sentences and words and tags are left."""
    numbered = counts.numbers.counts(counts.rows) or counts.numbers.numbers_sentences(counts.rows)
    return 0 if counts.rows and counts.width > 2 and numbered else None


def _words(number: int | None, tags: Sequence[int]) -> int:
    """The first column that holds neither numbers nor tags."""
    taken = {*tags, number}
    return next((at for at in range(len(taken) + 1) if at not in taken), 0)


def _ragged(counts: FileCounts) -> int | None:
    """The number of cells before the tags, where lines end in tags of a varying number."""
    tagged = Counter({run: count for run, count in counts.runs.items() if run[0] > 0 and run[1] > 0})
    if not tagged or sum(tagged.values()) < _ALMOST * counts.rows:
        return None
    bases: Counter[int] = Counter()
    for (base, _), count in tagged.items():
        bases[base] += count
    base, rows = bases.most_common(1)[0]
    runs = {run: count for (other, run), count in tagged.items() if other == base}
    usual = max(runs, key=lambda run: runs[run])
    varied = max(runs) > usual or sum(runs.values()) - runs[usual] > _LAYERED * rows
    return base if varied and rows >= _ALMOST * sum(tagged.values()) else None


def _forced(counts: FileCounts, columns: Sequence[int]) -> tuple[TagColumn, ...]:
    """The columns the options name, as what they look like; else as bare labels."""
    return tuple(_column(at, counts.column(at), counts.column(at).style() or "label") for at in columns)


def _found(counts: FileCounts, number: int | None, ragged: int | None) -> tuple[TagColumn, ...]:
    if ragged is not None:
        merged = _merged([column for (_, at), column in counts.columns.items() if at >= ragged])
        style = merged.style() or "prefix"
        return (_column(ragged, merged, style, several=True),)
    return _plain(counts, number) or _bare(counts, number)


def _plain(counts: FileCounts, number: int | None) -> tuple[TagColumn, ...]:
    """The columns of tags with a position; where all columns look like that, the first holds the words."""
    found = []
    for at in range(counts.width):
        column = counts.column(at)
        style = column.style() if at != number else None
        if style and not (style == "prefix" and is_syntax(column.labels[style])):
            found.append(_column(at, column, style))
    free = counts.width - len(found) - (number is not None)
    return tuple(found if free else found[1:])


def _bare(counts: FileCounts, number: int | None) -> tuple[TagColumn, ...]:
    """The last column of labels without a position."""
    for at in range(counts.width - 1, 0, -1):
        if at != number and counts.column(at).holds_bare_labels():
            return (_column(at, counts.column(at), "label"),)
    return ()


def _merged(columns: Sequence[ColumnCounts]) -> ColumnCounts:
    """Counts of several columns together."""
    merged = ColumnCounts()
    for column in columns:
        merged.cells += column.cells
        merged.outside += column.outside
        merged.nothing += column.nothing
        merged.styles += column.styles
        for style in STYLES:
            merged.letters[style] |= column.letters[style]
            merged.labels[style] |= column.labels[style]
    merged.opened = {style for style in STYLES if "B" in merged.letters[style]}
    return merged


def _column(at: int, column: ColumnCounts, style: Style, *, several: bool = False, key: str = "") -> TagColumn:
    letters = frozenset(column.letters.get(style, ()))
    return TagColumn(at, style, letters, style in column.opened, several or column.several > 0, key)


def _scheme(columns: Sequence[TagColumn]) -> Scheme:
    """The scheme of all columns together, since one may have few tags."""
    letters = {letter for column in columns for letter in column.letters}
    return Scheme.of(letters, opened=any(column.opened for column in columns))


def universal(path: Path, counts: FileCounts, how: ReadOptions) -> Layout:
    """The layout of a CoNLL-U or CoNLL-U Plus file. Raises UsageError where it holds no numbered words."""
    names = named_columns(counts)
    number, words = _at(names, "ID", 0), _at(names, "FORM", 1)
    if not counts.rows or counts.width < 2 or not counts.numbers.numbers >= _ALMOST * counts.rows:
        raise UsageError(f"{path}: holds no words numbered from 1, tab, word; is it CoNLL-U?")
    misc, expressions = (names.index(name) if name in names else None for name in ("MISC", "PARSEME:MWE"))
    columns = tuple(_universal_columns(counts, how, (number, words, misc, expressions)))
    language = how.language or guess_language(sample_text(counts, words))
    return Layout(
        counts.width,
        words,
        columns,
        _scheme(columns),
        language,
        number=number,
        misc=misc,
        expressions=expressions,
        label=how.tag_label or MENTION,
    )


def named_columns(counts: FileCounts) -> list[str]:
    """The names of the columns of CoNLL-U, or those a CoNLL-U Plus file declares."""
    usual = "ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC"
    return counts.comment_values.get("global.columns", usual).split()


def _at(names: Sequence[str], name: str, usual: int) -> int:
    return names.index(name) if name in names else usual


def _universal_columns(counts: FileCounts, how: ReadOptions, taken: Sequence[int | None]) -> Iterator[TagColumn]:
    if how.columns:
        yield from _forced(counts, [column - 1 for column in how.columns])
        return
    for at in range(2, counts.width):
        column = counts.column(at)
        style = column.style() if at not in taken else None
        if style in ("prefix", "suffix") and column.styles[style] and not is_syntax(column.labels[style]):
            yield _column(at, column, style)
    for key, column in counts.misc.items():
        style = column.style() if key.lower() in _KEYS else None
        if style in ("prefix", "suffix"):
            yield _column(counts.misc_at, column, style, key=key)


def one_start_for_all(counts: FileCounts) -> bool:
    """Whether a -DOCSTART- without an id stands once, before several blocks of lines."""
    if counts.document_lines != 1 or counts.blocks < 2:
        return False
    return "id" not in pairs(counts.docstarts[0].cells[1:])
