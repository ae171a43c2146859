"""Reader and writer of files of TextEE's windows. A faulty mention is reported and left out, not its window."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from annotation.core.document import Document, Json
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit, WriteOptions
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.formats.textee import from_textee, is_textee, to_textee
from annotation.formats.trim_whitespace import trim
from annotation.storage.documents_file import atomic


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file of windows, one window a line or one JSON list."""
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        if not is_textee(row):
            yield Lost("document", where, "is no window of TextEE's: it has no wnd_id or no tokens", kind="wrong")
            continue
        lost: list[Lost] = []
        try:
            read = from_textee({**_sound(row, where, lost), "lang": _language(row, how)})
        except ValueError as error:
            yield Lost("document", where, str(error), kind="wrong")
            continue
        yield read.document
        yield from lost
        yield from (replace(item, where=where) for item in read.lost)


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one window a line and return what they do not hold."""
    lost: list[Lost] = []
    with atomic(out) as file:
        for document in documents:
            trimmed, trims = trim(document)
            lost += trims
            if document.source:
                lost.append(Lost("source", document.id, "windows do not say where the article came from"))
            file.write(json.dumps(to_textee(trimmed).row, ensure_ascii=False) + "\n")
    return lost


def _language(row: Json, how: ReadOptions) -> str:
    return str(row.get("lang") or how.language or guess_language(str(row.get("text", ""))))


def _sound(row: Json, where: str, lost: list[Lost]) -> dict[str, object]:
    """The window without the mentions that cannot be read, each of which is recorded."""
    tokens = row.get("tokens")
    size = len(tokens) if isinstance(tokens, list) else 0
    check = _MentionCheck(where, size, lost)
    entities = [mention for mention in rows_in(row, "entity_mentions") if check.entity(mention)]
    ids = {str(mention["id"]) for mention in entities}
    events = [
        {
            **mention,
            "arguments": [argument for argument in rows_in(mention, "arguments") if check.argument(argument, ids)],
        }
        for mention in rows_in(row, "event_mentions")
        if check.event(mention)
    ]
    relations = [mention for mention in rows_in(row, "relation_mentions") if check.relation(mention, ids)]
    return {**row, "entity_mentions": entities, "event_mentions": events, "relation_mentions": relations}


@dataclass(frozen=True, slots=True)
class _MentionCheck:
    """Checks which mentions of a window of `tokens` tokens can be read; the others are recorded."""

    where: str
    tokens: int
    lost: list[Lost]

    def entity(self, mention: Json) -> bool:
        valid = self._placed(mention) and bool(mention.get("entity_type")) and "id" in mention
        return valid or self._wrong("entity", mention, "has no type, no id, or tokens that are not there; mend it")

    def event(self, mention: Json) -> bool:
        valid = self._placed(mention.get("trigger")) and bool(mention.get("event_type"))
        return valid or self._wrong("event", mention, "has no type, or a trigger of tokens that are not there; mend it")

    def argument(self, mention: Json, ids: Container[str]) -> bool:
        id = mention.get("entity_id")
        filled = str(id) in ids or (id is None and self._placed(mention))
        valid = filled and bool(mention.get("role"))
        return valid or self._wrong("argument", mention, "has no role, or an entity that is not there or was left out")

    def relation(self, mention: Json, ids: Container[str]) -> bool:
        valid = all(str(end.get("entity_id")) in ids for end in rows_in(mention, "arguments"))
        return valid or self._wrong("link", mention, "joins an entity that is not there or was left out")

    def _placed(self, mention: object) -> bool:
        if not isinstance(mention, dict):
            return False
        start, end = mention.get("start"), mention.get("end")
        return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= self.tokens

    def _wrong(self, unit: Unit, mention: Json, reason: str) -> bool:
        words = mention.get("text", mention.get("role", ""))
        detail = f"{mention.get('id', '')} {words!r} of {self.tokens} tokens".strip()
        self.lost.append(Lost(unit, self.where, reason, detail, "wrong"))
        return False
