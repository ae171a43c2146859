"""A start is waited for as long as it gets on, whatever the clock says."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from annotation.labelstudio.server import startup_progress
from annotation.labelstudio.server.startup_progress import Stuck, wait


@contextmanager
def running(script: str) -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "-c", script])
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def test_a_process_that_does_nothing_is_given_up(tmp_path: Path) -> None:
    with running("import time; time.sleep(60)") as process, pytest.raises(Stuck, match="nothing happened for"):
        wait(lambda: False, process, (tmp_path / "log",), seconds=0.5, what="it")


def test_one_that_is_busy_is_waited_for() -> None:
    began = time.monotonic()
    with running("while True: pass") as process:
        assert wait(lambda: time.monotonic() - began > 3, process, (), seconds=2, what="it")


def test_one_that_writes_is_waited_for(tmp_path: Path) -> None:
    log, began = tmp_path / "log", time.monotonic()
    script = f"import time\nwhile True: time.sleep(0.2); open({str(log)!r}, 'a').write('.')"
    with running(script) as process:
        assert wait(lambda: time.monotonic() - began > 2, process, (log,), seconds=1, what="it")


def test_one_that_ends_is_not_waited_for_and_one_in_circles_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("pass") as process:
        assert not wait(lambda: False, process, (), seconds=60, what="it")
    monkeypatch.setattr(startup_progress, "LIMIT", 1.0)
    with running("while True: pass") as process, pytest.raises(Stuck, match="not within 1 s"):
        wait(lambda: False, process, (), seconds=60, what="it")
