"""A day of labelling by three people on the real server: marks they had to make, by where their suggestions come from.

    python -m tests.benchmarks.bench_loop --seed 1

The 80 bundled articles are in a project; one of three simulated annotators takes the next one of the list, each in turn,
and hands it in as a corrector would: of the suggestion shown, what is right stays, the rest is taken away or mended, and
what is missing is marked; gold is what they see. At the corrector's rate of error a mark is overlooked: a wrong one
stays, a missing one is not made. Counted are the actions that change something: a span or an arrow made, taken away, or
given another end or label.

    none    no suggestions
    once    suggestions are made once, after the first round, and stay
    loop    naba watch after every few articles: each round's model is used if it is not worse

The same articles come in the same order in all three, so that only the suggestions differ.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from annotation import sample
from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.matching import assign
from annotation.labelstudio.convert.convert import from_result, to_result
from annotation.labelstudio.convert.schemas import Annotation, Task
from annotation.labelstudio.project.accounts import ensure_annotator
from annotation.labelstudio.project.project import Project, find_project
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, row, rows
from annotation.labelstudio.sync.push import push
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
KINDS = MADE, DELETED, MENDED = "made", "taken away", "mended"


@dataclass
class Day:
    """What a day cost: actions by kind, those of each article in order, and marks of gold that are missing or wrong."""

    actions: Counter[str] = field(default_factory=Counter)
    by_article: list[int] = field(default_factory=list)
    wrong: int = 0
    rounds: int = 0
    used: int = 0

    @property
    def total(self) -> int:
        """All actions."""
        return self.actions.total()


def corrected(
    suggested: Document | None, gold: Document, chance: random.Random, rate: float
) -> tuple[Document, Counter[str]]:
    """What a corrector hands in who sees this suggestion, and the actions that it took.

    Spans of a suggestion and of gold are paired by overlap, one with one; another end or label is one action. An arrow
    is right where both of its ends are what became of its ends.
    """
    actions: Counter[str] = Counter()
    shown = suggested or gold.bare()
    kept: set[Span] = set()
    became: dict[Span, Span] = {}
    for theirs, ours in ((shown.entities, gold.entities), (shown.triggers, gold.triggers)):
        kept |= _spans(theirs, ours, became, actions, lambda: chance.random() < rate)
    arguments = {(became.get(e.trigger), a.role, became.get(a.filler)) for e in shown.events for a in e.arguments}
    links = {(link.label, became.get(link.a), became.get(link.b)) for link in shown.links}
    events = [event for event in gold.events if event.trigger in kept]
    made = [_event(event, kept, arguments, actions, lambda: chance.random() < rate) for event in events]
    extra = [Event(span) for span in shown.triggers if span in kept and span not in gold.triggers]
    chosen = [link for link in gold.links if {link.a, link.b} <= kept]
    gold_arrows = {(e.trigger, a.role, a.filler) for e in gold.events for a in e.arguments}
    actions[DELETED] += len({arrow for arrow in arguments if None not in arrow} - gold_arrows)
    done_links = _links(chosen, links, actions, lambda: chance.random() < rate)
    entities = tuple(span for span in (*gold.entities, *shown.entities) if span in kept)
    document = replace(
        gold.bare(),
        entities=tuple(dict.fromkeys(entities)),
        events=(*made, *extra),
        links=tuple(done_links),
    )
    return document, actions


def _spans(
    theirs: Sequence[Span],
    ours: Sequence[Span],
    became: dict[Span, Span],
    actions: Counter[str],
    overlooks: Callable[[], bool],
) -> set[Span]:
    """The spans of a layer after correction; `became` gets what each suggested one is now."""
    kept: set[Span] = set()
    weights = [[_overlap(a, b) for b in ours] for a in theirs]
    pairs = {a: b for a, b in assign(weights)} if theirs and ours else {}
    for number, span in enumerate(theirs):
        target = ours[pairs[number]] if number in pairs and weights[number][pairs[number]] > 0 else None
        wrong = target != span
        if wrong and overlooks():
            became[span] = span
            kept.add(span)
            continue
        actions[MENDED if target else DELETED] += wrong
        if target:
            became[span] = target
            kept.add(target)
    for span in ours:
        if span not in kept and span not in became.values() and not overlooks():
            actions[MADE] += 1
            kept.add(span)
    return kept
