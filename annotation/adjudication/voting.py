"""Several annotators' versions of an article -> one gold version, with a count of how each item was decided.

An item is an entity, an event (its trigger), an argument, an attribute of an event, or a link. An argument has at most
the votes of its trigger and of its filler, so whatever is kept never points at something that was not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

from annotation.adjudication.proclitic_votes import pooled
from annotation.agreement.item_alignment import ARGUMENT, ATTRIBUTE, ENTITY, EVENT, LAYERS, LINK
from annotation.core.annotator_versions import annotator, versions
from annotation.core.document import Document, Event, Provenance, Span
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology

VotingPolicy: TypeAlias = Literal["majority", "senior"]
Outcomes: TypeAlias = Mapping[str, Counter[str]]
T = TypeVar("T", bound=Hashable)

OUTCOMES: Mapping[str, str] = {
    "single": "nobody else looked",
    "agreed": "all marked it",
    "prefix": "all or most marked it, with and without a glued prefix",
    "majority": "more than half marked it",
    "senior": "a tie, kept as the senior annotator has it",
    "decided": "the adjudicator kept it",
    "added": "the adjudicator marked it, nobody else had",
    "outvoted": "fewer than half marked it",
    "overruled": "a tie the senior annotator decided",
    "unresolved": "a tie where no senior annotator had the article",
    "rejected": "the adjudicator left it out",
    "overturned": "all marked it, and the adjudicator left it out",
    "waiting": "its article is not adjudicated yet",
}
"""What can become of an item, and what that means."""
KEPT = ("single", "agreed", "prefix", "majority", "senior", "decided", "added")
LEFT_OUT = ("outvoted", "overruled", "unresolved", "rejected", "overturned", "waiting")

_ITEMS: Mapping[str, Callable[[Document], Iterable[Hashable]]] = {
    ENTITY: lambda v: v.entities,
    EVENT: lambda v: v.triggers,
    ARGUMENT: lambda v: ((e.trigger, a) for e in v.events for a in e.arguments),
    ATTRIBUTE: lambda v: ((e.trigger, pair) for e in v.events for pair in e.attributes),
    LINK: lambda v: v.links,
}


@dataclass(frozen=True)
class Adjudication:
    """Gold, and how often each of `OUTCOMES` came up in each layer.

    articles: how many were merged because all agree, decided by people, or decided by a policy. waiting: ids of those
    left out until somebody decides. superseded: versions passed over for a later one by the same annotator.
    """

    gold: list[Document]
    outcomes: Outcomes
    articles: Counter[str] = field(default_factory=Counter)
    waiting: tuple[str, ...] = ()
    superseded: int = 0

    def as_dict(self) -> dict[str, object]:
        """Counts for machines: layer -> outcome -> count."""
        return {
            "documents": len(self.gold),
            "articles": dict(self.articles),
            "waiting": list(self.waiting),
            "outcomes": {layer: dict(counts) for layer, counts in self.outcomes.items()},
            "superseded": self.superseded,
        }


def adjudicate(
    documents: Iterable[Document],
    *,
    policy: VotingPolicy | None = "majority",
    senior: Sequence[str] = (),
    ontology: Ontology | None = None,
    decided: Mapping[str, Document] | None = None,
) -> Adjudication:
    """Merge the versions of each article. `senior` annotators, first come first, settle ties (or all, as a policy).

    decided: what an adjudicator made of an article, by its id, which goes before everything else. Without a policy
    what is contested and not decided waits. With the ontology a value that goes without saying is no other than none.
    Of two versions by one annotator the later counts. Raises UsageError when an article's versions differ in text.
    """
    if policy == "senior" and not senior:
        raise UsageError("the senior policy needs to know who: name one with --senior")
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    articles, gold, waiting = Counter[str](), list[Document](), list[str]()
    given = versions(documents)
    for id, marked in given.articles.items():
        said = list(marked.values())
        same = [spoken(version, ontology) for version in said]
        if decided and id in decided:
            kind, merged = "decided", decided[id]
            _count(spoken(merged, ontology), same, outcomes)
        elif unanimous(same):
            kind = "single" if len(same) == 1 else "agreed"
            merged = _merge(said, "majority", (), ontology, outcomes)
        elif policy is not None:
            kind, merged = policy, _merge(said, policy, senior, ontology, outcomes)
        else:
            for layer, items in _ITEMS.items():
                outcomes[layer]["waiting"] += len({item for version in same for item in items(version)})
            waiting.append(id)
            continue
        articles[kind] += 1
        gold.append(merged)
    ordered = {layer: outcomes[layer] for layer in LAYERS if outcomes[layer]}
    return Adjudication(gold, ordered, articles, tuple(waiting), given.superseded)


def contested(documents: Iterable[Document], ontology: Ontology | None = None) -> list[dict[str, Document]]:
    """The versions, by annotator, of each article they do not all agree about."""
    articles = versions(documents).articles.values()
    return [dict(marked) for marked in articles if not unanimous([spoken(v, ontology) for v in marked.values()])]


def unanimous(same: Sequence[Document]) -> bool:
    """Whether all versions say the same."""
    first = [set(items(same[0])) for items in _ITEMS.values()]
    return all([set(items(version)) for items in _ITEMS.values()] == first for version in same[1:])


def spoken(document: Document, ontology: Ontology | None) -> Document:
    """The document without the values of attributes that go without saying."""
    if ontology is None:
        return document
    defaults = {(name, attribute.default) for name, attribute in ontology.attributes.items()}
    if not any(pair in defaults for event in document.events for pair in event.attributes):
        return document
    events = (replace(e, attributes=tuple(p for p in e.attributes if p not in defaults)) for e in document.events)
    return replace(document, events=tuple(events))


def _count(decision: Document, same: Sequence[Document], outcomes: Mapping[str, Counter[str]]) -> None:
    """What became of each item of the adjudicator's version and of the others."""
    for layer, items in _ITEMS.items():
        kept = set(items(decision))
        votes = Counter(item for version in same for item in set(items(version)))
        for item, number in votes.items():
            ways = ("agreed", "overturned") if number == len(same) else ("decided", "rejected")
            outcomes[layer][ways[item not in kept]] += 1
        if new := len(kept - votes.keys()):
            outcomes[layer]["added"] += new


