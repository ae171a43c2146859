"""Mapping from an old ontology to a new one: the new labels of each old label. No I/O.

The new ontology describes the mapping. A label keeps its name, or lists its old names under `was`. An old label that
several list is split; one under `removed` is deleted. Every label of the old ontology must be accounted for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from annotation.core.errors import OntologyError
from annotation.core.ontology import Attribute, Ontology, Type

LabelKind: TypeAlias = Literal["renamed", "merged", "split", "removed"]
AttributeValue: TypeAlias = tuple[str, str]
"""An attribute and one of its values."""
Touched: TypeAlias = Counter[tuple[str, str]]
"""Counts of (path of an old label, kind of change): `mark`, `arrow`, `choice`, `dropped arrow`, `dropped choice`,
`undecided`, and `forbidden` for an argument whose role the new ontology no longer permits in its event."""

WHAT = ("mark", "arrow", "choice", "dropped arrow", "dropped choice", "undecided", "forbidden")
_VERBS: Mapping[LabelKind, str] = {
    "renamed": "becomes ",
    "merged": "is merged into ",
    "split": "is split into ",
    "removed": "is removed",
}
_T = TypeVar("_T")
_SPANS, _ARROWS = ("entities", "events"), ("roles", "links")


def _name(path: str) -> str:
    """The name at the end of a path, which may have dots itself: Life.Die of ``events.Life.Die``."""
    _, _, name = path.partition(".values." if path.startswith("attributes.") and ".values." in path else ".")
    return name


@dataclass(frozen=True, slots=True)
class LabelChange:
    """The change of one label: its `path` in the old ontology, and the paths it `becomes` in the new one."""

    path: str
    becomes: tuple[str, ...]
    kind: LabelKind

    def __str__(self) -> str:
        group = self.path.removesuffix(_name(self.path))
        names = [path.removeprefix(group) for path in self.becomes]
        return f"{self.path} {_VERBS[self.kind]}{' or '.join(names)}"


@dataclass(frozen=True)
class Migration:
    """The new labels of each label of `old`: none (removed), one, or several between which a person decides.

    `labels` maps entities and events, `arrows` roles and links, `values` attribute values. A label that is not in the
    mapping is not in the old ontology and stays unchanged.
    """

    old: Ontology
    new: Ontology
    labels: Mapping[str, tuple[str, ...]]
    arrows: Mapping[str, tuple[str, ...]]
    values: Mapping[AttributeValue, tuple[AttributeValue, ...]]

    @classmethod
    def between(cls, old: Ontology, new: Ontology, *, path: str = "ontology") -> Migration:
        """The migration that `new` describes. Raises OntologyError with every fault; `path` names the file in it."""
        faults = _Faults()
        spans = [_parts(group, old, new, faults) for group in _SPANS]
        arrows = [_parts(group, old, new, faults) for group in _ARROWS]
        attributes = _parts("attributes", old, new, faults)
        values = {k: v for a, parts in attributes.items() for k, v in _values(old, new, a, parts, faults)}
        if lines := faults.lines():
            raise OntologyError(path=path, faults=lines)
        return cls(old, new, spans[0] | spans[1], arrows[0] | arrows[1], values)

    def changes(self) -> list[LabelChange]:
        """Every label that changes, in the order of the old ontology."""
        changes = [*_changes(self.labels, lambda n: _path(self.old, _SPANS, n), lambda n: _path(self.new, _SPANS, n))]
        changes += _changes(self.arrows, lambda n: _path(self.old, _ARROWS, n), lambda n: _path(self.new, _ARROWS, n))
        return [*changes, *_changes(self.values, value_path, value_path)]

    def back(self) -> Migration:
        """The reverse migration: a label that comes from exactly one old label becomes that label again.

        All others stay unchanged. So annotations made after the migration can be migrated back as far as possible.
        """
        return Migration(self.new, self.old, _back(self.labels), _back(self.arrows), _back(self.values))

    def label_path(self, label: str) -> str:
        """The path in the old ontology of a span label: ``events.Strike`` for Strike."""
        return _path(self.old, _SPANS, label)

    def arrow_path(self, arrow: str) -> str:
        """The path in the old ontology of a role or link: ``roles.Agent`` for Agent."""
        return _path(self.old, _ARROWS, arrow)

    def new_arrow_path(self, arrow: str) -> str:
        """The path in the new ontology of a role or link."""
        return _path(self.new, _ARROWS, arrow)

    def label(self, label: str) -> tuple[str, ...]:
        """The new labels of an entity or event label."""
        return self.labels.get(label, (label,))

    def arrow(self, arrow: str, events: tuple[str, ...], fillers: tuple[str, ...]) -> tuple[str, ...]:
        """The new labels of a role or link from one of the event labels to one of the filler labels, both new.

        Of a split role, only the parts that the new ontology permits there, if it permits any.
        """
        parts = self.arrows.get(arrow, (arrow,))
        able = tuple(p for p in parts if any(self.new.permits(e, p, f) for e in events for f in fillers))
        return able if len(parts) > 1 and able else parts

    def value(self, attribute: str, value: str) -> tuple[AttributeValue, ...]:
        """The new (attribute, value) pairs of an attribute's value."""
        return self.values.get((attribute, value), ((attribute, value),))

    def forbids(self, arrow: str, old: tuple[str, str], parts: tuple[str, ...], new: tuple[str, str]) -> bool:
        """Whether an argument between (event, filler) labels was permitted by the old ontology but not by the new."""
        lost = len(parts) == 1 and not self.new.permits(new[0], parts[0], new[1])
        return lost and self.old.permits(old[0], arrow, old[1])


