"""A trial: one command meets one fault, or is killed; afterwards everything is as without it."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from annotation.core.ontology import Ontology
from annotation.labelstudio.project.accounts import ensure_annotator
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.embedded import Server
from tests.faults.commands import Command, Place
from tests.faults.faults import Fault, Scene
from tests.faults.process import Ended, naba
from tests.faults.proxy import proxied
from tests.faults.stage import PEOPLE, Stage, State

GUEST = "guest@example.org"
WRONG = "0123456789abcdef0123456789abcdef01234567"
"""A token that no server has given."""


@dataclass
class Trials:
    """Trials on one server, with the clean runs they are compared with."""

    server: Server
    ontology: Ontology
    folder: Path
    cleaned: dict[str, tuple[State, Ended]] = field(default_factory=dict)
    made: int = 0

    @cached_property
    def client(self) -> Client:
        """The administrator's client."""
        return Client(self.server.url, self.server.token)

    @cached_property
    def people(self) -> list[int]:
        """The numbers of the annotators."""
        return [id_of(ensure_annotator(self.client, email).me()) for email in PEOPLE]

    @cached_property
    def guest(self) -> Client:
        """The client of somebody whose token can be revoked."""
        return ensure_annotator(self.client, GUEST)

    def place(self) -> Place:
        """Where the next stage is made."""
        self.made += 1
        return Place(self.client, self.folder / str(self.made), self.ontology, self.people)

    def clean(self, command: Command) -> tuple[State, Ended]:
        """What a clean run leaves, and how it ends."""
        if command.name not in self.cleaned:
            stage = command.stage(self.place())
            ended = command.clean(stage)
            assert ended.code == command.code, ended.err
            self.cleaned[command.name] = stage.state(), ended
        return self.cleaned[command.name]

    def meet(self, command: Command, fault: Fault, chance: random.Random) -> Ended:
        """Run the command with the fault, then without, and check what is there. Returns how it ended at first."""
        expected, clean = self.clean(command)
        stage = command.stage(self.place())
        guest, begins = self.guest, chance.randrange(1, clean.requests)
        scene = Scene(stage, self.server, guest, begins)
        token = WRONG if fault.token == "wrong" else guest.token
        with proxied(self.server.url) as proxy, fault.around(scene), proxy.following(fault.script(scene)):  # type: ignore[attr-defined]
            ended = naba(
                command.order(stage, url=proxy.url, token=token, timeout=fault.timeout, patience=fault.patience)
            )
        if fault.revokes:
            del self.guest
        where = f"{command.name}, {fault.name}, from request {begins} of {len(proxy.asked)}: "
        assert len(proxy.asked) > begins or fault.token == "wrong", where + "it was not met"
        assert ended.code in ({clean.code} if fault.passes else {clean.code, *fault.codes}), where + ended.err
        check_said(ended, clean, self.server, guest, WRONG, where)
        if fault.deletes and not command.makes_project:
            assert not any(title == stage.title for title, _ in stage.projects()), where
            return ended
        again = command.clean(stage)
        assert again.code in command.again | {clean.code}, where + again.err
        assert _without_north_and_south(stage.state()) == _without_north_and_south(expected), where
        check_files(command, stage, again, where)
        return ended

    def kill(self, command: Command, points: list[float]) -> int:
        """Kill the command at these points, each a share of its steps, then let it end. Returns how often it died.

        Where a run comes to its end, since the ones before have left it little to do, further points are shares of its
        steps.
        """
        expected, clean = self.clean(command)
        stage = command.stage(self.place())
        before, died, where = stage.texts(), 0, f"{command.name}, killed before steps "
        steps = clean.steps
        for point in points:
            step = int(point * steps)
            where += f"{step}, "
            ended = naba(command.order(stage, kill_at=step))
            assert ended.killed or ended.code in command.again | {clean.code}, where + ended.err
            died += ended.killed
            steps = steps if ended.killed else ended.steps
            check_kept(before, stage.texts(), where)
        again = command.clean(stage)
        assert again.code in command.again | {clean.code}, where + again.err
        assert _without_north_and_south(stage.state()) == _without_north_and_south(expected), where
        check_files(command, stage, again, where)
        return died


def check_kept(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]], where: str) -> None:
    """No text is another one or gone, none is there twice, and no annotator's work is lost."""
    assert not before - after, where + f"lost {before - after}"
    assert all(count == 1 for (_, by), count in after.items() if by == ""), where + "an article twice"


def check_said(ended: Ended, clean: Ended, server: Server, guest: Client, wrong: str, where: str) -> None:
    """One line says what happened, and no output shows a token."""
    shown = ended.out + ended.err
    assert "Traceback" not in shown, where + shown
    said = [line for line in ended.err.splitlines() if line.startswith("naba: ")]
    assert len(said) == (1 if ended.code else 0), where + shown
    for token in (server.token, guest.token, wrong, server.password):
        assert token not in shown, where + "a token is shown"
    if ended.code not in (0, clean.code):
        assert any(word in said[0] for word in REMEDIES), where + said[0]


REMEDIES = ("again", "set LABEL_STUDIO", "check LABEL_STUDIO", "naba push", "deleted meanwhile", "see its log")
"""One of them is in every line: what to do."""


def check_files(command: Command, stage: Stage, again: Ended, where: str) -> None:
    """A pull has written what a pull that knows nothing writes; a reading command says what it says without a fault."""
    if command.name == "pull":
        fresh = Stage(stage.client, stage.title, stage.folder / "fresh")
        shutil.rmtree(fresh.folder, ignore_errors=True)
        fresh.workspace.mkdir(parents=True)
        assert command.clean(fresh).code == 0
        for name in ("docs.jsonl", "docs.quarantine.jsonl"):
            assert (stage.folder / name).read_bytes() == (fresh.folder / name).read_bytes(), where + name
    elif not command.writes:
        assert again.out == command.clean(stage).out, where


def _without_north_and_south(state: State) -> State:
    """The state, with the tasks of all teams together: who got which article depends on what arrived before."""
    teams = {title: held for title, held in state.items() if title in (" north", " south")}
    if not teams:
        return state
    ids = sorted({task["data"]["id"] for held in teams.values() for task in held["tasks"]})
    return {"ids": ids, "settings": [held["settings"] for held in teams.values()]}
