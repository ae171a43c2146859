"""Documents marked by a model in the background, each once, and waited for no longer than an annotator would."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from annotation.core.document import Document

KEPT = 256
"""Results that are kept, so that an article whose time was up is there when it is opened again."""


class Model(Protocol):
    """A loaded model. Its version never changes."""

    @property
    def version(self) -> str:
        """The name of the model."""
        ...

    def extract(self, document: Document) -> Document:
        """The document with predicted annotations in place of its own."""
        ...


_Key = tuple[str, str, str]


class Extraction:
    """Extraction by whatever model is current, one document at a time: two would only take each other's core."""

    def __init__(self, current: Callable[[], Model]) -> None:
        self.current = current
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="extraction")
        self._results: OrderedDict[_Key, Future[Document]] = OrderedDict()

    async def extract(self, documents: Sequence[Document], model: Model, *, seconds: float) -> list[Document | None]:
        """Each document as the model marks it; None for one that was not done in time, and is worked on all the same.

        Raises the error of a document that cannot be marked.
        """
        futures = [asyncio.wrap_future(self._started(document, model)) for document in documents]
        if futures:
            await asyncio.wait(futures, timeout=seconds)
        return [future.result() if future.done() else None for future in futures]

    def close(self) -> None:
        """Start nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _started(self, document: Document, model: Model) -> Future[Document]:
        key = (model.version, document.id, document.text_sha256)
        future = self._results.get(key)
        if future is None or future.cancelled() or (future.done() and future.exception()):
            future = self._results[key] = self._worker.submit(model.extract, document.bare())
        self._results.move_to_end(key)
        while len(self._results) > KEPT:
            self._results.popitem(last=False)
        return future
