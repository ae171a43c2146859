"""Reader of PubAnnotation's JSON: a text with `denotations`, `relations` between them, `attributes`, `tracks`.

PubAnnotation's "Annotation format" defines it. Offsets count code points, the end exclusive; a span may be a list of
several. A denotation whose `obj` is among the events is a trigger. A track is one project's annotations of the text,
which become a Document of their own with the project as annotator.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.document import Json, Provenance, Source
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.marked_graph import MarkedGraph
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.storage.folder_files import files_below

_LISTS = ("denotations", "blocks", "relations", "attributes", "modifications")
_TOP = {"text", "target", "sourcedb", "sourceid", "source_url", "divid", "project", "tracks", *_LISTS}
_MARK, _RELATION = {"id", "span", "obj"}, {"id", "subj", "pred", "obj"}


def recognises(opening: Opening) -> bool:
    """Whether its objects have a text with denotations, or with tracks of them."""
    rows = opening.objects
    if not rows:
        return {"text", "denotations", "span", "obj"} <= opening.keys
    return all(isinstance(row.get("text"), str) and _is_marked(row) for row in rows)


def _is_marked(row: Json) -> bool:
    return any(isinstance(part.get("denotations"), list) for part in (row, *rows_in(row, "tracks")))


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file: one object, a list of them, or one a line; of a folder's .json files in turn.

    An id is made of `sourcedb`, `sourceid` and `divid`. Raises UsageError where a file is not JSON.
    """
    files = (file for file in files_below(path) if file.suffix == ".json") if path.is_dir() else (path,)
    for file in files:
        for item in objects(file):
            if isinstance(item, Lost):
                yield item
            else:
                yield from _documents(item[1], item[0], how)


def _documents(row: Json, where: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    text = row.get("text")
    if not isinstance(text, str):
        yield Lost("document", where, "has no text; export it with its text", kind="wrong")
        return
    tracks = rows_in(row, "tracks")
    alone = bool(tracks) and not any(row.get(name) for name in _LISTS)
    for number, part in enumerate(tracks if alone else [row, *tracks]):
        draft = DocumentBuilder(text, where)
        if number == 0:
            draft.unread(row, _TOP)
        if part is not row:
            draft.unread(part, {"project", *_LISTS}, at=f"track {number + alone}")
        _annotations(part, draft, how)
        project = _word(part, "project")
        by = Provenance(annotator=project) if project else None
        language = how.language or guess_language(text)
        yield draft.document(_id(row), language, source=_source(row), provenance=by)
        yield from draft.lost


def _annotations(row: Json, draft: DocumentBuilder, how: ReadOptions) -> None:
    graph = MarkedGraph(draft, how)
    for name in _LISTS:
        for at, item in enumerate(_items(row, name, draft), start=1):
            _read_one(name, item, f"{name[:-1]} {at}", draft, graph)


def _items(row: Json, name: str, draft: DocumentBuilder) -> list[Json]:
    """The objects of a list; what is none is recorded."""
    value, items = row.get(name), rows_in(row, name)
    if value not in (None, "", {}) and (not isinstance(value, list) or len(items) < len(value)):
        draft.wrong("other", name, "is no list of objects; mend it")
    return items


def _read_one(kind: str, item: Json, at: str, draft: DocumentBuilder, graph: MarkedGraph) -> None:
    draft.unread(item, _MARK if kind in ("denotations", "blocks") else _RELATION, at=at)
    if kind == "denotations":
        pieces = _pieces(item.get("span"))
        if pieces is None:
            draft.wrong("entity", at, "has no span with begin and end; mend it", str(item.get("id")))
        else:
            graph.add(item.get("id"), item.get("obj"), pieces, at=at)
    elif kind == "blocks":
        draft.lose("other", at, "is a block, such as a sentence, which Documents do not hold", str(item.get("obj")))
    elif kind == "relations":
        graph.relate(item.get("pred"), item.get("subj"), item.get("obj"), at=at)
    elif kind == "attributes":
        graph.attribute(item.get("subj"), item.get("pred"), item.get("obj"), at=at)
    else:
        graph.attribute(item.get("obj"), item.get("pred"), True, at=at)


def _pieces(span: object) -> list[tuple[int, int]] | None:
    pieces = []
    for piece in span if isinstance(span, list) else [span]:
        start = piece.get("begin") if isinstance(piece, dict) else None
        end = piece.get("end") if isinstance(piece, dict) else None
        if type(start) is not int or type(end) is not int:
            return None
        pieces.append((start, end))
    return pieces or None


def _id(row: Json) -> str:
    parts = (row.get(name) for name in ("sourcedb", "sourceid", "divid"))
    return "-".join(str(part) for part in parts if part not in (None, "") and isinstance(part, (str, int)))


def _source(row: Json) -> Source | None:
    """The page of the article, else its target in PubAnnotation."""
    url, database = _word(row, "source_url", "target"), _word(row, "sourcedb")
    return Source(name=database or "PubAnnotation", url=url) if url or database else None


def _word(row: Json, *names: str) -> str | None:
    """The first value under these keys that is a word."""
    values = (row.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), None)
