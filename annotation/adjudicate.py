"""Several annotators' versions of an article -> one gold version, with a count of how each item was decided.

An item is an entity, an event (its trigger), an argument, an attribute of an event, or a link. An argument has at most
the votes of its trigger and of its filler, so whatever is kept never points at something that was not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from annotation.document import Document, Event, Provenance, Span
from annotation.errors import UsageError

Policy: TypeAlias = Literal["majority", "senior"]
T = TypeVar("T", bound=Hashable)

KEPT = ("single", "agreed", "majority", "senior")
LEFT_OUT = ("outvoted", "overruled", "unresolved")


@dataclass(frozen=True)
class Adjudication:
    """Gold, and how often each outcome came up in each layer.

    single: nobody else looked. agreed: all marked it. majority: more than half did. senior: a tie, kept as the senior
    annotator has it. Left out: outvoted (fewer than half), overruled (a tie the senior decided), unresolved (a tie
    where no senior annotator had the article).
    """

    gold: list[Document]
    outcomes: Mapping[str, Counter[str]]
    superseded: int = 0
    """Versions passed over because the same annotator has a later one of the same article."""

    def as_dict(self) -> dict[str, object]:
        """Counts for machines: layer -> outcome -> count."""
        outcomes = {layer: dict(counts) for layer, counts in self.outcomes.items()}
        return {"documents": len(self.gold), "outcomes": outcomes, "superseded": self.superseded}


def adjudicate(
    documents: Iterable[Document], *, policy: Policy = "majority", senior: Sequence[str] = ()
) -> Adjudication:
    """Merge the versions of each article. `senior` annotators, first come first, settle ties (or all, as a policy).

    Of two versions by one annotator the later counts. Raises UsageError when an article's versions differ in text.
    """
    if policy == "senior" and not senior:
        raise UsageError("the senior policy needs to know who: name one with --senior")
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    articles, given = _by_article(documents)
    gold = [_merge(versions, policy, senior, outcomes) for versions in articles]
    return Adjudication(gold, outcomes, superseded=given - sum(map(len, articles)))


def _by_article(documents: Iterable[Document]) -> tuple[list[list[Document]], int]:
    """Each article's versions, one an annotator; and how many versions were given in all."""
    articles: dict[str, dict[str, Document]] = defaultdict(dict)
    given = 0
    for document in documents:
        given += 1
        versions = articles[document.id]
        if any(version.text != document.text for version in versions.values()):
            raise UsageError(f"article {document.id}: its versions have different texts; pull the project again")
        name = _annotator(document)
        if name not in versions or _updated(versions[name]) <= _updated(document):
            versions[name] = document
    return [list(versions.values()) for versions in articles.values()], given


def _updated(document: Document) -> str:
    return (document.provenance.updated_at if document.provenance else None) or ""


def _annotator(document: Document) -> str:
    return (document.provenance.annotator if document.provenance else None) or ""


def _merge(
    versions: Sequence[Document], policy: Policy, senior: Sequence[str], outcomes: Mapping[str, Counter[str]]
) -> Document:
    chief = next((i for name in senior for i, v in enumerate(versions) if _annotator(v) == name), None)
    if policy == "senior" and chief is not None:
        versions, chief = [versions[chief]], 0

    def keep(layer: str, items: Callable[[Document], Iterable[T]]) -> Iterable[T]:
        return _decide([set(items(version)) for version in versions], chief, outcomes[layer])

    entities = keep("entity", lambda v: v.entities)
    triggers = keep("event", lambda v: v.triggers)
    arguments = keep("argument", lambda v: ((e.trigger, a) for e in v.events for a in e.arguments))
    attributes = keep("attribute", lambda v: ((e.trigger, pair) for e in v.events for pair in e.attributes))
    links = keep("link", lambda v: v.links)
    return replace(
        versions[0],
        entities=tuple(entities),
        events=tuple(Event(t, _of(t, arguments), _of(t, attributes)) for t in triggers),
        links=tuple(links),
        provenance=Provenance(
            task=next((v.provenance.task for v in versions if v.provenance), None),
            annotator=", ".join(sorted(map(_annotator, versions))),
        ),
    )


def _decide(sets: Sequence[set[T]], chief: int | None, outcomes: Counter[str]) -> list[T]:
    """The items that stay, each item's outcome counted. `chief` is the senior annotator's place in `sets`."""
    kept = []
    for item, votes in Counter(item for items in sets for item in items).items():
        theirs = None if chief is None else item in sets[chief]
        outcome = _outcome(votes, len(sets), theirs)
        outcomes[outcome] += 1
        if outcome in KEPT:
            kept.append(item)
    return kept


def _outcome(votes: int, voters: int, theirs: bool | None) -> str:
    if voters == 1:
        return "single"
    if votes == voters:
        return "agreed"
    if 2 * votes != voters:
        return "majority" if 2 * votes > voters else "outvoted"
    if theirs is None:
        return "unresolved"
    return "senior" if theirs else "overruled"


def _of(trigger: Span, pairs: Iterable[tuple[Span, T]]) -> tuple[T, ...]:
    return tuple(value for owner, value in pairs if owner == trigger)
