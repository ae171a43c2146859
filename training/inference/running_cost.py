"""What a model costs to run: articles a second, memory and size, measured on the machine at hand while it predicts."""

from __future__ import annotations

import math
import os
import platform
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

import psutil
import torch

from annotation.core.document import Document
from annotation.core.words import split_words
from training.model.event_extractor import EventExtractor

MOST_PASSES = 5
_SECONDS = 2.0
"""Further passes end once all of them together took so long: measuring must not cost more than predicting."""
_EVERY = 0.02
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Machine:
    """Where it was measured. load: of the system in the minute before, in cores; None where that is not known."""

    processor: str
    cores: int
    threads: int
    device: str
    load: float | None

    @classmethod
    def here(cls, device: torch.device) -> Machine:
        """This machine, as it is now."""
        on = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
        load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
        return cls(_processor(), os.cpu_count() or 1, torch.get_num_threads(), on, load)

    @property
    def busy(self) -> bool:
        """Whether others were at work beside it, so that it is faster than was measured."""
        return self.load is not None and self.load > self.threads + 0.5


@dataclass(frozen=True)
class RunningCost:
    """The cost of predicting `documents` of `words`, pass by pass.

    seconds: of each pass over all of them; the first, for which nothing is ready, is not counted. memory: bytes that
    the process held at most while predicting, `held` before: libraries, the model, and what the command had read. gpu:
    bytes of a GPU, if any. parameters, file: the size of the model, in numbers and as bytes of its weights' file.
    """

    documents: int
    words: int
    seconds: tuple[float, ...]
    memory: int
    held: int
    gpu: int | None
    parameters: int
    file: int
    machine: Machine

    @property
    def passes(self) -> tuple[float, ...]:
        """The seconds of the passes that count: all but the first where there are more."""
        return self.seconds[1:] or self.seconds

    @property
    def articles_a_second(self) -> tuple[float, float, float]:
        """The median, the slowest and the fastest pass."""
        return _rates(self.documents, self.passes)

    @property
    def words_a_second(self) -> tuple[float, float, float]:
        """As `articles_a_second`: articles differ in length."""
        return _rates(self.words, self.passes)

    def as_dict(self) -> dict[str, object]:
        """What metrics.json holds."""
        return {
            "documents": self.documents,
            "words": self.words,
            "seconds": list(self.seconds),
            "articles_a_second": _named(self.articles_a_second),
            "words_a_second": _named(self.words_a_second),
            "memory": {"peak": self.memory, "before": self.held, "gpu": self.gpu},
            "size": {"parameters": self.parameters, "bytes": self.file},
            "machine": asdict(self.machine),
        }


def _rates(count: int, seconds: Sequence[float]) -> tuple[float, float, float]:
    return count / median(seconds), count / max(seconds), count / min(seconds)


def _named(rates: tuple[float, float, float]) -> Mapping[str, float]:
    return dict(zip(("median", "slowest", "fastest"), rates, strict=True))


class CostMeter:
    """Times the passes of a model over the same documents, and watches the process's memory meanwhile."""

    def __init__(self, model: EventExtractor, folder: Path, documents: Sequence[Document]) -> None:
        self._model, self._folder = model, folder
        self._documents = len(documents)
        self._words = sum(len(split_words(document.text)) for document in documents)
        self._machine = Machine.here(model.device)
        self._seconds: list[float] = []
        self._watch = _MemoryWatch()

    def passes(self) -> Iterator[int]:
        """The numbers of the passes, each timed while the caller makes it: one, and more while that takes little."""
        for number in range(MOST_PASSES):
            with self._watch, self._timed():
                yield number
            if sum(self._seconds) + self._seconds[-1] > _SECONDS:
                return

    @property
    def cost(self) -> RunningCost:
        """What the passes so far cost."""
        device = self._model.device
        return RunningCost(
            documents=self._documents,
            words=self._words,
            seconds=tuple(round(value, 6) for value in self._seconds),
            memory=self._watch.peak,
            held=self._watch.held,
            gpu=torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None,
            parameters=sum(parameter.numel() for parameter in self._model.parameters()),
            file=sum(path.stat().st_size for path in self._folder.glob("*.safetensors")),
            machine=self._machine,
        )

    @contextmanager
    def _timed(self) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds.append(max(time.perf_counter() - start, 1e-6))


class _MemoryWatch:
    """The resident memory of this process: `held` at first, and its peak within the blocks."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.held = self.peak = self._now()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._over.clear()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
        self.peak = max(self.peak, self._now())

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            self.peak = max(self.peak, self._now())

    def _now(self) -> int:
        return int(self._process.memory_info().rss)


def _processor() -> str:
    """The processor's name, where the system says it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    names = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(filter(None, names), platform.processor() or platform.machine() or "unknown")


def shown(value: float) -> str:
    """A rate with as many digits as it is worth."""
    if value >= 100 or value <= 0:
        return f"{max(value, 0):,.0f}"
    return f"{value:.{max(0, 1 - math.floor(math.log10(value)))}f}"
