"""The page of what annotators wrote to the lead, by article, so that each question gets one answer for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from annotation.labelstudio.project.progress import NoteToLead, Progress
from annotation.page import templates
from annotation.page.highlighting import plain
from annotation.page.wording import Wording
from annotation.storage.documents_file import atomic

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class NoteView:
    """A note as the page shows it; `at` is when it was written or changed, to the minute in UTC, empty if unknown."""

    annotator: str
    at: str
    text: Markup


@dataclass(frozen=True)
class ArticleNotes:
    """The notes on one article, the oldest first; `task` is the address of its task."""

    title: Markup
    task: str
    notes: tuple[NoteView, ...]


def write_notes(reports: Sequence[Progress], out: Path, *, language: str) -> Path:
    """Write the notes of projects as a page in the language, and return its path."""
    environment = templates.template_environment(_HERE, Wording(language))
    projects = [(report.project, _by_article(report.notes, report.url)) for report in reports]
    count = sum(len(report.notes) for report in reports)
    page = environment.get_template("notes.html.j2").render(
        projects=projects, count=count, **templates.assets(_HERE / "notes.css")
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic(out) as file:
        file.write(page)
    return out


def _by_article(notes: Iterable[NoteToLead], url: str) -> list[ArticleNotes]:
    """The notes of each article, the article with the newest note first."""
    by_task: dict[int, list[NoteToLead]] = {}
    for note in sorted(notes, key=lambda note: note.at):
        by_task.setdefault(note.task, []).append(note)
    newest_first = sorted(by_task.items(), key=lambda item: item[1][-1].at, reverse=True)
    return [
        ArticleNotes(plain(on[0].title or on[0].article), f"{url}/data?task={task}", tuple(map(_view, on)))
        for task, on in newest_first
    ]


def _view(note: NoteToLead) -> NoteView:
    return NoteView(note.annotator, note.at[:16].replace("T", " "), plain(note.text))
