"""The process in which articles are read: a page that stalls the reader, or takes all memory, ends it and nothing else.

It is started at the first article and kept for the next call, since a start takes as long as a hundred articles.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeAlias, cast

from annotation.articles.cuts import Cut, TakeCuts
from annotation.core.document import Document
from annotation.core.errors import ArticleError

SECONDS = 10.0
"""Most seconds of computing for one article; one of usual length takes a hundredth of a second, one of 5 MB eight."""
MORE = 0.4
"""Of this time, what each megabyte of the article adds."""
WAIT = 600
"""Most seconds in all for one article, of which a disk or a network may take nearly all."""
MEMORY = 2_000_000_000
"""Most bytes of memory that the process may take."""

Request: TypeAlias = tuple[float, str, str, str, int, int, str | None, bool]
"""The seconds for an article, the folder that paths are relative to, the arguments of `article_files.articles`, and
whether to give the cuts."""
Answer: TypeAlias = tuple[int, Document | tuple[str, str, str], list[Cut]]
"""A row's number with its article, or with the path, reason and remedy of an ArticleError; and what was cut."""

_COMMAND = "from annotation.articles.reading_worker import main; main()"
_FEW_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Libraries reserve memory for each thread, on a machine of many cores more than MEMORY."""
_PATIENCE = 5
_idle: list[subprocess.Popen[bytes]] = []


class ReadingEnded(Exception):
    """The process ended while it read an article; the message says why."""


class ReadingProcess:
    """A process that reads articles, started when it is needed, and again after it ended."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._busy = False

    def articles(
        self,
        path: Path,
        name: str,
        limit: int,
        *,
        after: int = 0,
        fault: str | None = None,
        take_cuts: TakeCuts | None = None,
    ) -> Iterator[tuple[int, Document | ArticleError]]:
        """As `article_files.articles`. Raises ReadingEnded where an article ends the process."""
        process = self._process = self._process or _idle_or_new()
        self._busy = True
        try:
            _send(process, (self._seconds, _folder(), str(path), name, limit, after, fault, bool(take_cuts)))
            while (answer := _received(process)) is not None:
                if isinstance(answer, str):
                    self._end(process)
                    raise ReadingEnded(answer)
                number, found, cuts = answer
                if take_cuts:
                    take_cuts(cuts)
                yield number, _article_or_error(found)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self._end(process)
            raise ReadingEnded(_reason(process.returncode, self._seconds)) from error
        self._busy = False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        _end(process)

    def release(self) -> None:
        """Keep the process for the next call, or end it where it was left in the middle of a file."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._busy or _idle:
            process.kill()
            _end(process)
        else:
            _idle.append(process)


def _idle_or_new() -> subprocess.Popen[bytes]:
    while _idle:
        process = _idle.pop()
        if process.poll() is None:  # it is another value too where a fork of this process finds it
            return process
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _COMMAND],
        env={**os.environ, **_FEW_THREADS, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _send(process: subprocess.Popen[bytes], request: Request) -> None:
    pipe = cast(IO[bytes], process.stdin)
    pickle.dump(request, pipe)
    pipe.flush()


def _received(process: subprocess.Popen[bytes]) -> Answer | str | None:
    """The next article, None after the last one of the file, or why there is none: the process has a fault of its own.

    Raises EOFError when the process ended.
    """
    answer: Answer | str | None = pickle.load(cast(IO[bytes], process.stdout))
    return answer


def _article_or_error(found: Document | tuple[str, str, str]) -> Document | ArticleError:
    if isinstance(found, Document):
        return found
    path, reason, remedy = found
    return ArticleError(path=path, reason=reason, remedy=remedy)


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109  # as a string it costs nothing
    except OSError:  # it was removed; whole paths still lead somewhere
        return os.sep


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes, at which the process ends by itself, and wait for it; end it where it does not."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            cast(IO[bytes], pipe).close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _reason(code: int, seconds: float) -> str:
    if code == -getattr(signal, "SIGPROF", 0):
        return f"takes more than {seconds:g} s to read, and {seconds * MORE:g} s a megabyte"
    if code == -getattr(signal, "SIGALRM", 0):
        return f"takes more than {WAIT} s to read, most of them waiting"
    how = f"signal {-code}" if code < 0 else f"code {code}"
    return f"ends the process that reads it ({how}), perhaps since it needs too much memory"


@atexit.register
def _end_idle() -> None:
    while _idle:
        _end(_idle.pop())
