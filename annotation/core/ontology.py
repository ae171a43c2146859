"""The ontology: entity, event, role, attribute and link types; interface, checks and label space derive from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, cast

from annotation.core import yaml_text
from annotation.core.document import Json
from annotation.core.errors import OntologyError

Phrases: TypeAlias = Mapping[str, str]
"""One wording per language code: ar, he, en."""

LANGUAGES = ("ar", "he", "en")
ARTICLE_LANGUAGES = ("ar", "he")


@dataclass(frozen=True)
class Type:
    """Name, titles, definition and examples of an entity, event, role, attribute value or link type."""

    name: str
    title: Phrases
    definition: Phrases = field(default_factory=dict)
    example: Phrases = field(default_factory=dict)
    counter_example: Phrases = field(default_factory=dict)
    color: str = "#888888"
    hotkey: str | None = None
    was: tuple[str, ...] = ()
    """Its names in earlier versions, for `annotation.migration.mapping`."""


@dataclass(frozen=True)
class Role:
    """A role of one event type: the entity and event labels that may fill it, and how many fillers it takes."""

    name: str
    fillers: frozenset[str]
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True)
class EventType(Type):
    """An event type with all its roles, including those common to every event.

    `expects` are roles of which an event of this type has at least one, by its definition.
    """

    roles: Mapping[str, Role] = field(default_factory=dict)
    maps_to: str = ""
    expects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attribute(Type):
    """A property of a whole event with one of several values; `default` holds where none is chosen."""

    values: Mapping[str, Type] = field(default_factory=dict)
    default: str = ""


@dataclass(frozen=True)
class Ontology:
    """A complete, checked ontology. Mappings keep the order of the file."""

    name: str
    version: str
    entities: Mapping[str, Type]
    events: Mapping[str, EventType]
    roles: Mapping[str, Type]
    attributes: Mapping[str, Attribute]
    links: Mapping[str, Type]
    removed: tuple[str, ...] = ()
    """Paths of types in earlier versions: ``events.Strike``, ``attributes.certainty.values.denied``."""
    rules: Mapping[str, Type] = field(default_factory=dict)
    """Rules for annotators that belong to no single type; they are read in the guidelines."""
    source: str = field(repr=False, compare=False, default="")

    @classmethod
    def load(cls, path: str | Path) -> Ontology:
        """Read and check the file. Raises OntologyError with every fault and its path."""
        try:
            with Path(path).open(encoding="utf-8") as file:
                text = file.read(yaml_text.SIZE + 1)  # which `parse` refuses
        except (OSError, UnicodeDecodeError) as error:
            raise OntologyError(path=str(path), faults=[f"cannot be read: {error}"]) from error
        return cls.parse(text, path=str(path))

    @classmethod
    def parse(cls, text: str, *, path: str = "ontology") -> Ontology:
        """The ontology of a YAML text; `path` names it in messages. Raises OntologyError with every fault."""
        try:
            row = yaml_text.loads(text)
        except yaml_text.YamlError as error:
            raise OntologyError(path=path, faults=[str(error)]) from error
        if not isinstance(row, dict):
            raise OntologyError(path=path, faults=["not a mapping; see conf/ontology/conflict.yaml"])
        reader = _OntologyReader()
        ontology = reader.ontology(row, text)
        if reader.faults:
            raise OntologyError(path=path, faults=reader.faults)
        return ontology

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the content, independent of the file's layout; 16 hex digits.

        Keys that only advise checks or annotators are left out: they change nothing that may be marked or learnt.
        """
        whole = cast(dict[str, Any], yaml_text.loads(self.source))
        whole.pop("rules", None)
        for part, keys in _ADVICE.items():
            whole[part] = {name: {k: v for k, v in row.items() if k not in keys} for name, row in whole[part].items()}
        content = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every span label, entities first: the model's C = entity + event types."""
        return (*self.entities, *self.events)

    def permits(self, event: str, role: str, filler: str) -> bool:
        """Whether a span labelled `filler` may fill `role` of an event of type `event`."""
        event_type = self.events.get(event)
        return event_type is not None and role in event_type.roles and filler in event_type.roles[role].fillers


