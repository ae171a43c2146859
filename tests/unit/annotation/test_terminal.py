"""What is logged and at what level, and the progress of a command: a bar on a terminal, log lines elsewhere."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from rich.console import Console

from annotation import terminal
from annotation.terminal import ProgressBar

LIBRARIES = ("httpx", "httpcore", "urllib3", "trafilatura")
OURS = ("", "annotation", "training")


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """The levels and handlers of before."""
    before = {name: logging.getLogger(name).level for name in (*OURS, *LIBRARIES)}
    handlers = list(logging.getLogger().handlers)
    yield
    logging.getLogger().handlers[:] = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_libraries_are_quiet_unless_everything_is_wanted() -> None:
    terminal.configure(quiet=False, verbose=False)
    assert not any(logging.getLogger(name).isEnabledFor(logging.INFO) for name in LIBRARIES)
    assert not logging.getLogger("trafilatura").isEnabledFor(logging.ERROR)
    terminal.configure(quiet=False, verbose=True)
    assert all(logging.getLogger(name).isEnabledFor(logging.INFO) for name in LIBRARIES)


def test_the_level_of_a_block_is_put_back() -> None:
    logging.getLogger("httpx").setLevel(logging.INFO)
    with terminal.logger_level("httpx", logging.ERROR):
        assert logging.getLogger("httpx").level == logging.ERROR
    assert logging.getLogger("httpx").level == logging.INFO


def test_without_a_terminal_there_is_a_line_now_and_then(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN_LINES", 0)
    with caplog.at_level(logging.INFO), ProgressBar("reading", 2000) as bar:
        bar.advance(1000)
    assert [record.getMessage() for record in caplog.records] == ["reading: 1,000 of 2,000"]


def test_a_line_tells_further_details(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), ProgressBar("training", 20, detail=lambda: "loss 1.5", seconds=0) as bar:
        bar.advance(3)
    assert [record.getMessage() for record in caplog.records] == ["training: 3 of 20, loss 1.5"]


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


def test_the_details_of_a_training_fit_beside_the_bar_on_80_columns(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen, told = io.StringIO(), "loss 913.188, 11.4 documents/s, 0:00:02 left, 0.6 GB"
    monkeypatch.setattr(terminal, "err", Console(file=screen, force_terminal=True, width=80))
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN_DETAILS", 0)
    with caplog.at_level(logging.INFO), ProgressBar("training", 3200, detail=lambda: told) as bar:
        bar.advance(1600)
    assert "1600/3200" in screen.getvalue()
    assert told in screen.getvalue()


EVIL = "\x1b[31mred\x07\x9b5m\x7f\r\u202eabc\u2066\udcff\ud800"
SEEN = r"␛[31mred␇\x9b5m␡␍\u202eabc\u2066\xff\ud800"


def test_control_characters_are_shown() -> None:
    assert terminal.visible(EVIL) == SEEN
    assert terminal.one_line("a\nb") == "a␊b"


@pytest.mark.parametrize("text", ["שָׁלוֹם\u200f, \u200eabc", "قال\u061c إن القوة\u200c عادت", "👩\u200d💻 é\ta\nb"])
def test_hebrew_and_arabic_stay_as_they_are(text: str) -> None:
    assert terminal.visible(text) == text


def test_nothing_that_is_printed_reaches_the_terminal_raw(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.configure(quiet=False, verbose=False)
    terminal.say(EVIL)
    terminal.warn(EVIL)
    terminal.fail(EVIL)
    terminal.table(EVIL, [EVIL, EVIL], [[EVIL, EVIL]])
    logging.getLogger("annotation").warning("%s", EVIL)
    printed = "".join(capsys.readouterr())
    assert not {"\x1b", "\x07", "\x9b", "\x7f", "\r", "\u202e", "\u2066", "\udcff"} & {*printed}
    assert printed.count("␛[31mred") == 9


def test_what_looks_like_markup_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    told = "hub:x: :car: [red] [/red] \\[b] end\\"
    terminal.configure(quiet=False, verbose=False)
    terminal.say(told)
    terminal.warn(told)
    terminal.fail(told)
    terminal.table(told, [told, told], [[told, told]])
    assert "".join(capsys.readouterr()).count(told) == 8


def test_a_log_line_in_a_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.configure(quiet=False, verbose=False)
    told = "training in outputs/ניסוי :car: [a list] " + "x" * 300
    logging.getLogger("training").info(told)
    assert capsys.readouterr().err == f"{told}\n"


def test_a_progress_bar_shows_them_too(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=screen, force_terminal=True, width=100))
    with caplog.at_level(logging.INFO), ProgressBar(EVIL, 20, detail=lambda: EVIL, seconds=0) as bar:
        bar.note(EVIL)
    assert "\x1b[31mred" not in screen.getvalue()
    assert "␛[31mred" in screen.getvalue()


def test_a_progress_bar_takes_nothing_for_markup(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    screen, told = io.StringIO(), ":car: [red] end\\"
    monkeypatch.setattr(terminal, "err", Console(file=screen, force_terminal=True, width=200))
    with caplog.at_level(logging.INFO), ProgressBar(told, 20) as bar:
        bar.note(told)
    assert screen.getvalue().count(told) >= 2


def test_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a": EVIL, "b": float("nan"), "c": "שלום"}
    terminal.emit(value)
    assert json.loads(capsys.readouterr().out) == {"a": EVIL, "b": None, "c": "שלום"}
