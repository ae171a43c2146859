"""Values of JSON as other tools write them: whole numbers in any spelling, lists of objects with their places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from annotation.core.document import Json
from annotation.core.text import encodable
from annotation.formats.base import Unit
from annotation.formats.document_builder import DocumentBuilder

_DIGITS = re.compile(r"\s*-?[0-9]{1,12}\s*")


def whole(value: object) -> int | None:
    """The whole number that a file gives as 6, 6.0 or "6"; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return None


def pair(value: object) -> tuple[int | None, int | None]:
    """The two whole numbers of a list of two; None for each that is none."""
    if isinstance(value, list) and len(value) == 2:
        return whole(value[0]), whole(value[1])
    return None, None


def number(value: object) -> float | None:
    """The value as a score; None where it is no number."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def strings(value: object) -> list[str]:
    """The items of a list as strings; none where the value is no list."""
    return [str(item) for item in value] if isinstance(value, list) else []


def items(draft: DocumentBuilder, row: Json, key: str, unit: Unit, at: str = "") -> Iterator[tuple[str, object]]:
    """Each item of the list under the key with its place, such as `spans 2`; a value that is no list is recorded."""
    value = row.get(key)
    if isinstance(value, list):
        yield from ((place(at, f"{key} {number}"), item) for number, item in enumerate(value, start=1))
    elif value not in (None, "", {}):
        draft.wrong(unit, at, f"has something else than a list under {key!r}; mend it")


def rows(draft: DocumentBuilder, row: Json, key: str, unit: Unit, at: str = "") -> Iterator[tuple[str, Json]]:
    """Each object of the list under the key with its place; any other item is recorded."""
    for where, item in items(draft, row, key, unit, at):
        if isinstance(item, dict):
            yield where, item
        else:
            draft.wrong(unit, where, "is not a JSON object; mend or remove it")


def child(draft: DocumentBuilder, row: Json, key: str, unit: Unit, at: str = "") -> Json:
    """The object under the key; an empty one, with a record, where the value is no object."""
    value = row.get(key)
    if isinstance(value, dict):
        return value
    if value not in (None, "", []):
        draft.wrong(unit, at, f"has something else than an object under {key!r}; mend it")
    return {}


def place(*parts: str) -> str:
    """Places from the outermost to the innermost, as one."""
    return ", ".join(part for part in parts if part)


def json_line(row: Json) -> str:
    """The object as a line of a file: readable, or escaped where UTF-8 cannot encode it."""
    text = json.dumps(row, ensure_ascii=False)
    return (text if encodable(text) else json.dumps(row)) + "\n"
