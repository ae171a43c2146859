"""Intended use, limits, and what a model must not be used for: the sections that every released model's card has."""

from __future__ import annotations

from collections.abc import Mapping

from annotation.core.matching import HEADLINE
from annotation.core.messages import percent
from training.release.data_facts import DataFacts

INTENDED = """## Intended use

Finding reports of events in news articles, for people who read on: to search and count what articles report, to order
what an annotator or analyst looks at next, to suggest marks that a person confirms. A mark says that an article reports
an event, not that the event happened.
"""
MUST_NOT = """## What it must not be used for

- Decisions on a person: arrest, targeting, border, asylum, employment, credit, or watching anybody. The names it finds
  are words of articles, often wrong, and nobody was asked.
- Acting on a single mark without reading the article; automatic alarms or replies of any force or agency.
- Statements on who is to blame, or on whether a report is true: it learns neither.
- Kinds of text that it was not trained on (posts, transcripts, court files), other languages, or translations, before
  it has been scored on some of them.
- Putting the articles' text together again, or finding out who annotated them.
"""


def use_and_limits(scores: Mapping[str, Mapping[str, float]], facts: DataFacts) -> str:
    """The sections as Markdown. scores: F1 in 0..1 by language and unit, of all documents under `all`."""
    return "\n".join([INTENDED, MUST_NOT, f"## Limits\n\n{_limits(scores, facts)}"])


def annotators(facts: DataFacts) -> str:
    """The section on who annotated."""
    return f"## Annotators\n\n{facts.annotation()}"


def _limits(scores: Mapping[str, Mapping[str, float]], facts: DataFacts) -> str:
    reached = scores["all"][HEADLINE]
    parts = {code: part[HEADLINE] for code, part in scores.items() if code != "all"}
    known = bool(facts.documents)
    rows = [
        f"Of arguments, {HEADLINE} F1 is {percent(reached)}: count on errors in both directions, missed and made up.",
        "Scores are of articles like those it was trained on; of others they are likely lower, and `naba drift` says "
        "how far new articles are from these.",
        *([f"It was trained and scored on {facts.about()}. What such articles leave out, it does not find."] * known),
        "It reads one article at a time: it does not know that two articles report one event.",
        "Chances beside marks were fitted on few articles; the report of the release says how far to trust them.",
    ]
    if len(parts) > 1 and (worst := min(parts, key=lambda code: parts[code])):
        best = max(parts.values())
        rows.insert(1, f"It is weakest in `{worst}` ({percent(parts[worst])}; the best language {percent(best)}).")
    return "".join(f"- {row}\n" for row in rows)
