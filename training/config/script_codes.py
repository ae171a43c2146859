"""Codes of scripts: "Hebr" for all pieces in that script, "Latn:3" for those of at most three letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import regex

_CODE = regex.compile(r"(?P<script>[A-Z][a-z]{3})(:(?P<most>[1-9][0-9]*))?")


def script_limits(codes: Sequence[str]) -> Mapping[str, int]:
    """The most letters of each script, by its code in ISO 15924; 0 for any number.

    Raises ValueError for a code that Unicode does not have.
    """
    limits = {}
    for code in codes:
        match = _CODE.fullmatch(code)
        if not match or not _is_script(match["script"]):
            raise ValueError(f"{code!r} is no script; name codes of ISO 15924, such as Hebr, Arab, Latn or Latn:3")
        limits[match["script"]] = int(match["most"] or 0)
    return limits


def scripts(value: object) -> str | None:
    """The rule that all codes are those of scripts, and that there is one."""
    if not value:
        return "must not be empty; null keeps the whole vocabulary"
    try:
        script_limits(cast(Sequence[str], value))
    except ValueError as error:
        return str(error)
    return None


def _is_script(code: str) -> bool:
    try:
        regex.compile(rf"\p{{Script={code}}}")
    except regex.error:
        return False
    return True
