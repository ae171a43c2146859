"""Commands in processes of their own, which are killed at a point between two file writes or requests.

A server forks each process with everything imported, so that a command takes as long as its work.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

LONGEST = 120.0
"""Seconds after which a command hangs."""
_PRELOAD = "tests.faults.preload"
_EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.move"}


@dataclass(frozen=True)
class Order:
    """A command to run: its words, where, on which server, and killed before which step.

    timeout: seconds until a request is given up. patience: seconds that one is repeated.
    Steps are numbered from 0: a file opened to be written, renamed or removed, a folder made, a request about to be
    sent, an answer received.
    """

    words: tuple[str, ...]
    cwd: Path
    url: str
    token: str
    kill_at: int | None = None
    timeout: float | None = None
    patience: float = 5.0


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (minus the signal that killed it), output, and numbers of steps and requests."""

    code: int
    out: str
    err: str
    steps: int
    requests: int

    @property
    def killed(self) -> bool:
        """Whether it was killed at its point."""
        return self.code == -signal.SIGKILL


class Running:
    """A command under way."""

    def __init__(self, order: Order) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="naba-run-")
        self._process: ForkServerProcess = _context().Process(target=_run, args=(order, self._folder.name))
        self._process.start()

    def wait(self) -> Ended:
        """How it ended. A command that hangs is killed, and fails the test."""
        self._process.join(LONGEST)
        hangs = self._process.is_alive()
        if hangs:
            self._process.kill()
            self._process.join()
        out, err, counts = (self._read(name) for name in ("out", "err", "counts"))
        self._folder.cleanup()
        assert not hangs, f"hangs: {err}"
        steps, requests = map(int, counts.split() or (0, 0))
        return Ended(int(self._process.exitcode or 0), out, err, steps, requests)

    def _read(self, name: str) -> str:
        path = Path(self._folder.name, name)
        return path.read_text(encoding="utf-8") if path.exists() else ""


def naba(order: Order) -> Ended:
    """Run a command and wait for its end."""
    return Running(order).wait()


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    importlib.import_module(_PRELOAD)  # the fork server passes over an error in it in silence
    context.set_forkserver_preload(["pytest", _PRELOAD])
    return context


def _run(order: Order, folder: str) -> None:
    """In the new process: the command as a user types it, counted and killed."""
    os.chdir(order.cwd)
    os.environ.update(LABEL_STUDIO_URL=order.url, LABEL_STUDIO_API_KEY=order.token, NO_COLOR="1")
    for name, number in (("out", 1), ("err", 2)):
        os.dup2(os.open(Path(folder, name), os.O_WRONLY | os.O_CREAT), number)
    steps = _Steps(order.kill_at, str(order.cwd))
    _make_hasty(order)
    steps.watch()
    code = _main(order.words)
    steps.active = False
    Path(folder, "counts").write_text(f"{steps.taken} {steps.requests}", encoding="utf-8")
    os._exit(code)


def _main(words: tuple[str, ...]) -> int:
    from training.cli import main

    sys.argv = ["naba", *words]
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return 0


class _Steps:
    """Counts the steps of this process, and kills it before one of them."""

    def __init__(self, kill_at: int | None, folder: str) -> None:
        self.kill_at, self.folder, self.active = kill_at, folder, True
        self.taken = self.requests = 0
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Count from now on."""
        import httpx

        send = httpx.HTTPTransport.handle_request

        def counted(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            self.step()
            self.requests += 1
            answer = send(transport, request)
            self.step()
            return answer

        httpx.HTTPTransport.handle_request = counted  # type: ignore[method-assign]
        sys.addaudithook(self._audit)

    def step(self) -> None:
        """Take one step, or die before it."""
        with self._lock:
            if self.taken == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.taken += 1

    def _audit(self, event: str, args: tuple[object, ...]) -> None:
        if self.active and (event in _EVENTS or (event == "open" and _writes(args[2]))) and self._is_ours(args[0]):
            self.step()

    def _is_ours(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and str(path).startswith(self.folder)


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _make_hasty(order: Order) -> None:
    """Short pauses, small pages and chunks: few articles then take many requests, as many articles do."""
    import httpx

    from annotation.labelstudio.project import task_index
    from annotation.labelstudio.server import client, paging
    from annotation.labelstudio.suggestions import suggest
    from annotation.labelstudio.sync import push

    client.Patience.__init__.__defaults__ = (2.0, order.patience, 0.02, 0.5)  # type: ignore[attr-defined]
    task_index.SETTLING_SECONDS = 0.5
    paging.PAGE_TASKS = paging._FIRST_PAGE = 2
    suggest.CHUNK_PREDICTIONS = 2
    push.push.__kwdefaults__["chunk_tasks"] = 2  # type: ignore[attr-defined]
    if order.timeout is not None:
        client.TIMEOUT = httpx.Timeout(order.timeout)
