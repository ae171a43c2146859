"""Articles of one file, each as a bare Document. `reader` reads them in a process of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import regex

from annotation.articles.body import Body, find_body, whole
from annotation.articles.cuts import TakeCuts, cuts_of
from annotation.articles.publication_date import day_of, day_of_dateline
from annotation.core.document import Document, Source, sha256, text_id
from annotation.core.document_json import from_json
from annotation.core.errors import ArticleError
from annotation.core.language import language
from annotation.core.text import decode_bytes, encodable
from annotation.storage.row_reader import SourceRow, at_fault, jsonl_rows, parquet_rows

ROWS = (".jsonl", ".jsonl.gz", ".parquet")
HTML = (".html", ".htm")
KINDS = (".txt", *HTML, *ROWS)
Begin: TypeAlias = Callable[[int], None]
_BINARY = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or Office file", b"\x1f\x8b": "compressed"}
_ISO = regex.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_LEAVE = "leave it out, or mend it"


def articles(
    path: Path,
    name: str,
    limit: int,
    *,
    after: int = 0,
    fault: str | None = None,
    begin: Begin = lambda size: None,
    take_cuts: TakeCuts | None = None,
) -> Iterator[tuple[int, Document | ArticleError]]:
    """The articles of a file of one of KINDS, each with the number of its row, which is 0 for a page.

    limit: the largest file or row in bytes. after: rows up to this one are passed over. fault: what is wrong with the
    page, or with the next row, which is then not read. begin: called with the size of each article before it is read,
    in bytes or characters. take_cuts: called with what was cut, before each article or error is given out.
    """
    if not name.lower().endswith(ROWS):
        yield 0, _at_page(path, fault) if fault else page(path, name, limit, begin, take_cuts)
        return
    for number, row in _rows(path, name, limit):
        if number <= after and number:
            continue
        begin(_size(row))
        if fault:
            yield number, at_fault(path, number, fault, _LEAVE)
        else:
            yield number, read_row(row, path, name, number, limit, take_cuts)
        fault = None


def page(
    path: Path, name: str, limit: int, begin: Begin = lambda size: None, take_cuts: TakeCuts | None = None
) -> Document | ArticleError:
    """The article of a .txt or .html file."""
    try:
        raw = _bytes(path, limit)
        begin(len(raw))
        return _html(raw, name, take_cuts) if is_html(name) else _text(raw, name, take_cuts)
    except OSError as error:
        return ArticleError(path=str(path), reason=f"cannot be read: {error.strerror}", remedy="check its rights")
    except (ValueError, MemoryError, RecursionError) as error:
        return _at_page(path, _reason(error))


def read_row(
    row: SourceRow | ArticleError,
    path: Path,
    name: str,
    number: int,
    limit: int,
    take_cuts: TakeCuts | None = None,
) -> Document | ArticleError:
    """The article of one row of a file of many."""
    if isinstance(row, ArticleError):
        return row
    try:
        return from_json(row).bare() if "schema" in row else _row(row, f"{name}, row {number}", limit, take_cuts)
    except (ValueError, MemoryError, RecursionError) as error:
        return at_fault(path, number, _reason(error), "mend or remove the row")


def is_html(name: str) -> bool:
    """Whether the name is that of a page of HTML."""
    return name.lower().endswith(HTML)


def _rows(path: Path, name: str, limit: int) -> Iterator[tuple[int, SourceRow | ArticleError]]:
    return parquet_rows(path) if name.lower().endswith(".parquet") else jsonl_rows(path, limit=limit)


def _size(row: SourceRow | ArticleError) -> int:
    text = row.get("text") if not isinstance(row, ArticleError) else None
    return len(text) if isinstance(text, str) else 0


def _reason(error: Exception) -> str:
    kinds = {MemoryError: "needs too much memory", RecursionError: "is nested too deep"}
    return kinds.get(type(error), str(error))


def _at_page(path: Path, reason: str) -> ArticleError:
    return ArticleError(path=str(path), reason=reason, remedy=_LEAVE)


def _bytes(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise ValueError(f"is over {limit:,} bytes, more than an article")
    if not raw.strip():
        raise ValueError("is empty")
    kind = next((kind for mark, kind in _BINARY.items() if raw.startswith(mark)), None)
    if kind:
        raise ValueError(f"is {kind}, not text")
    return raw


def _text(raw: bytes, name: str, take_cuts: TakeCuts | None) -> Document:
    text, encoding = decode_bytes(raw)
    source = Source(name=name, encoding=encoding, raw_sha256=hashlib.sha256(raw).hexdigest())
    return _document(text, find_body(text), source, take_cuts)


def _html(raw: bytes, name: str, take_cuts: TakeCuts | None) -> Document:
    # slow to import, and only needed for pages of HTML
    from annotation.articles import html
    from annotation.articles.licence import licence_of_page

    text, encoding = html.decode_html(raw)
    page, extracted = html.Page(text), html.extract(text)
    body = find_body(page.text, html.article(page, extracted))
    source = Source(
        name=name,
        url=extracted.url,
        published=extracted.published,
        licence=licence_of_page(text) or extracted.licence,
        encoding=encoding,
        raw_sha256=hashlib.sha256(raw).hexdigest(),
    )
    return _document(page.text, body, source, take_cuts)


def _row(row: SourceRow, name: str, limit: int, take_cuts: TakeCuts | None) -> Document:
    text = row.get("text")
    if not isinstance(text, str):
        raise ValueError(f"has no `text`: {text!r}" if "text" in row else "has no `text`")
    if len(text) > limit:
        raise ValueError(f"its text is over {limit:,} characters")
    values = {key: _value(row, key) for key in ("id", "title", "url", "published", "source", "licence", "license")}
    if not all(map(encodable, filter(None, (text, *values.values())))) or "\0" in text:
        raise ValueError("holds characters that are no text: half a surrogate pair, or NUL")
    source = Source(
        name=values["source"] or name,
        title=values["title"],
        url=values["url"],
        published=_published(values["published"]),
        licence=values["licence"] or values["license"],
        raw_sha256=sha256(text),
    )
    body = whole(text) if row.get("body") is True else find_body(text)
    return _document(text, body, source, take_cuts, id=values["id"])


def _published(stated: str | None) -> str | None:
    """An ISO date and time as it is, another date as an ISO day, what is neither as it is."""
    return stated if stated is None or _ISO.match(stated) else day_of(stated) or stated


def _value(row: SourceRow, key: str) -> str | None:
    """A field as a string; numbers and dates are converted."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, (bool, dict, list, bytes)):
        raise ValueError(f"`{key}` is {value!r}, not a string")
    return str(value)


def _document(
    readable: str, body: Body | None, source: Source, take_cuts: TakeCuts | None, id: str | None = None
) -> Document:
    """The bare Document. Raises ValueError when no article is left or its language is not read here."""
    if take_cuts:
        take_cuts(cuts_of(readable, body))
    text = body.text(readable) if body else ""
    if body is None or not text.strip():
        raise ValueError("holds no article: nothing is left without the page around it")
    published = source.published or day_of_dateline(readable, body)
    source = replace(source, title=source.title or body.title, published=published, body=body.ranges)
    return Document(id=id or text_id(text), text=text, language=language(text), source=source)
