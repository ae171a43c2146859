"""naba is a good guest: importing and calling it changes nothing of its process, and help comes without slow imports.

Each test has a process of its own, because a module is imported once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SLOW = ("torch", "transformers", "datasets", "numpy", "wandb", "scipy")
SHOW_HELP = """
import contextlib, io, json, sys
import typer
from training.cli import app

commands = typer.main.get_command(app).commands
of_hydra = [name for name, command in commands.items() if command.context_settings.get("ignore_unknown_options")]
imported, before = {}, set()
for command in ("", *sorted(commands, key=of_hydra.__contains__)):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        app([*command.split(), "--help"])
    imported[command] = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
    before = set(sys.modules)
json.dump([imported, of_hydra], sys.stdout)
"""
OWN_TYPES = {
    "configurations": ["naba-compact", "naba-event-extractor"],
    "models": ["CompactConfig", "EventExtractorConfig"],
    "pipelines": ["event-extraction"],
}
"""What `training.inference.hf_pipeline` adds to transformers' registries when it is imported, which is its purpose."""

Changes = dict[str, dict[str, list[str]]]


def output(*arguments: str) -> object:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_help_is_shown_without_a_slow_import() -> None:
    imported, of_hydra = output("-c", SHOW_HELP)  # type: ignore[misc]
    assert {"", "serve", "score", *of_hydra} <= imported.keys()
    for command, modules in imported.items():
        slow = SLOW if command in of_hydra else (*SLOW, "hydra")
        assert not set(slow) & set(modules), command


@pytest.fixture(scope="module")
def changes() -> Changes:
    return output("-m", "tests.unit.training.process_state")  # type: ignore[return-value]


def test_importing_every_module_changes_nothing_but_registers_the_models_and_the_pipeline(changes: Changes) -> None:
    assert changes["imported"] == OWN_TYPES


def test_training_and_loading_a_model_leave_logging_as_it_is(changes: Changes) -> None:
    assert changes["used"] == {}
