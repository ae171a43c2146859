"""Document <-> plain JSON values: what a line of a Documents file says. Pure, like the words themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict

import msgspec

from annotation.core.document import Document, Json

SCHEMA = 1

_OURS = b'{"schema": 1, '
_document = msgspec.json.Decoder(Document).decode


def to_json(document: Document) -> dict[str, object]:
    """The document as plain JSON values, `schema` first; values that say nothing are left out."""
    return {"schema": SCHEMA, **_plain(asdict(document))}


def from_json(row: Json) -> Document:
    """The document a row of `to_json` stands for. Raises ValueError that names the field at fault."""
    schema = row.get("schema") if isinstance(row, Mapping) else SCHEMA
    if schema != SCHEMA:
        raise ValueError(f"schema is {schema!r}, not {SCHEMA}; written by another version of naba?")
    try:
        return msgspec.convert(row, Document)
    except msgspec.ValidationError as error:
        raise ValueError(str(error.__cause__ or f"not a document: {error}")) from error


def from_line(line: bytes) -> Document:
    """As `from_json` of what a line of JSON says; a line that naba wrote becomes words at once, in half the time."""
    if line.startswith(_OURS):
        with suppress(ValueError):  # a fault is told below; a lone surrogate, which msgspec does not read, is none
            return _document(line)
    return from_json(json.loads(line))


def _plain(row: dict[str, object]) -> dict[str, object]:
    """The row without its empty values, all the way down; the document's own text stays even when empty."""

    def tidy(value: object) -> object:
        if isinstance(value, dict):
            return {k: tidy(v) for k, v in value.items() if v is not None and v != ()}
        return [tidy(v) for v in value] if isinstance(value, (list, tuple)) else value

    return {k: tidy(v) for k, v in row.items() if v is not None and v != ()}
