"""JSON read strictly, whoever wrote it, and written so that it stays JSON.

Refused when read: values that are nested too deep, a key that stands twice in one object, NaN and infinite numbers
(which JSON does not have, though Python reads and writes them), and halves of surrogate pairs, which no file in UTF-8
can hold. Every fault is a JsonError, a ValueError of one line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from annotation.core.document import Json

DEPTH = 100
"""Most objects and lists inside each other; naba's own files have fewer than 20."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:\n]', re.DOTALL)
_HALF = re.compile(r"[\ud800-\udfff]")


class JsonError(ValueError):
    """The text is no JSON, or holds what no JSON may."""


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class _RepeatedKey(ValueError):
    pass


def loads(text: str | bytes) -> object:
    """The value of a JSON text. Raises JsonError."""
    value = syntax(text)
    if (found := fault(value)) is not None:
        raise JsonError(found)
    return value


def loads_object(text: str | bytes) -> dict[str, object]:
    """The object of a JSON text. Raises JsonError, also where it holds another value."""
    value = loads(text)
    if not isinstance(value, dict):
        raise JsonError(f"holds a {type(value).__name__}, not an object with keys")
    return value


def syntax(text: str | bytes) -> object:
    """The value of a JSON text that `fault` has yet to see: for files in which one bad item does not stop the rest."""
    try:
        decoded = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
        value: object = json.loads(decoded, object_pairs_hook=_unique)
    except RecursionError:
        raise JsonError(_TOO_DEEP) from None
    except _RepeatedKey:
        raise JsonError(_repeated(decoded)) from None
    except ValueError as error:
        raise JsonError(str(error)) from error
    if decoded.count("{") + decoded.count("[") > DEPTH and _deep(value):
        raise JsonError(_TOO_DEEP)
    return value


def fault(value: object) -> str | None:
    """What no JSON text in UTF-8 can hold, with its path in the value: a number that is none, half a character."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False, check_circular=False, default=str).encode()
    except ValueError:
        return next(faults(value), None)
    return None


def faults(value: object, path: str = "") -> Iterator[str]:
    """As `fault`, every one of them; slower."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _half(str(key), f"{path}: a key".removeprefix(": "))
            yield from faults(part, f"{path}.{_shown(str(key))}".removeprefix("."))
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from faults(part, f"{path}[{index}]")
    elif isinstance(value, str):
        yield from _half(value, path)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{path}: {value} is no number; write one, or leave it out".removeprefix(": ")


def dumps(value: object, *, indent: int | None = None, sort_keys: bool = False, ascii_only: bool = False) -> str:
    """The value as JSON that UTF-8 can encode: readable, or escaped where half a surrogate pair stands in it.

    Raises ValueError for a number that is NaN or infinite.
    """
    text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, indent=indent, sort_keys=sort_keys)
    if not ascii_only and _HALF.search(text):
        return json.dumps(value, allow_nan=False, indent=indent, sort_keys=sort_keys)
    return text


def dump(value: object, file: _Writable, *, indent: int | None = None) -> None:
    """Write `dumps` of the value."""
    file.write(dumps(value, indent=indent))


def figures(value: object) -> object:
    """The value with null in place of each NaN or infinite number: for scores that nothing was counted for."""
    if isinstance(value, Mapping):
        return {key: figures(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [figures(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


_TOO_DEEP = f"is nested more than {DEPTH} levels deep"


def _unique(pairs: list[tuple[str, object]]) -> Json:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise _RepeatedKey
    return row


def _deep(value: object) -> bool:
    """Whether containers are nested deeper than DEPTH; level by level, since recursion is what must not happen."""
    level = [value]
    for _ in range(DEPTH + 1):
        parts = (item.values() if isinstance(item, dict) else item if isinstance(item, list) else () for item in level)
        level = [child for part in parts for child in part if isinstance(child, (dict, list))]
    return bool(level)


def _repeated(text: str) -> str:
    """The first key that stands twice in one object, with both lines."""
    line, last, objects = 1, "", list[dict[str, int]]()
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token in "{[":
            objects.append({})
        elif token in "}]":
            objects.pop()
        elif token != ":":
            last = token
        elif (key := json.loads(last)) in objects[-1]:
            first = objects[-1][key]
            return f"the key {_shown(key)!r} stands twice in one object: in line {first} and in line {line}"
        else:
            objects[-1][key] = line
    return "a key stands twice in one object"


def _half(text: str, path: str) -> Iterator[str]:
    if match := _HALF.search(text):
        yield f"{path}: character {match.start()} is half a surrogate pair, which is no text".removeprefix(": ")


def _shown(text: str) -> str:
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
