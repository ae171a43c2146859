"""Documents marked by a model in the background, each once, and waited for no longer than an annotator would."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol, TypeAlias

from annotation.core.document import Document

KEPT = 256
"""Results that are kept, so that an article whose time was up is there when it is opened again."""

Outcome: TypeAlias = Document | Exception | None
"""The marked document, the error of a model that failed on it, or None where the time was up."""

log = logging.getLogger(__name__)


class Model(Protocol):
    """A loaded model. Its version never changes. Two threads may ask it at once."""

    @property
    def version(self) -> str:
        """The name of the model."""
        ...

    def extract(self, document: Document) -> Document:
        """The document with predicted annotations in place of its own."""
        ...

    def fill(self, document: Document) -> Document:
        """The document's own triggers and entities, with predicted arguments in place of its own."""
        ...


_Key = tuple[str, str, str]


class Extraction:
    """Extraction by whatever model is current, one document at a time: two would only take each other's core.

    Arguments have a thread of their own: somebody looks at the page, while articles may be waiting by the hundred.
    """

    def __init__(self, current: Callable[[], Model]) -> None:
        self.current = current
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="extraction")
        self._filler = ThreadPoolExecutor(max_workers=1, thread_name_prefix="arguments")
        self._results: OrderedDict[_Key, Future[Document]] = OrderedDict()

    async def extract(self, documents: Sequence[Document], model: Model, *, seconds: float) -> list[Outcome]:
        """Each document as the model marks it; one that was not done in time is worked on all the same.

        A model that fails on a document spoils no other; the error is logged.
        """
        futures = [asyncio.wrap_future(self._started(document, model)) for document in documents]
        if futures:
            await asyncio.wait(futures, timeout=seconds)
        return [_outcome(document, future) for document, future in zip(documents, futures, strict=True)]

    async def fill(self, document: Document, model: Model, *, seconds: float) -> Outcome:
        """The document's triggers and entities, and the model's entities beside them, with predicted arguments."""
        key = _key(document, model)
        known = self._results.get(key)
        if known is None or not known.done() or known.cancelled() or known.exception():
            known = self._keep(key, self._filler.submit(model.extract, document.bare()))
        asked = asyncio.wrap_future(self._filler.submit(_filled, document, model, known))
        await asyncio.wait([asked], timeout=seconds)
        if not asked.done():
            asked.cancel()  # nobody waits for it any more
            return None
        return _outcome(document, asked)

    def close(self) -> None:
        """Start nothing more."""
        for worker in (self._worker, self._filler):
            worker.shutdown(wait=False, cancel_futures=True)

    def _started(self, document: Document, model: Model) -> Future[Document]:
        key = _key(document, model)
        future = self._results.get(key)
        if future is None or future.cancelled() or (future.done() and future.exception()):
            future = self._worker.submit(model.extract, document.bare())
        return self._keep(key, future)

    def _keep(self, key: _Key, future: Future[Document]) -> Future[Document]:
        self._results[key] = future
        self._results.move_to_end(key)
        while len(self._results) > KEPT:
            self._results.popitem(last=False)
        return future


def _key(document: Document, model: Model) -> _Key:
    return model.version, document.id, document.text_sha256


def _outcome(document: Document, future: asyncio.Future[Document]) -> Outcome:
    if not future.done() or future.cancelled():
        return None
    error = future.exception()
    if isinstance(error, Exception):
        log.error("article %s: the model failed on it: %s: %s", document.id, type(error).__name__, error)
        return error
    return future.result()


def _filled(document: Document, model: Model, found: Future[Document]) -> Document:
    """Arguments among the annotator's spans and the model's entities, which are `found` by now."""
    return model.fill(with_entities(document, found.result()))


def with_entities(document: Document, found: Document) -> Document:
    """The document with those entities of another that overlap none of its own spans."""
    taken = bytearray(len(document.text))
    for span in document.spans():
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    free = [span for span in found.entities if not any(taken[span.start : span.end])]
    return replace(document, entities=(*document.entities, *free))
