"""Reader of W3C Web Annotations in JSON-LD: marks by position, by quote, or both; links between annotations.

The "Web Annotation Data Model" defines it. A position counts code points, the end exclusive; where all quotes prove
UTF-16 units, which browsers count, it is read so. A quote alone is looked for with what stands before and after it. A
tag is the label; an annotation of several others is a relation. The article's text is in the source, or in a file
beside: NAME.txt for NAME.json, or a .txt named like the end of the source's address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from annotation.core.document import Json, Provenance, Source
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.marked_graph import MarkedGraph
from annotation.formats.offset_units import POINTS, proven_unit
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects
from annotation.formats.web_articles import Placed, WebArticles, annotations_in, id_of, targets
from annotation.formats.web_selectors import Place, Points, place_of

_KNOWN = {"@context", "id", "@id", "type", "@type", "motivation", "body", "target", "creator", "text", "items", "first"}
_BODY = {"id", "type", "value", "purpose", "format", "language"}
_TAGS = (None, "tagging", "classifying", "identifying")


def recognises(opening: Opening) -> bool:
    """Whether its objects are annotations with targets and bodies, or pages of them."""
    if not opening.objects:
        return {"target", "body", "selector"} <= opening.keys
    rows = [inner for row in opening.objects for inner in (annotations_in(row) or [row])]
    return all("target" in row and _is_web(row) for row in rows)


def _is_web(row: Json) -> bool:
    kinds = row.get("type", row.get("@type"))
    return (
        "anno" in str(row.get("@context"))
        or kinds == "Annotation"
        or (isinstance(kinds, list) and "Annotation" in kinds)
    )


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """A Document for each article and annotator of a file with one annotation, a list, a page, or one a line.

    Raises UsageError where it is not JSON, has no annotations, or their article's text is nowhere.
    """
    articles = WebArticles(path)
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
        else:
            yield from _unread_page(item[1], item[0])
            articles.add(*item)
    groups = articles.groups()
    if not groups:
        raise UsageError(f"{path}: holds no annotations")
    missing = [source for source, _ in groups if articles.text(source) is None]
    if len(missing) == len(groups):
        raise UsageError(f"{path}: has no text of the article; put it beside the file as {articles.text_name('')}")
    for source in missing:
        reason = f"has no text; put it beside the file as {articles.text_name(source)}"
        yield Lost("document", f"{path.name}, {source or 'no source'}", reason, kind="wrong")
    for (source, creator), rows in groups.items():
        if (text := articles.text(source)) is not None:
            draft = DocumentBuilder(text, path.name, repair=how.repair)
            _add(draft, rows, how)
            by = Provenance(annotator=creator) if creator else None
            page = Source(name=urlsplit(source).netloc or source, url=source) if source else None
            language = how.language or guess_language(text)
            yield draft.document(articles.id(source), language, source=page, provenance=by)
            yield from draft.lost


def _unread_page(row: Json, where: str) -> Iterator[Lost]:
    """What a page says beside its annotations."""
    if annotations_in(row):
        draft = DocumentBuilder("", where)
        draft.unread(row, _KNOWN)
        yield from draft.lost


def _add(draft: DocumentBuilder, rows: Sequence[Placed], how: ReadOptions) -> None:
    graph = MarkedGraph(draft, how)
    marks = [(f"annotation {row.get('id') or place}", row) for place, row in rows]
    places = {at: place_of(targets(row)[0], draft, at) for at, row in marks if len(targets(row)) == 1}
    quoted = [([place.position], place.exact) for place in places.values() if place.position and place.exact]
    unit = proven_unit(draft.text, quoted)
    if unit.name != POINTS:
        reason = "counts its offsets in another unit, as all its quotes prove; they are read so"
        draft.note("document", "", reason, unit.name)
    for at, row in marks:
        draft.unread(row, _KNOWN, at=at)
        if at in places:
            _mark(row, places[at], at, draft, graph, unit.points)
    for at, row in marks:
        if at not in places:
            _relation(row, at, draft, graph)


def _mark(row: Json, place: Place, at: str, draft: DocumentBuilder, graph: MarkedGraph, points: Points) -> None:
    labels = _labels(row, at, draft)
    found = place.found(draft.text, points)
    if isinstance(found, str) or not labels:
        reason = found if isinstance(found, str) else "has no tag among its bodies; tag it"
        draft.wrong("entity", at, reason, f"{' '.join(labels)} {place}")
        return
    for number, label in enumerate(labels):
        id = row.get("id") if number == 0 else None
        graph.add(id, label, [found], at=at, quoted=place.exact)


def _relation(row: Json, at: str, draft: DocumentBuilder, graph: MarkedGraph) -> None:
    labels, ids = _labels(row, at, draft), [id_of(target) for target in targets(row)]
    if len(ids) != 2 or not labels:
        reason = "joins more or fewer than two annotations, or has no tag"
        draft.lose("link", at, reason, f"{' '.join(labels)} {ids}")
        return
    for label in labels:
        graph.relate(label, ids[0], ids[1], at=at)


def _labels(row: Json, at: str, draft: DocumentBuilder) -> list[str]:
    """The tags among the bodies; what else a body says is recorded."""
    body = row.get("body")
    labels = []
    for item in body if isinstance(body, list) else [body] if body is not None else []:
        value = item.get("value", item.get("id")) if isinstance(item, dict) else item
        purpose = item.get("purpose") if isinstance(item, dict) else None
        if isinstance(value, str) and value and purpose in _TAGS:
            labels.append(value)
        else:
            draft.lose("other", at, "is a body that is no tag, which Documents do not hold", str(purpose or value)[:60])
        if isinstance(item, dict):
            draft.unread(item, _BODY, at=at)
    return labels
