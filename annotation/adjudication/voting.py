"""Voting: several annotators' versions of an article -> one gold version, and counts of how items were decided.

An item is an entity, an event (its trigger), an argument, an attribute of an event, or a link. An argument has at most
the votes of its trigger and of its filler, so an argument in gold never refers to a span that was left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

from annotation.adjudication.proclitic_votes import pooled
from annotation.agreement.item_alignment import ATTRIBUTE, EVENT, ITEM_LAYERS
from annotation.core.annotator_versions import annotator, versions
from annotation.core.document import Document, Event, Provenance, Span
from annotation.core.errors import UsageError
from annotation.core.layers import ARGUMENT, ENTITY, LINK
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
"""The possible outcomes for an item, with their meanings."""
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
    """Gold, and the counts of `OUTCOMES` in each layer.

    articles: counts by how they were merged (single, agreed, decided, or the policy). waiting: ids of articles left out
    until an adjudicator decides. superseded: versions ignored for a later one by the same annotator.
    """

    gold: list[Document]
    outcomes: Outcomes
    articles: Counter[str] = field(default_factory=Counter)
    waiting: tuple[str, ...] = ()
    superseded: int = 0

    def as_dict(self) -> dict[str, object]:
        """The counts as JSON values; `outcomes` is layer -> outcome -> count."""
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
    """Merge the versions of each article. The first of `senior` in it settles ties; with that policy, everything.

    decided: an adjudicator's version of an article, by id; it replaces the votes. Without a policy a contested article
    that is not decided waits. With the ontology an attribute's default value equals no value. Of two versions by one
    annotator the later counts. Raises UsageError when an article's versions differ in text, or `senior` is missing.
    """
    if policy == "senior" and not senior:
        raise UsageError("the senior policy needs to know who: name one with --senior")
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    articles, gold, waiting = Counter[str](), list[Document](), list[str]()
    grouped = versions(documents)
    for id, by_annotator in grouped.articles.items():
        originals = list(by_annotator.values())
        comparable = [without_defaults(version, ontology) for version in originals]
        if decided and id in decided:
            kind, merged = "decided", decided[id]
            _count(without_defaults(merged, ontology), comparable, outcomes)
        elif unanimous(comparable):
            kind = "single" if len(comparable) == 1 else "agreed"
            merged = _merge(originals, "majority", (), ontology, outcomes)
        elif policy is not None:
            kind, merged = policy, _merge(originals, policy, senior, ontology, outcomes)
        else:
            for layer, items in _ITEMS.items():
                outcomes[layer]["waiting"] += len({item for version in comparable for item in items(version)})
            waiting.append(id)
            continue
        articles[kind] += 1
        gold.append(merged)
    ordered = {layer: outcomes[layer] for layer in ITEM_LAYERS if outcomes[layer]}
    return Adjudication(gold, ordered, articles, tuple(waiting), grouped.superseded)


def contested(documents: Iterable[Document], ontology: Ontology | None = None) -> list[dict[str, Document]]:
    """The versions, by annotator, of each article on which they differ."""
    articles = versions(documents).articles.values()
    return [
        dict(by_annotator)
        for by_annotator in articles
        if not unanimous([without_defaults(version, ontology) for version in by_annotator.values()])
    ]


def unanimous(documents: Sequence[Document]) -> bool:
    """Whether all versions have the same items."""
    first = [set(items(documents[0])) for items in _ITEMS.values()]
    return all([set(items(version)) for items in _ITEMS.values()] == first for version in documents[1:])


def without_defaults(document: Document, ontology: Ontology | None) -> Document:
    """The document without attributes that have the ontology's default value."""
    if ontology is None:
        return document
    defaults = {(name, attribute.default) for name, attribute in ontology.attributes.items()}
    if not any(pair in defaults for event in document.events for pair in event.attributes):
        return document
    events = (replace(e, attributes=tuple(p for p in e.attributes if p not in defaults)) for e in document.events)
    return replace(document, events=tuple(events))


