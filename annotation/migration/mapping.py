"""One ontology -> the next: what becomes of each label, and of each Document. Pure.

The new ontology says where its labels come from. A label keeps its name, or lists under `was` what it was called; what
several list is split, and `removed` names what is gone. Nothing of the old ontology may be left unaccounted for.
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
"""How often (path of an old label, what happened): `mark`, `arrow`, `choice`, `dropped arrow`, `dropped choice`,
`undecided`, and `forbidden` for an argument whose role the new ontology does not give its event any more."""

WHAT = ("mark", "arrow", "choice", "dropped arrow", "dropped choice", "undecided", "forbidden")
_VERBS: Mapping[LabelKind, str] = {
    "renamed": "becomes ",
    "merged": "is merged into ",
    "split": "is split into ",
    "removed": "is removed",
}
_T = TypeVar("_T")
_SPANS, _ARROWS = ("entities", "events"), ("roles", "links")


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What becomes of one label: `path` in the old ontology, `becomes` paths in the new one."""

    path: str
    becomes: tuple[str, ...]
    kind: LabelKind

    def __str__(self) -> str:
        names = [path.removeprefix(f"{self.path.rpartition('.')[0]}.") for path in self.becomes]
        return f"{self.path} {_VERBS[self.kind]}{' or '.join(names)}"


@dataclass(frozen=True)
class Migration:
    """What the labels of `old` are in `new`: nothing (removed), one, or several between which a person decides.

    `labels` are those of entities and events, `arrows` roles and links; the codes of each pair are unique together.
    What a mapping does not hold is no label of the old ontology, and stays as it is.
    """

    old: Ontology
    new: Ontology
    labels: Mapping[str, tuple[str, ...]]
    arrows: Mapping[str, tuple[str, ...]]
    values: Mapping[AttributeValue, tuple[AttributeValue, ...]]

    @classmethod
    def between(cls, old: Ontology, new: Ontology, *, path: str = "ontology") -> Migration:
        """The migration the new ontology asks for. Raises OntologyError naming each label it does not account for."""
        faults = _Faults()
        spans = [_parts(group, old, new, faults) for group in _SPANS]
        arrows = [_parts(group, old, new, faults) for group in _ARROWS]
        attributes = _parts("attributes", old, new, faults)
        values = {k: v for a, parts in attributes.items() for k, v in _values(old, new, a, parts, faults)}
        if every := faults.every():
            raise OntologyError(path=path, faults=every)
        return cls(old, new, spans[0] | spans[1], arrows[0] | arrows[1], values)

    def changes(self) -> list[LabelChange]:
        """Every label that does not simply stay, in the order of the old ontology."""
        found = [*_changes(self.labels, lambda n: _path(self.old, _SPANS, n), lambda n: _path(self.new, _SPANS, n))]
        found += _changes(self.arrows, lambda n: _path(self.old, _ARROWS, n), lambda n: _path(self.new, _ARROWS, n))
        return [*found, *_changes(self.values, value_path, value_path)]

    def back(self) -> Migration:
        """The way back for what has only one: a label that comes from one old label gets that one's name again.

        All others stay as they are. So what was marked since can be carried back as far as it can be said at all.
        """
        return Migration(self.new, self.old, _back(self.labels), _back(self.arrows), _back(self.values))

    def label_path(self, label: str) -> str:
        """``events.Strike`` for Strike."""
        return _path(self.old, _SPANS, label)

    def arrow_path(self, arrow: str) -> str:
        """``roles.Agent`` for Agent."""
        return _path(self.old, _ARROWS, arrow)

    def new_arrow_path(self, arrow: str) -> str:
        """As `arrow_path`, in the new ontology."""
        return _path(self.new, _ARROWS, arrow)

    def label(self, label: str) -> tuple[str, ...]:
        """What becomes of a label of entities or events."""
        return self.labels.get(label, (label,))

    def arrow(self, arrow: str, events: tuple[str, ...], fillers: tuple[str, ...]) -> tuple[str, ...]:
        """What becomes of an arrow between regions of these new labels.

        Of a split role only those count that the new ontology permits there, if it permits any.
        """
        parts = self.arrows.get(arrow, (arrow,))
        able = tuple(p for p in parts if any(self.new.permits(e, p, f) for e in events for f in fillers))
        return able if len(parts) > 1 and able else parts

    def value(self, attribute: str, value: str) -> tuple[AttributeValue, ...]:
        """What becomes of an attribute with that value."""
        return self.values.get((attribute, value), ((attribute, value),))

    def forbids(self, arrow: str, old: tuple[str, str], parts: tuple[str, ...], new: tuple[str, str]) -> bool:
        """Whether an argument the old ontology permitted, between an event and a filler, is permitted no more."""
        lost = len(parts) == 1 and not self.new.permits(new[0], parts[0], new[1])
        return lost and self.old.permits(old[0], arrow, old[1])


class _Faults:
    """What is wrong with a migration; what is not accounted for is said together, since the remedy is the same."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.unaccounted: list[str] = []

    def every(self) -> list[str]:
        """One line each."""
        if not self.unaccounted:
            return self.said
        path = self.unaccounted[0]
        remedy = f"write `was: [{path.rsplit('.', 1)[-1]}]` under what it is now, or list it: `removed: [{path}]`"
        return [f"{', '.join(self.unaccounted)}: not accounted for; {remedy}", *self.said]


def told(touched: Mapping[str, int]) -> str:
    """What was touched of one label, in words."""
    return ", ".join(_counted(what, count) for what in WHAT if (count := touched.get(what, 0)))


def _counted(what: str, count: int) -> str:
    if what == "undecided":
        return f"{count:,} to decide"
    return f"{count:,} no longer permitted" if what == "forbidden" else f"{count:,} {what}{'s' if count > 1 else ''}"


def value_path(value: AttributeValue) -> str:
    """``attributes.certainty.values.denied`` for (certainty, denied)."""
    return f"attributes.{value[0]}.values.{value[1]}"


def _parts(group: str, old: Ontology, new: Ontology, faults: _Faults) -> dict[str, tuple[str, ...]]:
    """What each label of one group becomes; a fault for each that is not accounted for."""
    before: Mapping[str, Type] = getattr(old, group)
    after: Mapping[str, Type] = getattr(new, group)
    parts = {name: _claims(name, before, after) for name in before}
    for name, found in parts.items():
        _account(f"{group}.{name}", found, new, faults)
    return parts


def _claims(name: str, before: Mapping[str, Type], after: Mapping[str, Type]) -> tuple[str, ...]:
    """The labels that are, or were, called that.

    Where the name is still there, `was` counts under new labels alone: under the others it is history, and a label
    that was split once is not split with every later version.
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
        found = tuple((heir.name, name) for heir in heirs for name in _claims(value, before, heir.values))
        if heirs:
            _account(value_path((attribute, value)), tuple(name for _, name in found), new, faults)
        if len({heir for heir, _ in found}) > 1:
            heirs_said = " and ".join(map(value_path, found))
            faults.said.append(f"{value_path((attribute, value))}: goes to {heirs_said}; choose one")
        yield (attribute, value), found


def _account(path: str, found: tuple[str, ...], new: Ontology, faults: _Faults) -> None:
    if found and path in new.removed:
        faults.said.append(f"{path}: listed under removed, but it is still there as {', '.join(found)}")
    elif not found and path not in new.removed:
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
