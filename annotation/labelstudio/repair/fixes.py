"""What is safe to mend in an annotation without asking: edges without words, and the same mark made twice. Pure."""

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
"""The findings this takes away."""


@dataclass(frozen=True)
class Mended:
    """The rows as they should be, and the regions that are not as they were."""

    rows: list[Row]
    regions: frozenset[str]


def mend(text: str, result: Sequence[object], *, note: str) -> Mended | None:
    """The rows of an annotation of the text, mended; None where there is nothing to mend.

    A region that changed says so in its `meta`: `note` for whoever looks at it, and where it was. Rows that are not
    understood stay as they are, and so do marks made twice of which different things are said.
    """
    rows = [dict(row) for row in result if isinstance(row, Mapping)]
    if len(rows) < len(result):
        return None
    changed = {_id(row) for row in rows if _trim(row, text, note)}
    same = _repeats(rows)
    for row in rows:
        if _id(row) in same.values() and row.get("type") == "labels":
            _mark(row, note, {"twice": True})
    if not changed and not same:
        return None
    _follow(rows, changed)
    return Mended(_without(rows, same), frozenset({*changed, *same, *same.values()}))


def _trim(row: Row, text: str, note: str) -> bool:
    """Move the ends of a region onto its words; whether that was needed."""
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
    """What is chosen for a region repeats its place."""
    places = {_id(row): _value(row) for row in rows if row.get("type") == "labels" and _id(row) in changed}
    for row in rows:
        value = _value(row)
        if row.get("type") == "choices" and _id(row) in places and "start" in value:
            place = places[_id(row)]
            moved: Row = {name: place[name] for name in ("start", "end", "text") if name in value}
            row["value"] = {**value, **moved}


def _repeats(rows: Sequence[Row]) -> dict[str, str]:
    """Region -> the earlier one that marks the same, where nothing different is said of the two."""
    first: dict[FindingKey, str] = {}
    same: dict[str, str] = {}
    for row in rows:
        span = _span(row)
        if span is not None:
            key = (str(row.get("from_name")), str(row.get("to_name")), span.start, span.end, tuple(span.labels))
            kept = first.setdefault(key, _id(row))
            if kept != _id(row) and _agree(_said(rows, kept), _said(rows, _id(row))):
                same[_id(row)] = kept
    return same


def _said(rows: Sequence[Row], region: str) -> dict[str, object]:
    """What is chosen for a region, by the control."""
    chosen = (row for row in rows if row.get("type") == "choices" and _id(row) == region)
    return {str(row.get("from_name")): _value(row).get("choices") for row in chosen}


def _agree(one: Mapping[str, object], two: Mapping[str, object]) -> bool:
    return all(one[name] == two[name] for name in one.keys() & two.keys())


def _without(rows: Sequence[Row], same: Mapping[str, str]) -> list[Row]:
    """The rows with the repeats gone, and what hung on them moved to the ones that stay."""
    kept: list[Row] = []
    said = {(_id(row), str(row.get("from_name"))) for row in rows if row.get("type") == "choices"}
    arrows: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        if row.get("type") == "relation":
            _join(row, same, arrows, kept)
        elif (here := same.get(_id(row))) is None:
            kept.append(row)
        elif row.get("type") == "choices" and (here, str(row.get("from_name"))) not in said:
            said.add((here, str(row.get("from_name"))))
            kept.append({**row, "id": here})
    return kept


def _join(row: Row, same: Mapping[str, str], arrows: dict[tuple[str, str, str], Row], kept: list[Row]) -> None:
    """Keep an arrow between the regions that stay; a pair that has one already gets its labels."""
    start, end = str(row.get("from_id")), str(row.get("to_id"))
    if not same:
        kept.append(row)
        return
    moved = {**row, "from_id": same.get(start, start), "to_id": same.get(end, end)}
    if moved["from_id"] == moved["to_id"] and start != end:
        return
    pair = (str(moved["from_id"]), str(moved["to_id"]), str(row.get("direction")))
    if pair not in arrows:
        arrows[pair] = moved
        kept.append(moved)
    elif isinstance(labels := row.get("labels"), list) and isinstance(there := arrows[pair].get("labels"), list):
        arrows[pair]["labels"] = list(dict.fromkeys([*there, *labels]))


def _mark(row: Row, note: str, how: Row) -> None:
    meta = row.get("meta")
    meta = dict(meta) if isinstance(meta, Mapping) else {}
    told, mended = meta.get("text"), meta.get(schemas.MENDED)
    notes = [line for line in told if line != note] if isinstance(told, list) else []
    row["meta"] = {
        **meta,
        "text": [*notes, note],
        schemas.MENDED: {**(mended if isinstance(mended, Mapping) else {}), **how},
    }


def _span(row: Row) -> schemas.LabelsValue | None:
    try:
        read = schemas.row(row)
    except ValueError:
        return None
    return read.value if isinstance(read, schemas.Labels) else None


def _value(row: Row) -> Row:
    value = row.get("value")
    return value if isinstance(value, dict) else {}


def _id(row: Row) -> str:
    return str(row.get("id"))
