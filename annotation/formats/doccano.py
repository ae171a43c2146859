"""Reader of doccano's exports of sequence labelling: JSON lines, or one JSON list, of texts with labelled spans.

Spans are lists of start, end and label under `label` (`labels` in older versions), or objects under `entities` with
`relations` between them. Ends are exclusive. Offsets count code points in files that other programs made, but UTF-16
units where somebody marked in doccano's page, unless its option to count graphemes was set: an emoji is two. An export
has no quotes, so the words decide that for each text, and where they cannot, it is said and code points are taken.
Labels of a whole text and comments have no place in a Document. CSV and fastText exports have no offsets at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.formats.arrows import OWN, EventLabels, add_arrow, add_span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.file_marks import FileMarks
from annotation.formats.json_values import items, rows, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects
from annotation.formats.utf16_marks import UTF16, Utf16, has_pairs, words_say_utf16

SPANS = ("label", "labels", "entities", "annotations")
_CATEGORIES, _COMMENTS = "cats", ("Comments", "comments")
_KNOWN = ("id", "text", "data", "lang", OWN, *SPANS, "relations", _CATEGORIES, *_COMMENTS)
_OTHERS = {"tokens", "answer", "_input_hash", "spans", "schema", "doc_id", "denotations"}
"""Keys of formats that have some of doccano's keys."""


def recognises(opening: Opening) -> bool:
    """Whether the first rows are texts with spans as doccano has them, or one of its exports without offsets."""
    if _without_offsets(opening):
        return True
    found = [row for row in opening.objects if isinstance(row.get("text", row.get("data")), str)]
    if not found or any(_OTHERS & set(row) for row in found):
        return False
    listed = [(key, value) for row in found for key in SPANS if isinstance(value := row.get(key), list)]
    return bool(listed) and all(_is_span(key, item) for key, value in listed for item in value)


def _is_span(key: str, item: object) -> bool:
    """Whether it is a span or, in an export of another project, a label of the whole text."""
    if isinstance(item, list):
        return len(item) == 3 and isinstance(item[2], str)
    if isinstance(item, str):
        return key.startswith("label")
    return isinstance(item, dict) and {"start_offset", "end_offset", "label"} <= set(item)


