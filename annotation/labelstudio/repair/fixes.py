"""Safe corrections of an annotation: span edges without words, and duplicate regions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from annotation.checks.boundaries import trim_range
from annotation.core.text import on_grapheme
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.schemas import Row

FindingKey: TypeAlias = tuple[str, str, int, int, tuple[str, ...]]
KINDS = frozenset({"edge-space", "edge-punctuation", "twice"})
"""The kinds of findings that `mend` corrects."""


@dataclass(frozen=True)
class Mended:
    """The corrected rows, and the ids of the regions that changed or were removed."""

    rows: list[Row]
    regions: frozenset[str]


def mend(text: str, result: Sequence[object], *, note: str) -> Mended | None:
    """The corrected rows of an annotation of the text; None when nothing needs correction.

    A changed region records it in its `meta`: `note` for people, and its old place. Rows that cannot be parsed stay as
    they are, and so do duplicate regions whose choices differ.
    """
    rows = [dict(row) for row in result if isinstance(row, Mapping)]
    if len(rows) < len(result):
        return None
    changed = {_id(row) for row in rows if _trim(row, text, note)}
    repeats = _repeats(rows)
    for row in rows:
        if _id(row) in repeats.values() and row.get("type") == "labels":
            _mark(row, note, {"twice": True})
    if not changed and not repeats:
        return None
    _follow(rows, changed)
    return Mended(_merge_repeats(rows, repeats), frozenset({*changed, *repeats, *repeats.values()}))


def _trim(row: Row, text: str, note: str) -> bool:
    """Move the ends of a region onto its words. True when that changed it."""
    span = _span(row)
    if span is None or not 0 <= span.start < span.end <= len(text):
        return False
    start, end = trim_range(text, span.start, span.end)
    if (start, end) == (span.start, span.end) or not (on_grapheme(text, start) and on_grapheme(text, end)):
        return False
    row["value"] = {**_value(row), "start": start, "end": end, "text": text[start:end]}
    _mark(row, note, {"was": [span.start, span.end]})
    return True


def _follow(rows: Sequence[Row], changed: set[str]) -> None:
    """Copy the new place of each changed region to its choices, which repeat it."""
    places = {_id(row): _value(row) for row in rows if row.get("type") == "labels" and _id(row) in changed}
    for row in rows:
        value = _value(row)
        if row.get("type") == "choices" and _id(row) in places and "start" in value:
            place = places[_id(row)]
            moved: Row = {name: place[name] for name in ("start", "end", "text") if name in value}
            row["value"] = {**value, **moved}


def _repeats(rows: Sequence[Row]) -> dict[str, str]:
    """Id of a duplicate region -> id of the earlier region with the same span, when their choices do not differ."""
    first: dict[FindingKey, str] = {}
    repeats: dict[str, str] = {}
    for row in rows:
        span = _span(row)
        if span is not None:
            key = (str(row.get("from_name")), str(row.get("to_name")), span.start, span.end, tuple(span.labels))
            earlier = first.setdefault(key, _id(row))
            if earlier != _id(row) and _compatible(_choices_of(rows, earlier), _choices_of(rows, _id(row))):
                repeats[_id(row)] = earlier
    return repeats


def _choices_of(rows: Sequence[Row], region: str) -> dict[str, object]:
    """The choices made for a region: control -> values."""
    chosen = (row for row in rows if row.get("type") == "choices" and _id(row) == region)
    return {str(row.get("from_name")): _value(row).get("choices") for row in chosen}


def _compatible(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    return all(first[name] == second[name] for name in first.keys() & second.keys())


def _merge_repeats(rows: Sequence[Row], repeats: Mapping[str, str]) -> list[Row]:
    """The rows without duplicate regions, whose choices and arrows move to the regions that remain."""
    remaining: list[Row] = []
    chosen = {(_id(row), str(row.get("from_name"))) for row in rows if row.get("type") == "choices"}
    arrows: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        if row.get("type") == "relation":
            _add_arrow(row, repeats, arrows, remaining)
        elif (target := repeats.get(_id(row))) is None:
            remaining.append(row)
        elif row.get("type") == "choices" and (target, str(row.get("from_name"))) not in chosen:
            chosen.add((target, str(row.get("from_name"))))
            remaining.append({**row, "id": target})
    return remaining


def _add_arrow(
    row: Row, repeats: Mapping[str, str], arrows: dict[tuple[str, str, str], Row], remaining: list[Row]
) -> None:
    """Add an arrow between remaining regions. If the pair already has an arrow, that one gets the labels."""
    start, end = str(row.get("from_id")), str(row.get("to_id"))
    if not repeats:
        remaining.append(row)
        return
    moved = {**row, "from_id": repeats.get(start, start), "to_id": repeats.get(end, end)}
    if moved["from_id"] == moved["to_id"] and start != end:
        return
    pair = (str(moved["from_id"]), str(moved["to_id"]), str(row.get("direction")))
    if pair not in arrows:
        arrows[pair] = moved
        remaining.append(moved)
    elif isinstance(labels := row.get("labels"), list) and isinstance(present := arrows[pair].get("labels"), list):
        arrows[pair]["labels"] = list(dict.fromkeys([*present, *labels]))


def _mark(row: Row, note: str, change: Row) -> None:
    meta = row.get("meta")
    meta = dict(meta) if isinstance(meta, Mapping) else {}
    texts, mended = meta.get("text"), meta.get(schemas.MENDED)
    notes = [line for line in texts if line != note] if isinstance(texts, list) else []
    row["meta"] = {
        **meta,
        "text": [*notes, note],
        schemas.MENDED: {**(mended if isinstance(mended, Mapping) else {}), **change},
    }


def _span(row: Row) -> schemas.LabelsValue | None:
    try:
        parsed = schemas.row(row)
    except ValueError:
        return None
    return parsed.value if isinstance(parsed, schemas.Labels) else None


def _value(row: Row) -> Row:
    value = row.get("value")
    return value if isinstance(value, dict) else {}


def _id(row: Row) -> str:
    return str(row.get("id"))
