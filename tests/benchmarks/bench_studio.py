"""Push and pull against the bare calls of the SDK, on the same tasks and the same server, and the memory they take.

    python -m tests.benchmarks.bench_studio --articles 10000

Each round times the bare call and ours one after the other, in turn. A ratio is the median of bare over ours: 1 is as
fast, more is faster. Goals: at least 0.9, and less than 400 MB.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from label_studio_sdk import LabelStudio

from annotation.core.document import Document
from annotation.labelstudio.convert.convert import to_result, to_task_data
from annotation.labelstudio.project.project import ensure, find_project
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from tests.builders import conflict
from tests.generated import articles, marked

CHUNK = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--characters", type=int, default=3000)
    parser.add_argument("--events", type=int, default=4, help="in each annotation that is pulled")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("push", "pull"), help="leave the other out")
    parser.add_argument("--alone", nargs=2, metavar=("WHAT", "WORKSPACE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        what, workspace = options.alone
        _alone(what, workspace, options)
        return
    with tempfile.TemporaryDirectory() as folder:
        running = embedded.start(Path(folder), port=0)
        try:
            _report(running, options)
        finally:
            embedded.stop(Path(folder))


def _report(running: Server, options: argparse.Namespace) -> None:
    print(f"{options.articles:,} articles of {options.characters:,} characters, {options.rounds} rounds\n", flush=True)
    print("| | bare, s | naba, s | ratio | goal | peak memory, MB | goal |", flush=True)
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for what, measure in (("push", _pushes), ("pull", _pulls)):
        if options.only not in (what, None):
            continue
        pairs = measure(running, options)
        ratio = median(bare / ours for bare, ours in pairs)
        bare, ours = (median(times) for times in zip(*pairs, strict=True))
        memory = _memory(what, running, options)
        print(f"| {what} | {bare:.1f} | {ours:.1f} | {ratio:.2f} | 0.90 | {memory} | 400 |", flush=True)


def _pushes(running: Server, options: argparse.Namespace) -> list[tuple[float, float]]:
    client, sdk = _clients(running)
    ontology = conflict()
    documents = list(_articles(options))
    tasks: list[Any] = [{"data": to_task_data(document)} for document in documents]

    def bare(round: int) -> None:
        project = _project(client, running, f"bare {round}")
        sdk.projects.import_tasks(project, request=tasks, request_options={"timeout_in_seconds": 600})

    def ours(round: int) -> None:
        push(client, documents, project=f"ours {round}", ontology=ontology, workspace=running.workspace)

    return [_pair(round, bare, ours) for round in range(options.rounds)]


def _pulls(running: Server, options: argparse.Namespace) -> list[tuple[float, float]]:
    client, sdk = _clients(running)
    project = _project(client, running, "pulled")
    titles = find_project(client, "pulled").titles
    batch: list[Any] = []
    for document in _articles(options):
        rows = to_result(marked(document, events=options.events), titles=titles)
        batch.append({"data": to_task_data(document), "annotations": [{"result": rows}]})
        if len(batch) == CHUNK or document.id == f"made-{options.articles - 1}":
            sdk.projects.import_tasks(project, request=batch, request_options={"timeout_in_seconds": 600})
            batch = []

    def bare(round: int) -> None:
        found = sum(1 for _ in sdk.tasks.list(project=project, page_size=1000))
        if found != options.articles:
            raise SystemExit(f"the bare call found {found} tasks, not {options.articles}")

    def ours(round: int) -> None:
        out = running.workspace / "docs.jsonl"
        report = pull(client, project="pulled", out=out, workspace=running.workspace, full=True)
        if (report.documents, report.quarantined) != (options.articles, 0):
            raise SystemExit(f"pull found {report}")

    return [_pair(round, bare, ours) for round in range(options.rounds)]


def _pair(round: int, bare: Callable[[int], None], ours: Callable[[int], None]) -> tuple[float, float]:
    """How long each took, in seconds; who goes first takes turns."""
    times: dict[Callable[[int], None], float] = {}
    for job in (bare, ours) if round % 2 == 0 else (ours, bare):
        began = time.perf_counter()
        job(round)
        times[job] = time.perf_counter() - began
    return times[bare], times[ours]


def _memory(what: str, running: Server, options: argparse.Namespace) -> int:
    """The peak memory of a process that does nothing else, in MB."""
    sizes = ("--articles", str(options.articles), "--characters", str(options.characters))
    command = [sys.executable, "-m", "tests.benchmarks.bench_studio", *sizes]
    alone = subprocess.run(
        [*command, "--alone", what, str(running.workspace)], check=True, capture_output=True, text=True
    )
    return int(alone.stdout.split()[-1])


def _alone(what: str, workspace: str, options: argparse.Namespace) -> None:
    running = embedded.start(Path(workspace))
    client = Client(running.url, running.token)
    if what == "push":
        push(client, _articles(options), project="alone", ontology=conflict(), workspace=running.workspace)
    else:
        pull(client, project="pulled", out=Path(workspace) / "alone.jsonl", workspace=running.workspace)
    print(_peak())


def _peak() -> int:
    """The most memory this process ever held, in MB. What Linux tells through getrusage includes the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) >> 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20


def _articles(options: argparse.Namespace) -> Iterator[Document]:
    return articles(options.articles, characters=options.characters)


def _clients(running: Server) -> tuple[Client, LabelStudio]:
    return Client(running.url, running.token), LabelStudio(base_url=running.url, api_key=running.token, timeout=600)


def _project(client: Client, running: Server, title: str) -> int:
    made = ensure(client, title, ontology=conflict(), ui_language="en", annotators=None, workspace=running.workspace)
    return made.id


if __name__ == "__main__":
    main()