def _without_offsets(opening: Opening) -> bool:
    """Whether it is doccano's CSV or fastText export."""
    first = opening.lines[0] if opening.lines else ""
    columns = first.lower().lstrip("\ufeff").replace('"', "").split(",")
    table = columns[:2] in (["id", "text"], ["id", "data"]) and "label" in columns and "annotator" not in columns
    return table or first.startswith("__label__")


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of an export. Raises UsageError for one that has no offsets."""
    if _without_offsets(Opening(path)):
        raise UsageError(
            f"{path}: is a CSV or fastText export, which has no offsets; export JSONL from doccano instead"
        )
    for item in objects(path):
        yield from [item] if isinstance(item, Lost) else _text(*item, how)


def _text(where: str, row: Json, how: ReadOptions) -> Iterator[DocumentOrLost]:
    text = next((row[key] for key in ("text", "data") if isinstance(row.get(key), str)), "")
    if not isinstance(text, str) or not text:
        yield Lost("document", where, "has no text; mend it, or leave out what is no text project", kind="wrong")
        return
    draft = _Example(text, where, row, how).draft
    id = row.get("id")
    language = str(row.get("lang") or how.language or guess_language(text))
    yield draft.document("" if id is None else str(id), language)
    yield from draft.lost


def _ranges(value: object) -> Iterator[tuple[int, int]]:
    """The offsets of each span of a list, in both shapes."""
    for item in value if isinstance(value, list) else ():
        sides = item[:2] if isinstance(item, list) else ()
        if isinstance(item, dict):
            sides = [item.get(f"{side}_offset", item.get(side)) for side in ("start", "end")]
        start, end = (*map(whole, sides), None, None)[:2]
        if start is not None and end is not None:
            yield start, end


class _Example:
    """The spans and relations of one text."""

    def __init__(self, text: str, where: str, row: Json, how: ReadOptions) -> None:
        self.draft = DocumentBuilder(text, where)
        self.marks, self.labels = FileMarks(self.draft), EventLabels.of(row, how)
        self.units = self._units(row)
        for key in SPANS:
            if isinstance(row.get(key), str):
                self._category(key)
                continue
            for at, item in items(self.draft, row, key, "entity"):
                self._item(item, at)
        for at, relation in rows(self.draft, row, "relations", "link"):
            self._relation(relation, at)
        for at, _ in items(self.draft, row, _CATEGORIES, "other"):
            self._category(at)
        for key in _COMMENTS:
            for at, _ in items(self.draft, row, key, "other"):
                self.draft.lose("other", at, "is a comment, which Documents do not hold")
        self.draft.unread(row, _KNOWN)

    def _units(self, row: Json) -> Utf16 | None:
        """What converts the offsets; None where they count code points, or where nothing can tell, which is noted."""
        ranges = [found for key in SPANS for found in _ranges(row.get(key))]
        own = row.get(OWN)
        if not has_pairs(self.draft.text) or (isinstance(own, dict) and own.get("spans") == [*map(list, ranges)]):
            return None
        utf16 = words_say_utf16(self.draft.text, ranges)
        if utf16 is None:
            reason = "has an emoji before its marks, which doccano's page counts as two; taken as one, so look at them"
            self.draft.note("document", "", reason)
        elif utf16:
            self.draft.note("document", "", UTF16)
        return Utf16(self.draft.text) if utf16 else None

    def _category(self, at: str) -> None:
        reason = "labels the whole text, which Documents do not hold; spans come from a project of sequence labelling"
        self.draft.lose("other", at, reason)

    def _item(self, item: object, at: str) -> None:
        if isinstance(item, str):
            self._category(at)
        elif isinstance(item, list):
            start, end, label = (*item, None, None, None)[:3]
            self._span(start, end, label, None, at)
            if len(item) > 3:
                self.draft.lose("other", at, "has more than start, end and label")
        elif isinstance(item, dict):
            start, end = (item.get(f"{side}_offset", item.get(side)) for side in ("start", "end"))
            self._span(start, end, item.get("label"), item.get("id"), at)
            self.draft.unread(item, ("id", "label", "start_offset", "end_offset", "start", "end"), at=at)
        else:
            self.draft.wrong("entity", at, "is no span of start, end and label; mend or remove it")

    def _span(self, start: object, end: object, label: object, id: object, at: str) -> None:
        if whole(label) is not None and not isinstance(label, str):
            reason = "has the number of a label, not its name; export with the labels as text"
            self.draft.wrong("entity", at, reason, f"{label} [{start}:{end}]")
            return
        unit: Unit = "event" if isinstance(label, str) and label in self.labels.events else "entity"
        first, last = whole(start), whole(end)
        if self.units and first is not None and last is not None:
            first, last = self.units.range(first, last)
        span = self.draft.span(first, last, label, at=at, quoted=None, unit=unit)
        if span is not None:
            add_span(self.marks, span, self.labels, id=id, at=at)

    def _relation(self, relation: Json, at: str) -> None:
        label, ends = relation.get("type"), [relation.get(key) for key in ("from_id", "to_id")]
        a, b = (self.marks.by_id.get(str(end)) for end in ends)
        if not isinstance(label, str) or not label:
            self.draft.wrong("link", at, "has no type; name it", f"{ends[0]} {ends[1]}")
        elif a is None or b is None:
            reason = "joins a span that is not there or was left out; mend its ids"
            self.draft.wrong("link", at, reason, f"{label} {ends[0]} {ends[1]}")
        else:
            add_arrow(self.marks, label, a, b, self.labels, at=at)
        self.draft.unread(relation, ("id", "from_id", "to_id", "type"), at=at)
