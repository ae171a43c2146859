"""The steps of a watched project, each done by the functions, or in a child process the command, that people use."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.agreement import agreement
from annotation.core.document import Document, Json
from annotation.core.errors import RegionError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import from_task_data
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.project.task_index import holdings
from annotation.labelstudio.repair.show_findings import show
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.suggestions.model_versions import retire
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.task_order import arrange, waiting
from annotation.selection.active_learning import queue
from annotation.snapshot import snapshot as snapshots
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import read_documents, write_documents
from annotation.storage.json_file import read_object
from training.commands.watch import plan
from training.commands.watch.dev_comparison import DevVerdict, dev_of_both, first_verdict, verdict
from training.commands.watch.journal import Journal
from training.commands.watch.plan import SNAPSHOT, SUGGEST, TRAIN, Due, Rules, model_in_use
from training.commands.watch.project_look import Annotations, Look
from training.config.watching import WatchConfig
from training.release.gates import load_gates

RunCommand = Callable[[Sequence[str], Path], None]
"""Runs a naba command, its output in a file. Raises NabaError where it fails."""


@dataclass(frozen=True)
class StepOutcome:
    """How a step ended: `skipped` ends a round without a model."""

    why: str
    facts: Json
    skipped: bool = False


class LoopSteps:
    """The steps on one project. home: the folder of the journal, of the rounds and of their models."""

    def __init__(self, look: Look, journal: Journal, rules: Rules, home: Path, run: RunCommand) -> None:
        self.look, self.journal, self.rules, self.home, self.run = look, journal, rules, home, run

    @property
    def settings(self) -> WatchConfig:
        """The settings of the loop."""
        return self.look.settings

    def round_folder(self, round_: str) -> Path:
        """Where a round keeps its gold, snapshot, run and predictions on dev."""
        return self.home / "rounds" / round_

    def model(self, name: str | None) -> Path | None:
        """The folder of the model that a round made; a name that is no round's is a folder itself."""
        if name is None:
            return None
        return Path(name) if name == self.settings.model else self.round_folder(name) / "run" / "model"

    def prepare(self, due: Due, annotations: Annotations) -> Json:
        """What a step needs to be the same again after a kill; it is kept before the step is written as begun."""
        if due.step == SNAPSHOT and not (gold := self.round_folder(due.id) / "gold.jsonl").is_file():
            gold.parent.mkdir(parents=True, exist_ok=True)
            write_documents(gold, annotations.gold)
        if due.step == TRAIN:
            initial = self.model(model_in_use(self.journal, self.rules)) if self.settings.warm else None
            return {"init": str(initial.resolve()) if initial else None, "training": list(self.settings.training)}
        return {}

    def do(self, due: Due, client: Client, annotations: Annotations) -> StepOutcome:
        """Do a step. Raises NabaError where it fails."""
        target = find_project(client, self.look.title, workspace=self.look.workspace)
        match due.step:
            case plan.FINDINGS:
                return self._findings(client, target, annotations)
            case plan.SNAPSHOT:
                return self._snapshot(due.id, target.ontology, annotations)
            case plan.TRAIN:
                return self._train(due.id)
            case plan.COMPARE:
                return self._compare(due.id)
            case plan.PREDICT:
                return self._predict(due.id, client, target)
            case plan.SUGGEST:
                return self._suggest(due.id, client, target)
            case plan.QUEUE:
                return self._queue(due.id, client, target)
            case step:
                raise ValueError(step)

    def _findings(self, client: Client, target: Project, annotations: Annotations) -> StepOutcome:
        in_use = self.look.in_use(client, target)
        report = show(
            client,
            annotations.findings,
            project=target.title,
            workspace=self.look.workspace,
            untouched=in_use,
        )
        counts = Counter(finding.severity for finding in annotations.findings)
        facts = {"errors": counts["error"], "warnings": counts["warning"], "held": sorted(report.untouched)}
        return StepOutcome(f"{counts['error']:,} errors, {counts['warning']:,} warnings; {report}", facts)

    def _snapshot(self, round_: str, ontology: Ontology, annotations: Annotations) -> StepOutcome:
        folder = self.round_folder(round_)
        gold = list(read_documents(folder / "gold.jsonl"))
        ids = {document.id for document in gold}
        agreed = agreement([d for d in annotations.annotated if d.id in ids], ontology=ontology).as_dict()
        built = snapshots.build(
            gold,
            folder / "snapshot",
            ontology=ontology,
            name=f"watch-{round_}",
            agreement=agreed,
            project=self.look.title,
        )
        sizes = {name: len(built.split(name)) for name in ("train", "dev", "test")}
        told = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
        if empty := [name for name in ("train", "dev") if not sizes[name]]:
            why = f"{told}: nothing is trained while {' and '.join(empty)} is empty; label more of each language"
            return StepOutcome(why, {"counts": sizes}, skipped=True)
        return StepOutcome(told, {"counts": sizes})

    def _train(self, round_: str) -> StepOutcome:
        folder = self.round_folder(round_)
        begun = [e.facts for e in self.journal.entries if (e.step, e.id, e.state) == (TRAIN, round_, "begun")]
        training, init = begun[-1].get("training"), begun[-1].get("init")
        words = [*map(str, training if isinstance(training, list) else ())]
        words += [f"snapshot={folder / 'snapshot'}", f"output={folder / 'run'}", f"name=watch-{round_}"]
        words += [f"init={init}"] if init else []
        words += ["resume=false"] if any(facts != begun[-1] for facts in begun) else []  # it failed with other settings
        self.run(["train", *words], folder / "train.log")
        return StepOutcome(f"{'from ' + str(init) if init else 'from nothing'}: {folder / 'run' / 'model'}", {})

    def _compare(self, round_: str) -> StepOutcome:
        folder, now = self.round_folder(round_), self.round_folder(round_) / "run" / "model"
        before = self.model(model_in_use(self.journal, self.rules))
        found = self._compared(folder, now, before) if before else first_verdict(_reached(now))
        return StepOutcome(found.why, {"used": found.used, "against": str(before) if before else None, **found.facts})

    def _compared(self, folder: Path, now: Path, before: Path) -> DevVerdict:
        gold, left_out = dev_of_both(Snapshot.open(folder / "snapshot"), now, before)
        write_documents(folder / "dev.jsonl", [document.bare() for document in gold])
        predicted = []
        for name, model in (("now", now), ("before", before)):
            out = folder / f"dev.{name}.jsonl"
            self._run_predict(model, folder / "dev.jsonl", out)
            predicted.append(list(read_documents(out)))
        drops = load_gates(self.settings.gates).drops
        return verdict(gold, *predicted, drops=drops, left_out=left_out)

    def _predict(self, id: str, client: Client, target: Project) -> StepOutcome:
        folder = self.home / "predictions" / id
        folder.mkdir(parents=True, exist_ok=True)
        articles, out = folder / "articles.jsonl", folder / "predicted.jsonl"
        if not articles.is_file():
            write_documents(articles, _unfinished(client, target))
        count = sum(1 for _ in read_documents(articles))
        model = self.model(model_in_use(self.journal, self.rules))
        if model and count:
            self._run_predict(model, articles, out)
        else:
            write_documents(out, [])
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return StepOutcome(f"{count:,} articles that are not finished", {"articles": count})

    def _run_predict(self, model: Path, articles: Path, out: Path) -> None:
        words = [f"model={model}", f"input={articles}", f"output={out}", f"device={self.settings.device}"]
        threads = self.settings.threads
        self.run(["predict", *words, *([f"threads={threads}"] if threads else [])], out.with_suffix(".log"))

    def _predicted(self, id: str) -> Path:
        return self.home / "predictions" / id / "predicted.jsonl"

    def _suggest(self, id: str, client: Client, target: Project) -> StepOutcome:
        """Show the predictions; the version shown before them stays until the next, for pages that are open with it."""
        in_use, left = self.look.in_use(client, target), waiting_articles(client, self.look)
        predicted = [document for document in read_documents(self._predicted(id)) if left.wants(document)]
        free = [document for document in predicted if left.task(document) not in in_use]
        report = suggest(client, free, project=target.title, workspace=self.look.workspace, keep=True)
        held = sorted(left.task(document) for document in predicted if left.task(document) in in_use)
        version = report.model_version
        before = self._version_before(version, target)
        removed = 0
        if version:
            removed = retire(client, target, shown=version, also=[before], untouched=in_use)
        facts = {"version": version, "before": before, "created": report.created, "removed": removed, "held": held}
        kept = f"; {len(held):,} tasks in use are left for later" if held else ""
        return StepOutcome(f"{report}; {removed:,} older ones removed{kept}", facts)

    def _version_before(self, version: str, target: Project) -> str:
        """The version that was shown before this one."""
        done = (e.facts for e in reversed(self.journal.entries) if e.step == SUGGEST and e.state == "done")
        versions = (str(facts.get("version") or "") for facts in done)
        shown = next((name for name in versions if name and name != version), "")
        return shown or (target.model_version if target.model_version != version else "")

    def _queue(self, id: str, client: Client, target: Project) -> StepOutcome:
        in_use, left = self.look.in_use(client, target), waiting_articles(client, self.look)
        predicted = list(read_documents(self._predicted(id)))
        candidates = [document for document in predicted if left.wants(document)]
        labelled = [document for document in predicted if not left.wants(document)]
        settings = self.settings
        order = queue(candidates, labelled, mix=settings.mix, most=settings.most)
        report = arrange(
            client,
            order,
            project=target.title,
            workspace=self.look.workspace,
            lists=settings.lists,
            untouched=in_use,
        )
        return StepOutcome(str(report), {"placed": report.placed, "held": sorted(report.untouched)})


