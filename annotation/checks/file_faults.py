"""Findings of lines that hold no Document, and of what a pull set aside. The rules of the checks see neither."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from annotation.checks.finding import Finding
from annotation.checks.wording import Quoted, Value
from annotation.core import json_text
from annotation.core.document import Document, Json
from annotation.core.document_json import RowError, from_json
from annotation.core.errors import UsageError
from annotation.storage.documents_file import limited_lines, numbered, open_bytes, open_text, unreadable

_KINDS = {"drifted": ("quoted",), "text": (), "labels": ("labels",), "no-role": (), "hangs": (), "no-event": ()}
"""The kinds with a wording of their own, as the pull records them, and the values that are words of the annotator."""
_SHOWN = 60


def read_lines(path: Path) -> Iterator[Document | list[Finding]]:
    """Each line of a Documents file as its Document, or as what is wrong with it. Raises NabaError without a file."""
    try:
        with open_bytes(path) as file:
            for number, line in numbered(limited_lines(file)):
                yield _read(line, number)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error


class SetAside:
    """The entries that a pull quarantined, if there are any.

    Pass every Document to `meet` before `findings`: an entry has numbers only, and the Documents of the same task and
    annotation have the article's id, the annotator and the marked words.
    """

    def __init__(self, path: Path) -> None:
        self._rows: list[Json] = []
        if path.exists():
            self._rows = list(_rows(path))
        self._wanted = {row.get("annotation") for row in self._rows}
        self._articles: dict[object, str] = {}
        self._annotators: dict[object, str | None] = {}
        self._words: dict[tuple[object, str], str] = {}

    def meet(self, document: Document) -> None:
        """Remember the article's id, the annotator and the marked words, for the findings of the same annotation."""
        provenance = document.provenance
        if provenance is None or provenance.annotation not in self._wanted:
            return
        self._articles[provenance.task] = document.id
        self._annotators[provenance.annotation] = provenance.annotator
        for span, region in provenance.regions:
            self._words[provenance.annotation, region] = span.quote(document.text)

    def findings(self) -> Iterator[Finding]:
        """A finding for each row, in the order of the file."""
        for row in self._rows:
            task, annotation, region = (row.get(name) for name in ("task", "annotation", "region"))
            kind, values = _kind(row)
            yield Finding(
                kind=kind,
                document=self._articles.get(task, f"of task {task}"),
                span=None,
                words=self._quoted(row.get("raw"), annotation)[:_SHOWN],
                values=values,
                task=task if isinstance(task, int) else None,
                annotation=annotation if isinstance(annotation, int) else None,
                annotator=self._annotators.get(annotation),
                region=str(region) if region else None,
            )

    def _quoted(self, raw: object, annotation: object) -> str:
        """The words of a region, or of those of the two regions of an arrow that a Document has."""
        if not isinstance(raw, dict):
            return ""
        ends = [self._words.get((annotation, str(raw.get(name)))) for name in ("from_id", "to_id")]
        value = raw.get("value")
        text = value.get("text") if isinstance(value, dict) else None
        return text if isinstance(text, str) else " – ".join(filter(None, ends))


def _rows(path: Path) -> Iterator[Json]:
    """The entries of the file. Raises UsageError that names a line without one."""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                yield json_text.loads_object(line)
            except json_text.JsonError as error:
                raise UsageError(f"{path}, line {number}: {error}; pull again, which writes it anew") from error


def _kind(row: Json) -> tuple[str, dict[str, Value]]:
    """The kind of a row and the values of its wording; a row of an older file has only a reason, which says both."""
    kind, values = str(row.get("kind")), row.get("values")
    recorded: Json = values if isinstance(values, dict) else {}
    names = _KINDS.get(kind)
    if names is not None and recorded.keys() >= {*names}:
        return kind, {name: Quoted(str(recorded[name])) for name in names}
    problem, _, remedy = str(row.get("reason")).rpartition("; ")
    older = {"problem": problem or "was set aside", "remedy": remedy}
    return "set-aside", {name: str(recorded.get(name, words)) for name, words in older.items()}


def _read(line: bytes, number: int) -> Document | list[Finding]:
    row: object = None
    try:
        row = json_text.syntax(line)
        return from_json(row)  # type: ignore[arg-type]
    except (ValueError, RecursionError) as error:
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or isinstance(error, RowError):
            return [replace(_finding({"id": f"of line {number}"}, "unreadable", str(error)), line=number)]
        faults = list(_misplaced(row, row["text"]))
        return faults or [_finding(row, "offsets", str(error).removeprefix(f"document {row.get('id')}: "))]


def _misplaced(row: Json, text: str) -> Iterator[Finding]:
    """The spans of a line that are none of its text."""
    for span in _spans(row):
        start, end, label = span.get("start"), span.get("end"), span.get("label")
        if not isinstance(start, int) or not isinstance(end, int) or 0 <= start < end <= len(text):
            continue
        where = f"{label} [{start}:{end}]"
        problem = f"leaves the text of {len(text)} characters" if start < end else "is empty or reversed"
        first, last = sorted((max(0, start), max(0, end)))
        yield _finding(row, "offsets", f"{where} {problem}", text[first:last][:_SHOWN], _region(row, span))


def _spans(row: Json) -> Iterator[Json]:
    entities, events = row.get("entities"), row.get("events")
    spans = [*(entities if isinstance(entities, list) else ())]
    spans += [event.get("trigger") for event in (events if isinstance(events, list) else ()) if isinstance(event, dict)]
    return (span for span in spans if isinstance(span, dict))


def _region(row: Json, span: Json) -> str | None:
    provenance = row.get("provenance")
    regions = provenance.get("regions") if isinstance(provenance, dict) else None
    pairs = (pair for pair in regions or () if isinstance(pair, list) and len(pair) == 2)
    return next((str(region) for marked, region in pairs if marked == span), None)


def _finding(row: Json, kind: str, problem: str, words: str = "", region: str | None = None) -> Finding:
    recorded = row.get("provenance")
    provenance: Json = recorded if isinstance(recorded, dict) else {}
    task, annotation, annotator = (provenance.get(name) for name in ("task", "annotation", "annotator"))
    return Finding(
        kind=kind,
        document=str(row.get("id")),
        span=None,
        words=words,
        values={"problem": problem},
        task=task if isinstance(task, int) else None,
        annotation=annotation if isinstance(annotation, int) else None,
        annotator=str(annotator) if annotator else None,
        region=region,
    )
