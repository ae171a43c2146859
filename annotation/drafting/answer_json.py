"""The JSON object in what a language model wrote: without thoughts and fences, or what came before a cut."""

from __future__ import annotations

import json
import re

from annotation.core.document import Json

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)


def read_answer(content: str, *, cut_short: bool = False) -> Json | None:
    """The first JSON object with lists of entities or events; None where there is none.

    Of an answer that was `cut_short`, the items that are complete.
    """
    content = _THOUGHTS.sub("", content)
    decoder = json.JSONDecoder()
    at = content.find("{")
    while at >= 0:
        try:
            row, _ = decoder.raw_decode(content, at)
        except (ValueError, RecursionError):
            row = None
        if _is_answer(row):
            return row  # type: ignore[no-any-return]
        at = content.find("{", at + 1) if row is not None or not cut_short else -1
    return _complete_items(content) if cut_short else None


def _is_answer(row: object) -> bool:
    return isinstance(row, dict) and any(isinstance(row.get(name), list) for name in ("entities", "events"))


def _complete_items(content: str) -> Json | None:
    """The answer up to the last object that is complete and the item of a list, with its brackets closed."""
    start = content.find("{")
    closing: list[str] = []
    best, quoted, escaped = "", False, False
    for at, char in enumerate(content[start:] if start >= 0 else ""):
        if quoted:
            quoted, escaped = escaped or char != '"', not escaped and char == "\\"
        elif char == '"':
            quoted = True
        elif char in "{[":
            closing.append("}" if char == "{" else "]")
        elif char in "}]" and closing:
            closing.pop()
            if char == "}" and closing:
                best = content[start : start + at + 1] + "".join(reversed(closing))
    try:
        row = json.loads(best)
    except (ValueError, RecursionError):
        return None
    return row if _is_answer(row) else None
