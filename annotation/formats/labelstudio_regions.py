"""One annotation or prediction of Label Studio as a Document of one of the task's texts.

A region is a trigger where its control is called `trigger` or its label is one of the options' `events`, else an
entity. An arrow from a trigger is an argument, any other a link; an arrow without a label says no role and is left out.
Choices for a trigger's region are its attributes. Scores of regions are kept; notes on them are named.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from annotation.core.document import Document, Json, Provenance, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.labelstudio_texts import TaskText, value_of
from annotation.formats.source_text import rows_in
from annotation.labelstudio.convert import schemas

_NO_TEXT = {
    f"{shape}labels" for shape in ("rectangle", "polygon", "ellipse", "keypoint", "brush", "timeseries", "video")
}
"""Types of regions in images, audio, video and time series."""

_ANNOTATION = (
    *("id", "result", "completed_by", "created_username", "created_ago", "created_at", "updated_at", "updated_by"),
    *("lead_time", "was_cancelled", "ground_truth", "model_version", "score", "meta", "task", "project", "unique_id"),
    *(
        "result_count",
        "last_action",
        "last_created_by",
        "parent_annotation",
        "parent_prediction",
        "prediction",
        "model",
    ),
    *("draft_created_at", "import_id", "bulk_created", "model_run", "mislabeling", "cluster", "neighbors", "hidden"),
    *("canDelete", "user", "type", "honeypot", "review_result", "reviews", "comments", "draft", "draftId", "pk"),
)
_REGION = (
    *(
        "id",
        "type",
        "from_name",
        "to_name",
        "value",
        "score",
        "meta",
        "source",
        "origin",
        "parentID",
        "readonly",
        "hidden",
    ),
    *("locked", "normalization", "item_index", "image_rotation", "original_width", "original_height"),
)
_VALUE = ("start", "end", "startOffset", "endOffset", "globalOffsets", "text", "choices", "labels")
_RELATION = ("type", "from_id", "to_id", "direction", "labels", "readonly", "hidden")
"""Keys that are read, or say nothing of the article and its marks: bookkeeping of the server and the editor."""
_SAID = ("comments", "reviews", "normalization")
"""Keys of bookkeeping that people write into: named where they hold something."""


def label_kind(region: Json) -> str | None:
    """The key of the region's labels: its type, such as `labels` or `hypertextlabels`. None for no region of text."""
    kind = str(region.get("type"))
    return kind if kind.endswith("labels") and kind not in _NO_TEXT else None


