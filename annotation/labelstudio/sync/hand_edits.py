"""What a member's hand changed in a project, as lines for the report of a pull: page, texts of tasks, tasks deleted.

Any member of a Label Studio of the community edition may do each of these. The server records when a task was changed
last, and not by whom: its `updated_by` is the last annotator. For pages and deleted tasks it records neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from annotation.core.annotator_versions import annotator
from annotation.core.document import Document, sha256
from annotation.core.errors import UsageError
from annotation.core.messages import first_few
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.page_edits import page_edits
from annotation.labelstudio.project.project import Project
from annotation.labelstudio.server.client import id_of
from annotation.storage.documents_file import read_documents


def edited_page(project: Project) -> list[str]:
    """A line for each part of the page that was edited by hand."""
    remedy = f"put it back with `naba push --restore-page --project {project.title!r}`"
    return [
        f"the page of project {project.title!r} was edited by hand ({edit}); {remedy}" for edit in page_edits(project)
    ]


def edited_text(task: Row) -> str:
    """A line on the task when its text is another one than was pushed, else ""."""
    data = task.get("data")
    if not isinstance(data, dict) or "sha256" not in data or sha256(str(data.get("text"))) == data["sha256"]:
        return ""
    stamp = task.get("updated_at")
    when = f" (last change of the task: {str(stamp)[:16].replace('T', ' ')} UTC)" if stamp else ""
    return (
        f"task {id_of(task)}, article {data.get('id')}: its text was edited by hand{when}, so its marks are set aside; "
        "put the old text back, or push the new one as another article"
    )


def deleted_tasks(out: Path, deleted: Collection[int]) -> list[str]:
    """A line for each deleted task: its article and whose annotations went with it, as the file of the last pull has
    them."""
    lost: dict[int, list[Document]] = defaultdict(list)
    if deleted and out.exists():
        try:
            for document in read_documents(out):
                task = document.provenance.task if document.provenance else None
                if task is not None and task in deleted:
                    lost[task].append(document)
        except UsageError:  # a file that somebody changed; the numbers remain
            lost.clear()
    return [f"task {task}{_contents(lost[task])} was deleted since the last pull" for task in sorted(deleted)]


def _contents(documents: list[Document]) -> str:
    if not documents:
        return ""
    people = first_few(sorted({annotator(document) or "somebody" for document in documents}))
    return f", article {documents[0].id} with {len(documents)} annotations ({people}),"
