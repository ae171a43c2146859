"""Document <-> plain JSON values, as in a line of a Documents file. Pure, like the types themselves.

A row is read into structs that refuse unknown keys, and these then become a Document. msgspec reads structs so much
faster than dataclasses that the two steps together take less time than reading a Document at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Literal, cast

import msgspec

from annotation.core import json_text
from annotation.core.document import Document, Json
from annotation.core.strict_structs import strict_struct, unknown_keys

SCHEMA = 1

_Row = strict_struct(Document, schema=Literal[1])
_decoded = msgspec.json.Decoder(_Row).decode


class RowError(ValueError):
    """A row is no Document: it has another schema, an unknown key, or a value of a wrong type or that no JSON may hold.

    Faults against a Document's own rules, such as a span that leaves the text, are other ValueErrors.
    """


def to_json(document: Document) -> dict[str, object]:
    """The document as plain JSON values, `schema` first; empty values are left out."""
    try:
        row = cast(dict[str, object], msgspec.to_builtins(document))  # 15 times as fast as asdict
    except TypeError:  # a value of another type, such as a number of numpy's
        row = asdict(document)
    return {"schema": SCHEMA, **_plain(row)}


def from_json(row: Json) -> Document:
    """The document of a row as `to_json` gives it. Raises ValueError that names the field at fault."""
    schema = row.get("schema") if isinstance(row, Mapping) else SCHEMA
    if schema != SCHEMA:
        raise RowError(f"schema is {schema!r}, not {SCHEMA}; written by another version of naba?")
    try:
        document = _document(msgspec.convert(row, _Row))
    except msgspec.ValidationError as error:
        if error.__cause__ is not None:
            raise ValueError(str(error.__cause__)) from error
        raise RowError(_fault(row, error)) from error
    if (fault := json_text.fault(row)) is not None:
        raise RowError(fault)
    return document


def from_line(line: bytes) -> Document:
    """The document of a line of JSON, as `from_json` gives it, in half the time."""
    with suppress(ValueError):  # a fault is reported below
        row = _decoded(line)
        if line.count(b'":') == _keys(row) and _defaults_written(line):
            return _document(row)
    return from_json(cast(Json, json_text.syntax(line)))  # slower, and sees a key that stands twice


def _keys(row: object) -> int:
    """The number of keys in the JSON of a row that `to_json` made; a row with more of them has one twice, perhaps."""
    if isinstance(row, tuple):
        return sum(map(_keys, row))
    if not isinstance(row, msgspec.Struct):
        return 0
    values = [value for name in row.__struct_fields__ if (value := getattr(row, name)) is not None and value != ()]
    return len(values) + sum(map(_keys, values))


def _defaults_written(line: bytes) -> bool:
    """Whether the keys are there that `_keys` counts in any case, since what they hold by default is not empty."""
    return b'"language":' in line and (b'"source":' not in line or b'"encoding":' in line)


def _document(row: msgspec.Struct) -> Document:
    return msgspec.convert(row, Document, from_attributes=True)


def _fault(row: Json, error: msgspec.ValidationError) -> str:
    """The first unknown key, or what msgspec reports where all keys are known."""
    own = {key: value for key, value in row.items() if key != "schema"} if isinstance(row, Mapping) else row
    return next(unknown_keys(own, Document), f"not a document: {error}")


def _plain(row: dict[str, object]) -> dict[str, object]:
    """The row without its empty values, all the way down; the document's own text stays even when empty."""

    def tidy(value: object) -> object:
        if isinstance(value, dict):
            return {k: tidy(v) for k, v in value.items() if v is not None and v != ()}
        return [tidy(v) for v in value] if isinstance(value, (list, tuple)) else value

    return {k: tidy(v) for k, v in row.items() if v is not None and v != ()}