class AnnotationRegions:
    """The rows of one annotation that stand on one text. `keys` has the text's key of each object regions stand on."""

    def __init__(
        self,
        bare: Document,
        text: TaskText,
        row: Json,
        where: str,
        how: ReadOptions,
        task: object,
        keys: Mapping[str, str],
    ) -> None:
        self.bare, self.text, self.row, self.how, self.task = bare, text, row, how, task
        self.where, self.keys = where, keys
        self.draft = DocumentBuilder(bare.text, where, repair=how.repair, exact=True)
        self.spans: dict[str, Span] = {}
        self.scores: dict[Span, float] = {}
        self.rows = rows_in(row, "result")
        self.faulty = broken(row, "result")
        self.own = [row for row in self.rows if label_kind(row) and self._is_mine(row)]

    def _is_mine(self, region: Json) -> bool:
        return self.keys.get(str(region.get("to_name", "")), self.text.key) == self.text.key

    def items(self) -> Iterator[DocumentOrLost]:
        """The Document, and what it does not hold of the rows that stand on its text."""
        for region in self.own:
            self._region(region)
        ids = {str(region.get("id")) for region in self.own}
        for row in self.rows:
            if row.get("type") == "relation" and {str(row.get("from_id")), str(row.get("to_id"))} <= ids:
                self._arrow(row)
            elif row.get("type") != "relation" and not label_kind(row) and str(row.get("id")) in ids:
                self._other(row)
        if self.row.get("ground_truth"):
            self.draft.note("other", "", "is marked as ground truth, which Documents do not hold")
        for key in ("score", "meta") if self.row.get("model_version") else ("meta",):
            if self.row.get(key) is not None and self.row.get(key) != {}:
                self.draft.lose("other", "", f"has a {key} as a whole, which Documents do not hold", str(self.row[key]))
        self.draft.unread(self.row, [key for key in _ANNOTATION if key not in _SAID])
        yield self._document()
        yield from self.draft.lost

    def orphans(self, others: Sequence[AnnotationRegions]) -> Iterator[Lost]:
        """What belongs to no text alone: arrows between two texts or to no region, and choices about the article."""
        lost = DocumentBuilder("", self.where)
        if self.faulty:
            lost.wrong("other", "", "holds rows that are no objects; mend or remove them", f"{self.faulty} rows")
        ids = [{str(region.get("id")) for region in reader.own} for reader in (self, *others)]
        for row in self.rows:
            if row.get("from_name") in (schemas.NOTE, schemas.NO_EVENTS):
                continue  # about the article, and read by `_who`
            ends = {str(row.get("from_id")), str(row.get("to_id"))}
            if row.get("type") == "relation" and not any(ends <= own for own in ids):
                known = ends <= set().union(*ids)
                reason = "joins two texts, which Documents cannot" if known else _HANGS
                (lost.lose if known else lost.wrong)("link", _arrow_place(row), reason, ", ".join(_labels(row)))
            elif (
                row.get("type") != "relation"
                and not label_kind(row)
                and not any(str(row.get("id")) in own for own in ids)
            ):
                self._unplaced(lost, row)
        yield from lost.lost

    def _unplaced(self, lost: DocumentBuilder, row: Json) -> None:
        chosen = value_of(row).get("choices")
        lost.lose(
            "other",
            f"region {row.get('id')}",
            f"is of a kind Documents do not hold: {row.get('type')}",
            str(chosen or ""),
        )

    def _document(self) -> Document:
        document = self.draft.document(
            self.bare.id, self.bare.language, source=self.bare.source, provenance=self._who()
        )
        return scored(document, self.scores) if self.scores else document

    def _who(self) -> Provenance:
        version = self.row.get("model_version")
        lead, id = self.row.get("lead_time"), self.row.get("id")
        return Provenance(
            task=self.task if isinstance(self.task, int) else None,
            annotation=id if isinstance(id, int) and not version else None,
            annotator=None if version else _annotator(self.row),
            updated_at=str(self.row["updated_at"]) if self.row.get("updated_at") else None,
            lead_time=float(lead) if isinstance(lead, (int, float)) else None,
            model_version=str(version) if version else None,
            note="\n".join(self._about_article(schemas.NOTE, "text")) or None,
            no_events=schemas.NO_EVENTS in self._about_article(schemas.NO_EVENTS, "choices") or None,
            regions=tuple((span, id) for id, span in self.spans.items()),
        )

    def _about_article(self, control: str, key: str) -> list[str]:
        """The values that naba's page stores in one of its controls about the whole article."""
        values = (value_of(row).get(key) for row in self.rows if row.get("from_name") == control)
        return [str(item) for value in values if isinstance(value, list) for item in value]

    def _region(self, region: Json) -> None:
        value, id = value_of(region), str(region.get("id"))
        at, kind = f"region {region.get('id')}", label_kind(region)
        start, end = self.text.place(value)
        labels = value.get(kind or "")
        if not isinstance(labels, list) or not labels:
            self.draft.wrong("entity", at, "has no label; give it one", f"[{start}:{end}]")
            return
        for label in labels:
            named = isinstance(label, str) and label in self.how.events
            event = named or region.get("from_name") == schemas.TRIGGER
            unit: Unit = "event" if event else "entity"
            span = self.draft.span(start, end, label, at=at, quoted=value.get("text"), unit=unit)
            if span is not None:
                self.spans.setdefault(id, span)
                (self.draft.event if event else self.draft.entity)(span, at=at)
                self._score(span, region.get("score"), at)
        self._notes(region, at)
        self.draft.unread(region, [key for key in _REGION if key not in _SAID], at=at)
        self.draft.unread(value, (*_VALUE, kind or ""), at=at)

    def _score(self, span: Span, score: object, at: str) -> None:
        if isinstance(score, (int, float)) and math.isfinite(score):
            self.scores[span] = float(score)
        elif score is not None:
            self.draft.lose("other", at, "has a score that is no number", str(score))

    def _notes(self, region: Json, at: str) -> None:
        """Record what people or models wrote about the region."""
        meta = region.get("meta")
        for key, value in meta.items() if isinstance(meta, dict) else ():
            if value not in (None, "", [], {}) and key != schemas.MENDED:
                said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                self.draft.lose("other", at, "has a note, which Documents do not hold", said)

    def _arrow(self, row: Json) -> None:
        at = _arrow_place(row)
        self.draft.unread(row, _RELATION, at=at)
        ends = [self.spans.get(str(row.get(key))) for key in ("from_id", "to_id")]
        first, second = ends if row.get("direction") != "left" else ends[::-1]
        labels = _labels(row)
        if not labels:
            self.draft.wrong("link", at, "says no role or kind of link; choose one in the list of relations")
        for label in (self.how.codes.get(title, title) for title in labels):
            if first is None or second is None:
                self.draft.wrong("link", at, _HANGS, label)
            elif label in self.how.links or not (self.draft.is_event(first) or self.draft.is_event(second)):
                directed = label not in self.how.links and row.get("direction") != "bi"
                self.draft.link(label, first, second, at=at, directed=directed)
            elif self.draft.is_event(first):
                self.draft.argument(first, label, second, at=at)
            else:
                self.draft.note("argument", at, "is drawn from its filler; turned round", label)
                self.draft.argument(second, label, first, at=at)

    def _other(self, row: Json) -> None:
        at = f"region {row.get('id')}"
        choices = value_of(row).get("choices")
        span = self.spans.get(str(row.get("id")))
        self.draft.unread(row, [key for key in _REGION if key not in _SAID], at=at)
        self.draft.unread(value_of(row), (*_VALUE, str(row.get("type"))), at=at)
        if not isinstance(choices, list) or span is None or not self.draft.is_event(span):
            self._unplaced(self.draft, row)
        elif len(choices) == 1:
            self.draft.attribute(span, str(row.get("from_name")), str(choices[0]), at=at)
        else:
            self.draft.lose("attribute", at, "has several values; an attribute has one", str(choices))


def scored(document: Document, scores: Mapping[Span, float]) -> Document:
    """The Document with the score of each span that has one."""

    def of(span: Span) -> Span:
        return replace(span, score=scores.get(span, span.score))

    events = tuple(replace(event, trigger=of(event.trigger)) for event in document.events)
    return replace(document, entities=tuple(map(of, document.entities)), events=events)


_HANGS = "hangs on a region that is not there or was not taken over"


def broken(row: Json, key: str) -> int:
    """How many items of the list under the key are no objects; 1 for a value that is no list."""
    value = row.get(key)
    if isinstance(value, list):
        return sum(not isinstance(item, dict) for item in value)
    return 0 if value in (None, "") else 1


def _labels(row: Json) -> list[str]:
    labels = row.get("labels")
    return [str(label) for label in labels if label] if isinstance(labels, list) else []


def _arrow_place(row: Json) -> str:
    return f"relation {row.get('from_id')} -> {row.get('to_id')}"


def _annotator(row: Json) -> str | None:
    """The annotator: an e-mail where the export has it, else the user's number."""
    user, name = row.get("completed_by"), row.get("created_username")
    if isinstance(user, dict):
        user = user.get("email") or user.get("username") or user.get("id")
    return str(user) if user is not None else str(name) if name else None
