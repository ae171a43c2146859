"""Roles by type pair: where an event type nearly always gives one role to a type of mention, it is suggested.

A pair is an entity mention and the nearest trigger in its sentence whose event type may take it. It is filled in where
at least `LEAST_PAIRS` such pairs were seen in the examples and `LEAST_SHARE` of them had that role.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.ontology import Ontology
from annotation.core.words import sentences, split_words

LEAST_PAIRS = 5
LEAST_SHARE = 0.8
NEAR = 16
"""Characters between the two up to which they are near (all three were chosen on the sample corpus; RESULTS.md)."""
PairKind: TypeAlias = tuple[str, str, bool, bool]
"""Event type, label of the mention, whether the mention stands before the trigger, and whether it is near it."""


@dataclass(frozen=True)
class RoleHabits:
    """The role that a kind of pair usually has, and the share of such pairs that had it."""

    roles: dict[PairKind, tuple[str, float]]
    ontology: Ontology

    @classmethod
    def learn(
        cls,
        examples: Iterable[Document],
        ontology: Ontology,
        *,
        least_pairs: int = LEAST_PAIRS,
        least_share: float = LEAST_SHARE,
    ) -> RoleHabits:
        """The habits in the examples; pairs without a role count against every role."""
        seen: dict[PairKind, Counter[str | None]] = defaultdict(Counter)
        for document in examples:
            for event, filler in _pairs(document, ontology):
                roles = (argument.role for argument in event.arguments if argument.filler == filler)
                seen[_kind(event, filler)][next(roles, None)] += 1
        habits = {
            kind: (role, count / total)
            for kind, counts in seen.items()
            for role, count in counts.most_common(1)
            if role and (total := counts.total()) >= least_pairs and count >= least_share * total
        }
        return cls(habits, ontology)

    def fill(self, draft: Document) -> Document:
        """The document with the usual roles added, as far as the ontology permits them and their number."""
        found: dict[Span, list[Argument]] = defaultdict(list)
        for event, filler in _pairs(draft, self.ontology):
            role, share = self.roles.get(_kind(event, filler), ("", 0.0))
            if self.ontology.permits(event.type, role, filler.label):
                found[event.trigger].append(Argument(role, filler, round(share, 4)))
        events = tuple(self._with(event, found[event.trigger]) for event in draft.events)
        return replace(draft, events=events)

    def _with(self, event: Event, arguments: list[Argument]) -> Event:
        """The event with the arguments that it may take, the nearest to the trigger first."""
        arguments.sort(key=lambda argument: _distance(event.trigger, argument.filler))
        kept: list[Argument] = list(event.arguments)
        for argument in arguments:
            most = self.ontology.events[event.type].roles[argument.role].maximum
            if most is None or sum(other.role == argument.role for other in kept) < most:
                kept.append(argument)
        return replace(event, arguments=tuple(kept))


def _pairs(document: Document, ontology: Ontology) -> Iterator[tuple[Event, Span]]:
    """Each mention that is part of no longer one, with the nearest event of its sentence that may take it."""
    words = split_words(document.text)
    starts, numbers = [word.start for word in words], sentences(document.text, words)

    def sentence(span: Span) -> int:
        return numbers[max(0, bisect_right(starts, span.start) - 1)]

    by_sentence: dict[int, list[Event]] = defaultdict(list)
    for event in document.events:
        by_sentence[sentence(event.trigger)].append(event)
    for filler in _outermost(document.entities):
        takers = [event for event in by_sentence[sentence(filler)] if _takes(ontology, event.type, filler.label)]
        if takers:
            yield min(takers, key=lambda event: _distance(event.trigger, filler)), filler


def _outermost(spans: tuple[Span, ...]) -> Iterator[Span]:
    reach = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.end > reach:
            reach = span.end
            yield span


def _takes(ontology: Ontology, event: str, label: str) -> bool:
    return event in ontology.events and any(label in role.fillers for role in ontology.events[event].roles.values())


def _kind(event: Event, filler: Span) -> PairKind:
    near = _distance(event.trigger, filler) <= NEAR
    return event.type, filler.label, filler.start < event.trigger.start, near


def _distance(trigger: Span, filler: Span) -> int:
    return max(trigger.start - filler.end, filler.start - trigger.end, 0)
