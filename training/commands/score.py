"""The work behind `naba score`: predicted Documents against gold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from annotation import terminal
from training.analysis.paired_bootstrap import DOCUMENTS, Comparison, compare
from training.scoring.compatibility import remarks
from training.scoring.parallel_scoring import Lines, Scored, ScoringTask, score_files


def score_command(task: ScoringTask, against: Lines | None, *, workers: int | None, as_json: bool) -> None:
    """Score the files and print the numbers. Raises UsageError where they do not hold the same documents.

    `against`: another model's predictions for the same documents, to compare with.
    """
    scored = _score(task, workers)
    before = _score(ScoringTask(task.gold, against, ontology=task.ontology), workers) if against else None
    comparison = compare(scored.scores, before.scores) if before else None
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
    terminal.table(f"{scored.scores.documents} documents", heading, rows)
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
