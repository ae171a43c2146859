"""Union of two ontologies: what a project has during a migration, so that every label in use is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

from annotation.core.ontology import Ontology, Phrases, Type

_T = TypeVar("_T", bound=Type)
_Taken: TypeAlias = set[tuple[str, str]]


def transition(old: Ontology, new: Ontology) -> Ontology:
    """The new ontology plus everything that only the old one has. It is only shown: it has no file.

    An old title that is used in the new ontology gets the old version appended. Roles and links are stored by title,
    so one whose title changed is in the union under both titles.
    """
    labels = {pair for type_ in (*new.entities.values(), *new.events.values()) for pair in type_.title.items()}
    arrows = {pair for type_ in (*new.roles.values(), *new.links.values()) for pair in type_.title.items()}
    attributes = {**old.attributes, **new.attributes}
    for name in old.attributes.keys() & new.attributes.keys():
        values = _union(new.attributes[name].values, old.attributes[name].values, set(), old.version)
        attributes[name] = replace(new.attributes[name], values=values)
    return replace(
        new,
        version=f"{old.version} to {new.version}",
        entities=_union(new.entities, old.entities, labels, old.version),
        events=_union(new.events, old.events, labels, old.version),
        roles=_union(new.roles, _retitled(old.roles, new.roles, old.version), arrows, old.version),
        links=_union(new.links, _retitled(old.links, new.links, old.version), arrows, old.version),
        attributes=attributes,
    )


def _retitled(old: Mapping[str, Type], new: Mapping[str, Type], version: str) -> dict[str, Type]:
    """The old types; those whose title changed have the version appended to their name."""
    retitled = {name: name in new and new[name].title != type_.title for name, type_ in old.items()}
    new_names = {name: f"{name} ({version})" if retitled[name] else name for name in old}
    return {new_names[name]: replace(type_, name=new_names[name]) for name, type_ in old.items()}


def _union(new: Mapping[str, _T], old: Mapping[str, _T], taken: _Taken, version: str) -> dict[str, _T]:
    """The new types, then the old ones with other names, with unique titles and without hotkeys."""
    old_only = {name: type_ for name, type_ in old.items() if name not in new}
    added = {n: replace(t, title=_unique_title(t.title, taken, version), hotkey=None) for n, t in old_only.items()}
    return {**new, **added}


def _unique_title(title: Phrases, taken: _Taken, version: str) -> Phrases:
    """The title, made unique in each language by appending the version; adds it to `taken`."""
    unique = dict(title)
    for language in unique:
        while (language, unique[language]) in taken:
            unique[language] += f" ({version})"
        taken.add((language, unique[language]))
    return unique
