"""The model in a folder, loaded again whenever another one is put there, while the earlier one goes on answering."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from annotation.core.document import Document
from annotation.core.errors import NabaError
from annotation.core.system_errors import naba_error
from training.inference.predictor import Predictor

log = logging.getLogger(__name__)

_Look = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class LoadedModel:
    """One model in memory."""

    predictor: Predictor

    @property
    def version(self) -> str:
        """The model's own name: a hash of its weights, or what graphs were exported from."""
        return self.predictor.version

    def extract(self, document: Document) -> Document:
        """The document with predicted annotations in place of its own."""
        return self.predictor.predict([document])[0]

    def fill(self, document: Document) -> Document:
        """The document's own triggers and entities, as far as the model represents them, with predicted arguments."""
        return replace(self.predictor, given=frozenset(("trigger", "entity"))).predict([document])[0]


class LiveModel:
    """The newest model that could be loaded from the folder. Raises NabaError where the first one cannot."""

    def __init__(self, folder: Path, load: Callable[[], Predictor]) -> None:
        self.folder, self._load = folder, load
        self._look = look(folder)
        self.model = LoadedModel(load())

    def current(self) -> LoadedModel:
        """The model to ask now."""
        return self.model

    def watch(self, stop: Event, changed: Callable[[str], None], *, seconds: float = 2.0) -> None:
        """Look at the folder every so many seconds until `stop`, and call `changed` with the version of a new model.

        A folder is read once it has looked the same twice: a copy into it may take a while. What cannot be loaded is
        said once, and the earlier model goes on answering.
        """
        before = self._look
        while not stop.wait(seconds):
            now = look(self.folder)
            if now == before and now != self._look:
                self._look = now
                self._take(changed)
            before = now

    def _take(self, changed: Callable[[str], None]) -> None:
        try:
            new = LoadedModel(self._load())
        except (NabaError, OSError) as error:
            told = error if isinstance(error, NabaError) else naba_error(error)
            log.warning("%s; %s goes on answering", told, self.model.version)
            return
        if new.version != self.model.version:
            self.model = new
            changed(new.version)


def look(folder: Path) -> _Look:
    """The files of a folder with their times and sizes: another model there looks different, also behind a link."""
    try:
        found = [(path.resolve(), path.stat()) for path in folder.iterdir() if path.is_file()]
    except OSError:  # it is being replaced
        return ()
    return tuple(sorted((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found))
