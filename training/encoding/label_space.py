"""The label space an ontology spans, as the numbers and masks the model works with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from annotation.core.ontology import Ontology


@dataclass(frozen=True)
class LabelSpace:
    """spans: entity types, then event types (C of them). roles: R names. attributes: A, each with its values. links:
    L labels."""

    spans: tuple[str, ...]
    entities: int
    roles: tuple[str, ...]
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    defaults: tuple[int, ...]
    links: tuple[str, ...]
    ontology: Ontology

    @classmethod
    def of(cls, ontology: Ontology) -> LabelSpace:
        """The ontology's labels, in the order of its file."""
        attributes = tuple((name, tuple(kind.values)) for name, kind in ontology.attributes.items())
        return cls(
            spans=ontology.labels,
            entities=len(ontology.entities),
            roles=tuple(ontology.roles),
            attributes=attributes,
            defaults=tuple(values.index(ontology.attributes[name].default) for name, values in attributes),
            links=tuple(ontology.links),
            ontology=ontology,
        )

    @cached_property
    def number(self) -> dict[str, int]:
        """The row of each span label."""
        return {label: number for number, label in enumerate(self.spans)}

    @cached_property
    def role_number(self) -> dict[str, int]:
        """The row of each role."""
        return {role: number for number, role in enumerate(self.roles)}

    @cached_property
    def permits(self) -> npt.NDArray[np.bool_]:
        """[C, R, C]: whether a span of the third label may fill that role of an event of the first."""
        mask = np.zeros((len(self.spans), len(self.roles), len(self.spans)), dtype=bool)
        for event, kind in self.ontology.events.items():
            for role, rule in kind.roles.items():
                for filler in rule.fillers:
                    mask[self.number[event], self.role_number[role], self.number[filler]] = True
        return mask

    def is_event(self, label: int) -> bool:
        """Whether spans of this label are triggers."""
        return label >= self.entities

    def maximum(self, event: str, role: str) -> int | None:
        """How many fillers the role may have, None for any number."""
        return self.ontology.events[event].roles[role].maximum