def _merge(
    said: Sequence[Document],
    policy: VotingPolicy,
    senior: Sequence[str],
    ontology: Ontology | None,
    outcomes: Mapping[str, Counter[str]],
) -> Document:
    chief = next((i for name in senior for i, v in enumerate(said) if annotator(v) == name), None)
    if policy == "senior" and chief is not None:
        said, chief = [said[chief]], 0
    alike, onto = pooled(said, chief)
    merged = [spoken(version, ontology) for version in alike]

    def keep(layer: str, items: Callable[[Document], Iterable[T]]) -> list[T]:
        return _decide([set(items(version)) for version in merged], chief, outcomes[layer], onto)

    entities, triggers = keep(ENTITY, lambda v: v.entities), keep(EVENT, lambda v: v.triggers)
    arguments = keep(ARGUMENT, lambda v: ((e.trigger, a) for e in v.events for a in e.arguments))
    attributes = keep(ATTRIBUTE, lambda v: ((e.trigger, pair) for e in v.events for pair in e.attributes))
    attributes += _spelled_out(alike, merged)
    links = keep(LINK, lambda v: v.links)
    return replace(
        said[0],
        entities=tuple(entities),
        events=tuple(Event(t, _of(t, arguments), _of(t, attributes)) for t in triggers),
        links=tuple(links),
        provenance=Provenance(
            task=next((v.provenance.task for v in said if v.provenance), None),
            annotator=", ".join(sorted(map(annotator, said))),
        ),
    )


def _spelled_out(alike: Iterable[Document], merged: Iterable[Document]) -> list[tuple[Span, tuple[str, str]]]:
    """What goes without saying and was said all the same, where nobody said anything else: gold says it too."""
    other = {(e.trigger, name) for v in merged for e in v.events for name, _ in e.attributes}
    pairs = {(e.trigger, pair) for v in alike for e in v.events for pair in e.attributes}
    return [(trigger, pair) for trigger, pair in pairs if (trigger, pair[0]) not in other]


def _decide(
    sets: Sequence[set[T]], chief: int | None, outcomes: Counter[str], onto: frozenset[Span] = frozenset()
) -> list[T]:
    """The items that stay, each item's outcome counted. `chief` is the senior annotator's place in `sets`."""
    kept = []
    for item, votes in Counter(item for items in sets for item in items).items():
        theirs = None if chief is None else item in sets[chief]
        outcome = _outcome(votes, len(sets), theirs)
        if outcome in KEPT:
            kept.append(item)
            outcome = "prefix" if item in onto else outcome
        outcomes[outcome] += 1
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
