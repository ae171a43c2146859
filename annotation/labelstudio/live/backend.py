"""Answers to Label Studio's questions about its tasks: predictions in the form in which it stores them.

The protocol is read from Label Studio 1.23: POST /predict has {"tasks", "label_config"} and is answered with
{"results"}, one for each task, a list of predictions. A task whose list is empty is stored without any, and is asked
for again when somebody opens it. A request about one task that is open on a page has {"params": {"context"}} too, and
is answered with one prediction, which is not stored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from annotation.core.document import Document
from annotation.core.errors import RegionError, UsageError
from annotation.labelstudio.convert.convert import check_result, from_task_data, to_result
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.live.argument_proposals import question
from annotation.labelstudio.live.background_extraction import Extraction, Model
from annotation.labelstudio.project.config_signature import Sealed, read_signature
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.suggestions.model_versions import shown_version
from annotation.labelstudio.suggestions.suggest import confidence

SECONDS = 3.0
"""What an annotator who opens a task waits at most."""

BULK_SECONDS = 10.0
"""What a request for several tasks waits at most. Label Studio gives up after 100 s; the embedded one after 15 s."""

_AGAIN_SECONDS = 3.0
_SAVED_SECONDS = 0.5

log = logging.getLogger(__name__)


class Backend:
    """The answers of one model, or of the one that has taken its place."""

    def __init__(self, extraction: Extraction) -> None:
        self.extraction = extraction
        self._answered: OrderedDict[tuple[int, str], float] = OrderedDict()

    @property
    def version(self) -> str:
        """The version under which suggestions are stored now."""
        return shown_version(self.extraction.current().version)

    async def predictions(self, body: Mapping[str, object]) -> list[list[Row]]:
        """The predictions for each task of a request; none for a task that could not be read or not be done in time.

        Raises UsageError for a request that is none, or for a project that naba did not make.
        """
        seal = project_seal(str(body.get("label_config") or ""))
        tasks = body.get("tasks")
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            raise UsageError("tasks: must be a list of Label Studio's tasks")
        model = self.extraction.current()
        readable = {at: document for at, task in enumerate(tasks) if (document := _document(task))}
        new = {at: document for at, document in readable.items() if await self._is_first(tasks[at], model)}
        seconds = SECONDS if len(new) == 1 else BULK_SECONDS
        marked = await self.extraction.extract(list(new.values()), model, seconds=seconds)
        answers: list[list[Row]] = [[] for _ in tasks]
        for at, outcome in zip(new, marked, strict=True):
            if isinstance(outcome, Document):
                answers[at] = _prediction(outcome, model, seal)
                continue
            if outcome is None:
                log.warning("article %s takes longer than %s s; it is shown when opened again", new[at].id, seconds)
            self._answered.pop(_asked(tasks[at], model), None)
        return answers

    async def proposal(self, body: Mapping[str, object], context: Mapping[str, object]) -> Row:
        """The arguments proposed for the trigger that an annotator has selected: a prediction, empty without any.

        `context` has `result`, the rows on the page, and `trigger`, the id of the trigger's region. Raises UsageError.
        """
        seal, tasks = project_seal(str(body.get("label_config") or "")), body.get("tasks")
        task = tasks[0] if isinstance(tasks, list) and len(tasks) == 1 else None
        bare = _document(task) if isinstance(task, dict) else None
        model = self.extraction.current()
        answer: Row = {"result": [], "model_version": shown_version(model.version)}
        asked = question(bare, context, seal) if bare else None
        if asked is None:
            return answer
        filled = await self.extraction.fill(asked.marked, model, seconds=SECONDS)
        return {**answer, "result": asked.proposals(filled)} if isinstance(filled, Document) else answer

    async def _is_first(self, task: Row, model: Model) -> bool:
        """Whether nobody else has just been answered about this task: Label Studio would store the answer twice.

        Two people who open a task at once both make Label Studio ask. The second waits until the first answer is
        stored, which Label Studio then shows.
        """
        key, now = _asked(task, model), time.monotonic()
        while self._answered and now - next(iter(self._answered.values())) > _AGAIN_SECONDS:
            self._answered.popitem(last=False)
        if key[0] < 0 or key not in self._answered:
            self._answered[key] = now
            return True
        await asyncio.sleep(_SAVED_SECONDS)
        return False


def _asked(task: Row, model: Model) -> tuple[int, str]:
    number = task.get("id")
    return (number if isinstance(number, int) else -1, model.version)


@lru_cache(maxsize=8)
def project_seal(label_config: str) -> Sealed:
    """What the labelling configuration of a project says. Raises UsageError when naba did not make it."""
    seal = read_signature(label_config)
    if seal is None:
        raise UsageError("the project was not made by naba; make one with `naba push ARTICLES --project NAME`")
    return seal


def _document(task: Row) -> Document | None:
    data = task.get("data")
    try:
        return from_task_data(data if isinstance(data, dict) else {})
    except RegionError as error:
        log.warning("task %s: %s", task.get("id"), error)
        return None


def _prediction(document: Document, model: Model, seal: Sealed) -> list[Row]:
    titles = relation_titles(seal.ontology, seal.ui_language)
    result = to_result(document, titles=titles)
    faults: Sequence[str] = check_result(document.text, result, seal.ontology, titles)
    if faults:
        log.warning("no suggestion for article %s: %s", document.id, "; ".join(faults))
        return []
    return [{"result": result, "score": confidence(document), "model_version": shown_version(model.version)}]
