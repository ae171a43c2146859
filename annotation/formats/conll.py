"""Reader of token columns with tags (CoNLL-2003 and its relatives), flat and nested, in every usual scheme of tags.

The file is read twice, a line at a time: to find out its layout, then for its Documents. The text is rebuilt from the
tokens: with the white space the file gives between them, or its comments `# text = ` show, else a blank between words
and a newline between sentences. Every tag becomes an entity mention, or a trigger where its label is one of the
options' `events`. A mention may begin inside a token (`O^B-ORG`): then it begins after that number of proclitics, where
the letters allow it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats import conllu
from annotation.formats.base import DocumentOrLost, ReadOptions
from annotation.formats.conll_counts import FileCounts
from annotation.formats.conll_documents import DocumentReader
from annotation.formats.conll_layout import inferred
from annotation.formats.conll_lines import token_lines
from annotation.formats.conll_sentences import SentenceReader
from annotation.formats.conll_told import told, unread
from annotation.formats.opening import Opening
from annotation.formats.source_text import TextLines

_OTHERS = ("{", "[", "<", "#FORMAT=WebAnno")
"""How JSON, XML and WebAnno TSV begin."""


def recognises(opening: Opening) -> bool:
    """Whether the beginning of the file has a column of words and one of tags."""
    if opening.path.is_dir() or opening.text.lstrip().startswith(_OTHERS) or conllu.recognises(opening):
        return False
    counts = FileCounts.of(token_lines(opening.text.split("\n")))
    try:
        inferred(opening.path, counts, ReadOptions())
    except UsageError:
        return False
    return True


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file of columns. Raises UsageError where no column holds tags."""
    lines = TextLines(path)
    counts = FileCounts.of(token_lines(lines))
    layout = inferred(path, counts, how)
    documents = DocumentReader(path.name, layout, how)
    yield from documents.read(SentenceReader(path.name, layout).read(token_lines(lines)))
    yield from told(path, layout, counts, how)
    yield from unread(path, layout, counts)
