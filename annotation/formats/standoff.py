"""Annotations of one article in standoff lines, as brat and the BioNLP shared tasks write them: `T1⇥Person 0 4⇥Rami`.

Offsets count code points of the text, the end exclusive; where all quotes prove another unit, they are read in it.
Text-bound annotations (`T`) that events (`E`) begin with are triggers, the others entities. Relations (`R`) become
links without direction, equivalences (`*`) links between neighbours; attributes and modifications (`A`, `M`) are kept
on events. Events that share trigger and type become one, which is what a Document holds. Normalizations (`N`), notes
(`#`) and everything else are recorded as lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from annotation.core.document import Span
from annotation.formats.base import Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.offset_units import POINTS, Quoted, proven_unit
from annotation.formats.text_pieces import span_of_pieces

_ID = re.compile(r"\*|[#A-Za-z]+[-_.\w]*\d\S*")
_PLACES = re.compile(r"\d+ \d+(?:;\d+ \d+)*")
_NUMBERED = re.compile(r"(.*\D)\d+")
_UNITS: dict[str, Unit] = {"T": "entity", "E": "event", "R": "link", "*": "link", "A": "attribute", "M": "attribute"}
_LETTERS = frozenset("TERAMN#*")


@dataclass(frozen=True, slots=True)
class StandoffLine:
    """One line in its parts, such as `T1`, `Person 0 4`, `Rami`; `at` is its place for the record."""

    id: str
    body: str
    words: str | None
    at: str

    @property
    def places(self) -> list[tuple[int, int]] | None:
        """The pieces of a text-bound annotation as the file counts them; None where they are no offsets."""
        places = self.body.partition(" ")[2]
        if not _PLACES.fullmatch(places):
            return None
        return [(int(start), int(end)) for start, end in (piece.split(" ") for piece in places.split(";"))]

    @property
    def trigger(self) -> tuple[str, str]:
        """The type and the trigger's id of an event."""
        label, _, trigger = self.body.split(" ")[0].partition(":")
        return label, trigger


