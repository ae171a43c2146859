"""What load does to naba: many articles, many annotators, one dense article, one long one; seconds and peak memory.

    python -m tests.benchmarks.bench_load articles --raw ar.jsonl.gz he.jsonl.gz --count 20000
    python -m tests.benchmarks.bench_load annotators dense long memory --model outputs/NAME/model

Each line is a command as a user types it, in a process of its own, on a real server that runs beside it. The floor is
the server's: the same tasks sent, or the same pages fetched, and nothing else done with them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from annotation.core.document import Argument, Document, Event, Span
from annotation.labelstudio.convert.convert import to_result, to_task_data
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.project.project import ensure
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, id_of, row
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.pull import FIELDS
from annotation.storage.documents_file import write_documents
from tests.benchmarks.measured_command import measured
from tests.builders import conflict
from tests.generated import articles, marked

ONTOLOGY = conflict()
TITLES = relation_titles(ONTOLOGY, "en")
CHUNK = 2000


class Load:
    """The server, and what the parts share."""

    def __init__(self, server: Server, options: argparse.Namespace) -> None:
        self.workspace, self.options = server.workspace, options
        self.client = Client(server.url, server.token)

    def run(self, what: str, *arguments: object, floor: float | None = None) -> None:
        """Run a command and print its line."""
        own = () if "=" in " ".join(map(str, arguments)) else ("--workspace", self.workspace)
        found = measured(*arguments, *(own if arguments[0] in _WITH_SERVER else ()), workspace=self.workspace)
        against = f"{floor:.1f} | {found.seconds / floor:.1f}" if floor else "|"
        print(f"| {what} | {found.seconds:.1f} | {against} | {found.peak} |", flush=True)

    def project(self, title: str) -> int:
        """A new project."""
        made = ensure(
            self.client, title, ontology=ONTOLOGY, ui_language="en", annotators=None, workspace=self.workspace
        )
        return made.id

    def send(self, project: int, tasks: Iterable[dict[str, object]], *, chunk: int = CHUNK) -> float:
        """Import tasks with nothing but requests, and return the seconds."""
        remaining, seconds = iter(tasks), 0.0
        while batch := list(islice(remaining, chunk)):
            began = time.perf_counter()
            self.client.create(f"api/projects/{project}/import", json.dumps(batch).encode())
            seconds += time.perf_counter() - began
        return seconds

    def fetch(self, project: int) -> float:
        """Fetch every page that a pull reads, and return the seconds."""
        began = time.perf_counter()
        for _ in pages(self.client, project, FIELDS, everything=True):
            pass
        return time.perf_counter() - began


_WITH_SERVER = ("push", "pull", "suggest", "progress", "suggested")


def many_articles(load: Load) -> None:
    """Real articles pushed; the same, with an annotation each, pulled, and pulled again."""
    folder, raw = load.workspace, load.options.raw
    if not raw:
        raise SystemExit("articles: name the files of raw text with --raw, one JSON object a line")
    texts = folder / "texts.jsonl"
    count = write_documents(texts, islice(_raw(raw), load.options.count))
    print(f"\n{count:,} real articles\n\n{_HEAD}", flush=True)
    bare = load.send(load.project("floor"), ({"data": to_task_data(d)} for d in islice(_raw(raw), count)))
    load.run("push", "push", texts, "--project", "pushed", floor=bare)
    load.run("push again", "push", texts, "--project", "pushed")
    project = load.project("worked")
    load.send(project, (_annotated(d, [None]) for d in islice(_raw(raw), count)))
    out = folder / "worked.jsonl"
    floor = load.fetch(project)
    load.run("pull, an annotation each", "pull", "--project", "worked", "--out", out, floor=floor)
    load.run("pull again, nothing new", "pull", "--project", "worked", "--out", out)
    load.run("check", "check", out)


def many_annotators(load: Load) -> None:
    """Every annotator marks every article of one project; from pull to gold."""
    people, count = load.options.annotators, 20
    print(f"\n{people} annotators, {count} articles, {people * count:,} annotations\n\n{_HEAD}", flush=True)
    numbers = [_account(load.client, f"person{number}@example.org") for number in range(people)]
    project = load.project("team")
    load.client.change(f"api/projects/{project}/", {"maximum_annotations": people})
    made = (marked(article, events=2 + n % 3) for n, article in enumerate(articles(count)))
    load.send(project, (_annotated(document, numbers) for document in made), chunk=2)
    out, gold = load.workspace / "team.jsonl", load.workspace / "gold.jsonl"
    load.run("pull", "pull", "--project", "team", "--out", out, floor=load.fetch(project))
    load.run("progress", "progress", "--project", "team")
    load.run("suggested", "suggested", "--project", "team")
    load.run("check", "check", out)
    load.run("agreement", "agreement", out)
    load.run("adjudicate", "adjudicate", out, "--out", gold)


def dense(load: Load) -> None:
    """One article of 5,000 spans and 5,000 relations."""
    document = dense_article(1000)
    relations = sum(len(event.arguments) for event in document.events)
    print(f"\n{len(list(document.spans())):,} spans, {relations:,} relations\n\n{_HEAD}", flush=True)
    _from_push_to_predict(load, "dense", document)


def long(load: Load) -> None:
    """One article of 100,000 words."""
    (article,) = articles(1, characters=570_000)
    print(f"\n{len(article.text.split()):,} words, {len(article.text):,} characters\n\n{_HEAD}", flush=True)
    _from_push_to_predict(load, "long", marked(article, events=40))


def memory(load: Load) -> None:
    """The same commands for more and more."""
    print(f"\n{_HEAD}", flush=True)
    for words in (12_500, 25_000, 50_000, 100_000):
        path = load.workspace / f"words{words}.jsonl"
        write_documents(path, [replace(a, id=f"words{words}") for a in articles(1, characters=words * 57 // 10)])
        _predict(load, f"predict, {words:,} words", path)
    for events in (125, 250, 500, 1000):
        path = load.workspace / f"events{events}.jsonl"
        write_documents(path, [dense_article(events)])
        load.run(f"check, {events * 5:,} spans", "check", path)


PARTS: dict[str, Callable[[Load], None]] = {
    "articles": many_articles,
    "annotators": many_annotators,
    "dense": dense,
    "long": long,
    "memory": memory,
}
_HEAD = "| | naba, s | server's floor, s | times the floor | peak memory, MB |\n| --- | ---: | ---: | ---: | ---: |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], help=f"one or more of {', '.join(PARTS)}; all of them"
    )
    parser.add_argument("--raw", type=Path, nargs="+", help="JSON lines with id, language and text, also .gz")
    parser.add_argument("--count", type=int, default=20_000, help="articles")
    parser.add_argument("--annotators", type=int, default=300)
    parser.add_argument("--model", type=Path, help="a model to predict with; left out without one")
    options = parser.parse_args()
    parts = options.parts or [part for part in PARTS if part != "articles" or options.raw]
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.start(Path(folder), port=0)
        try:
            for part in parts:
                PARTS[part](Load(server, options))
        finally:
            embedded.stop(Path(folder))


def _from_push_to_predict(load: Load, name: str, document: Document) -> None:
    """A single article's way: pushed, suggested, submitted, pulled, checked, voted on, exported, predicted."""
    folder = load.workspace
    texts, own, gold = (folder / f"{name}-{part}.jsonl" for part in ("texts", "own", "gold"))
    write_documents(texts, [document.bare()])
    write_documents(folder / f"{name}.jsonl", [document])
    floor = load.send(load.project(f"{name} floor"), [{"data": to_task_data(document)}])
    load.run("push", "push", texts, "--project", name, floor=floor)
    load.run("suggest", "suggest", folder / f"{name}.jsonl", "--project", name)
    number, task = _task(load, name)
    began = time.perf_counter()
    load.client.create(f"api/tasks/{task}/annotations/", {"result": to_result(document, titles=TITLES)})
    print(f"| (submit) | | {time.perf_counter() - began:.1f} | | |", flush=True)
    load.run("pull", "pull", "--project", name, "--out", own, floor=load.fetch(number))
    load.run("suggested", "suggested", "--project", name)
    load.run("check", "check", own)
    load.run("adjudicate", "adjudicate", own, "--out", gold)
    load.run("export, csv", "export", gold, "--format", "csv", "--out", folder / f"{name}.csv")
    _predict(load, "predict", texts)
    load.run("score against itself", "score", gold, gold)


