"""Reader of Label Studio's raw JSON from any project, whatever its controls are called, including naba's own.

One Document for each annotation; for a task without annotations, one for each prediction, with its model version. A
region is a trigger where its control is called `trigger` or its label is one of the options' `events`, else an entity.
An arrow from a trigger is an argument, any other a link. Choices for a trigger's region are its attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from annotation.core.document import Document, Json, Provenance, Source, Span
from annotation.core.errors import RegionError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.hypertext import TextNodes
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_task_data
from annotation.labelstudio.convert.quarantine import drifted

_UNNAMED = "Relation"
"""The label of an arrow without one."""


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of an export: a list of tasks, one task, or one a line; also under `tasks`."""
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        tasks = rows_in(row, "tasks") if "data" not in row else [row]
        if not tasks:
            yield Lost("document", where, "is no task: it has no `data`", kind="wrong")
        for task in tasks:
            yield from _task(task, where, how)


def _task(task: Json, where: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    id = task.get("id")
    where = f"{where}, task {id}" if id is not None else where
    # annotations are called completions before version 1.0
    marked = rows_in(task, "annotations") or rows_in(task, "completions")
    predicted = rows_in(task, "predictions")
    data = task.get("data")
    bare = _bare(data if isinstance(data, dict) else {}, [*marked, *predicted], str(id or ""), how)
    if isinstance(bare, str):
        regions = sum(len(rows_in(row, "result")) for row in marked)
        yield Lost("document", where, bare, f"with {regions} rows of results", "wrong")
        return
    document, page = bare
    active = [row for row in marked if not row.get("was_cancelled")]
    for row in marked:
        if row.get("was_cancelled"):
            yield Lost("document", f"{where}, annotation {row.get('id')}", "was skipped by its annotator")
    if active and predicted:
        yield Lost("document", where, "is a prediction for a task that people annotated", count=len(predicted))
    for row in active or predicted:
        yield from _AnnotationMarks(document, page, row, f"{where}, {_name(row)}", how, id).items()
    if not marked and not predicted:
        yield document


def _name(row: Json) -> str:
    kind = "prediction" if "model_version" in row else "annotation"
    return f"{kind} {row.get('id', row.get('model_version', ''))}".rstrip()


def _bare(data: Json, results: Iterable[Json], id: str, how: ReadOptions) -> tuple[Document, TextNodes | None] | str:
    """The task's article, and its page where it is HTML; or the reason why there is none."""
    try:
        return from_task_data(data), None  # pushed or exported by naba
    except RegionError as error:
        if "sha256" in data:
            return str(error)
    regions = [region for row in results for region in rows_in(row, "result")]
    text = _article(data, regions)
    if text is None:
        return "has no text of its own (only images, or addresses); export it with the text in its data"
    page = TextNodes(text) if any(map(_in_page, regions)) else None
    content = page.text if page else text
    language = data.get("language") or how.language or guess_language(content)
    title, url = (str(data[key]) if data.get(key) else None for key in ("title", "url"))
    source = Source(name=f"task {id}", title=title, url=url) if title or url else None
    article_id = data.get("id")
    return Document(str(article_id) if article_id else id, content, str(language), source=source), page


def _article(data: Json, regions: Iterable[Json]) -> str | None:
    """The text that was annotated: in the field regions refer to, else in a usual one, else in the only one."""
    sources = [
        str(region[key]).removeprefix("$") for region in regions for key in ("source", "to_name") if key in region
    ]
    texts = {key: value for key, value in data.items() if isinstance(value, str) and not _is_address(value)}
    for name in (*sources, schemas.TEXT, "article", "html"):
        if name in texts:
            return texts[name]
    return next(iter(texts.values())) if len(texts) == 1 else None


def _in_page(region: Json) -> bool:
    """Whether the region's offsets count in nodes of an HTML page, not in characters of the text."""
    value = region.get("value")
    return isinstance(value, dict) and ("globalOffsets" in value or isinstance(value.get("start"), str))


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://", "s3://", "gs://", "/data/")) and not any(map(str.isspace, value))


class _AnnotationMarks:
    """One annotation or prediction of a task."""

    def __init__(
        self, bare: Document, page: TextNodes | None, row: Json, where: str, how: ReadOptions, task: object
    ) -> None:
        self.bare, self.page, self.row, self.how, self.task = bare, page, row, how, task
        self.draft = DocumentBuilder(bare.text, where)
        self.spans: dict[str, Span] = {}

    def items(self) -> Iterator[DocumentOrLost]:
        rows = rows_in(self.row, "result")
        for region in rows:
            if isinstance(region.get("value"), dict) and (kind := _kind(region)):
                self._region(region, kind)
        for region in rows:
            if region.get("type") == "relation":
                self._arrow(region)
            elif not _kind(region):
                self._other(region)
        yield self.draft.document(self.bare.id, self.bare.language, source=self.bare.source, provenance=self._who())
        yield from self.draft.lost

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
            regions=tuple((span, id) for id, span in self.spans.items()),
        )

    def _region(self, region: Json, kind: str) -> None:
        value: Json = region["value"]  # type: ignore[assignment]
        at = f"region {region.get('id')}"
        start, end = self._place(value)
        labels = value.get(kind)
        if not isinstance(labels, list) or not labels:
            self.draft.wrong("entity", at, "has no label; give it one", f"[{start}:{end}]")
            return
        for label in labels:
            event = region.get("from_name") == schemas.TRIGGER or label in self.how.events
            unit: Unit = "event" if event else "entity"
            span = self.draft.span(start, end, label, at=at, quoted=self._quoted(value, start, end), unit=unit)
            if span is not None:
                self.spans.setdefault(str(region.get("id")), span)
                (self.draft.event if event else self.draft.entity)(span, at=at)

    def _place(self, value: Json) -> tuple[object, object]:
        if self.page is not None and (place := self.page.place(value)):
            return place
        return value.get("start"), value.get("end")

    def _quoted(self, value: Json, start: object, end: object) -> object:
        """The region's quote where it clearly has other words, else None: the editor's quotes are not exact."""
        quoted = value.get("text")
        if isinstance(start, int) and isinstance(end, int) and drifted(quoted, self.bare.text[start:end]):
            return quoted
        return None

    def _arrow(self, row: Json) -> None:
        at = f"relation {row.get('from_id')} -> {row.get('to_id')}"
        ends = [self.spans.get(str(row.get(key))) for key in ("from_id", "to_id")]
        first, second = ends if row.get("direction") != "left" else ends[::-1]
        labels = row.get("labels")
        for title in labels if isinstance(labels, list) and labels else [_UNNAMED]:
            label = self.how.codes.get(str(title), str(title))
            if first is None or second is None:
                self.draft.wrong("link", at, "hangs on a region that is not there or was not taken over", label)
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
        value = row.get("value")
        choices = value.get("choices") if isinstance(value, Mapping) else None
        span = self.spans.get(str(row.get("id")))
        if isinstance(choices, list) and len(choices) == 1 and span is not None and self.draft.is_event(span):
            self.draft.attribute(span, str(row.get("from_name")), str(choices[0]), at=at)
        elif isinstance(choices, list) and span is not None and self.draft.is_event(span):
            self.draft.lose("attribute", at, "has several values; an attribute has one", str(choices))
        else:
            self.draft.lose("other", at, f"is of a kind Documents do not hold: {row.get('type')}", str(choices or ""))


def _annotator(row: Json) -> str | None:
    """The annotator: an e-mail where the export has it, else the user's number."""
    user, name = row.get("completed_by"), row.get("created_username")
    if isinstance(user, dict):
        user = user.get("email") or user.get("username") or user.get("id")
    return str(user) if user is not None else str(name) if name else None


def _kind(region: Json) -> str | None:
    """The key of the region's labels: its type, such as `labels` or `hypertextlabels`."""
    kind = str(region.get("type"))
    return kind if kind.endswith("labels") and kind not in _ELSEWHERE else None


_ELSEWHERE = {f"{shape}labels" for shape in ("rectangle", "polygon", "ellipse", "keypoint", "brush", "timeseries")}
"""Types of regions in images, audio and time series."""
