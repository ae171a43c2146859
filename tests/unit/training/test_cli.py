"""The help of the commands shows what their docstrings say."""

from __future__ import annotations

import re

import pytest
import typer
from typer.testing import CliRunner

from training.cli import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
HELPED = ("", *(name for name, command in COMMANDS.items() if command.context_settings.get("help_option_names") != []))
"""The commands whose help is typer's, not Hydra's."""


def shown(command: str) -> str:
    """The help as one line, without the lines of its boxes."""
    result = CliRunner().invoke(app, [*command.split(), "--help"])
    assert result.exit_code == 0
    return re.sub(r"[│\s]+", " ", result.stdout)


def brackets(command: str) -> list[str]:
    """What is optional in the example of a command."""
    return re.findall(r"\[.*\]", " ".join((COMMANDS[command].callback.__doc__ or "").split()))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_shows_what_is_optional(command: str) -> None:
    listed = shown("")
    assert all(text in listed for text in brackets(command))
    if command in HELPED:
        assert all(text in shown(command) for text in brackets(command))


def test_some_commands_have_something_optional() -> None:
    assert brackets("train") == ["[experiment=compact] [encoder=hub encoder.name=...]"]
    assert brackets("score") == ["[--json]"]
