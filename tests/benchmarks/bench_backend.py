"""How long a model behind `naba backend` takes: an article sent to /extract, and a task that somebody opens.

    python -m tests.benchmarks.bench_backend [MODEL] [--articles 40]

Without MODEL a compact one that has learnt nothing answers. The backend has one thread, and is asked about
each article once.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

from annotation import sample
from annotation.core.document import Document
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.sync.push import push
from tests.builders import conflict
from tests.studio.support import tasks
from training.config.schema import CompactEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.model.event_extractor import EventExtractor

PROJECT = "backend"
PORT = 9191


@contextmanager
def answering(model: Path, workspace: Path) -> Iterator[httpx.Client]:
    """A client of `naba backend`, which the project asks."""
    words = [
        f"model={model}",
        f"project={PROJECT}",
        f"workspace={workspace}",
        f"port={PORT}",
        "threads=1",
        "device=cpu",
    ]
    command = [sys.executable, "-m", "training", "backend", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if not any("asks" in line for line in process.stdout):
                raise SystemExit(f"naba backend ended with {process.wait()}")
            login = json.loads((workspace / "backend.json").read_text(encoding="utf-8"))
            auth = (login["user"], login["password"])
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", auth=auth, trust_env=False, timeout=120) as client:
                yield client
        finally:
            process.terminate()


def untrained(folder: Path) -> Path:
    """A compact model as it is before its training."""
    encoding = Encoding.build(conflict(), ModelConfig(), CompactEncoderConfig())
    EventExtractor.build(ModelConfig(), CompactEncoderConfig(), encoding).save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    return folder


def timed(ask: Callable[[Document], object], articles: Sequence[Document]) -> list[float]:
    """The seconds of each, in order of size."""
    taken = []
    for article in articles:
        began = time.perf_counter()
        ask(article)
        taken.append(time.perf_counter() - began)
    return sorted(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, default=40)
    options = parser.parse_args()
    articles = [document.bare() for document in sample.gold()][:: len(sample.gold()) // options.articles or 1]
    half = len(articles) // 2
    with tempfile.TemporaryDirectory() as place:
        workspace = Path(place)
        server = embedded.start(workspace, port=0)
        try:
            studio = Client(server.url, server.token)
            push(studio, articles, project=PROJECT, ontology=conflict(), workspace=workspace)
            numbers, project = tasks(studio, PROJECT), find_project(studio, PROJECT).id

            def opened(article: Document) -> None:
                task = row(studio.get(f"api/tasks/{numbers[article.id]}/", project=project))
                if not rows(task["predictions"]):
                    raise SystemExit(f"article {article.id} was opened without suggestions")

            with answering(options.model or untrained(workspace / "model"), workspace) as backend:
                sent = timed(
                    lambda a: backend.post("/extract", json={"text": a.text}).raise_for_status(), articles[half:]
                )
                shown = timed(opened, articles[:half])
        finally:
            embedded.stop(workspace)
    size = median(len(article.text) for article in articles)
    print(f"| {len(articles)} articles, median {size:,.0f} characters | median, s | longest, s |")
    print("| --- | ---: | ---: |")
    for what, times in (("POST /extract", sent), ("a task opened in Label Studio", shown)):
        print(f"| {what} | {median(times):.2f} | {times[-1]:.2f} |")


if __name__ == "__main__":
    main()
