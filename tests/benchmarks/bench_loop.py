"""A day of labelling by three people on the real server: marks they had to make, by where their suggestions come from.

    python -m tests.benchmarks.bench_loop --seed 1

The 80 bundled articles are in a project; three simulated annotators take them in turn, and hand each in as a corrector
would: of the suggestion shown, what is right stays, the rest is taken away or mended, and what is missing is marked;
gold is what they see. At the corrector's rate of error a mark is overlooked: a wrong one stays, a missing one is not
made. Counted are the actions that change something: a span or an arrow made, taken away, or given another end or label.

    none    no suggestions
    once    suggestions are made once, after the first round, and stay
    loop    naba watch goes on: each round's model is used if it is not worse

The same articles come in the same order in all three, so that only the suggestions differ. With --notes OUT.html
what they write to the lead about suggestions (loop_notes.py) is put on a page, as by `naba progress --notes`.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from annotation import sample
from annotation.core.document import Argument, Document, Event, Link, Provenance, Span
from annotation.core.matching import assign
from annotation.labelstudio.convert.convert import from_result, to_result
from annotation.labelstudio.convert.schemas import Annotation, Task
from annotation.labelstudio.project.accounts import ensure_annotator
from annotation.labelstudio.project.notes_page import write_notes
from annotation.labelstudio.project.progress import progress
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.sync.push import push
from tests.benchmarks.loop_notes import Doubts
from tests.builders import conflict
from tests.studio.support import tasks
from training.commands.watch.bound_process import run_bound
from training.commands.watch.journal import Journal
from training.commands.watch.run import WatchTask, watch
from training.commands.watch.steps import RunCommand
from training.config.watching import WatchConfig

WAYS = NONE, ONCE, LOOP = "none", "once", "loop"
PEOPLE = ("noa@naba.example", "rana@naba.example", "tal@naba.example")
ERROR_RATE = 0.03
TRAINING = ("experiment=compact", "encoder.hidden_size=128", "model.hidden_size=96", "fit.epochs=16", "fit.threads=1")
LINKS = frozenset(conflict().links)
Arrow: TypeAlias = tuple[str, Span, Span]
KINDS = MADE, DELETED, MENDED = "made", "taken away", "mended"


@dataclass
class Day:
    """What a day cost: actions by kind, those of each article, marks that are missing or wrong, and doubts noted."""

    actions: Counter[str] = field(default_factory=Counter)
    by_article: list[int] = field(default_factory=list)
    wrong: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    used: int = 0

    @property
    def total(self) -> int:
        """All actions."""
        return self.actions.total()


class Corrector:
    """A person who corrects a suggestion towards gold, overlooks some of it, and counts what was done."""

    def __init__(self, chance: random.Random, rate: float) -> None:
        self.chance, self.rate = chance, rate
        self.actions: Counter[str] = Counter()

    def corrected(self, suggested: Document, gold: Document) -> Document:
        """What is handed in. Ends and label of a span are one action; an arrow goes with an end that is taken away."""
        became: dict[Span, Span | None] = {}
        entities = self._spans(suggested.entities, gold.entities, became)
        triggers = self._spans(suggested.triggers, gold.triggers, became)
        there = {*entities, *triggers}
        moved = ((role, became[a], became[b]) for role, a, b in arrows(suggested))
        shown = {(role, a, b) for role, a, b in moved if a and b}
        kept = self._arrows(shown, arrows(gold), there)
        attributes = {event.trigger: event.attributes for event in gold.events}
        events = [
            Event(
                trigger,
                tuple(Argument(role, b) for role, a, b in sorted(kept) if a == trigger and role not in LINKS),
                attributes.get(trigger, ()),
            )
            for trigger in sorted(triggers)
        ]
        links = tuple(Link(name, a, b) for name, a, b in sorted(kept) if name in LINKS)
        return replace(gold.bare(), entities=tuple(sorted(entities)), events=tuple(events), links=links)

    def _overlooks(self) -> bool:
        return self.chance.random() < self.rate

    def _spans(self, theirs: Sequence[Span], ours: Sequence[Span], became: dict[Span, Span | None]) -> set[Span]:
        """The spans of a layer after correction; `became` gets what each suggested one is then, None if it is gone."""
        pairs = {theirs[at]: ours[to] for at, to in assign(theirs, ours)}
        for span in theirs:
            target = pairs.get(span)
            if target == span or not self._overlooks():
                self.actions[MENDED if target else DELETED] += target != span
                became[span] = target
            else:
                became[span] = span
        there = {span for span in (became[span] for span in theirs) if span}
        for span in ours:
            if span not in pairs.values() and not self._overlooks():
                self.actions[MADE] += 1
                there.add(span)
        return there

    def _arrows(self, shown: set[Arrow], gold: set[Arrow], there: set[Span]) -> set[Arrow]:
        kept = shown & gold
        for arrow in sorted(shown - gold):
            if self._overlooks():
                kept.add(arrow)
            else:
                self.actions[DELETED] += 1
        for arrow in sorted(gold - shown):
            if {arrow[1], arrow[2]} <= there and not self._overlooks():
                self.actions[MADE] += 1
                kept.add(arrow)
        return kept


def arrows(document: Document) -> set[Arrow]:
    """Roles and links as (code, from, to)."""
    roles = {(a.role, event.trigger, a.filler) for event in document.events for a in event.arguments}
    return roles | {(link.label, link.a, link.b) for link in document.links}


def differences(found: Document, gold: Document) -> int:
    """Marks of gold that are missing, and marks that are not gold."""
    both = [{*document.entities, *document.triggers, *arrows(document)} for document in (found, gold)]
    return len(both[0] ^ both[1])


@dataclass(frozen=True)
class Office:
    """The server, and who labels there. The loop looks after every half of the articles of a round."""

    client: Client
    workspace: Path
    people: Sequence[Client]
    settings: WatchConfig
    run: RunCommand

    def day(self, way: str, gold: Sequence[Document], *, title: str, seed: int, rate: float) -> Day:
        """Label the articles in this order."""
        bare = [document.bare() for document in gold]
        push(self.client, bare, project=title, ontology=conflict(), workspace=self.workspace, ui_language="en")
        project, numbers, day = (
            find_project(self.client, title, workspace=self.workspace),
            tasks(self.client, title),
            Day(),
        )
        corrector, doubts = Corrector(random.Random(f"{seed} {way}"), rate), Doubts(project.ontology)
        for number, document in enumerate(gold):
            at = number % len(self.people)
            person, before = self.people[at], corrector.actions.total()
            shown = self._shown(person, project, numbers[document.id], document)
            done = corrector.corrected(shown, document)
            note = doubts.note(shown, done, PEOPLE[at])
            result = to_result(replace(done, provenance=Provenance(note=note)), titles=project.titles)
            person.create(f"api/tasks/{numbers[document.id]}/annotations/", {"result": result, "lead_time": 60.0})
            day.by_article.append(corrector.actions.total() - before)
            day.wrong += differences(done, document)
            looks = (number + 1) % max(1, self.settings.every // 2) == 0
            if looks and number + 1 < len(gold) and self._goes_on(way, day):
                watch(WatchTask(title, self.workspace, self.settings, once=True), self.run)
                self._count_rounds(project, day)
        day.actions, day.notes = corrector.actions, doubts.counts
        return day

    def _goes_on(self, way: str, day: Day) -> bool:
        return way == LOOP or (way == ONCE and not day.used)

    def _shown(self, person: Client, project: Project, task: int, document: Document) -> Document:
        """The suggestion that the editor shows on the task: that of the project's model version, of those there are."""
        raw = row(person.get(f"api/tasks/{task}/", project=project.id))
        version = row(self.client.get(f"api/projects/{project.id}/"))["model_version"]
        found = [prediction for prediction in rows(raw["predictions"]) if prediction["model_version"] == version]
        if not found:
            return document.bare()
        annotation = Annotation.model_validate({"id": 1, "result": found[0]["result"]})
        read = from_result(
            Task.model_validate({"id": task, "data": raw["data"]}),
            annotation,
            ontology=project.ontology,
            titles=project.titles,
        )
        return read.document or document.bare()

    def _count_rounds(self, project: Project, day: Day) -> None:
        assert project.home is not None
        journal = Journal(project.home / "watch" / "journal.jsonl")
        compared = [entry for entry in journal.entries if entry.step == "compare" and entry.state == "done"]
        day.rounds, day.used = len(compared), sum(bool(entry.facts["used"]) for entry in compared)
        print(f"  round {day.rounds}: {compared[-1].why}" if compared else "  no round yet", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--articles", type=int, default=80)
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    parser.add_argument("--rate", type=float, default=ERROR_RATE)
    parser.add_argument("--training", nargs="*", default=TRAINING)
    parser.add_argument("--notes", type=Path, metavar="OUT.html")
    options = parser.parse_args()
    gold = random.Random(options.seed).sample(sample.gold(), options.articles)
    began = time.perf_counter()
    settings = WatchConfig(every=options.every, training=tuple(options.training), device="cpu", threads=1)
    with tempfile.TemporaryDirectory() as place:
        server = embedded.start(Path(place), port=0)
        try:
            client = Client(server.url, server.token)
            people = [ensure_annotator(client, email) for email in PEOPLE]
            office = Office(client, Path(place), people, settings, run_bound)
            days = {}
            for way in options.ways:
                days[way] = office.day(way, gold, title=f"day {way}", seed=options.seed, rate=options.rate)
                print(
                    f"{way}: {days[way].total:,} actions, {dict(days[way].notes)}, {time.perf_counter() - began:.0f} s"
                )
            if options.notes:
                reports = [progress(client, project=f"day {way}") for way in options.ways]
                print(f"notes in {write_notes(reports, options.notes, language='he')}")
        finally:
            embedded.stop(Path(place))
    for line in table(days, options.every):
        print(line)


def table(days: Mapping[str, Day], every: int) -> Iterator[str]:
    """The table of RESULTS.md."""
    parts = range(0, len(next(iter(days.values())).by_article), every)
    headings = " | ".join(f"{start + 1} to {start + every}" for start in parts)
    yield f"| suggestions | made | taken away | mended | actions | {headings} | wrong marks | rounds, used |"
    yield f"| --- |{' ---: |' * (6 + len(parts))}"
    for way, day in days.items():
        counts = [day.actions[kind] for kind in KINDS]
        by_part = [sum(day.by_article[start : start + every]) for start in parts]
        cells = [*counts, day.total, *by_part, day.wrong, f"{day.rounds}, {day.used}"]
        yield f"| {way} | {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in cells)} |"


if __name__ == "__main__":
    main()
