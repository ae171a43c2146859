"""Rows of JSONL and Parquet files, one at a time; a faulty row is an ArticleError and the others are still read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from annotation.core import json_text
from annotation.core.errors import ArticleError
from annotation.storage.documents_file import open_bytes

if TYPE_CHECKING:
    import pyarrow as pa

SourceRow: TypeAlias = Mapping[str, object]

COLUMNS = ("id", "text", "title", "url", "published", "source", "licence", "license", "body")
BLANK_LINES = 1_000_000
"""Most blank lines in a row; 300 million of them take no more than 300 KB as .gz."""
_SKIPPED = 20
"""A row that is too long is passed over if it is no longer than this many times the limit."""
_BATCH = 64


def jsonl_rows(path: Path, *, limit: int) -> Iterator[tuple[int, SourceRow | ArticleError]]:
    """Each non-empty line with its number, counted from 1. A longer line than `limit` bytes is never held in memory."""
    number = blank = 0
    try:
        with open_bytes(path) as file:
            while line := file.readline(limit + 1):
                number += 1
                if len(line) > limit:
                    yield number, at_fault(path, number, f"is over {limit:,} bytes", "split it or raise the limit")
                    _skip_line(file, line, limit)
                elif line.strip():
                    yield number, _parse(path, number, line)
                    blank = 0
                elif (blank := blank + 1) > BLANK_LINES:
                    reason = f"ends {BLANK_LINES:,} blank lines"
                    yield number, at_fault(path, number, reason, "mend the file; later rows are lost")
                    return
    except (OSError, EOFError, zlib.error) as error:
        yield number + 1, at_fault(path, number + 1, f"cannot be read: {error}", "mend the file; later rows are lost")


def parquet_rows(path: Path) -> Iterator[tuple[int, SourceRow | ArticleError]]:
    """Each row with its number, counted from 1, with only those of its columns that are in COLUMNS."""
    import pyarrow as pa  # slow to import, and only needed for this kind of file
    import pyarrow.parquet as pq

    number = 0
    try:
        with path.open("rb") as opened, pq.ParquetFile(opened) as file:  # type: ignore[no-untyped-call]
            schema = file.schema_arrow
            if "text" not in schema.names or not _is_string(schema.field("text").type):
                names = ", ".join(schema.names) or "none"
                reason = f"has no column `text` of strings (its columns: {names})"
                yield 0, ArticleError(path=str(path), reason=reason, remedy="rename the column with the article's text")
                return
            columns = [name for name in COLUMNS if name in schema.names]
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                for index in range(batch.num_rows):
                    number += 1
                    yield number, _row(path, number, batch, index)
    except (OSError, pa.ArrowException) as error:
        reason = f"cannot be read as parquet: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        yield number, ArticleError(path=str(path), reason=reason, remedy="write the file again")


def at_fault(path: Path, number: int, reason: str, remedy: str) -> ArticleError:
    """The error for one row, which names the file, the row number, the reason and the remedy."""
    return ArticleError(path=f"{path}, row {number}", reason=reason, remedy=remedy)


def _skip_line(file: IO[bytes], line: bytes, limit: int) -> None:
    """Read to the end of the line. Raises EOFError where it is so long that the rest of the file is given up."""
    for _ in range(_SKIPPED):
        if not line or line.endswith(b"\n"):
            return
        line = file.readline(limit + 1)
    raise EOFError(f"the row is over {_SKIPPED * limit:,} bytes")


def _parse(path: Path, number: int, line: bytes) -> SourceRow | ArticleError:
    try:
        row = json_text.syntax(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        return at_fault(path, number, f"byte {error.start} is not UTF-8", "save the file as UTF-8")
    except ValueError as error:
        return at_fault(path, number, f"is not JSON: {error}", "mend or remove the row")
    if not isinstance(row, dict):
        return at_fault(path, number, f"is a {type(row).__name__}, not an object", 'write {"text": ...}, one a line')
    return row


def _row(path: Path, number: int, batch: pa.RecordBatch, index: int) -> SourceRow | ArticleError:
    try:
        return {name: batch.column(name)[index].as_py() for name in batch.schema.names}
    except (UnicodeDecodeError, ValueError, OverflowError) as error:
        return at_fault(path, number, f"holds a value that cannot be read: {error}", "mend or remove the row")


def _is_string(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
