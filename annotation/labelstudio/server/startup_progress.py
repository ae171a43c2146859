"""Waiting for a process that starts: as long as it gets on, however slow the machine, and no longer than that."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import psutil

LIMIT = 1800.0
"""Seconds after which even a process that gets on is given up: it may be turning in circles."""
_PAUSE, _EVERY = 0.2, 15.0
_BUSY = 0.5
"""Seconds of processor time that count as getting on."""

log = logging.getLogger(__name__)


class Stuck(Exception):
    """The process has done nothing for too long. The message says for how long."""


def wait(
    done: Callable[[], bool], process: psutil.Process, files: tuple[Path, ...], *, seconds: float, what: str
) -> bool:
    """Wait until `done`; False when the process ends before.

    It gets on while it, or a process of its own, takes processor time or one of `files` changes. Raises Stuck when it
    has not for `seconds`, or has been at it for LIMIT. A line is logged now and then.
    """
    began = seen = told = time.monotonic()
    state = _state(process, files)
    while not done():
        if not _alive(process):
            return done()
        now, newer = time.monotonic(), _state(process, files)
        if newer[0] - state[0] >= _BUSY or newer[1:] != state[1:]:
            seen, state = now, newer
        if now - seen > seconds or now - began > LIMIT:
            raise Stuck(
                f"nothing happened for {now - seen:.0f} s" if now - seen > seconds else f"not within {LIMIT:.0f} s"
            )
        if now - told > _EVERY:
            told = now
            log.info("%s: %.0f s", what, now - began)
        time.sleep(_PAUSE)
    return True


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _state(process: psutil.Process, files: tuple[Path, ...]) -> tuple[float, *tuple[tuple[int, int], ...]]:
    """Processor time so far, and size and time of each file."""
    busy = 0.0
    for one in (process, *_children(process)):
        try:
            times = one.cpu_times()
            busy += times.user + times.system
        except psutil.Error:
            continue
    stats = (file.stat() if file.exists() else None for file in files)
    return busy, *((stat.st_size, stat.st_mtime_ns) if stat else (0, 0) for stat in stats)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
