"""Reader of BioC, XML or JSON: collections of documents, their passages or sentences, annotations and relations.

Comeau et al. 2013 define it. Offsets are of the document. Its DTD says they count bytes of UTF-8, while most tools
write code points: those are taken unless the quotes of a whole document prove bytes, UTF-16 units, or code points from
each passage's beginning. Passages are joined by line ends. The label is the infon `type`. A relation with a trigger,
as the node of role `trigger` or the infon `trigger_id` names it, is an event; one of two nodes a role or a link.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Json, Source
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.bioc_text import BiocText
from annotation.formats.bioc_xml import collection_of
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.marked_graph import MarkedGraph
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.storage.folder_files import files_below

_COLLECTION = {"documents", "source", "bioctype", "version", "infons"}
_DOCUMENT = {"id", "passages", "annotations", "relations", "bioctype", "infons"}
_PASSAGE = {"offset", "text", "sentences", "annotations", "relations", "bioctype", "infons"}
_ANNOTATION, _RELATION = {"id", "infons", "text", "locations"}, {"id", "infons", "nodes"}


def recognises(opening: Opening) -> bool:
    """Whether it is XML with a collection of passages, or JSON objects with passages."""
    if opening.text.lstrip("\ufeff \r\n\t").startswith("<"):
        return "<collection" in opening.text and "<passage" in opening.text
    if not opening.objects:
        return {"passages", "infons", "offset"} <= opening.keys
    rows = [inner for row in opening.objects for inner in (rows_in(row, "documents") or [row])]
    return all(isinstance(row.get("passages"), list) for row in rows)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file, or of the .xml and .json files of a folder.

    Raises UsageError where a file is neither, or the only file holds no documents.
    """
    if not path.is_dir():
        yield from _file(path, how)
        return
    for file in (file for file in files_below(path) if file.suffix in (".xml", ".json")):
        try:
            yield from _file(file, how)
        except UsageError as error:
            yield Lost("document", file.relative_to(path).as_posix(), str(error), kind="wrong")


