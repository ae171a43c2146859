"""Reader of raw article files: each article as a bare Document, decoded, cut to its body, with its language.

    .txt                  a scraped page as text, in UTF-8, UTF-16, windows-1255 or windows-1256
    .html .htm            a scraped page
    .jsonl .jsonl.gz      one article a row: `text`, and optionally `id title url published source licence`
    .parquet              the same as columns

The body is searched in all of them. Exceptions are a row with `"body": true`, whose text is the article and nothing
else, and a row of a Documents file, which is read as that Document, bare, since its text is fixed. Articles are read in
a process of their own, which ends where one of them takes too long or too much memory (`reading_process`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import regex

from annotation.articles.cuts import Cut, TakeCuts
from annotation.articles.reading_process import SECONDS, ReadingEnded, ReadingProcess
from annotation.core.document import Document, text_id
from annotation.core.errors import ArticleError

LIMIT = 50_000_000
"""Largest file or row, in bytes, that is read as an article."""

ArticleOrError: TypeAlias = Document | ArticleError

_KINDS = (".txt", ".html", ".htm", ".jsonl", ".jsonl.gz", ".parquet")
_ADDRESS = regex.compile(r"(https?|ftp|file|s3|gs):/", regex.IGNORECASE)
_ROWS = (".jsonl", ".jsonl.gz", ".parquet")


def read(
    paths: Iterable[Path | str], *, limit: int = LIMIT, seconds: float = SECONDS, take_cuts: TakeCuts | None = None
) -> Iterator[ArticleOrError]:
    """Each article as a bare Document, or the error that names its file, row and remedy; never raises for a file.

    Folders are walked in the order of names; hidden files and other kinds of files in them are skipped. Memory use is
    that of one article, and about 24 bytes for each id given in a row. An article that takes more than `seconds` of
    computing is such an error; large ones have more of them. take_cuts: called with what was cut of each article, or of
    what holds none, before it is given out.
    """
    reader = _ArticleReader(limit, ReadingProcess(seconds), take_cuts)
    try:
        for path in paths:
            for entry in _walk(Path(path)):
                if isinstance(entry, ArticleError):
                    yield entry
                else:
                    yield from reader.file(*entry)
    finally:
        reader.process.release()


def read_explained(
    paths: Iterable[Path | str], *, limit: int = LIMIT, seconds: float = SECONDS
) -> Iterator[tuple[ArticleOrError, tuple[Cut, ...]]]:
    """As `read`, each with the lines that were cut; of a Documents file nothing is."""
    cuts: list[Cut] = []
    for found in read(paths, limit=limit, seconds=seconds, take_cuts=cuts.extend):
        yield found, tuple(cuts)
        cuts.clear()


def readable(raw: bytes, name: str) -> str:
    """The readable text that `Source.body` of a .txt or .html file points into. Raises ValueError for binary files."""
    from annotation.articles import html
    from annotation.articles.article_files import is_html
    from annotation.core.text import decode_bytes

    return html.Page(html.decode_html(raw)[0]).text if is_html(name) else decode_bytes(raw)[0]


def _walk(path: Path) -> Iterator[tuple[Path, str] | ArticleError]:
    """Files with the name that messages use: as given, or relative to the folder given."""
    if address := _ADDRESS.match(str(path)):
        reason = f"is an address ({address[1]}:) and no file"
        yield ArticleError(path=str(path), reason=reason, remedy="save the page as .html, and name that file")
    elif not path.exists():
        yield ArticleError(path=str(path), reason="does not exist", remedy="check the path")
    elif not path.is_dir():
        yield path, path.name
    else:
        count = 0
        for file in _files(path):
            count += 1
            yield file if isinstance(file, ArticleError) else (file, file.relative_to(path).as_posix())
        if not count:
            yield ArticleError(path=str(path), reason=f"holds no {' '.join(_KINDS)}", remedy="name another folder")


def _files(folder: Path) -> Iterator[Path | ArticleError]:
    faults: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=faults.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(_KINDS) and not name.startswith("."):
                yield Path(parent, name)
    for fault in faults:
        reason, remedy = f"cannot be looked into: {fault.strerror}", "check the folder, and read it again"
        yield ArticleError(path=str(fault.filename), reason=reason, remedy=remedy)


@dataclass
class _ArticleReader:
    """Reads files of every kind and remembers the ids that rows brought, with a digest of their text."""

    limit: int
    process: ReadingProcess
    take_cuts: TakeCuts | None = None
    ids: dict[str, bytes] = field(default_factory=dict)

    def file(self, path: Path, name: str) -> Iterator[ArticleOrError]:
        if not _encodable(name):
            yield ArticleError(path=str(path), reason="has a name that is no UTF-8", remedy="rename it")
        elif not path.is_file():
            yield ArticleError(path=str(path), reason="is not a file", remedy="name a file or a folder")
        elif not name.lower().endswith(_KINDS):
            yield ArticleError(path=str(path), reason="is of no kind read here", remedy=f"make it {' '.join(_KINDS)}")
        else:
            for number, found in self.articles(path, name):
                if number and isinstance(found, Document) and not self.is_new(found):
                    yield _taken(path, number, found.id)
                else:
                    yield found

    def articles(self, path: Path, name: str) -> Iterator[tuple[int, ArticleOrError]]:
        """The articles of a file with the numbers of their rows; one that ends the process is named and left out."""
        after, fault = 0, None
        while True:
            moved = False
            try:
                for number, found in self.process.articles(
                    path, name, self.limit, after=after, fault=fault, take_cuts=self.take_cuts
                ):
                    yield number, found
                    after, fault, moved = max(after, number), None, True
                return
            except ReadingEnded as ended:
                if fault is not None and not moved:
                    where = f"{path}, row {after + 1}" if name.lower().endswith(_ROWS) else str(path)
                    yield 0, ArticleError(path=where, reason=fault, remedy="mend the file; later rows are lost")
                    return
                fault = str(ended)

    def is_new(self, document: Document) -> bool:
        """Whether no row before brought the same id with another text."""
        if document.id == text_id(document.text):
            return True
        digest = hashlib.sha256(document.text.encode()).digest()[:8]
        return self.ids.setdefault(document.id, digest) == digest


def _taken(path: Path, number: int, id: str) -> ArticleError:
    reason = f"the id {id!r} came before with another text"
    return ArticleError(path=f"{path}, row {number}", reason=reason, remedy="give each article its own id")


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
