"""Arguments proposed for the trigger that an annotator has selected, as rows that the page takes over as they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from annotation.core.document import Argument, Document, Event, Span
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.annotation_reader import AnnotationReader
from annotation.labelstudio.convert.convert import region_id, region_row
from annotation.labelstudio.project.config_signature import Sealed
from annotation.labelstudio.project.labeling_config import relation_titles


@dataclass(frozen=True)
class Question:
    """What is marked on the page, and the trigger whose arguments are wanted.

    regions: the id of each span's region. used: every id on the page, also of what could not be read. joined: the pairs
    of regions that an arrow joins, in both directions; Label Studio has one arrow for a pair.
    """

    marked: Document
    trigger: Span
    regions: Mapping[Span, str]
    used: frozenset[str]
    joined: frozenset[tuple[str, str]]
    seal: Sealed

    def proposals(self, filled: Document) -> list[schemas.Row]:
        """Rows for what `filled` has beyond the page: arrows, and regions of fillers that are not marked yet.

        Nothing is proposed for a pair that an arrow joins, nor beyond the number of fillers that a role takes.
        """
        found = next((event for event in filled.events if event.trigger == self.trigger), None)
        if found is None:
            return []
        roles: dict[Span, list[str]] = defaultdict(list)
        for argument in self._beyond(found):
            roles[argument.filler].append(argument.role)
        return [row for filler, names in roles.items() for row in self._rows(filled, filler, names)]

    def _beyond(self, found: Event) -> Iterator[Argument]:
        """The arguments to propose, the likeliest first."""
        ontology, event = self.seal.ontology, self.trigger.label
        own = next(event for event in self.marked.events if event.trigger == self.trigger)
        taken = Counter(argument.role for argument in own.arguments)
        for argument in sorted(found.arguments, key=lambda argument: -(argument.score or 0.0)):
            role, filler = argument.role, argument.filler
            pair = (self.regions[self.trigger], self.regions.get(filler, ""))
            if not ontology.permits(event, role, filler.label) or pair in self.joined:
                continue
            maximum = ontology.events[event].roles[role].maximum
            if maximum is None or taken[role] < maximum:
                taken[role] += 1
                yield argument

    def _rows(self, filled: Document, filler: Span, roles: list[str]) -> Iterator[schemas.Row]:
        """The filler's region where it has none, marked as from a suggestion, and the arrow that leads to it."""
        id = self.regions.get(filler)
        if id is None:
            id = self._free(region_id(filler, schemas.ENTITY))
            yield {**region_row(filled, filler, schemas.ENTITY), "id": id, "origin": "prediction"}
        titles = relation_titles(self.seal.ontology, self.seal.ui_language)
        labels = [titles[role] for role in roles]
        ends = {"from_id": self.regions[self.trigger], "to_id": id}
        yield {"type": "relation", **ends, "direction": "right", "labels": labels}

    def _free(self, id: str) -> str:
        """The id, or one like it where another region has it: that region was moved, and kept its id."""
        return id if id not in self.used else next(name for n in count(2) if (name := f"{id}-{n}") not in self.used)


def question(bare: Document, context: Mapping[str, object], seal: Sealed) -> Question | None:
    """What the page asks: `result` has the rows on it, and `trigger` the id of the selected region.

    None where that region is no trigger, or not to be read.
    """
    result = context.get("result")
    annotation = schemas.Annotation(result=result if isinstance(result, list) else [])
    titles = relation_titles(seal.ontology, seal.ui_language)
    reader = AnnotationReader(bare, task=None, annotation=annotation, ontology=seal.ontology, titles=titles)
    region = str(context.get("trigger"))
    trigger = reader.spans.get(region)
    if trigger is None or trigger.label not in seal.ontology.events:
        return None
    regions = {**{span: id for id, span in reader.spans.items()}, trigger: region}
    rows = [row for row in annotation.rows if isinstance(row, dict)]
    arrows = [(str(row.get("from_id")), str(row.get("to_id"))) for row in rows if row.get("type") == "relation"]
    joined = frozenset(arrows) | {(end, start) for start, end in arrows}
    used = frozenset(str(row.get("id")) for row in rows)
    return Question(reader.document(), trigger, regions, used, joined, seal)