class _Faults:
    """The faults of a migration. Labels not accounted for share one line, because the remedy is the same."""

    def __init__(self) -> None:
        self.others: list[str] = []
        self.unaccounted: list[str] = []

    def lines(self) -> list[str]:
        """The faults, one line each; labels not accounted for come first."""
        if not self.unaccounted:
            return self.others
        path = self.unaccounted[0]
        remedy = f"write `was: [{_name(path)}]` under what it is now, or list it: `removed: [{path}]`"
        return [f"{', '.join(self.unaccounted)}: not accounted for; {remedy}", *self.others]


def touched_in_words(touched: Mapping[str, int]) -> str:
    """The counts of changes to one label as text, such as "3 marks, 1 to decide"."""
    return ", ".join(_counted(kind, count) for kind in WHAT if (count := touched.get(kind, 0)))


def _counted(kind: str, count: int) -> str:
    if kind == "undecided":
        return f"{count:,} to decide"
    return f"{count:,} no longer permitted" if kind == "forbidden" else f"{count:,} {kind}{'s' if count > 1 else ''}"


def value_path(value: AttributeValue) -> str:
    """``attributes.certainty.values.denied`` for (certainty, denied)."""
    return f"attributes.{value[0]}.values.{value[1]}"


def _parts(group: str, old: Ontology, new: Ontology, faults: _Faults) -> dict[str, tuple[str, ...]]:
    """The new labels of each label of one group; adds a fault for each label not accounted for."""
    before: Mapping[str, Type] = getattr(old, group)
    after: Mapping[str, Type] = getattr(new, group)
    parts = {name: _claims(name, before, after) for name in before}
    for name, new_names in parts.items():
        _account(f"{group}.{name}", new_names, new, faults)
    return parts


def _claims(name: str, before: Mapping[str, Type], after: Mapping[str, Type]) -> tuple[str, ...]:
    """The new labels that have this name, or list it under `was`.

    If the name still exists, `was` counts only under labels that are new: elsewhere it describes an earlier migration,
    and a label that was split once must not be split again with every later version.
    """
    return tuple(
        type_.name
        for type_ in after.values()
        if name == type_.name or (name in type_.was and (name not in after or type_.name not in before))
    )


def _values(
    old: Ontology, new: Ontology, attribute: str, parts: tuple[str, ...], faults: _Faults
) -> Iterator[tuple[AttributeValue, tuple[AttributeValue, ...]]]:
    heirs: list[Attribute] = [new.attributes[part] for part in parts]
    before = old.attributes[attribute].values
    for value in before:
        new_values = tuple((heir.name, name) for heir in heirs for name in _claims(value, before, heir.values))
        if heirs:
            _account(value_path((attribute, value)), tuple(name for _, name in new_values), new, faults)
        if len({heir for heir, _ in new_values}) > 1:
            targets = " and ".join(map(value_path, new_values))
            faults.others.append(f"{value_path((attribute, value))}: goes to {targets}; choose one")
        yield (attribute, value), new_values


def _account(path: str, new_names: tuple[str, ...], new: Ontology, faults: _Faults) -> None:
    if new_names and path in new.removed:
        faults.others.append(f"{path}: listed under removed, but it is still there as {', '.join(new_names)}")
    elif not new_names and path not in new.removed:
        faults.unaccounted.append(path)


def _changes(
    mapping: Mapping[_T, tuple[_T, ...]], old: Callable[[_T], str], new: Callable[[_T], str]
) -> Iterator[LabelChange]:
    heirs = Counter(part for parts in mapping.values() for part in parts)
    for name, parts in mapping.items():
        if len(parts) > 1:
            kind: LabelKind = "split"
        elif not parts:
            kind = "removed"
        elif heirs[parts[0]] > 1:
            kind = "merged"
        else:
            kind = "renamed"
        if parts != (name,):
            yield LabelChange(old(name), tuple(new(part) for part in parts), kind)


def _back(mapping: Mapping[_T, tuple[_T, ...]]) -> dict[_T, tuple[_T, ...]]:
    parents: dict[_T, list[_T]] = {}
    for name, parts in mapping.items():
        for part in parts:
            parents.setdefault(part, []).append(name)
    return {part: (names[0],) for part, names in parents.items() if len(names) == 1}


def _path(ontology: Ontology, groups: tuple[str, ...], name: str) -> str:
    return next((f"{group}.{name}" for group in groups if name in getattr(ontology, group)), name)
