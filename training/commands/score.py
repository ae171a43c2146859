"""The work behind `naba score`: predicted Documents against gold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from annotation import terminal
from annotation.core.matching import DOCUMENTS
from training.analysis.argument_features import ArgumentFeatures
from training.analysis.comparison import compare
from training.analysis.score_changes import Comparison, DropsConfig
from training.analysis.slices import argument_slices
from training.analysis.stories import story_names
from training.scoring.compatibility import remarks
from training.scoring.parallel_scoring import Lines, Scored, ScoringTask, score_files
from training.scoring.scores import counted

_COMPARED = 2_000
"""Documents up to which near-duplicates are looked for, which takes longer than to score them."""


def score_command(
    task: ScoringTask, against: Lines | None, *, drops: DropsConfig | None, workers: int | None, as_json: bool
) -> None:
    """Score the files and print the numbers. Raises UsageError where they do not hold the same documents.

    `against`: another model's predictions for the same documents, to compare with. `drops`: when a change counts.
    """
    task = replace(task, stories=_stories(task.gold))
    if against:
        task = replace(task, slicer=partial(argument_slices, features=ArgumentFeatures(task.ontology)))
    scored = _score(task, workers)
    before = _score(replace(task, predicted=against, further=False), workers) if against else None
    comparison = compare(scored.scores, before.scores, drops) if before else None
    notes = remarks(scored.scores, task.ontology)
    if before:
        notes += [f"against: {note}" for note in remarks(before.scores, task.ontology) if note not in notes]
    for note in notes:
        terminal.warn(note)
    if as_json:
        terminal.emit(metrics(scored, comparison, notes))
        return
    _say(scored)
    if comparison:
        heading, *rows = comparison.table()
        terminal.table("change", heading, rows)


def _stories(gold: Lines) -> dict[str, str]:
    """The story of each gold document by id, where there are few enough to look for near-duplicates."""
    lines = list(islice(gold.lines(), _COMPARED + 1))
    if len(lines) > _COMPARED:
        return {}
    documents = [gold.parse(*line)[0] for line in lines]
    return dict(zip((document.id for document in documents), story_names(documents), strict=True))


def _score(task: ScoringTask, workers: int | None) -> Scored:
    scored = score_files(task, workers=workers or os.cpu_count() or 1)
    for what, times in scored.lost.most_common():
        terminal.warn(f"{times} times: {what}")
    return scored


def metrics(scored: Scored, comparison: Comparison | None = None, notes: Sequence[str] = ()) -> Mapping[str, object]:
    """JSON values: the scores as metrics.json has them, and beside them the further parts that were requested."""
    further = {
        "matches": scored.matches,
        "boundaries": scored.ladder,
        "links": scored.links,
        "attributes": scored.attributes,
        "comparison": comparison,
    }
    parts = {name: part.as_dict() for name, part in further.items() if part is not None}
    return {**scored.scores.as_dict(), **parts, **({"notes": list(notes)} if notes else {})}


def _say(scored: Scored) -> None:
    heading, *rows = scored.scores.table()
    terminal.table(counted(scored.scores.documents, scored.scores.overall.stories), heading, rows)
    further = {
        "matched one to one": scored.matches,
        "boundaries, forgiving more and more": scored.ladder,
        "SameAs clusters": scored.links,
        "attributes of the events both have": scored.attributes,
    }
    for title, part in further.items():
        if part is not None:
            heading, *rows = part.table()
            terminal.table(title, heading, rows)
    scores = scored.scores
    if not scores.arg_c_plus.enough or scores.documents < DOCUMENTS:
        terminal.warn(f"{scores.documents} documents, {scores.arg_c_plus.gold} arguments: too few to say much")
