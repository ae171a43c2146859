"""Documents as rows of Parquet files, in nested columns of plain types.

pyarrow is given open files: of a path it takes "~" for the home folder, and cannot encode every name that a file has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from annotation.core.document import Document, Json
from annotation.core.document_json import SCHEMA, from_json, to_json

_BATCH = 512

_SPAN = pa.struct(
    [("start", pa.int64()), ("end", pa.int64()), ("label", pa.string()), ("score", pa.float64())],
)
_ARGUMENT = pa.struct([("role", pa.string()), ("filler", _SPAN), ("score", pa.float64())])
_ATTRIBUTE = pa.struct([("name", pa.string()), ("value", pa.string())])
_EVENT = pa.struct([("trigger", _SPAN), ("arguments", pa.list_(_ARGUMENT)), ("attributes", pa.list_(_ATTRIBUTE))])
_LINK = pa.struct([("label", pa.string()), ("a", _SPAN), ("b", _SPAN), ("score", pa.float64())])
_RANGE = pa.struct([("start", pa.int64()), ("end", pa.int64())])
_SOURCE = pa.struct(
    [(name, pa.string()) for name in ("name", "title", "url", "published", "encoding", "raw_sha256", "licence")]
    + [("body", pa.list_(_RANGE))]
)
_REGION = pa.struct([("span", _SPAN), ("region", pa.string())])
_PROVENANCE = pa.struct(
    [
        ("task", pa.int64()),
        ("annotation", pa.int64()),
        ("annotator", pa.string()),
        ("updated_at", pa.string()),
        ("lead_time", pa.float64()),
        ("model_version", pa.string()),
        ("regions", pa.list_(_REGION)),
    ]
)
COLUMNS = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("language", pa.string()),
        ("entities", pa.list_(_SPAN)),
        ("events", pa.list_(_EVENT)),
        ("links", pa.list_(_LINK)),
        ("source", _SOURCE),
        ("provenance", _PROVENANCE),
    ]
)
"""The columns of a snapshot's Parquet files."""

_PAIRS = {"attributes": ("name", "value"), "body": ("start", "end"), "regions": ("span", "region")}
"""Pairs that are lists in JSON and structs here, because the fields of a struct may have two types."""


def to_row(document: Document) -> dict[str, object]:
    """The document as a row of COLUMNS. Lists are present even when empty, so that readers need no check."""
    row = {"entities": [], "events": [], "links": [], **to_json(document)}
    del row["schema"]
    return {key: _structs(value, key) for key, value in row.items()}


def from_row(row: Json) -> Document:
    """The document of a row. Raises ValueError as `from_json` does."""
    return from_json({"schema": SCHEMA, **{key: _lists(value, key) for key, value in row.items() if value is not None}})


def write_parquet(path: Path, documents: Iterable[Document]) -> None:
    """Write a Parquet file. The same documents give the same bytes with the same version of pyarrow."""
    with (
        path.open("wb") as file,
        pq.ParquetWriter(file, COLUMNS, compression="zstd") as writer,  # type: ignore[no-untyped-call]
    ):
        remaining = iter(documents)
        while batch := list(islice(remaining, _BATCH)):
            rows = pa.RecordBatch.from_pylist([to_row(document) for document in batch], schema=COLUMNS)
            writer.write_batch(rows)


def read_parquet(path: Path, *, skip: int = 0) -> Iterator[Document]:
    """The documents of a Parquet file except the first `skip`, in order. Raises ValueError for a row that is none."""
    with path.open("rb") as opened, pq.ParquetFile(opened) as file:  # type: ignore[no-untyped-call]
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from map(from_row, batch.slice(skip).to_pylist())
            skip = max(0, skip - batch.num_rows)


def _structs(value: object, key: str) -> object:
    """A JSON value with its pairs as structs."""
    if isinstance(value, dict):
        empty: dict[str, object] = {"arguments": [], "attributes": []} if "trigger" in value else {}
        return {k: _structs(v, k) for k, v in {**empty, **value}.items()}
    if not isinstance(value, list):
        return value
    if key in _PAIRS:
        first, second = _PAIRS[key]
        return [{first: a, second: b} for a, b in value]
    return [_structs(item, "") for item in value]


def _lists(value: object, key: str) -> object:
    """A value of a row with its structs as pairs again, and without nulls."""
    if isinstance(value, dict):
        return {k: _lists(v, k) for k, v in value.items() if v is not None}
    if not isinstance(value, list):
        return value
    if key in _PAIRS:
        first, second = _PAIRS[key]
        return [[_lists(item[first], ""), _lists(item[second], "")] for item in value]
    return [_lists(item, "") for item in value]
