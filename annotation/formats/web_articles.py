"""The articles that W3C Web Annotations are of: their addresses, texts, and annotations by annotator."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from annotation.core.document import Json
from annotation.formats.source_text import rows_in, text_of

Placed: TypeAlias = tuple[str, Json]
"""An annotation and its place in the file."""
_Key: TypeAlias = tuple[str, str]


class WebArticles:
    """The annotations of a file so far, by source and annotator."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[_Key, list[Placed]] = {}
        self._texts: dict[str, str | None] = {}

    def add(self, where: str, row: Json) -> None:
        """Add an annotation, or those of a page."""
        for number, annotation in enumerate(annotations_in(row) or [row], start=1):
            place = where if annotation is row else f"{where}, annotation {number}"
            source = _source(annotation)
            self._rows.setdefault((source, _creator(annotation)), []).append((place, annotation))
            if text := _text_in(annotation, row):
                self._texts.setdefault(source, text)

    def groups(self) -> dict[_Key, list[Placed]]:
        """The annotations by source and annotator. A relation, which names no source, is where its targets are."""
        marks: dict[_Key, list[Placed]] = {}
        for key, rows in self._rows.items():
            if here := [item for item in rows if len(targets(item[1])) == 1]:
                marks[key] = here
        keys = {id_of(row): key for key, rows in marks.items() for _, row in rows}
        for place, row in [item for rows in self._rows.values() for item in rows if len(targets(item[1])) != 1]:
            known = [keys[id] for id in map(id_of, targets(row)) if id in keys]
            for key in [*known, *marks][:1]:
                marks[key].append((place, row))
        return marks

    def id(self, source: str) -> str:
        """The file's name where it is of one article, else the article's address."""
        return self._path.stem if self._alone() else source

    def text(self, source: str) -> str | None:
        """The article's text, from the file or from a .txt beside it; None where it is in neither."""
        if source not in self._texts:
            self._texts[source] = self._beside(source)
        return self._texts[source]

    def text_name(self, source: str) -> str:
        """The name that the text's file should have."""
        return f"{(PurePosixPath(unquote(urlsplit(source).path)).stem if source else '') or self._path.stem}.txt"

    def _alone(self) -> bool:
        return len({source for source, _ in self.groups()}) == 1

    def _beside(self, source: str) -> str | None:
        names = [self.text_name(source), *([self.text_name("")] if self._alone() else [])]
        for file in map(self._path.with_name, names):
            if file.is_file():
                return text_of(file, exact=True)
        return None


def annotations_in(row: Json) -> list[Json]:
    """The annotations of a page or of a collection's first page."""
    first = row.get("first")
    return rows_in(row, "items") or (rows_in(first, "items") if isinstance(first, dict) else [])


def targets(row: Json) -> list[object]:
    """What an annotation is of: one place, or several annotations that it joins."""
    target = row.get("target")
    return target if isinstance(target, list) else [target]


def id_of(target: object) -> str | None:
    """The id of an annotation, or of one that a target names."""
    id = target.get("id", target.get("source")) if isinstance(target, dict) else target
    return id if isinstance(id, str) else None


def _source(row: Json) -> str:
    """The address of the article; empty where there is none, or the targets are annotations."""
    for target in targets(row):
        source = target.get("source", target.get("id")) if isinstance(target, dict) else target
        source = source.get("id", "") if isinstance(source, dict) else source
        if isinstance(source, str) and len(targets(row)) == 1:
            return source.partition("#")[0]
    return ""


def _creator(row: Json) -> str:
    creator = row.get("creator")
    first = creator[0] if isinstance(creator, list) and creator else creator
    names = [first.get(name) for name in ("name", "nickname", "email", "id")] if isinstance(first, dict) else [first]
    return next((name for name in names if isinstance(name, str) and name), "")


def _text_in(annotation: Json, page: Json) -> str | None:
    """The article's text where the file has it: in the source, or under `text`."""
    target = annotation.get("target")
    source = target.get("source") if isinstance(target, dict) else None
    values = [source.get(name) for name in ("value", "text")] if isinstance(source, dict) else []
    values += [annotation.get("text"), page.get("text")]
    return next((value for value in values if isinstance(value, str) and value), None)
