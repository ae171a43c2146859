"""The ontology a project has while it is migrated: everything of both, so that no label in use is ever unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

from annotation.core.ontology import Ontology, Phrases, Type

_T = TypeVar("_T", bound=Type)
_Taken: TypeAlias = set[tuple[str, str]]


def transition(old: Ontology, new: Ontology) -> Ontology:
    """The new ontology and whatever else the old one has. It is shown and nothing more: it has no file.

    Titles that would clash get the old version behind them. Roles and links are stored by title, so one that has
    another title now is there under both.
    """
    labels = {pair for type_ in (*new.entities.values(), *new.events.values()) for pair in type_.title.items()}
    arrows = {pair for type_ in (*new.roles.values(), *new.links.values()) for pair in type_.title.items()}
    attributes = {**old.attributes, **new.attributes}
    for name in old.attributes.keys() & new.attributes.keys():
        values = _and(new.attributes[name].values, old.attributes[name].values, set(), old.version)
        attributes[name] = replace(new.attributes[name], values=values)
    return replace(
        new,
        version=f"{old.version} to {new.version}",
        entities=_and(new.entities, old.entities, labels, old.version),
        events=_and(new.events, old.events, labels, old.version),
        roles=_and(new.roles, _retitled(old.roles, new.roles, old.version), arrows, old.version),
        links=_and(new.links, _retitled(old.links, new.links, old.version), arrows, old.version),
        attributes=attributes,
    )


def _retitled(old: Mapping[str, Type], new: Mapping[str, Type], version: str) -> dict[str, Type]:
    """The old types, those with another title now under a name of their own."""
    again = {name: name in new and new[name].title != type_.title for name, type_ in old.items()}
    named = {name: f"{name} ({version})" if again[name] else name for name in old}
    return {named[name]: replace(type_, name=named[name]) for name, type_ in old.items()}


def _and(new: Mapping[str, _T], old: Mapping[str, _T], taken: _Taken, version: str) -> dict[str, _T]:
    """The new types, then the old ones of other names, with titles of their own and no hotkeys."""
    more = {name: type_ for name, type_ in old.items() if name not in new}
    free = {n: replace(t, title=_free(t.title, taken, version), hotkey=None) for n, t in more.items()}
    return {**new, **free}


def _free(title: Phrases, taken: _Taken, version: str) -> Phrases:
    """The title, in each language one that nothing else has."""
    mine = dict(title)
    for language in mine:
        while (language, mine[language]) in taken:
            mine[language] += f" ({version})"
        taken.add((language, mine[language]))
    return mine
