"""What the tests of the way to Label Studio and back have in common."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from annotation.core.document import Document
from annotation.labelstudio.convert.convert import to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.pull import PullReport, pull


def ids(client: Client, title: str) -> Counter[str]:
    """How many tasks each article has."""
    project = find_project(client, title).id
    return Counter(
        str(task["data"]["id"])  # type: ignore[index]
        for page in pages(client, project, ("id", "data"))
        for task in page
    )


def tasks(client: Client, title: str) -> dict[str, int]:
    """Article id -> task number."""
    project = find_project(client, title).id
    return {
        str(task["data"]["id"]): int(str(task["id"]))  # type: ignore[index]
        for page in pages(client, project, ("id", "data"))
        for task in page
    }


def annotate(client: Client, title: str, document: Document, **fields: object) -> int:
    """Hand in the document's marks, and say the annotation's number."""
    rows = to_result(document, titles=find_project(client, title).titles)
    return hand_in(client, tasks(client, title)[document.id], rows, **fields)


def hand_in(client: Client, task: int, rows: list[Row], **fields: object) -> int:
    """Hand in whatever rows, as the editor would; the server looks at none of them."""
    answer = client.create(f"api/tasks/{task}/annotations/", {"result": rows, "lead_time": 4.2, **fields})
    return int(str(answer["id"]))


def afresh(client: Client, title: str, folder: Path) -> tuple[PullReport, bytes, bytes]:
    """What a pull that knows nothing writes: its report and both files."""
    report = pull(client, project=title, out=folder / "fresh.jsonl", workspace=folder, full=True)
    return report, (folder / "fresh.jsonl").read_bytes(), (folder / "fresh.quarantine.jsonl").read_bytes()
