"""Document <-> plain JSON values: what a line of a Documents file says. Pure, like the words themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache

from annotation.document import Argument, Document, Event, Json, Link, Provenance, Source, Span

SCHEMA = 1


def to_json(document: Document) -> dict[str, object]:
    """The document as plain JSON values, `schema` first; values that say nothing are left out."""
    return {"schema": SCHEMA, **_plain(asdict(document))}


def from_json(row: Json) -> Document:
    """The document a row of `to_json` stands for. Raises ValueError that names the field at fault."""
    try:
        if _row(row).get("schema") != SCHEMA:
            raise ValueError(f"schema is {row.get('schema')!r}, not {SCHEMA}; written by another version of naba?")
        return _document(row)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a document: {type(error).__name__}: {error}") from error


def _plain(row: dict[str, object]) -> dict[str, object]:
    """The row without its empty values, all the way down; the document's own text stays even when empty."""

    def tidy(value: object) -> object:
        if isinstance(value, dict):
            return {k: tidy(v) for k, v in value.items() if v is not None and v != ()}
        return [tidy(v) for v in value] if isinstance(value, (list, tuple)) else value

    return {k: tidy(v) for k, v in row.items() if v is not None and v != ()}


def _document(row: Json) -> Document:
    return Document(
        id=_string(row, "id"),
        text=_string(row, "text"),
        language=str(row.get("language", "und")),
        entities=tuple(_span(s) for s in _rows(row, "entities")),
        events=tuple(_event(e) for e in _rows(row, "events")),
        links=tuple(Link(str(k["label"]), _span(_row(k["a"])), _span(_row(k["b"]))) for k in _rows(row, "links")),
        source=_source(_row(row["source"])) if "source" in row else None,
        provenance=_provenance(_row(row["provenance"])) if "provenance" in row else None,
    )


def _event(row: Json) -> Event:
    arguments = (
        Argument(str(a["role"]), _span(_row(a["filler"])), _number(a, "score")) for a in _rows(row, "arguments")
    )
    attributes = ((str(name), str(value)) for name, value in _twos(row, "attributes"))
    return Event(_span(_row(row["trigger"])), tuple(arguments), tuple(attributes))


_shared = lru_cache(maxsize=1 << 12)(Span)  # a mention is written again wherever it fills a role


def _span(row: Json) -> Span:
    start, end, label, score = row.get("start"), row.get("end"), row.get("label"), row.get("score")
    if type(start) is int and type(end) is int and type(label) is str and (score is None or type(score) is float):
        return _shared(start, end, label, score)  # nearly every span, and most of what is read are spans
    return Span(_integer(row, "start"), _integer(row, "end"), _string(row, "label"), _number(row, "score"))


def _source(row: Json) -> Source:
    body = tuple((int(str(a)), int(str(b))) for a, b in _twos(row, "body"))
    return Source(**{**row, "body": body})  # type: ignore[arg-type]


def _provenance(row: Json) -> Provenance:
    regions = tuple((_span(_row(span)), str(region)) for span, region in _twos(row, "regions"))
    return Provenance(**{**row, "regions": regions})  # type: ignore[arg-type]


def _row(value: object) -> Json:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not an object")
    return value


def _list(row: Json, key: str) -> list[object]:
    if not isinstance(value := row.get(key, []), list):
        raise TypeError(f"{key} is {value!r}, not a list")
    return value


def _rows(row: Json, key: str) -> list[Json]:
    return [_row(value) for value in _list(row, key)]


def _twos(row: Json, key: str) -> list[tuple[object, object]]:
    pairs = [value for value in _list(row, key) if isinstance(value, list) and len(value) == 2]
    if len(pairs) != len(_list(row, key)):
        raise TypeError(f"{key} holds something that is not a pair")
    return [(a, b) for a, b in pairs]


def _string(row: Json, key: str) -> str:
    if not isinstance(row[key], str):
        raise TypeError(f"{key} is {row[key]!r}, not a string")
    return str(row[key])


def _integer(row: Json, key: str) -> int:
    if not isinstance(value := row[key], int) or isinstance(value, bool):
        raise TypeError(f"{key} is {value!r}, not a whole number")
    return value


def _number(row: Json, key: str) -> float | None:
    if (value := row.get(key)) is not None and not isinstance(value, (int, float)):
        raise TypeError(f"{key} is {value!r}, not a number")
    return value
