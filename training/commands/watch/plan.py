"""What is due in a watched project: the next step, given the journal and what was seen. Pure: no file, no server.

Each step has an id made of what goes into it, so that the same step is not done twice, and another one is done:

    step        id: a hash of                          does
    findings    what was pulled                        check, and show the findings on the tasks
    snapshot    the gold Documents: the round          freeze them
    train       the round                              train in a child process, from the model in use if there is one
    compare     the round                              both models on dev: is the new one used?
    predict     the model in use, all articles         predictions for the articles that are not finished
    suggest     the same                               suggestions in place of the earlier ones
    queue       the same                               the order of labelling

The first three after `findings` are a round. One that is begun is finished before the next, also after a kill, with the
gold that it began with. Tasks that somebody works on are left out of findings, suggestions and order (`held` in the
journal), and get theirs when they are free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from training.commands.watch.journal import Journal, JournalEntry

FINDINGS, SNAPSHOT, TRAIN, COMPARE = "findings", "snapshot", "train", "compare"
PREDICT, SUGGEST, QUEUE = "predict", "suggest", "queue"
ROUND = (SNAPSHOT, TRAIN, COMPARE)
OUTPUT = (PREDICT, SUGGEST, QUEUE)
_DIGITS = 12


@dataclass(frozen=True)
class Seen:
    """What a look at the project found.

    pulled: a hash of what was pulled. gold: ids of the gold articles. gold_hash: of the gold Documents. earlier: ids of
    the gold of the latest round. articles: a hash of all articles of the project. in_use: tasks somebody works on.
    """

    pulled: str
    gold: frozenset[str]
    gold_hash: str
    earlier: frozenset[str]
    articles: str
    in_use: frozenset[int] = frozenset()

    @property
    def new(self) -> int:
        """How many gold articles no round had."""
        return len(self.gold - self.earlier)


@dataclass(frozen=True)
class Due:
    """A step to do, and why."""

    step: str
    id: str
    why: str


@dataclass(frozen=True)
class Rules:
    """The settings that decide. given_up: steps that failed in this process, by name and id."""

    every: int
    findings: bool = True
    model: str | None = None
    given_up: Collection[tuple[str, str]] = field(default_factory=set)


def next_step(journal: Journal, seen: Seen, rules: Rules) -> Due | None:
    """The step that is due now; None where all is done."""
    return _findings(journal, seen, rules) or _round(journal, seen, rules) or _output(journal, seen, rules)


def model_in_use(journal: Journal, rules: Rules) -> str | None:
    """The round whose model is used; `rules.model` before the first one; None without any."""
    used = (e.id for e in reversed(journal.entries) if e.step == COMPARE and e.state == "done" and e.facts.get("used"))
    return next(used, rules.model)


def open_round(journal: Journal) -> str | None:
    """The round that was begun and has not ended."""
    begun = journal.last(SNAPSHOT)
    return begun.id if begun and not _ended(journal, begun.id) else None


def held(entry: JournalEntry) -> frozenset[int]:
    """The tasks that a step left out because somebody worked on them."""
    numbers = entry.facts.get("held")
    return frozenset(numbers) if isinstance(numbers, list) else frozenset()


def _ended(journal: Journal, round_: str) -> bool:
    if journal.last(COMPARE, round_, "done"):
        return True
    return any(journal.last(step, round_, "skipped") for step in ROUND)


def _findings(journal: Journal, seen: Seen, rules: Rules) -> Due | None:
    if not rules.findings or (FINDINGS, seen.pulled) in rules.given_up:
        return None
    return _once(journal, FINDINGS, seen.pulled, seen.in_use, "the annotations changed")


def _round(journal: Journal, seen: Seen, rules: Rules) -> Due | None:
    current = open_round(journal)
    if current and not _failed(current, rules):
        step = next(step for step in ROUND if not journal.last(step, current, "done"))
        begun = journal.last(step, current, "begun")
        return Due(step, current, "it was begun" if begun else f"{ROUND[ROUND.index(step) - 1]} is done")
    new = seen.new
    if new < rules.every or _failed(seen.gold_hash, rules) or _ended(journal, seen.gold_hash):
        return None
    return Due(SNAPSHOT, seen.gold_hash, f"{new:,} new gold articles, {rules.every:,} are a round")


def _failed(round_: str, rules: Rules) -> bool:
    return any((step, round_) in rules.given_up for step in ROUND)


def _output(journal: Journal, seen: Seen, rules: Rules) -> Due | None:
    model = model_in_use(journal, rules)
    if model is None:
        return None
    id = output_id(model, seen)
    for step in OUTPUT:
        if (step, id) in rules.given_up:
            return None
        free = seen.in_use if step != PREDICT else frozenset()
        if due := _once(journal, step, id, free, f"model {model}, on the articles there are"):
            return due
    return None


def output_id(model: str, seen: Seen) -> str:
    """The id of the steps that show a model's predictions.

    It names a folder too, so a model that is a folder itself is in it by a hash of its path.
    """
    digest = hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{model if model.isalnum() else digest}-{seen.articles}"


def _once(journal: Journal, step: str, id: str, in_use: Iterable[int], why: str) -> Due | None:
    """The step, unless it is done and no task that it left out is free now."""
    done = journal.last(step, id, "done")
    if done is None:
        return Due(step, id, "it was begun" if journal.last(step, id, "begun") else why)
    free = held(done) - frozenset(in_use)
    return Due(step, id, f"{len(free):,} tasks are free again") if free else None


def waiting(journal: Journal, seen: Seen, rules: Rules) -> str:
    """What the loop waits for, in words."""
    model = model_in_use(journal, rules)
    return (
        f"{len(seen.gold):,} gold articles, {seen.new:,} of the {rules.every:,} new ones that begin a round; "
        f"{f'model {model} in use' if model else 'no model yet'}; {len(seen.in_use):,} tasks in use"
    )
