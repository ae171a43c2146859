"""Several annotators' versions of an article -> one gold version, with a count of how each item was decided.

An item is an entity, an event (its trigger), an argument, an attribute of an event, or a link. An argument has at most
the votes of its trigger and of its filler, so whatever is kept never points at something that was not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from annotation.document import Argument, Document, Event, Link, Provenance, Span
from annotation.errors import UsageError

Policy: TypeAlias = Literal["majority", "senior"]
Item: TypeAlias = tuple[Span | Argument | Link | str | None, ...]
"""A layer's name is its first element: ('entity', span), ('argument', trigger, argument), ..."""

OUTCOMES = ("single", "agreed", "majority", "senior", "outvoted", "overruled", "unresolved")


@dataclass(frozen=True)
class Adjudication:
    """Gold, and how often each outcome came up in each layer.

    single: nobody else looked. agreed: all marked it. majority: more than half did. senior: a tie, kept as the senior
    annotator has it. Left out: outvoted (fewer than half), overruled (a tie the senior decided), unresolved (a tie
    where no senior annotator had the article).
    """

    gold: list[Document]
    outcomes: Mapping[str, Counter[str]]

    def as_dict(self) -> dict[str, object]:
        """Counts for machines: layer -> outcome -> count."""
        return {"documents": len(self.gold), "outcomes": {layer: dict(c) for layer, c in self.outcomes.items()}}


def adjudicate(
    documents: Iterable[Document], *, policy: Policy = "majority", senior: Sequence[str] = ()
) -> Adjudication:
    """Merge the versions of each article. `senior` annotators, first come first, settle ties (or all, as a policy).

    Raises UsageError when two versions of one article have different texts, or one annotator has two versions.
    """
    if policy == "senior" and not senior:
        raise UsageError("the senior policy needs to know who: name one with --senior")
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    gold = [_merge(versions, policy, senior, outcomes) for versions in _by_article(documents)]
    return Adjudication(gold, outcomes)


def _by_article(documents: Iterable[Document]) -> Iterable[Sequence[Document]]:
    articles: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        articles[document.id].append(document)
    for id, versions in articles.items():
        if len({v.text for v in versions}) > 1:
            raise UsageError(f"article {id}: its versions have different texts; pull the project again")
        names = Counter(_annotator(v) for v in versions)
        for name, count in names.items():
            if count > 1:
                raise UsageError(f"article {id}: {name or 'nobody'} has {count} versions; keep one of them")
        yield versions


def _annotator(document: Document) -> str:
    return (document.provenance.annotator if document.provenance else None) or ""


def _merge(
    versions: Sequence[Document], policy: Policy, senior: Sequence[str], outcomes: Mapping[str, Counter[str]]
) -> Document:
    chief = next((v for name in senior for v in versions if _annotator(v) == name), None)
    if policy == "senior" and chief is not None:
        versions = [chief]
    votes = Counter(item for version in versions for item in set(_items(version)))
    theirs = set(_items(chief)) if chief else None
    kept = set()
    for item, count in votes.items():
        outcome = _outcome(item, count, len(versions), theirs)
        outcomes[str(item[0])][outcome] += 1
        if outcome in ("single", "agreed", "majority", "senior"):
            kept.add(item)
    return _document(versions, kept)


def _outcome(item: Item, count: int, voters: int, theirs: set[Item] | None) -> str:
    if voters == 1:
        return "single"
    if count == voters:
        return "agreed"
    if 2 * count != voters:
        return "majority" if 2 * count > voters else "outvoted"
    if theirs is None:
        return "unresolved"
    return "senior" if item in theirs else "overruled"


def _items(document: Document) -> Iterable[Item]:
    for entity in document.entities:
        yield ("entity", entity)
    for event in document.events:
        yield ("event", event.trigger)
        for argument in event.arguments:
            yield ("argument", event.trigger, argument)
        for name, value in event.attributes:
            yield ("attribute", event.trigger, name, value)
    for link in document.links:
        yield ("link", link)


def _document(versions: Sequence[Document], kept: set[Item]) -> Document:
    arguments: dict[object, list[Argument]] = defaultdict(list)
    attributes: dict[object, list[tuple[str, str]]] = defaultdict(list)
    layers: dict[object, list[Item]] = defaultdict(list)
    for item in kept:
        layers[item[0]].append(item)
    for _, trigger, argument in layers["argument"]:
        arguments[trigger].append(argument)  # type: ignore[arg-type]
    for _, trigger, name, value in layers["attribute"]:
        attributes[trigger].append((str(name), str(value)))
    names = sorted(_annotator(v) for v in versions)
    task = next((v.provenance.task for v in versions if v.provenance), None)
    return replace(
        versions[0],
        entities=tuple(item[1] for item in layers["entity"]),  # type: ignore[misc]
        events=tuple(
            Event(item[1], tuple(arguments[item[1]]), tuple(attributes[item[1]]))  # type: ignore[arg-type]
            for item in layers["event"]
        ),
        links=tuple(item[1] for item in layers["link"]),  # type: ignore[misc]
        provenance=Provenance(task=task, annotator=", ".join(names)),
    )
