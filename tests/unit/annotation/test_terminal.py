"""The progress of a command: a bar on a terminal, log lines elsewhere."""

from __future__ import annotations

import io
import logging

import pytest
from rich.console import Console

from annotation import terminal
from annotation.terminal import ProgressBar


def test_without_a_terminal_there_is_a_line_now_and_then(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN_LINES", 0)
    with caplog.at_level(logging.INFO), ProgressBar("reading", 2000) as bar:
        bar.advance(1000)
    assert [record.getMessage() for record in caplog.records] == ["reading: 1,000 of 2,000"]


def test_on_a_terminal_there_is_a_bar_and_no_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=screen, force_terminal=True, width=100))
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN_LINES", 0)
    with caplog.at_level(logging.INFO), ProgressBar("reading [a list]", 20) as bar:
        bar.advance(15)
        bar.note("dev [Arg-C+] 46.2")
    assert "reading [a list]" in screen.getvalue()
    assert "15/20" in screen.getvalue()
    assert "dev [Arg-C+] 46.2" in screen.getvalue()
    assert not caplog.records
