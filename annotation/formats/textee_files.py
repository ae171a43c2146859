"""Reader and writer of files of windows, as TextEE and OneIE have them. A faulty mention is recorded and left out.

TextEE names a window `wnd_id` and its text `text`; OneIE names it `sent_id` and its text `sentence`, and adds the word
pieces of its tokenizer, which are not needed here. Offsets count tokens and `end` is exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.core import json_text
from annotation.core.document import Document, Json
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, WriteOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.json_values import strings
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects
from annotation.formats.textee import is_textee, to_textee, window_id, window_text
from annotation.formats.token_mentions import MENTIONS, TokenMentions
from annotation.formats.token_text import WhiteSpaceNote, located
from annotation.formats.trim_whitespace import trim
from annotation.storage.documents_file import atomic

_KNOWN = ("doc_id", "wnd_id", "sent_id", "text", "sentence", "lang", "tokens", "pieces", "token_lens", *MENTIONS)


def recognises(opening: Opening) -> bool:
    """Whether the first rows are windows of tokens."""
    return bool(opening.objects) and is_textee(opening.objects[0]) and "doc_id" in opening.objects[0]


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file of windows, one window a line or one JSON list."""
    note = WhiteSpaceNote(path.name)
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
        elif not is_textee(item[1]) or not isinstance(item[1]["tokens"], list):
            reason = "is no window of TextEE's or OneIE's: it has no wnd_id and no sent_id, or no list of tokens"
            yield Lost("document", item[0], reason, kind="wrong")
        else:
            yield from _window(*item, how, note)


def _window(where: str, row: Json, how: ReadOptions, note: WhiteSpaceNote) -> Iterator[DocumentOrLost]:
    text = window_text(row)
    tokens = located(text, [strings(row["tokens"])])
    draft = DocumentBuilder(tokens.text, where, repair=how.repair)
    TokenMentions(draft, tokens).read(row)
    draft.unread(row, _KNOWN)
    if text is not None and not tokens.own:
        draft.note("document", "", "has a text that is not its tokens in order; the tokens, joined, take its place")
    language = str(row.get("lang") or how.language or guess_language(tokens.text))
    own = row.get("wnd_id", row.get("sent_id"))
    yield draft.document(window_id({"doc_id": own, **row}), language)
    yield from draft.lost
    if text is None:
        yield from note.of(tokens)


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one window a line and return what they do not hold."""
    lost: list[Lost] = []
    with atomic(out) as file:
        for document in documents:
            trimmed, trims = trim(document)
            lost += trims
            if document.source:
                lost.append(Lost("source", document.id, "windows do not say where the article came from"))
            file.write(json_text.dumps(to_textee(trimmed).row) + "\n")
    return lost
