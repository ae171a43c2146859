"""Reader of Label Studio's raw JSON from any project, whatever its controls are called, including naba's own.

One Document for each annotation and text that is marked; for a task without annotations, one for each prediction, with
its model version. Offsets in plain text count code points, as the editor does; those in HTML and dialogues count UTF-16
units or code points, told by the words the region quotes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotation.core.document import Document, Json, Source
from annotation.core.errors import RegionError, UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.labelstudio_regions import AnnotationRegions, broken, label_kind
from annotation.formats.labelstudio_texts import (
    NoText,
    TaskText,
    in_page,
    keys_of_config,
    only_text,
    text_under,
    texts_of,
)
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_task_data

_OTHER_EXPORT = "{}; it holds too little: export the project again, as JSON, and read that"
_TABLES = ("annotation_id", "annotator", "lead_time")
"""Columns of Label Studio's CSV and TSV exports; JSON-MIN has the same keys."""
_DATES, _DATA = (
    ("published", "published_at", "date"),
    ("id", "language", "sha256", "title", "url", "source", "findings", "article_heading", "article_link"),
)
_TASK = (
    *(
        "id",
        "data",
        "annotations",
        "completions",
        "predictions",
        "drafts",
        "meta",
        "created_at",
        "updated_at",
        "project",
    ),
    *("inner_id", "total_annotations", "cancelled_annotations", "total_predictions", "comment_count", "updated_by"),
    *("unresolved_comment_count", "comment_authors", "last_comment_updated_at", "file_upload", "overlap", "is_labeled"),
    *("agreement", "allow_skip", "annotators", "storage_filename", "precomputed_agreement", "queue"),
)
"""Keys of a task that say nothing of the article and its marks, or that are read."""


