"""Reader of one annotation: its rows as a Document, and the rows that cannot be represented as quarantine entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from annotation.core.document import Argument, Document, Event, Link, Provenance, Span
from annotation.core.errors import RegionError, SpanDriftError
from annotation.core.ontology import Ontology
from annotation.core.quoting import nearby, same_words
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.quarantine import Quarantined, location, quarantine_entry


class AnnotationReader:
    """Reads one annotation of a task whose text is unchanged. The outcome is `document()`, `quarantined` and `moved`.

    With `repair`, a region whose offsets do not cover the words it quotes is moved to where they stand, if that is
    certain, and `moved` gets a line on it.

    Regions are read first, then the choices and relations that refer to them. A fault in a row is raised as RegionError
    internally and recorded in `quarantined`; the other rows are still read.
    """

    def __init__(
        self,
        bare: Document,
        *,
        task: int | None,
        annotation: schemas.Annotation,
        ontology: Ontology,
        titles: Mapping[str, str],
        repair: bool = False,
    ) -> None:
        self.bare, self.task, self.annotation, self.ontology = bare, task, annotation, ontology
        self.repair = repair
        self._types = {schemas.TRIGGER: ontology.events, schemas.ENTITY: ontology.entities}
        self.codes = {title: code for code, title in titles.items()}
        self.quarantined: list[Quarantined] = []
        self.moved: list[str] = []
        self.spans: dict[str, Span] = {}
        self.attributes: dict[Span, dict[str, str]] = {}
        self.arguments: dict[Span, set[Argument]] = {}
        self.links: set[Link] = set()
        self.notes: list[str] = []
        self.no_events: bool | None = None
        self._read()

    def document(self) -> Document:
        """Everything that could be read, with its provenance."""
        events = self.ontology.events
        triggers = {span for span in self.spans.values() if span.label in events}
        return replace(
            self.bare,
            entities=tuple({span for span in self.spans.values() if span.label not in events}),
            events=tuple(self._event(trigger) for trigger in triggers),
            links=tuple(self.links),
            provenance=Provenance(
                task=self.task,
                annotation=self.annotation.id,
                mended_from=self.annotation.mended_from,
                annotator=self.annotation.annotator,
                updated_at=self.annotation.updated_at,
                lead_time=self.annotation.lead_time,
                note="\n".join(self.notes) or None,
                no_events=self.no_events,
                regions=tuple(sorted((span, region) for region, span in self.spans.items())),
            ),
        )

    def _event(self, trigger: Span) -> Event:
        attributes = self.attributes.get(trigger, {})
        return Event(trigger, tuple(self.arguments.get(trigger, ())), tuple(attributes.items()))

    def _read(self) -> None:
        regions: dict[str, list[tuple[schemas.Labels, object]]] = {}
        choices: list[tuple[schemas.Choices, object]] = []
        relations: list[tuple[schemas.Relation, object]] = []
        for raw in self.annotation.rows:
            try:
                row = schemas.row(raw)
            except ValueError as error:
                region = raw.get("id") if isinstance(raw, Mapping) else None
                fault = RegionError(str(error), "mark it again in Label Studio")
                self._quarantine(str(region) if region else None, fault, raw)
                continue
            if self._about_article(row):
                continue
            if isinstance(row, schemas.Labels):
                regions.setdefault(row.id, []).append((row, raw))
            elif isinstance(row, schemas.Choices):
                choices.append((row, raw))
            elif isinstance(row, schemas.TextArea):
                fault = RegionError(f"was made by the control {row.from_name!r}, which naba does not have", "remove it")
                self._quarantine(row.id, fault, raw)
            else:
                relations.append((row, raw))
        for same in regions.values():
            self._region(same)
        for choice, raw in choices:
            self._choice(choice, raw)
        for relation, raw in relations:
            self._relation(relation, raw)

    def _about_article(self, row: schemas.Result) -> bool:
        """Read a row about the whole article: the note to the lead, or the statement that there is no event."""
        if isinstance(row, schemas.TextArea) and row.from_name == schemas.NOTE:
            self.notes += [text.strip() for text in row.value.text if text.strip()]
            return True
        if isinstance(row, schemas.Choices) and row.from_name == schemas.NO_EVENTS:
            self.no_events = True if row.value.choices == [schemas.NO_EVENTS] else self.no_events
            return row.value.choices in ([], [schemas.NO_EVENTS])
        return False

    def _region(self, same: list[tuple[schemas.Labels, object]]) -> None:
        """Read the rows that share one region id; they must be one span with one label."""
        first = same[0][0]
        try:
            if len({(row.value.start, row.value.end) for row, _ in same}) > 1:
                raise RegionError("two spans share this region id", "mark both again")
            labels = sorted({label for row, _ in same for label in row.value.labels})
            if len(labels) != 1:
                listed = ", ".join(labels) or "none"
                raise RegionError(f"carries the labels {listed} instead of one", _RELABEL, kind="labels", labels=listed)
            self.spans[first.id] = self._span(first, labels[0])
        except SpanDriftError as error:
            for row, raw in same:
                entry = Quarantined(self.task, self.annotation.id, row.id, str(error), raw, error.kind, error.values)
                self.quarantined.append(entry)
        except RegionError as error:
            for row, raw in same:
                self._quarantine(row.id, error, raw, words=row.value.text)

    def _span(self, row: schemas.Labels, label: str) -> Span:
        start, end = row.value.start, row.value.end
        types = self._types.get(row.from_name)
        if types is None:
            raise RegionError(f"was made by the control {row.from_name!r}, which naba does not have", "mark it again")
        if label not in types:
            raise RegionError(f"the ontology has no {row.from_name} label {label!r}", _RELABEL)
        if row.to_name != schemas.TEXT:
            raise RegionError(f"marks {row.to_name!r}, not the text", "mark it again")
        if not 0 <= start < end <= len(self.bare.text):
            raise RegionError(f"[{start}:{end}] is no span of the {len(self.bare.text)} characters", "mark it again")
        span = Span(start, end, label)
        covered, quoted = span.quote(self.bare.text), row.value.text
        if not isinstance(quoted, str) or not quoted or same_words(quoted, covered):
            return span
        place = nearby(self.bare.text, quoted, start)
        error = SpanDriftError(task=self.task, region=row.id, quoted=quoted, covered=covered, place=place)
        if place is None or not self.repair:
            raise error
        where = location(task=self.task, annotation=self.annotation.id, region=row.id, words=quoted)
        self.moved.append(f"{where}: stood at [{start}:{end}] and was moved to [{place[0]}:{place[1]}]")
        return Span(*place, label)

    def _choice(self, row: schemas.Choices, raw: object) -> None:
        chosen = row.value.choices
        try:
            span = self._end(row.id)
            attribute = self.ontology.attributes.get(row.from_name)
            if attribute is None:
                raise RegionError(f"the ontology has no attribute {row.from_name!r}", "clear the choice")
            if span.label not in self.ontology.events:
                raise RegionError(f"{row.from_name} is said of {span.label}, which is no event", "clear the choice")
            for value in chosen:
                if value not in attribute.values:
                    raise RegionError(f"{row.from_name} cannot be {value!r}", "choose again")
                first = self.attributes.setdefault(span, {}).setdefault(row.from_name, value)
                if first != value:
                    raise RegionError(f"{row.from_name} is both {first} and {value}", "choose one")
        except RegionError as error:
            self._quarantine(row.id, error, raw)

    def _relation(self, row: schemas.Relation, raw: object) -> None:
        region = f"{row.from_id} -> {row.to_id}"
        try:
            ends = self._end(row.from_id), self._end(row.to_id)
            if not row.labels:
                raise RegionError("the arrow says no role", "choose one in the list of relations", kind="no-role")
        except RegionError as error:
            self._quarantine(region, error, raw)
            return
        for label in row.labels:
            try:
                self._arrow(self.codes.get(label, label), *ends, row.direction)
            except RegionError as error:
                self._quarantine(region, error, raw)

    def _arrow(self, code: str, start: Span, end: Span, direction: str) -> None:
        """Read one label of an arrow, which is a link or a role."""
        if code in self.ontology.links:
            if start == end:
                raise RegionError(f"{code} joins {start.label} to itself", "remove the arrow")
            self.links.add(Link(code, start, end))
        elif code in self.ontology.roles:
            trigger, filler = self._turned(code, start, end, direction)
            self.arguments.setdefault(trigger, set()).add(Argument(code, filler))
        else:
            raise RegionError(f"the ontology has neither a role nor a link {code!r}", "choose again")

    def _turned(self, role: str, start: Span, end: Span, direction: str) -> tuple[Span, Span]:
        """Trigger and filler. An arrow drawn backwards is turned when the role is possible in the other direction only.

        That is the case when only the span at its end is a trigger, or only that trigger's event type has the role.
        Between two triggers that could both have it, or that both could not, it stays as drawn; then one without
        direction is refused.
        """
        events = self.ontology.events
        ways = [(end, start), (start, end)] if direction == "left" else [(start, end), (end, start)]
        heads = [way for way in ways if way[0].label in events]
        able = [way for way in heads if role in events[way[0].label].roles] or heads
        if not able:
            problem = f"{role} joins {start.label} and {end.label}, but neither is an event"
            raise RegionError(problem, "draw it again", kind="no-event")
        if direction == "bi" and len(able) > 1:
            raise RegionError(f"{role} points both ways", "turn the arrow from the event to what fills the role")
        return able[0]

    def _end(self, region: str) -> Span:
        if region not in self.spans:
            problem = f"hangs on region {region}, which is not there or was not taken over"
            raise RegionError(problem, "draw it again", kind="hangs")
        return self.spans[region]

    def _quarantine(self, region: str | None, error: RegionError, raw: object, *, words: object = None) -> None:
        quoted = words if isinstance(words, str) else None
        task, annotation = self.task, self.annotation.id
        entry = quarantine_entry(error, raw, task=task, annotation=annotation, region=region, words=quoted)
        self.quarantined.append(entry)


_RELABEL = "give the span one label of the ontology in Label Studio"