class _OntologyReader:
    """Walks the YAML and collects every fault with its path instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def ontology(self, row: Json, source: str) -> Ontology:
        for key in sorted(set(row) - _KEYS):
            self.faults.append(f"{key}: not a part of an ontology (it has {', '.join(sorted(_KEYS))})")
        entities = {
            name: self.type(entry, place, name) for name, entry, place in self.each(row, "entities", required=True)
        }
        links = {name: self.type(entry, place, name) for name, entry, place in self.each(row, "links")}
        roles = {name: self.type(entry, place, name) for name, entry, place in self.each(row, "roles", required=True)}
        labels = {*entities, *self.mapping(row.get("events"), "events")}
        common = {
            name: self.role(name, entry, place, labels, roles) for name, entry, place in self.each(row, "common_roles")
        }
        events = {
            name: self.event(entry, place, name, labels, roles, common)
            for name, entry, place in self.each(row, "events", required=True)
        }
        attributes = {name: self.attribute(entry, place, name) for name, entry, place in self.each(row, "attributes")}
        self.unique({"entities": entities, "events": events, "roles": roles, "links": links})
        name, version = self.text(row, "name", ""), self.text(row, "version", "")
        removed = self.names(row, "removed")
        rules = {name: self.type(entry, place, name) for name, entry, place in self.each(row, "rules")}
        return Ontology(name, version, entities, events, roles, attributes, links, removed, rules, source)

    def event(
        self,
        row: Json,
        path: str,
        event: str,
        labels: set[str],
        roles: Mapping[str, Type],
        common: Mapping[str, Role],
    ) -> EventType:
        own = {
            name: self.role(name, entry, place, labels, roles) for name, entry, place in self.each(row, "roles", path)
        }
        all_roles = {**own, **common}
        expects = row.get("expects", [])
        if not isinstance(expects, list) or not set(expects) <= all_roles.keys():
            self.faults.append(f"{path}.expects: must list roles of this event ({', '.join(all_roles)})")
            expects = []
        maps_to = str(row.get("maps_to", ""))
        return EventType(**vars(self.type(row, path, event)), roles=all_roles, maps_to=maps_to, expects=tuple(expects))

    def role(self, name: str, row: Json, path: str, labels: set[str], roles: Mapping[str, Type]) -> Role:
        if name not in roles:
            self.faults.append(f"{path}: not described under roles")
        fillers = row.get("fillers")
        if not isinstance(fillers, list) or not fillers:
            self.faults.append(f"{path}.fillers: must list who may fill the role")
            fillers = []
        for filler in fillers:
            if filler not in labels:
                self.faults.append(f"{path}.fillers: {filler!r} is neither an entity nor an event")
        return Role(name, frozenset(map(str, fillers)), self.count(row, "min", path) or 0, self.count(row, "max", path))

    def attribute(self, row: Json, path: str, attribute: str) -> Attribute:
        values = {
            name: self.type(entry, place, name) for name, entry, place in self.each(row, "values", path, required=True)
        }
        default = self.text(row, "default", path)
        if default and default not in values:
            self.faults.append(f"{path}.default: {default!r} is not one of its values")
        return Attribute(**vars(self.type(row, path, attribute)), values=values, default=default)

    def type(self, row: Json, path: str, name: str) -> Type:
        return Type(
            name=name,
            title=self.phrases(row, "title", path, LANGUAGES),
            definition=self.phrases(row, "definition", path, LANGUAGES if "definition" in row else ()),
            example=self.phrases(row, "example", path, ARTICLE_LANGUAGES if "example" in row else ()),
            counter_example=self.phrases(
                row, "counter_example", path, ARTICLE_LANGUAGES if "counter_example" in row else ()
            ),
            color=self.text(row, "color", path) if "color" in row else Type.color,
            hotkey=self.text(row, "hotkey", path) if "hotkey" in row else None,
            was=self.names(row, "was", path),
        )

    def phrases(self, row: Json, key: str, path: str, languages: tuple[str, ...]) -> Phrases:
        phrases = self.mapping(row.get(key), f"{path}.{key}")
        for language in languages:
            if not str(phrases.get(language) or "").strip():
                self.faults.append(f"{path}.{key}.{language}: missing")
        return {str(k): str(v) for k, v in phrases.items()}

    def each(self, row: Json, key: str, path: str = "", *, required: bool = False) -> Iterator[tuple[str, Json, str]]:
        place = f"{path}.{key}".lstrip(".")
        rows = self.mapping(row.get(key), place)
        if required and not rows:
            self.faults.append(f"{place}: missing or empty")
        for name, value in rows.items():
            yield str(name), self.mapping(value, f"{place}.{name}"), f"{place}.{name}"

    def mapping(self, value: object, path: str) -> Json:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.faults.append(f"{path}: must be a mapping, not {type(value).__name__}")
            return {}
        return value

    def text(self, row: Json, key: str, path: str) -> str:
        value = row.get(key)
        if not isinstance(value, (str, int, float)) or value == "":
            self.faults.append(f"{path}.{key}".lstrip(".") + ": missing")
            return ""
        return str(value)

    def names(self, row: Json, key: str, path: str = "") -> tuple[str, ...]:
        value = row.get(key)
        if value is None or (isinstance(value, list) and all(isinstance(name, str) for name in value)):
            return tuple(value or ())
        self.faults.append(f"{path}.{key}".lstrip(".") + f": must be a list of names, not {value!r}")
        return ()

    def count(self, row: Json, key: str, path: str) -> int | None:
        value = row.get(key)
        if value is not None and (not isinstance(value, int) or value < 0):
            self.faults.append(f"{path}.{key}: must be a whole number, not {value!r}")
            return None
        return value

    def unique(self, groups: Mapping[str, Mapping[str, Type]]) -> None:
        """Report codes, and titles within a language, that two types share: Label Studio stores the title it shows."""
        for names in (("entities", "events"), ("roles", "links")):
            seen: dict[tuple[str, str], str] = {}
            for group in names:
                for name, type_ in groups[group].items():
                    for key in {("code", name), *((k, v) for k, v in type_.title.items())}:
                        path = f"{group}.{name}"
                        if seen.setdefault(key, path) != path:
                            self.faults.append(f"{path}: {key[0]} {key[1]!r} is taken by {seen[key]}")


_ADVICE = {"events": {"expects"}}
"""Keys that only the checks read, by part of the file. The number of fillers is a rule, so it is content."""
_KEYS = {"name", "version", "entities", "events", "roles", "common_roles", "attributes", "links", "removed", "rules"}