def _file(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    xml = Opening(path).text.lstrip("\ufeff \r\n\t").startswith("<")
    found = False
    for item in [(path.name, collection_of(path))] if xml else objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        rows = rows_in(row, "documents") if "documents" in row else [row] if "passages" in row else []
        for number, document in enumerate(rows, start=1):
            found = True
            place = where if document is row else f"{where}, document {document.get('id') or number}"
            yield from _document(document, row if number == 1 else {}, place, row.get("source"), how)
    if not found:
        raise UsageError(f"{path}: holds no BioC documents with passages")


def _document(row: Json, collection: Json, where: str, source: object, how: ReadOptions) -> Iterator[DocumentOrLost]:
    passages = rows_in(row, "passages")
    text = BiocText(row)
    draft = DocumentBuilder(text.text, where, repair=how.repair)
    if collection is not row:
        draft.unread(collection, _COLLECTION)
        _infons(collection, draft, "collection")
    draft.unread(row, _DOCUMENT)
    _infons(row, draft, "")
    for number, passage in enumerate(passages, start=1):
        for part in (passage, *rows_in(passage, "sentences")):
            draft.unread(part, _PASSAGE, at=f"passage {number}")
            _infons(part, draft, f"passage {number}")
    text.record(draft)
    _Annotations(row, text, draft, how).read()
    id = row.get("id")
    name = source if isinstance(source, str) and source else None
    yield draft.document(
        str(id) if isinstance(id, (str, int)) else "",
        how.language or guess_language(draft.text),
        source=Source(name=name) if name else None,
    )
    yield from draft.lost


def _infons(row: Json, draft: DocumentBuilder, at: str, known: tuple[str, ...] = ()) -> Json:
    """The infons of an object; those that are not known are recorded."""
    infons = row.get("infons")
    if not isinstance(infons, dict):
        return {}
    draft.unread(infons, known, at=at)
    return infons


@dataclass(frozen=True, slots=True)
class _Relation:
    """A relation: its type, its trigger's id or nothing, and its nodes' roles and ids."""

    id: str
    label: object
    trigger: str
    nodes: list[tuple[str, str]]
    at: str


class _Annotations:
    """The annotations and relations of one document, at every level of it."""

    def __init__(self, row: Json, text: BiocText, draft: DocumentBuilder, how: ReadOptions) -> None:
        self._text, self._draft = text, draft
        self._graph = MarkedGraph(draft, how)
        self._scopes = [(0, row), *((number, part) for number, part in text.parts)]
        marks = (mark for _, part in self._scopes for mark in rows_in(part, "annotations"))
        self._uses = Counter(str(mark.get("id")) for mark in marks)

    def read(self) -> None:
        """Add annotations, then events, then what joins them."""
        parts = [(scope, row) for scope, part in self._scopes for row in rows_in(part, "relations")]
        relations = [self._parsed(row, scope) for scope, row in parts]
        triggers = {relation.trigger for relation in relations}
        for scope, part in self._scopes:
            for mark in rows_in(part, "annotations"):
                self._mark(mark, scope, triggers)
        for relation in relations:
            self._graph.alias(relation.id, relation.trigger)
        for relation in relations:
            self._relation(relation)

    def _parsed(self, row: Json, scope: int) -> _Relation:
        at = f"relation {row.get('id')}"
        self._draft.unread(row, _RELATION, at=at)
        infons = _infons(row, self._draft, at, ("type", "trigger_id"))
        nodes = rows_in(row, "nodes")
        named = [node.get("refid") for node in nodes if str(node.get("role")).lower() == "trigger"]
        trigger = infons.get("trigger_id") or (named[0] if len(named) == 1 else None)
        fillers = [(str(node.get("role") or ""), self._id(node.get("refid"), scope)) for node in nodes]
        return _Relation(self._id(row.get("id"), scope), infons.get("type"), self._id(trigger, scope), fillers, at)

    def _id(self, id: object, scope: int) -> str:
        """The id, with its passage where several passages number theirs from the same one."""
        name = "" if id is None else str(id)
        return f"{scope}/{name}" if self._uses[name] > 1 else name

    def _mark(self, mark: Json, scope: int, triggers: set[str]) -> None:
        at = f"annotation {mark.get('id')}"
        self._draft.unread(mark, _ANNOTATION, at=at)
        label = _infons(mark, self._draft, at, ("type",)).get("type")
        id = self._id(mark.get("id"), scope)
        quoted = mark.get("text")
        pieces = self._text.pieces(mark, scope)
        if pieces is None:
            shown = [f"{place.get('offset')}+{place.get('length')}" for place in rows_in(mark, "locations")]
            unit: Unit = "event" if id in triggers else "entity"
            reason = "has no location within one passage; mend its offsets"
            self._draft.wrong(unit, at, reason, f"{label} {' '.join(shown)} {quoted!r}")
            return
        words = quoted if isinstance(quoted, str) else None
        self._graph.add(id, label, pieces, at=at, quoted=words, trigger=id in triggers)

    def _relation(self, relation: _Relation) -> None:
        if relation.trigger:
            self._event(relation)
        elif len(relation.nodes) == 2:
            (_, one), (_, other) = relation.nodes
            self._graph.relate(relation.label, one, other, at=relation.at)
        else:
            reason = "joins more or fewer than two marks, which no link does"
            self._draft.lose("link", relation.at, reason, f"{relation.label} of {len(relation.nodes)}")

    def _event(self, relation: _Relation) -> None:
        if not self._graph.knows(relation.trigger):
            reason = "has no trigger among the marks; mend or remove it"
            self._draft.wrong("event", relation.at, reason, str(relation.label))
        for role, filler in relation.nodes:
            if filler != relation.trigger:
                self._graph.role(role, relation.trigger, filler, at=relation.at)
