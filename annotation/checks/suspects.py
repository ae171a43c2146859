"""Suspects: marks of an annotator that several models contradict with one voice. A second look, never a correction.

All models must say the very same: the same words under the same label, or the same role between the same two marks.
That models agree on nothing being there is no finding: models of one kind miss the same things. Only what they say is
looked at, and what they all get wrong in the same way is among it, so an annotator decides, from the article alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

from annotation.checks.finding import Fault, Finding, finding
from annotation.checks.wording import Name, Quoted, Value
from annotation.core.document import Argument, Document, Span
from annotation.core.errors import UsageError
from annotation.core.matching import assign

FEWEST = 2
"""Models that must agree: one alone is no witness."""
UNMARKED, TYPE, WORDS = "suspect-unmarked", "suspect-type", "suspect-words"
ROLE, UNJOINED = "suspect-role", "suspect-unjoined"
KINDS = (UNMARKED, TYPE, WORDS, ROLE, UNJOINED)
LEAST, LEAST_OF_WORDS = 0.8, 0.9
"""The least mean score: of planted faults and other suspects as sure, three in four are planted. Models agree on wrong
edges more often than on anything else (tests/benchmarks/RESULTS.md)."""
_Joined: TypeAlias = tuple[Span, Span]
"""A trigger and a filler."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """What all models say against an annotator, and the mean of the scores they give it, 1 where they give none."""

    finding: Finding
    score: float
    models: int

    @property
    def is_sure(self) -> bool:
        """Whether the models are sure enough for an annotator to look again."""
        return self.score >= (LEAST_OF_WORDS if self.finding.kind == WORDS else LEAST)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {**self.finding.as_dict(), "score": self.score, "models": self.models}


def suspects(gold: Document, votes: Sequence[Document]) -> list[Suspect]:
    """Those of one article, the surest first; `votes` are the article as each model marked it.

    Raises UsageError with fewer than two votes, and for a vote on another text.
    """
    if len(votes) < FEWEST:
        raise UsageError(f"{len(votes)} model says what it finds in {gold.id}; a suspect takes {FEWEST} that agree")
    if any(vote.text != gold.text for vote in votes):
        raise UsageError(f"{gold.id}: a model marked another text than the annotator; predict the article as it is")
    found = [
        Suspect(finding(fault, gold), score, len(votes))
        for faults in (
            _spans(gold.triggers, [vote.triggers for vote in votes], gold),
            _spans(gold.entities, [vote.entities for vote in votes], gold),
            _arguments(gold, votes),
        )
        for fault, score in faults
    ]
    return sorted(found, key=lambda suspect: (-suspect.score, suspect.finding.span or Span(0, 1, "")))


def _spans(gold: Sequence[Span], votes: Sequence[Sequence[Span]], document: Document) -> Iterator[tuple[Fault, float]]:
    """Marks of one layer that all models have and gold has not."""
    agreed = set(votes[0]).intersection(*votes[1:])
    wanting = sorted(agreed - set(gold))
    contested = sorted(set(gold) - agreed)
    instead = {j: contested[i] for i, j in assign(contested, wanting)}
    for at, span in enumerate(wanting):
        yield _span_fault(span, instead.get(at), document, len(votes)), _score(span, votes)


def _span_fault(said: Span, marked: Span | None, document: Document, models: int) -> Fault:
    """The fault, at the annotator's own mark where there is one in its place."""
    values: dict[str, Value] = {"label": Name(said.label), "count": models}
    if marked is None:
        return Fault(UNMARKED, said, values)
    if marked.label != said.label:
        return Fault(TYPE, marked, {"label": Name(marked.label), "other": Name(said.label), "count": models})
    return Fault(WORDS, marked, {"quoted": Quoted(said.quote(document.text)), **values})


def _arguments(gold: Document, votes: Sequence[Document]) -> Iterator[tuple[Fault, float]]:
    """Roles that all models see between two marks that the annotator has too."""
    own, marks = _roles(gold), set(gold.spans())
    said = [_roles(vote) for vote in votes]
    for joined in sorted(set(said[0]).intersection(*said[1:])):
        agreed = set.intersection(*({a.role for a in roles[joined]} for roles in said))
        here = {argument.role for argument in own.get(joined, ())}
        if not set(joined) <= marks:
            continue
        for role in sorted(agreed - here):
            scores = [a.score for roles in said for a in roles[joined] if a.role == role and a.score is not None]
            yield _role_fault(joined, role, sorted(here - agreed), gold, len(votes)), fmean(scores) if scores else 1.0


def _role_fault(joined: _Joined, role: str, here: Sequence[str], gold: Document, models: int) -> Fault:
    trigger, filler = joined
    values: dict[str, Value] = {"trigger": Quoted(trigger.quote(gold.text)), "event": Name(trigger.label)}
    values |= {"role": Name(role, "role"), "count": models}
    if here:
        return Fault(ROLE, filler, {**values, "other": Name(here[0], "role")})
    return Fault(UNJOINED, filler, values)


def _roles(document: Document) -> dict[_Joined, list[Argument]]:
    joined: dict[_Joined, list[Argument]] = {}
    for event in document.events:
        for argument in event.arguments:
            joined.setdefault((event.trigger, argument.filler), []).append(argument)
    return joined


def _score(span: Span, votes: Iterable[Sequence[Span]]) -> float:
    scores = [other.score for vote in votes for other in vote if other == span and other.score is not None]
    return fmean(scores) if scores else 1.0