def standoff_lines(text: str, at: str = "line") -> Iterator[StandoffLine]:
    """The lines of a file that are not blank."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        id, _, rest = line.removesuffix("\r").partition("\t")
        body, tab, words = rest.partition("\t")
        if line.strip():
            yield StandoffLine(id, body, words if tab else None, f"{at} {number}")


def is_standoff(text: str) -> bool:
    """Whether the text is empty or one of its lines is in this format."""
    lines = list(standoff_lines(text))
    return not lines or any(line.id[:1] in _LETTERS and line.body and _ID.fullmatch(line.id) for line in lines)


class StandoffAnnotations:
    """The annotations of one article. Lines may point forward, so each sort of line is read in turn."""

    def __init__(self, draft: DocumentBuilder, lines: Iterable[StandoffLine]) -> None:
        self.draft = draft
        self.spans: dict[str, Span] = {}
        self._lines = list(self._well_formed(lines))
        self._unit = proven_unit(draft.text, self._quotes())
        if self._unit.name != POINTS:
            reason = "counts its offsets in another unit, as all its quotes prove; they are read so"
            draft.note("document", "", reason, self._unit.name)
        events = list(self._of("E"))
        self._triggers = {line.trigger[1] for line in events}
        self._merged: dict[Span, list[str]] = {}
        self._owners: dict[tuple[Span, str], tuple[str, str]] = {}
        for line in self._of("T"):
            self._text_bound(line)
        self._failed: set[str] = set()
        for line, there in [(line, self._event(line)) for line in events]:
            self._arguments(line, there)
        for line in self._lines:
            self._other(line)

    def _well_formed(self, lines: Iterable[StandoffLine]) -> Iterator[StandoffLine]:
        """The lines with an id, each id once."""
        seen: set[str] = set()
        for line in lines:
            if not _ID.fullmatch(line.id):
                self.draft.wrong("other", line.at, "has no id with a tab after it, such as T1; mend the line", line.id)
            elif line.id in seen:
                unit = _UNITS.get(line.id[0], "other")
                self.draft.wrong(unit, line.at, "has the id of an earlier line; give it its own", line.id)
            else:
                if line.id[0] not in "#*":
                    seen.add(line.id)
                yield line

    def _of(self, letter: str) -> Iterator[StandoffLine]:
        return (line for line in self._lines if line.id.startswith(letter))

    def _quotes(self) -> Iterator[Quoted]:
        for line in self._of("T"):
            if line.places and line.words is not None:
                yield line.places, line.words

    def _text_bound(self, line: StandoffLine) -> None:
        label, _, places = line.body.partition(" ")
        unit: Unit = "event" if line.id in self._triggers else "entity"
        if line.places is None:
            self.draft.wrong(unit, line.at, "has no offsets like `Label 0 4`; mend the line", line.id)
            return
        pieces = [self._unit.points(start, end) for start, end in line.places]
        ranges = [piece for piece in pieces if piece]
        if len(ranges) < len(pieces):
            detail = f"{label} [{places.replace(' ', ':')}] of {len(self.draft.text)}"
            self.draft.wrong(unit, line.at, "leaves the text, or is empty; mend its offsets", detail)
            return
        span = span_of_pieces(self.draft, ranges, label, at=line.at, quoted=line.words, unit=unit)
        if span is None:
            return
        self.spans[line.id] = span
        if unit == "entity":
            self.draft.entity(span, at=line.at)

    def _event(self, line: StandoffLine) -> bool:
        """Add the event; False where it has no trigger."""
        label, trigger = line.trigger
        span = self.spans.get(trigger)
        if span is None:
            known = any(other.id == trigger for other in self._of("T"))
            if not known or trigger in self._failed:  # else recorded already, with the trigger
                self.draft.wrong("event", line.at, "has no trigger among the marks; mend or remove it", line.body)
            self._failed.add(trigger)
            return False
        if label != span.label:
            self.draft.note("event", line.at, "has another type than its trigger; the event's is kept", label)
            span = Span(span.start, span.end, label or span.label)
        self.spans[line.id] = span
        same = self._merged.setdefault(span, [])
        if same:
            detail = f"{span.label} {line.id} with {same[0]}"
            self.draft.lose("event", line.at, "shares trigger and type with another; they become one", detail)
        else:
            self.draft.event(span, at=line.at)
        same.append(line.id)
        if not self.draft.contains(self.spans[trigger]):
            self.spans[trigger] = span
        return True

    def _arguments(self, line: StandoffLine, there: bool) -> None:
        rows = [piece.rpartition(":") for piece in line.body.split()[1:]]
        roles = {role for role, _, _ in rows}
        for role, _, target in rows:
            numbered = _NUMBERED.fullmatch(role)
            if numbered and numbered[1] in roles:
                role = numbered[1]  # the fillers of a role are numbered from the second on
            self._argument(line, role, target, there)

    def _argument(self, line: StandoffLine, role: str, target: str, there: bool) -> None:
        filler, event = self.spans.get(target), self.spans.get(line.id)
        if not there or event is None:
            reason = "belongs to an event that was not taken over"
            self.draft.wrong("argument", line.at, reason, f"{role}:{target}")
        elif filler is None or not role:
            reason = "is filled by a mark that is not there or was not taken over; mend it"
            self.draft.wrong("argument", line.at, reason, f"{role}:{target}")
        elif filler == event and target != line.id and target in self._merged[event]:
            reason = "is filled by an event that became one with its own"
            self.draft.lose("argument", line.at, reason, f"{role}:{target}")
        else:
            self.draft.argument(event, role, filler, at=line.at)

    def _other(self, line: StandoffLine) -> None:
        kind = line.id[0]
        if kind in "AM":
            self._attribute(line)
        elif kind == "R":
            self._relation(line)
        elif kind == "*":
            self._equivalence(line)
        elif kind not in "TE":
            named = {"N": "a normalization", "#": "a note"}.get(kind, "a line of no known kind")
            self.draft.lose("other", line.at, f"is {named}, which Documents do not hold", line.id)

    def _attribute(self, line: StandoffLine) -> None:
        name, _, rest = line.body.partition(" ")
        target, _, value = rest.strip().partition(" ")
        span = self.spans.get(target)
        if span is None and any(other.id == target for other in self._of("R")):
            self.draft.lose("attribute", line.at, "hangs on a relation; only events have attributes", line.body)
        elif span is None:
            self.draft.wrong("attribute", line.at, "hangs on a mark that is not there or was not taken over", line.body)
        elif not self.draft.is_event(span):
            self.draft.lose("attribute", line.at, "hangs on an entity; only events have attributes", line.body)
        else:
            self._event_attribute(line, span, target, (name, value or "true"))

    def _event_attribute(self, line: StandoffLine, span: Span, target: str, pair: tuple[str, str]) -> None:
        """Add the attribute; on events that became one, record whose it was."""
        name, value = pair
        if self._owners.get((span, name)) == (target, value):
            self.draft.lose("attribute", line.at, "is there twice; one is kept", line.body)
            return
        owner, before = self._owners.setdefault((span, name), (target, value))
        if len(self._merged[span]) > 1 and owner != target:
            same = "is the same on events that became one; it is kept once"
            reason = same if before == value else "differs between events that became one; the first value is kept"
            self.draft.lose("attribute", line.at, reason, line.body)
            return
        if len(self._merged[span]) > 1 and before == value:
            reason = "was given to one of the events that became one, and is now of all of them"
            self.draft.note("attribute", line.at, reason, line.body)
        self.draft.attribute(span, name, value, at=line.at)

    def _relation(self, line: StandoffLine) -> None:
        label, *ends = line.body.split() or [""]
        spans = [span for span in (self.spans.get(end.rpartition(":")[2]) for end in ends) if span]
        if len(ends) != 2 or len(spans) != 2 or not label:
            self.draft.wrong("link", line.at, "joins a mark that is not there or was not taken over", line.body)
        else:
            self.draft.link(label, spans[0], spans[1], at=line.at, directed=True)

    def _equivalence(self, line: StandoffLine) -> None:
        label, *members = line.body.split() or [""]
        there = [member for member in members if member in self.spans]
        for _ in range(len(members) - len(there)):
            self.draft.wrong("link", line.at, "joins a mark that is not there or was not taken over", line.body)
        if len(members) < 2:
            self.draft.wrong("link", line.at, "joins no two marks", line.body)
        for one, other in pairwise(there):
            self.draft.link(label, self.spans[one], self.spans[other], at=line.at)
