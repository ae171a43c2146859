"""The trials: a few in the suite, in which each command and each fault occurs; all with --long (`make faults`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from annotation.core.ontology import Ontology
from annotation.labelstudio.server.embedded import Server
from tests.faults.commands import COMMANDS
from tests.faults.faults import FAULTS
from tests.faults.trial import Trials

SEED = 7
IN_SUITE = (
    *(("push", "a storm of these"), ("suggest", "a storm of these"), ("migrate", "a storm of these")),
    *(("progress", "502 for good"), ("suggested", "429 with Retry-After"), ("agreement", "hang")),
    *(
        ("push --teams", "hang, done"),
        ("queue", "a page twice"),
        ("check", "HTML"),
        ("check --fix", "redirect to a host"),
    ),
    *(("adjudicate", "redirect to a login"), ("suggested", "wrong token"), ("migrate --undo", "revoked token")),
    ("annotators list", "HTML"),
    *(("push", "project deleted"), ("suggest", "database read-only"), ("push", "database full")),
    *(("pull", "SIGKILL of the server"),),
)
KILLS_IN_SUITE = {"push": 30, "pull": 20, "suggest": 10}
KILLS_IN_ALL = 500

Outcomes = defaultdict[str, Counter[str]]
_OUTCOMES = pytest.StashKey[Outcomes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Only where this folder is named on the command line."""
    parser.addoption("--long", action="store_true", help="every command with every fault, and 500 kills")
    parser.addoption("--fault-seed", type=int, default=SEED, help="draws where faults begin and commands are killed")


def pytest_configure(config: pytest.Config) -> None:
    """Say with which seed all is drawn."""
    config.stash[_OUTCOMES] = defaultdict(Counter)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each cell of the table, and for each command that is killed."""
    long = bool(metafunc.config.getoption("--long", default=False))
    if "cell" in metafunc.fixturenames:
        cells = [(c, f) for c in COMMANDS for f in FAULTS] if long else IN_SUITE
        metafunc.parametrize("cell", cells, ids=[" | ".join(cell) for cell in cells])
    if "killed" in metafunc.fixturenames:
        changing = [c.name for c in COMMANDS.values() if c.writes or c.name == "pull"]
        kills = dict.fromkeys(changing, -(-KILLS_IN_ALL // len(changing))) if long else KILLS_IN_SUITE
        metafunc.parametrize("killed", kills.items(), ids=list(kills))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of everything that is drawn; a failure names it."""
    return int(request.config.getoption("--fault-seed", default=SEED))


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    """Whether everything is tried."""
    return bool(request.config.getoption("--long", default=False))


@pytest.fixture(scope="session")
def trials(studio: Server, ontology: Ontology, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """Trials on the session's server, which nothing happens to."""
    return Trials(studio, ontology, tmp_path_factory.mktemp("trials"))


@pytest.fixture(scope="session")
def _suffering(ontology: Ontology, spare: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trials]:
    return {}


@pytest.fixture
def fragile_trials(
    fragile: Server, ontology: Ontology, _suffering: dict[str, Trials], tmp_path_factory: pytest.TempPathFactory
) -> Trials:
    """Trials on a server that may suffer, and that runs again now."""
    if "all" not in _suffering:
        _suffering["all"] = Trials(fragile, ontology, tmp_path_factory.mktemp("fragile"))
    _suffering["all"].server = fragile
    return _suffering["all"]


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> Outcomes:
    """Fault -> how often each outcome came, for the table at the end."""
    return request.config.stash[_OUTCOMES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of faults, as it stands in tests/benchmarks/RESULTS.md."""
    outcomes = config.stash.get(_OUTCOMES, None)
    if outcomes and config.getoption("--long", default=False):
        terminalreporter.write_line("\n".join(_table(outcomes, config.getoption("--fault-seed", default=SEED))))


def _table(outcomes: Outcomes, seed: int) -> Iterable[str]:
    yield f"\nseed {seed}; commands: {', '.join(COMMANDS)}\n"
    yield "| fault | commands | as without it | one line, exit 2 | one line, exit 3 | failed |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    total: Counter[str] = Counter()
    for fault, counts in outcomes.items():
        total += counts
        yield _row(fault, counts)
    yield _row("all", total)


def _row(name: str, counts: Counter[str]) -> str:
    tried = counts.total() if not name.startswith("killed") else counts["killed"]
    shown = (counts["passed"] + counts["killed"], counts["2"], counts["3"], counts["failed"])
    return f"| {name} | {tried} | {' | '.join(map(str, shown))} |"
