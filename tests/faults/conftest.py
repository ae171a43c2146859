"""The trials: a few in the suite, in which each command and each fault occurs; all with --long (`make faults`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.ontology import Ontology
from annotation.labelstudio.server.embedded import Server
from tests.faults.commands import COMMANDS
from tests.faults.faults import FAULTS
from tests.faults.outcomes import KILLED, Outcomes
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
    *(("annotators list", "HTML"), ("push --restore-page", "a storm of these")),
    *(("push", "project deleted"), ("suggest", "database read-only"), ("push", "database full")),
    *(("pull", "SIGKILL of the server"), ("watch", "a storm of these")),
)
KILLS_IN_SUITE = {"push": 30, "pull": 20, "suggest": 10}
KILLS_IN_ALL = 500

_OUTCOMES = pytest.StashKey[Outcomes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Only where this folder is named on the command line."""
    parser.addoption("--long", action="store_true", help="every command with every fault, and 500 kills")
    parser.addoption("--rest", action="store_true", help="of those, what no run with this seed has passed yet")
    parser.addoption("--fault-seed", type=int, default=SEED, help="draws where faults begin and commands are killed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What the long run alone does is not there otherwise."""
    if not config.getoption("--long", default=False):
        long = [item for item in items if "only_long" in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each cell of the table, and for each command that is killed."""
    long = bool(metafunc.config.getoption("--long", default=False))
    done = _outcomes(metafunc.config).passed() if metafunc.config.getoption("--rest", default=False) else set()
    if "cell" in metafunc.fixturenames:
        cells = [(c, f) for c in COMMANDS for f in FAULTS if (c, f) not in done] if long else IN_SUITE
        metafunc.parametrize("cell", cells, ids=[" | ".join(cell) for cell in cells])
    if "round" in metafunc.fixturenames:
        metafunc.parametrize("round", range(8 if long else 1))
    if "killed" in metafunc.fixturenames:
        changing = [c.name for c in COMMANDS.values() if c.writes or c.name == "pull"]
        each = -(-KILLS_IN_ALL // len(changing))
        kills = {name: each for name in changing if (name, KILLED) not in done} if long else KILLS_IN_SUITE
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
def only_long() -> None:
    """Asked for by tests of the long run alone."""


@pytest.fixture(scope="session")
def outcomes(pytestconfig: pytest.Config) -> Outcomes:
    """How the cells of the table ended; in the long run together with those of the runs before with the same seed."""
    return _outcomes(pytestconfig)


def _outcomes(config: pytest.Config) -> Outcomes:
    if _OUTCOMES not in config.stash:
        long, seed = config.getoption("--long", default=False), config.getoption("--fault-seed", default=SEED)
        cache = getattr(config, "cache", None)
        folder = cache.mkdir("faults") if long and cache else None
        config.stash[_OUTCOMES] = Outcomes.kept_in(folder / f"seed-{seed}.jsonl") if folder else Outcomes()
    return config.stash[_OUTCOMES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of commands and faults, as it stands in tests/benchmarks/RESULTS.md."""
    outcomes = config.stash.get(_OUTCOMES, None)
    if outcomes is not None and outcomes.file is not None:
        terminalreporter.write_line(f"\n{outcomes.file}\n\n" + "\n".join(outcomes.table()))
