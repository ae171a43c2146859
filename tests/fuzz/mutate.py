"""Small changes to files: of bytes, of lines, and of the values of JSON, inside of .gz too."""

from __future__ import annotations

import gzip
import json
from random import Random
from typing import Any

from tests.fuzz.cases import Case

_PIECES = (
    *(
        b"NaN",
        b"1e999",
        b"-1",
        b"0",
        b"9" * 400,
        b"null",
        b"[]",
        b"{}",
        b'""',
        b"\\ud800",
        b"\0",
        b"\r",
        b"\x85",
        b"\t",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xd7",
        "\u2028".encode(),
        "\u202e".encode(),
        "📢".encode(),
        b"<![CDATA[",
        b"&#0;",
        b"*a",
    ),
    *(b"&a ", b"<<: ", b"!!python/object:os.system", b"'", b'"', b"[" * 500, b'{"a":' * 500, b"<b>" * 500, b": " * 500),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 10**9, 10**30, 1.5, -0.0, float("nan"), "", "x", "\ud800", "\0", "א" * 1000, "../x", "/"),
    *([], {}, [[]], [None], {"": ""}, [0, 0], "1", "T1", "d", [1, 2], {"start": 0, "end": 1}),
)
_MOST = 1_000_000


def mutated(case: Case, random: Random) -> Case:
    """The case with one to four changes in one of its files."""
    files = dict(case.files)
    name = random.choice(sorted(files))
    content = gzip.decompress(files[name]) if name.endswith(".gz") else files[name]
    for _ in range(random.randint(1, 4)):
        content = _changed(content, random)[:_MOST]
    if name.endswith(".gz"):
        content = gzip.compress(content) if random.random() < 0.8 else _bytes_changed(gzip.compress(content), random)
    return Case(case.target, {**files, name: content}, case.entry)


def _changed(content: bytes, random: Random) -> bytes:
    way = random.choice((_bytes_changed, _bytes_changed, _lines_changed, _json_changed, _json_changed, _json_changed))
    return way(content, random)


def _bytes_changed(content: bytes, random: Random) -> bytes:
    at = random.randint(0, len(content))
    to = min(len(content), at + random.choice((1, 1, 2, 8, 64, 1000)))
    part = content[at:to]
    other = random.choice(
        (
            b"",
            part * 2,
            part * random.choice((50, 1000)),
            part[::-1],
            random.choice(_PIECES),
            random.choice(_PIECES) + part,
        )
    )
    if random.random() < 0.2:
        other = bytes(random.randrange(256) for _ in part)
    return content[:at] + other + content[to:]


def _lines_changed(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines.insert(at, random.choice(lines))
        case 1:
            del lines[at]
        case 2:
            other = random.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            cells = lines[at].split(b"\t")
            cells[random.randrange(len(cells))] = random.choice(_PIECES)
            lines[at] = b"\t".join(cells)
    return b"".join(lines)


def _json_changed(content: bytes, random: Random) -> bytes:
    """The content with one value of its JSON changed, of the whole or of one line; bytes changed where it is none."""
    try:
        return _dumped(_value_changed(json.loads(content), random))
    except (ValueError, RecursionError):
        lines = content.split(b"\n")
        at = random.randrange(len(lines))
        try:
            lines[at] = _dumped(_value_changed(json.loads(lines[at]), random))
        except (ValueError, RecursionError):
            return _bytes_changed(content, random)
        return b"\n".join(lines)


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def _value_changed(value: Any, random: Random) -> Any:  # noqa: ANN401  # of JSON
    """The value with one part of it, at a depth drawn by chance, changed."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(sorted(value))
        if random.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        if random.random() < 0.1:
            return {**value, random.choice(sorted(value)): value[key]}
        return {**value, key: _value_changed(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.85:
        at = random.randrange(len(value))
        if random.random() < 0.1:
            return value[:at] + value[at + 1 :]
        if random.random() < 0.1:
            return [*value, value[at]]
        return [*value[:at], _value_changed(value[at], random), *value[at + 1 :]]
    if isinstance(value, int) and random.random() < 0.4:
        return value + random.choice((-1, 1, 7, -1000))
    if isinstance(value, str) and random.random() < 0.4:
        return value[: len(value) // 2] + random.choice(("", "x", "\u200f", "\n", " ", "📢")) + value[len(value) // 2 :]
    return random.choice(_VALUES)
