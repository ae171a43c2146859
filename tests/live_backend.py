"""A backend whose model knows the answers, behind a real HTTP server on a free port."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event, Thread

import uvicorn

from annotation.core import document as core
from annotation.core.document import Document, Provenance, Span
from annotation.labelstudio.live.app import backend_app
from annotation.labelstudio.live.backend import Backend
from annotation.labelstudio.live.background_extraction import Extraction, Model

PASSWORD = "a-pass:word"


@dataclass
class Reader:
    """A model that marks the articles it has read before, once it may go on."""

    answers: Sequence[Document]
    version: str = "reader-1"
    go_on: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.go_on.set()

    def extract(self, document: Document) -> Document:
        """The document as it was marked."""
        assert self.go_on.wait(30)
        known = {answer.text: answer for answer in self.answers}[document.text]
        return replace(known, id=document.id, source=document.source, provenance=Provenance(model_version=self.version))

    def fill(self, document: Document) -> Document:
        """The document's spans with those of the known arguments that lead from one to another."""
        spans = set(document.spans())
        known = {event.trigger: event for event in self.extract(document).events}
        events = tuple(_among(spans, known.get(event.trigger, core.Event(event.trigger))) for event in document.events)
        return replace(document, events=events)


def _among(spans: set[Span], event: core.Event) -> core.Event:
    return replace(event, arguments=tuple(argument for argument in event.arguments if argument.filler in spans))


@contextmanager
def serving(current: Callable[[], Model]) -> Iterator[str]:
    """The address of a backend that answers with the current model."""
    extraction = Extraction(current)
    app = backend_app(Backend(extraction), password=PASSWORD)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            extraction.close()
