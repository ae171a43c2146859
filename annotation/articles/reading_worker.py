"""What runs in the process that reads articles: requests come on standard input, articles go to standard output.

The process limits itself: the system ends it where an article takes more than its time, also inside of a library in C,
where no exception reaches, and when nobody is left to look.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeVar

from annotation.articles.article_files import articles, is_html
from annotation.articles.cuts import Cut
from annotation.articles.reading_process import MEMORY, MORE, WAIT, Answer, Request
from annotation.core.errors import ArticleError

if sys.platform == "linux":
    import resource

T = TypeVar("T")


def main() -> None:
    """Answer requests until standard input ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked decides what an interrupt ends
    _limit_memory()
    with suppress(EOFError, BrokenPipeError):
        while True:
            _answer(pickle.load(sys.stdin.buffer), output)


def _answer(request: Request, output: IO[bytes]) -> None:
    seconds, folder, path, name, limit, after, fault, explain = request
    cuts: list[Cut] = []
    take_cuts = cuts.extend if explain else None
    os.chdir(folder)
    if is_html(name):
        from annotation.articles import html  # noqa: F401  # its start is not the article's time

    def begin(size: int) -> None:
        _set_timers(seconds * (1 + MORE * size / 1e6), WAIT)

    every = articles(Path(path), name, limit, after=after, fault=fault, begin=begin, take_cuts=take_cuts)
    try:
        for number, found in _timed(every, begin):
            plain = (found.path, found.reason, found.remedy) if isinstance(found, ArticleError) else found
            _send((number, plain, cuts), output)
            cuts.clear()
        _send(None, output)
    except BrokenPipeError:
        raise
    except Exception as error:
        _send(f"ends in a fault of naba ({type(error).__name__}: {' '.join(str(error).split())})", output)
        raise


def _send(answer: Answer | str | None, output: IO[bytes]) -> None:
    pickle.dump(answer, output, protocol=pickle.HIGHEST_PROTOCOL)
    output.flush()


def _timed(found: Iterator[T], begin: Callable[[int], None]) -> Iterator[T]:
    """The items, for each of which the process has its time; what is done between them does not count."""
    while True:
        begin(0)
        item = next(found, None)
        _set_timers(0, 0)
        if item is None:
            return
        yield item


def _set_timers(computing: float, whole: float) -> None:
    """Let the system end this process after so many seconds; 0 stops that."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, computing)
        signal.setitimer(signal.ITIMER_REAL, whole)


def _limit_memory() -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
