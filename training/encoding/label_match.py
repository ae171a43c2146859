"""The labels of a new model matched by name with those of a trained one, whatever their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from annotation.core.messages import first_few
from annotation.core.ontology import Type
from training.encoding.label_space import LabelSpace

SPAN, ROLE, VALUE, LINK = AXES = ("span", "role", "value", "link")
"""What parameters of a model count: span labels, roles, values of attributes, links."""
_MOST = 5
"""Labels that a message names."""


@dataclass(frozen=True)
class MatchedAxis:
    """The labels of one axis, by number, in the new and in the old model.

    sources: for each new label its name in the old model, None where it is not known there.
    """

    new: tuple[str, ...]
    old: tuple[str, ...]
    sources: tuple[str | None, ...]

    @cached_property
    def pairs(self) -> npt.NDArray[np.int64]:
        """Each known label's number in the new and in the old model, [2, K]."""
        number = {name: n for n, name in enumerate(self.old)}
        known = [(n, number[source]) for n, source in enumerate(self.sources) if source is not None]
        return np.array(known, dtype=np.int64).reshape(-1, 2).T

    @property
    def added(self) -> list[str]:
        """Labels that the old model does not have."""
        return [name for name, source in zip(self.new, self.sources, strict=True) if source is None]

    @property
    def left_out(self) -> list[str]:
        """Labels that the new model does not have."""
        return [name for name in self.old if name not in self.sources]


@dataclass(frozen=True)
class LabelMatch:
    """The matched labels of every axis."""

    axes: Mapping[str, MatchedAxis]

    @classmethod
    def of(cls, new: LabelSpace, old: LabelSpace) -> LabelMatch:
        """A label that the old ontology does not have is matched by the names that it had before (`was`)."""
        before = _names(old)
        return cls({axis: _matched(names, tuple(before[axis])) for axis, names in _names(new).items()})

    @property
    def shares_a_type(self) -> bool:
        """Whether an event type or an entity type is known."""
        return bool(self.axes[SPAN].pairs.size)

    def __str__(self) -> str:
        known = sum(axis.pairs.shape[1] for axis in self.axes.values())
        added = [_title(kind, name) for kind, axis in self.axes.items() for name in axis.added]
        left_out = [_title(kind, name) for kind, axis in self.axes.items() for name in axis.left_out]
        return f"{known} labels known, {_counted(added, 'new')}, {_counted(left_out, 'left out')}"


def _names(labels: LabelSpace) -> dict[str, dict[str, list[str]]]:
    """The labels of each axis by number, each with its own name and those it had before."""
    ontology = labels.ontology
    types = {**ontology.entities, **ontology.events}
    values = {
        f"{name}={value}": [f"{a}={v}" for a in _every_name(name, kind) for v in _every_name(value, kind.values[value])]
        for name, kind in ontology.attributes.items()
        for value in kind.values
    }
    return {
        SPAN: {name: _every_name(name, types[name]) for name in labels.spans},
        ROLE: {name: _every_name(name, ontology.roles[name]) for name in labels.roles},
        VALUE: values,
        LINK: {name: _every_name(name, ontology.links[name]) for name in labels.links},
    }


def _every_name(name: str, kind: Type) -> list[str]:
    return [name, *kind.was]


def _matched(names: Mapping[str, Sequence[str]], old: tuple[str, ...]) -> MatchedAxis:
    sources = (next((name for name in every if name in old), None) for every in names.values())
    return MatchedAxis(tuple(names), old, tuple(sources))


def _title(axis: str, name: str) -> str:
    """How a label is called where labels of all axes are listed."""
    return name if axis == SPAN else f"{axis} {name}"


def _counted(names: Sequence[str], what: str) -> str:
    return f"{len(names)} {what}" + (f" ({first_few(names, _MOST)})" if names else "")
