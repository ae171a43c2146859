"""Reader of raw article files: each article as a bare Document, decoded, cut to its body, with its language.

    .txt                  a scraped page as text, in UTF-8, UTF-16, windows-1255 or windows-1256
    .html .htm            a scraped page
    .jsonl .jsonl.gz      one article a row: `text`, and optionally `id title url published source licence`
    .parquet              the same as columns

The body is searched in all of them. Exceptions are a row with `"body": true`, whose text is the article and nothing
else, and a row of a Documents file, which is read as that Document, bare, since its text is fixed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from annotation.articles import html
from annotation.articles.body import Body, find_body, whole
from annotation.articles.licence import licence_of_page
from annotation.core.document import Document, Source, sha256, text_id
from annotation.core.document_json import from_json
from annotation.core.errors import ArticleError
from annotation.core.language import language
from annotation.core.text import decode_bytes, encodable
from annotation.storage.row_reader import SourceRow, at_fault, jsonl_rows, parquet_rows

LIMIT = 50_000_000
"""Largest file or row, in bytes, that is read as an article."""

ArticleOrError: TypeAlias = Document | ArticleError

_KINDS = (".txt", ".html", ".htm", ".jsonl", ".jsonl.gz", ".parquet")
_BINARY = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or Office file", b"\x1f\x8b": "compressed"}
_LEAVE = "leave it out, or mend it"


def read(paths: Iterable[Path | str], *, limit: int = LIMIT) -> Iterator[ArticleOrError]:
    """Each article as a bare Document, or the error that names its file, row and remedy; never raises for a file.

    Folders are walked in the order of names; hidden files and other kinds of files in them are skipped. Memory use is
    that of one article, and about 24 bytes for each id given in a row.
    """
    reader = _ArticleReader(limit)
    for path in paths:
        for entry in _walk(Path(path)):
            if isinstance(entry, ArticleError):
                yield entry
            else:
                yield from reader.file(*entry)


def readable(raw: bytes, name: str) -> str:
    """The readable text that `Source.body` of a .txt or .html file points into. Raises ValueError for binary files."""
    return html.Page(html.decode_html(raw)[0]).text if _is_html(name) else decode_bytes(raw)[0]


def _walk(path: Path) -> Iterator[tuple[Path, str] | ArticleError]:
    """Files with the name that messages use: as given, or relative to the folder given."""
    if not path.exists():
        yield ArticleError(path=str(path), reason="does not exist", remedy="check the path")
    elif not path.is_dir():
        yield path, path.name
    else:
        count = 0
        for file in _files(path):
            count += 1
            yield file, file.relative_to(path).as_posix()
        if not count:
            yield ArticleError(path=str(path), reason=f"holds no {' '.join(_KINDS)}", remedy="name another folder")


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(_KINDS) and not name.startswith("."):
                yield Path(parent, name)


def _is_html(name: str) -> bool:
    return name.lower().endswith((".html", ".htm"))


@dataclass
class _ArticleReader:
    """Reads files of every kind and remembers the ids that rows brought, with a digest of their text."""

    limit: int
    ids: dict[str, bytes] = field(default_factory=dict)

    def file(self, path: Path, name: str) -> Iterator[ArticleOrError]:
        lower = name.lower()
        if not encodable(name):
            yield ArticleError(path=str(path), reason="has a name that is no UTF-8", remedy="rename it")
        elif not path.is_file():
            yield ArticleError(path=str(path), reason="is not a file", remedy="name a file or a folder")
        elif lower.endswith((".jsonl", ".jsonl.gz")):
            for number, row in jsonl_rows(path, limit=self.limit):
                yield self.row(row, path, name, number)
        elif lower.endswith(".parquet"):
            for number, row in parquet_rows(path):
                yield self.row(row, path, name, number)
        elif lower.endswith(_KINDS):
            yield self.page(path, name)
        else:
            yield ArticleError(path=str(path), reason="is of no kind read here", remedy=f"make it {' '.join(_KINDS)}")

    def page(self, path: Path, name: str) -> ArticleOrError:
        """A .txt or .html file, which is one article."""
        try:
            raw = _bytes(path, self.limit)
            return _html(raw, name) if _is_html(name) else _text(raw, name)
        except OSError as error:
            return ArticleError(path=str(path), reason=f"cannot be read: {error.strerror}", remedy="check its rights")
        except ValueError as error:
            return ArticleError(path=str(path), reason=str(error), remedy=_LEAVE)

    def row(self, row: SourceRow | ArticleError, path: Path, name: str, number: int) -> ArticleOrError:
        """One row of a file of many."""
        if isinstance(row, ArticleError):
            return row
        try:
            document = from_json(row).bare() if "schema" in row else _row(row, f"{name}, row {number}", self.limit)
        except ValueError as error:
            return at_fault(path, number, str(error), "mend or remove the row")
        digest = hashlib.sha256(document.text.encode()).digest()[:8]
        if document.id != text_id(document.text) and self.ids.setdefault(document.id, digest) != digest:
            return at_fault(
                path, number, f"the id {document.id!r} came before with another text", "give each article its own id"
            )
        return document


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


def _text(raw: bytes, name: str) -> Document:
    text, encoding = decode_bytes(raw)
    source = Source(name=name, encoding=encoding, raw_sha256=hashlib.sha256(raw).hexdigest())
    return _document(text, find_body(text), source)


def _html(raw: bytes, name: str) -> Document:
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
    return _document(page.text, body, source)


def _row(row: SourceRow, name: str, limit: int) -> Document:
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
        published=values["published"],
        licence=values["licence"] or values["license"],
        raw_sha256=sha256(text),
    )
    return _document(text, whole(text) if row.get("body") is True else find_body(text), source, id=values["id"])


def _value(row: SourceRow, key: str) -> str | None:
    """A field as a string; numbers and dates are converted."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, (bool, dict, list, bytes)):
        raise ValueError(f"`{key}` is {value!r}, not a string")
    return str(value)


def _document(readable: str, body: Body | None, source: Source, id: str | None = None) -> Document:
    """The bare Document. Raises ValueError when no article is left or its language is not read here."""
    text = body.text(readable) if body else ""
    if body is None or not text.strip():
        raise ValueError("holds no article: nothing is left without the page around it")
    source = replace(source, title=source.title or body.title, body=body.ranges)
    return Document(id=id or text_id(text), text=text, language=language(text), source=source)
