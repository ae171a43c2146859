"""The commands that talk to Label Studio, what each needs, and what each leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from annotation.core.ontology import Ontology
from annotation.labelstudio.server.client import Client
from tests.faults.process import Ended, Order, naba
from tests.faults.stage import TEAMS, Stage, bare_stage, edited_page, full_stage, migrated, pulled


@dataclass(frozen=True)
class Place:
    """Where stages are made: a server, a folder, the ontology and the numbers of two annotators."""

    client: Client
    folder: Path
    ontology: Ontology
    people: list[int]


@dataclass(frozen=True)
class Command:
    """A command: how its stage is made, and its words on a stage. `writes` is whether it changes the server.

    makes_project: whether it makes the project, so that one deleted meanwhile is made anew. again: exit codes of a run
    after one that had ended. code: that of a clean run, 1 where a check finds something.
    """

    name: str
    stage: Callable[[Place], Stage]
    words: Callable[[Stage], list[str]]
    writes: bool = True
    makes_project: bool = False
    again: frozenset[int] = frozenset()
    code: int = 0

    def order(self, stage: Stage, *, url: str | None = None, token: str | None = None, **how: object) -> Order:
        """The command on a stage, at its own server or at another address."""
        words = (*self.words(stage), "--project", stage.title, "--workspace", str(stage.workspace))
        return Order(words, stage.folder, url or stage.client.url, token or stage.client.token, **how)  # type: ignore[arg-type]

    def clean(self, stage: Stage) -> Ended:
        """Run it without any fault."""
        return naba(self.order(stage))


def _bare(place: Place) -> Stage:
    return bare_stage(place.client, place.folder)


def _full(place: Place) -> Stage:
    return full_stage(place.client, place.folder, place.ontology, place.people)


def _waiting(place: Place) -> Stage:
    """A stage on which a second annotator is still to come."""
    return full_stage(place.client, place.folder, place.ontology, place.people[:1])


def _pulled(place: Place) -> Stage:
    return pulled(_full(place))


def _migrated(place: Place) -> Stage:
    return migrated(_full(place), place.ontology)


def _edited(place: Place) -> Stage:
    return edited_page(_full(place))


def _with(stage: Stage, *words: str) -> list[str]:
    """The words, with @NAME for the path of a file of the stage."""
    return [stage.file(word[1:]) if word.startswith("@") else word for word in words]


def _words(*words: str) -> Callable[[Stage], list[str]]:
    return lambda stage: _with(stage, *words)


COMMANDS = {
    command.name: command
    for command in (
        Command("push", _bare, _words("push", "@articles.jsonl"), makes_project=True),
        Command(
            "push --teams",
            _bare,
            _words("push", "@articles.jsonl", "--teams", ",".join(TEAMS), "--shared", "1"),
            makes_project=True,
        ),
        Command("push --restore-page", _edited, _words("push", "--restore-page")),
        Command("pull", _full, _words("pull", "--out", "@docs.jsonl"), writes=False),
        Command("progress", _full, _words("progress", "--json"), writes=False),
        Command("annotators list", _full, _words("annotators", "list", "--json"), writes=False),
        Command("suggest", _full, _words("suggest", "@predicted.jsonl")),
        Command("suggested", _full, _words("suggested", "--json"), writes=False),
        Command("queue", _waiting, _words("queue", "@predicted.jsonl", "--lists", "2", "--json")),
        Command("agreement", _pulled, _words("agreement", "@docs.jsonl", "--html", "@page.html"), writes=False),
        Command("check", _pulled, _words("check", "@docs.jsonl"), code=1),
        Command("check --fix", _pulled, _words("check", "@docs.jsonl", "--fix")),
        Command("adjudicate", _pulled, _words("adjudicate", "@docs.jsonl", "--out", "@gold.jsonl")),
        Command("watch", _full, _words("watch", "every=1000", "--once")),
        Command("migrate", _full, _words("migrate", "--to", "@new.yaml")),
        Command("migrate --undo", _migrated, _words("migrate", "--undo", "@undo.jsonl"), again=frozenset({2})),
    )
}
"""By name."""
