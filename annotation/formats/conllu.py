"""Reader of CoNLL-U and CoNLL-U Plus: text, and the mentions in `Entity=`, in PARSEME:MWE and in columns of tags.

Words are taken as they are written, not as the syntactic words they are split into; a mention that begins at one of
these begins inside the word. Mentions of one entity, which have the same id in `Entity=`, are linked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from annotation.formats.base import DocumentOrLost, ReadOptions
from annotation.formats.conll_counts import FileCounts
from annotation.formats.conll_documents import DocumentReader
from annotation.formats.conll_layout import named_columns, universal
from annotation.formats.conll_lines import token_lines
from annotation.formats.conll_mentions import Mentions
from annotation.formats.conll_sentences import SentenceReader
from annotation.formats.conll_told import told, unread
from annotation.formats.opening import Opening
from annotation.formats.source_text import TextLines

_LINE = re.compile(r"[0-9]+([-.][0-9]+)?(\t[^\t]*){9,}")


def recognises(opening: Opening) -> bool:
    """Whether the file declares the columns of CoNLL-U Plus, or its first token is numbered and has ten cells."""
    if opening.text.startswith("#FORMAT=WebAnno"):
        return False
    if any(line.startswith("# global.columns = ID FORM") for line in opening.lines[:50]):
        return True
    first = next((line for line in opening.lines if not line.startswith("#")), "")
    return _LINE.fullmatch(first) is not None


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a CoNLL-U file. Raises UsageError where it holds no numbered words."""
    lines = TextLines(path)
    counts = FileCounts.of(token_lines(lines))
    layout = universal(path, counts, how)
    mentions = Mentions.of(path.name, layout, counts)
    documents = DocumentReader(path.name, layout, how, mentions)
    yield from documents.read(SentenceReader(path.name, layout).read(token_lines(lines)))
    yield from mentions.summary()
    yield from told(path, layout, counts, how)
    yield from unread(path, layout, counts, named_columns(counts))