@dataclass(frozen=True)
class WaitingArticles:
    """The articles of the project that are not finished: id -> task, and a test of their text."""

    has: Callable[[Document], bool]
    tasks: dict[str, int]

    def wants(self, document: Document) -> bool:
        """Whether the article is still to be labelled, with this text."""
        return document.id in self.tasks and self.has(document)

    def task(self, document: Document) -> int:
        """The task of an article that is wanted."""
        return self.tasks[document.id]


def waiting_articles(client: Client, look: Look) -> WaitingArticles:
    """The articles that are not finished now."""
    found = waiting(client, project=look.title, workspace=look.workspace)
    tasks = {id: held.task for id, held in found.held.articles.items() if id not in found.done}
    return WaitingArticles(found.has, tasks)


def _reached(model: Path) -> dict[str, float]:
    """The F1 on dev that the training of a model wrote, by score."""
    micro = read_object(model / "metrics.json")["micro"]
    return {unit: float(figures["f1"]) for unit, figures in micro.items()}


def _unfinished(client: Client, target: Project) -> Iterator[Document]:
    """The bare articles that lack annotations; those whose text was edited are left out, which `pull` reports."""
    held = holdings(client, target.id)
    for page in pages(client, target.id, ("id", "data", "is_labeled")):
        for task in page:
            data = task.get("data")
            if task.get("is_labeled") or not isinstance(data, dict):
                continue
            try:
                document = from_task_data(data)
            except RegionError:
                continue
            if document.id in held.articles:
                yield document