def _count(decision: Document, comparable: Sequence[Document], outcomes: Mapping[str, Counter[str]]) -> None:
    """Count the outcomes of an article that an adjudicator decided."""
    for layer, items in _ITEMS.items():
        decided = set(items(decision))
        votes = Counter(item for version in comparable for item in set(items(version)))
        for item, number in votes.items():
            ways = ("agreed", "overturned") if number == len(comparable) else ("decided", "rejected")
            outcomes[layer][ways[item not in decided]] += 1
        if new := len(decided - votes.keys()):
            outcomes[layer]["added"] += new


def _merge(
    originals: Sequence[Document],
    policy: VotingPolicy,
    senior: Sequence[str],
    ontology: Ontology | None,
    outcomes: Mapping[str, Counter[str]],
) -> Document:
    senior_index = next((i for name in senior for i, v in enumerate(originals) if annotator(v) == name), None)
    if policy == "senior" and senior_index is not None:
        originals, senior_index = [originals[senior_index]], 0
    pooled_versions, targets = pooled(originals, senior_index)
    comparable = [without_defaults(version, ontology) for version in pooled_versions]

    def keep(layer: str, items: Callable[[Document], Iterable[T]]) -> list[T]:
        return _decide([set(items(version)) for version in comparable], senior_index, outcomes[layer], targets)

    entities, triggers = keep(ENTITY, lambda v: v.entities), keep(EVENT, lambda v: v.triggers)
    arguments = keep(ARGUMENT, lambda v: ((e.trigger, a) for e in v.events for a in e.arguments))
    attributes = keep(ATTRIBUTE, lambda v: ((e.trigger, pair) for e in v.events for pair in e.attributes))
    attributes += _explicit_defaults(pooled_versions, comparable)
    links = keep(LINK, lambda v: v.links)
    return replace(
        originals[0],
        entities=tuple(entities),
        events=tuple(Event(t, _values_of(t, arguments), _values_of(t, attributes)) for t in triggers),
        links=tuple(links),
        provenance=Provenance(
            task=next((v.provenance.task for v in originals if v.provenance), None),
            annotator=", ".join(sorted(map(annotator, originals))),
        ),
    )


def _explicit_defaults(
    originals: Iterable[Document], comparable: Iterable[Document]
) -> list[tuple[Span, tuple[str, str]]]:
    """Default values that an annotator set explicitly, where no version has another value: gold keeps them."""
    other = {(e.trigger, name) for v in comparable for e in v.events for name, _ in e.attributes}
    pairs = {(e.trigger, pair) for v in originals for e in v.events for pair in e.attributes}
    return [(trigger, pair) for trigger, pair in pairs if (trigger, pair[0]) not in other]


def _decide(
    sets: Sequence[set[T]], senior_index: int | None, outcomes: Counter[str], targets: frozenset[Span] = frozenset()
) -> list[T]:
    """The accepted items; counts the outcome of each. `senior_index` is the index of the senior annotator in `sets`."""
    accepted = []
    for item, votes in Counter(item for items in sets for item in items).items():
        senior_has = None if senior_index is None else item in sets[senior_index]
        outcome = _outcome(votes, len(sets), senior_has)
        if outcome in KEPT:
            accepted.append(item)
            outcome = "prefix" if item in targets else outcome
        outcomes[outcome] += 1
    return accepted


def _outcome(votes: int, voters: int, senior_has: bool | None) -> str:
    if voters == 1:
        return "single"
    if votes == voters:
        return "agreed"
    if 2 * votes != voters:
        return "majority" if 2 * votes > voters else "outvoted"
    if senior_has is None:
        return "unresolved"
    return "senior" if senior_has else "overruled"


def _values_of(trigger: Span, pairs: Iterable[tuple[Span, T]]) -> tuple[T, ...]:
    return tuple(value for owner, value in pairs if owner == trigger)