def _task(load: Load, name: str) -> tuple[int, int]:
    number = load.project(name)
    return number, next(id_of(task) for page in pages(load.client, number, ("id",)) for task in page)


def _predict(load: Load, what: str, path: Path) -> None:
    if load.options.model:
        out = path.with_suffix(".predicted.jsonl")
        load.run(
            what, "predict", f"model={load.options.model.resolve()}", f"input={path}", f"output={out}", "threads=1"
        )


def _raw(paths: Iterable[Path]) -> Iterator[Document]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                yield Document(id=entry["id"], text=entry["text"], language=entry["language"])


def _annotated(document: Document, people: Iterable[int | None]) -> dict[str, object]:
    """A task with an annotation of each of these, of whoever asks where it is None; each leaves out another event."""
    document = document if document.events else marked(document)
    annotations = []
    for number in people:
        own = replace(document, events=document.events[: 1 + (number or 9) % (len(document.events) + 1)])
        who = {"completed_by": number} if number else {}
        annotations.append({**who, "result": to_result(own, titles=TITLES)})
    return {"data": to_task_data(document), "annotations": annotations}


def _account(client: Client, email: str) -> int:
    return id_of(row(client.create("api/users/", {"email": email, "username": email, "password": "long enough 8"})))


def dense_article(events: int) -> Document:
    """An article of so many events, five spans and five relations each: one filler is that of the event before."""
    words = ["קצפה", "מטוס", "מחסן", "ראמה", "אמש"]
    labels = ("Strike", "Vehicle", "Facility", "GPE", "Time")
    text, spans = "", []
    for _ in range(events):
        for word, label in zip(words, labels, strict=True):
            spans.append(Span(len(text), len(text) + len(word), label))
            text += f"{word} וגם "
        text += ".\n"
    rows = [spans[at : at + 5] for at in range(0, len(spans), 5)]
    made = []
    for at, (trigger, *fillers) in enumerate(rows):
        own = [Argument(r, f) for r, f in zip(("Attacker", "Target", "Place", "Time"), fillers, strict=True)]
        made.append(Event(trigger, (*own, Argument("Target", rows[at - 1][2]))))
    entities = tuple(span for _, *fillers in rows for span in fillers)
    return Document(f"dense-{events}", text, "he", entities=entities, events=tuple(made))


if __name__ == "__main__":
    main()