def recognises(opening: Opening) -> bool:
    """Whether the file holds tasks: also in an envelope, and in the exports of less that `read` refuses."""
    keys = opening.keys
    task = "data" in keys and (keys & {"annotations", "completions", "predictions", "drafts"} or keys <= {"id", "data"})
    return bool(task) or "tasks" in keys or set(_TABLES) <= keys or set(_TABLES) <= _columns(opening)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of an export: a list of tasks, one task, or one a line; also under `tasks`.

    Raises UsageError for an export of less than the raw JSON, and names the one to choose.
    """
    _refuse_tables(path)
    keys = dict(how.text_keys)
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
            continue
        where, row = item
        if isinstance(row.get("label_config"), str):
            keys |= keys_of_config(str(row["label_config"]))
        tasks = rows_in(row, "tasks") if "data" not in row else [row]
        if not tasks:
            if set(_TABLES) & set(row):
                raise UsageError(f"{path}: " + _OTHER_EXPORT.format("is Label Studio's JSON-MIN export"))
            yield Lost("document", where, "is no task: it has no `data`", kind="wrong")
        for task in tasks:
            yield from _Task(task, where, how, keys).items()


def _columns(opening: Opening) -> set[str]:
    """The columns of a table, where the file is one."""
    return set(opening.lines[0].replace("\t", ",").replace('"', "").split(",")) if opening.lines else set()


def _refuse_tables(path: Path) -> None:
    if set(_TABLES) <= _columns(Opening(path)):
        raise UsageError(f"{path}: " + _OTHER_EXPORT.format("is Label Studio's CSV or TSV export"))


@dataclass
class _Task:
    """One task. `keys` maps objects of the configuration to keys of the data, and grows from task to task.

    `on` is the same for the objects that this task's regions stand on.
    """

    row: Json
    where: str
    how: ReadOptions
    keys: dict[str, str]
    on: dict[str, str] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.row.get("id")
        if self.id is not None:
            self.where = f"{self.where}, task {self.id}"
        data = self.row.get("data")
        self.data: Json = data if isinstance(data, dict) else {}
        # annotations are called completions before version 1.0
        self.marked = rows_in(self.row, "annotations") or rows_in(self.row, "completions")
        self.predicted = rows_in(self.row, "predictions")

    def items(self) -> Iterator[DocumentOrLost]:
        self._name_the_rest()
        active = [row for row in self.marked if not row.get("was_cancelled")]
        try:
            texts = self._articles([*self.marked, *self.predicted])
        except NoText as error:
            regions = sum(len(rows_in(row, "result")) for row in self.marked)
            self._lose(str(error), f"with {regions} rows of results", kind_wrong=True)
            texts = []
        for row in active or self.predicted if texts else ():
            where = f"{self.where}, {_name(row)}"
            readers = [AnnotationRegions(*article, row, where, self.how, self.id, self.on) for article in texts]
            for reader in readers:
                yield from reader.items()
            yield from readers[0].orphans(readers[1:])
        if texts and not self.marked and not self.predicted:
            yield from (document for document, _ in texts)
        yield from self.lost

    def _articles(self, results: Sequence[Json]) -> list[tuple[Document, TaskText]]:
        """Each marked text of the task as a bare Document. Raises NoText."""
        try:
            document = from_task_data(self.data)  # pushed or exported by naba
            return [(document, TaskText("text", document.text))]
        except RegionError as error:
            if "sha256" in self.data:
                raise NoText(str(error)) from error
        texts = self._texts(results)
        chosen = list(dict.fromkeys(self.on.values())) or [only_text(texts, self.keys).key]
        return [(self._bare(texts[key], texts, len(chosen) > 1), texts[key]) for key in chosen]

    def _texts(self, results: Sequence[Json]) -> dict[str, TaskText]:
        """The texts of the data by key; `on` gets the key of each object that regions stand on."""
        regions = [region for row in results for region in rows_in(row, "result") if label_kind(region)]
        texts = texts_of(self.data, pages=any(map(in_page, regions)))
        if self.how.text_key is not None:
            if self.how.text_key not in texts:
                raise NoText(f"its data has no text under {self.how.text_key!r}; it has {', '.join(texts) or 'none'}")
            texts = {self.how.text_key: texts[self.how.text_key]}
        for to_name in dict.fromkeys(str(region.get("to_name", "")) for region in regions):
            own = [region for region in regions if str(region.get("to_name", "")) == to_name]
            text = text_under(own, to_name, texts, self.keys)
            self.on[to_name] = text.key
            if text.fits(own):
                self.keys[to_name] = text.key
        return texts

    def _bare(self, text: TaskText, texts: dict[str, TaskText], several: bool) -> Document:
        data, name = self.data, self.data.get("source")
        dates = (str(data[key]) for key in _DATES if data.get(key))
        title, url, published = (
            *(str(data[key]) if data.get(key) else None for key in ("title", "url")),
            next(dates, None),
        )
        from_ = name if isinstance(name, str) and name and text.key != "source" else None
        source = (
            Source(from_ or f"task {self.id}", title, url, published) if from_ or title or url or published else None
        )
        self._name_data(set(texts) if several else {text.key})
        if text.starts:
            reason = "is a dialogue, of which the Document holds what is said and not who says it"
            self.lost.append(Lost("other", self.where, reason, text.key))
        id = str(data.get("id") or (self.id if self.id is not None else ""))
        language = str(data.get("language") or self.how.language or guess_language(text.content))
        return Document(f"{id}#{text.key}" if several else id, text.content, language, source=source)

    def _name_data(self, read: set[str]) -> None:
        for key, value in self.data.items():
            known = key in read or key in _DATA or key in _DATES or key in self.on.values()
            if not known and value not in (None, "", [], {}):
                self.lost.append(Lost("other", self.where, f"has data under {key!r}, which Documents do not hold"))

    def _name_the_rest(self) -> None:
        """Record what of the task is not read."""
        for key in ("annotations", "completions", "drafts"):
            if count := broken(self.row, key):
                self._lose(f"holds {key} that are no objects; mend or remove them", f"{count} of them", kind_wrong=True)
        for draft in rows_in(self.row, "drafts"):
            rows = len(rows_in(draft, "result"))
            self._lose("is a draft that was never submitted", f"draft {draft.get('id', '')} of {rows} rows")
        for row in self.marked:
            if row.get("was_cancelled"):
                where = f"{self.where}, annotation {row.get('id')}"
                self.lost.append(Lost("document", where, "was skipped by its annotator"))
        if any(not row.get("was_cancelled") for row in self.marked) and self.predicted:
            reason = "is a prediction for a task that people annotated"
            self.lost.append(Lost("document", self.where, reason, count=len(self.predicted)))
        numbers = self.row.get("predictions")
        if isinstance(numbers, list) and (bare := [one for one in numbers if not isinstance(one, dict)]):
            reason = "is a prediction of which the export holds the number only"
            self.lost.append(Lost("document", self.where, reason, count=len(bare)))
        for key in self.row:
            if key not in _TASK and self.row[key] not in (None, "", [], {}):
                self.lost.append(Lost("other", self.where, f"has a value under {key!r}, which Documents do not hold"))
        meta = self.row.get("meta")
        if set(meta) - {schemas.MENDED} if isinstance(meta, dict) else meta:
            self.lost.append(Lost("other", self.where, "has values under 'meta', which Documents do not hold"))

    def _lose(self, reason: str, detail: str, *, kind_wrong: bool = False) -> None:
        self.lost.append(Lost("document", self.where, reason, detail, "wrong" if kind_wrong else "lost"))


def _name(row: Json) -> str:
    kind = "prediction" if "model_version" in row else "annotation"
    return f"{kind} {row.get('id', row.get('model_version', ''))}".rstrip()
