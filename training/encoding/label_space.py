"""The label space of an ontology: the numbers and masks that the model uses for its labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from annotation.core.ontology import Ontology

ONTOLOGY_FILE = "ontology.yaml"
"""In the folder of a model."""


@dataclass(frozen=True)
class LabelSpace:
    """The numbered labels of an ontology.

    spans: the C span labels, entity types before event types. entities: the number of entity types. roles: R names.
    attributes: A pairs of a name and its values. defaults: for each attribute, the index of its default value. links:
    L labels.
    """

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
        """The index of each span label in `spans`."""
        return {label: number for number, label in enumerate(self.spans)}

    @cached_property
    def role_number(self) -> dict[str, int]:
        """The index of each role in `roles`."""
        return {role: number for number, role in enumerate(self.roles)}

    @cached_property
    def permits(self) -> npt.NDArray[np.bool_]:
        """Booleans [C, R, C]: whether a span of the last label may fill that role of an event of the first label."""
        mask = np.zeros((len(self.spans), len(self.roles), len(self.spans)), dtype=bool)
        for event, kind in self.ontology.events.items():
            for role, rule in kind.roles.items():
                for filler in rule.fillers:
                    mask[self.number[event], self.role_number[role], self.number[filler]] = True
        return mask

    def is_event(self, label: int) -> bool:
        """Whether the label of this number is an event type, so that its spans are triggers."""
        return label >= self.entities

    def maximum(self, event: str, role: str) -> int | None:
        """The most fillers the role may have, None for any number. Raises KeyError where the event has no such role."""
        return self.ontology.events[event].roles[role].maximum
