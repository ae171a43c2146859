"""Writer of tables for people who count events: one row an event, and a second table with one row an argument.

CSV opens in spreadsheets with Hebrew and Arabic whole: UTF-8 with a BOM, and an apostrophe before a cell that a
spreadsheet would run as a formula. A role's fillers are joined by "; " there, and lists in Parquet.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeAlias, cast

from annotation.core import json_text
from annotation.core.document import Document, Event, Span
from annotation.formats.base import Lost, WriteOptions
from annotation.storage.documents_file import atomic, write_bytes

Row: TypeAlias = dict[str, object]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of cells that spreadsheets run as formulas (OWASP, CSV injection)."""
_ARTICLE = ("article", "language", "source", "title", "url", "published", "annotator", "model")
_EVENT = (*_ARTICLE, "type", "trigger", "start", "end", "score")
_ARGUMENT = (*_EVENT, "role", "filler", "filler_label", "filler_start", "filler_end", "filler_score", "argument_score")
_NUMBERS = {"start", "end", "filler_start", "filler_end"}
_SCORES = {"score", "filler_score", "argument_score"}


def write_csv(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write the table of events to `out` and that of arguments beside it, and return what tables do not hold."""
    return _write(documents, out, _csv)


def write_parquet(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """The same as Parquet: numbers are numbers, and roles are lists of strings."""
    return _write(documents, out, _parquet)


def arguments_file(out: Path) -> Path:
    """Where the table of arguments is, beside the table of events."""
    return out.with_name(f"{out.stem}_arguments{out.suffix}")


def _write(
    documents: Iterable[Document], out: Path, save: Callable[[Path, _Columns, Iterable[Row]], None]
) -> list[Lost]:
    lost: list[Lost] = []
    roles: dict[str, None] = {}
    attributes: dict[str, None] = {}
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", dir=out.parent) as spool:
        for document in documents:
            lost += _losses(document)
            for event in document.events:
                roles |= dict.fromkeys(argument.role for argument in event.arguments)
                attributes |= dict.fromkeys(name for name, _ in event.attributes)
                spool.write(json_text.dumps(_event_row(document, event), ascii_only=True) + "\n")
        columns = _Columns(sorted(attributes), sorted(roles))
        save(out, columns, (columns.event_row(row) for row in _rows(spool)))
        save(arguments_file(out), _Columns(), (row for event in _rows(spool) for row in _argument_rows(event)))
    return lost


class _Columns:
    """Columns of a table. A role or attribute that is called as a column of every table gets a word after it."""

    def __init__(self, attributes: Sequence[str] | None = None, roles: Sequence[str] = ()) -> None:
        self.attributes = {name: name if name not in _EVENT else f"{name} (attribute)" for name in attributes or ()}
        taken = {*_EVENT, *self.attributes.values()}
        self.roles = {name: name if name not in taken else f"{name} (role)" for name in roles}
        fixed = _ARGUMENT if attributes is None else _EVENT
        self.names = (*fixed, *self.attributes.values(), *self.roles.values())

    def event_row(self, row: Row) -> Row:
        """The row with a column for each attribute and role instead of the lists of what the event has."""
        fillers: dict[str, list[object]] = {column: [] for column in self.roles.values()}
        for argument in cast(list[Row], row["arguments"]):
            fillers[self.roles[str(argument["role"])]].append(argument["filler"])
        given = dict(cast(list[tuple[str, str]], row["attributes"]))
        attributes = {column: given.get(name) for name, column in self.attributes.items()}
        return {**{name: row[name] for name in _EVENT}, **attributes, **fillers}


def _event_row(document: Document, event: Event) -> Row:
    source, by = document.source, document.provenance
    return {
        "article": document.id,
        "language": document.language,
        "source": source.name if source else None,
        "title": source.title if source else None,
        "url": source.url if source else None,
        "published": source.published if source else None,
        "annotator": by.annotator if by else None,
        "model": by.model_version if by else None,
        "type": event.type,
        "trigger": event.trigger.quote(document.text),
        "start": event.trigger.start,
        "end": event.trigger.end,
        "score": event.trigger.score,
        "attributes": event.attributes,
        "arguments": [_argument_row(document, a.role, a.filler, a.score) for a in event.arguments],
    }


def _argument_row(document: Document, role: str, filler: Span, score: float | None) -> Row:
    return {
        "role": role,
        "filler": filler.quote(document.text),
        "filler_label": filler.label,
        "filler_start": filler.start,
        "filler_end": filler.end,
        "filler_score": filler.score,
        "argument_score": score,
    }


def _argument_rows(event: Row) -> Iterator[Row]:
    for argument in cast(list[Row], event["arguments"]):
        yield {**{name: event[name] for name in _EVENT}, **argument}


def _rows(spool: IO[str]) -> Iterator[Row]:
    spool.seek(0)
    yield from map(json.loads, spool)


def _losses(document: Document) -> Iterator[Lost]:
    used = {span for event in document.events for span in (event.trigger, *(a.filler for a in event.arguments))}
    if unused := len(set(document.entities) - used):
        yield Lost("entity", document.id, "is in no event, and tables hold events", count=unused)
    if document.links:
        yield Lost("link", document.id, "tables hold no links", count=len(document.links))
    if not document.events:
        yield Lost("document", document.id, "has no events, so no row", kind="noted")


def _csv(out: Path, columns: _Columns, rows: Iterable[Row]) -> None:
    with atomic(out) as file:
        file.write("\ufeff")
        table = csv.writer(file, lineterminator="\r\n")
        table.writerow(map(_cell, columns.names))
        for row in rows:
            table.writerow([_cell(row.get(name)) for name in columns.names])


def _cell(value: object) -> str:
    if isinstance(value, (int, float)):
        return str(value)
    text = "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _parquet(out: Path, columns: _Columns, rows: Iterable[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds: Mapping[str, pa.DataType] = {
        **dict.fromkeys(columns.names, pa.string()),
        **dict.fromkeys(_NUMBERS, pa.int64()),
        **dict.fromkeys(_SCORES, pa.float64()),
        **dict.fromkeys(columns.roles.values(), pa.list_(pa.string())),
    }
    schema = pa.schema([(name, kinds[name]) for name in columns.names])
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), buffer)  # type: ignore[no-untyped-call]
    write_bytes(out, buffer.getvalue().to_pybytes())
