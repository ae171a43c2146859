"""Reader of brat's standoff format: an article in NAME.txt, its annotations in NAME.ann beside it, one a line.

Offsets count code points of the .txt. Text-bound annotations that events begin with are triggers, the others entities.
Relations (`R`) become links without direction, equivalences (`*`) links between neighbours; attributes are kept on
events. Everything else in a .ann file is recorded as lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from annotation.core.document import Span
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder, longest
from annotation.formats.source_text import guess_language, id_of, text_of

_PIECES = re.compile(r"\d+ \d+(?:;\d+ \d+)*")
_NUMBERED = re.compile(r"(.*\D)\d+")
_UNITS: dict[str, Unit] = {"T": "entity", "E": "event", "R": "link", "*": "link", "A": "attribute", "M": "attribute"}


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a folder, or the one of a .ann or .txt file. An id is the file's path in the folder, no ending.

    Raises UsageError where there are no .txt files or the only file cannot be read.
    """
    texts = sorted(path.rglob("*.txt")) if path.is_dir() else [path.with_suffix(".txt")]
    if not texts:
        raise UsageError(f"{path}: holds no .txt files")
    for file in texts:
        name = file.relative_to(path) if path.is_dir() else Path(file.name)
        id = "/".join(id_of(piece) for piece in name.with_suffix("").parts)
        try:
            text = text_of(file, exact=True)
            marks = file.with_suffix(".ann")
            lines = text_of(marks, exact=True).removeprefix("\ufeff").split("\n") if marks.exists() else []
        except UsageError as error:
            if not path.is_dir():
                raise
            yield Lost("document", str(file), str(error), kind="wrong")
            continue
        annotations = _AnnFile(DocumentBuilder(text, marks.name), lines)
        yield annotations.draft.document(id, how.language or guess_language(text))
        yield from annotations.draft.lost


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a .ann file in its parts, such as `T1`, `Person 0 4`, `Rami`."""

    id: str
    body: str
    words: str | None
    at: str


class _AnnFile:
    """The annotations of one article. Lines may point forward, so each sort of line is read in turn."""

    def __init__(self, draft: DocumentBuilder, lines: Sequence[str]) -> None:
        self.draft = draft
        self.lines = [line for line in map(_parsed, lines, range(1, len(lines) + 1)) if line]
        self.spans: dict[str, Span] = {}
        events = [line for line in self.lines if line.id.startswith("E")]
        self.triggers = {line.body.split(" ")[0].partition(":")[2] for line in events}
        for line in self._of("T"):
            self._text_bound(line)
        triggered = [line for line in events if self._event(line)]
        for line in triggered:
            self._arguments(line)
        for line in self.lines:
            self._other(line)

    def _of(self, letter: str) -> Iterator[_Line]:
        return (line for line in self.lines if line.id.startswith(letter))

    def _text_bound(self, line: _Line) -> None:
        label, _, places = line.body.partition(" ")
        unit: Unit = "event" if line.id in self.triggers else "entity"
        if not _PIECES.fullmatch(places):
            self.draft.wrong(unit, line.at, "has no offsets like `Label 0 4`; mend the line", line.id)
            return
        pieces = [(int(a), int(b)) for a, b in (piece.split(" ") for piece in places.split(";"))]
        joined, quoted = self._joined(pieces), line.words
        if len(joined) > 1:
            start, end = longest(joined)
            detail = f"{line.id} {label} [{places}]"
            self.draft.note(unit, line.at, "is in several pieces; only the longest is kept", detail)
            quoted = None
        else:
            ((start, end),) = joined
        span = self.draft.span(start, end, label, at=line.at, quoted=quoted, unit=unit)
        if span is None:
            return
        self.spans[line.id] = span
        if unit == "entity":
            self.draft.entity(span, at=line.at)

    def _joined(self, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The pieces, joined where brat split an annotation only because a line ends."""
        joined = [pieces[0]]
        for start, end in pieces[1:]:
            between = self.draft.text[joined[-1][1] : start]
            if between and not between.strip("\r\n"):
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        return joined

    def _event(self, line: _Line) -> bool:
        label, _, trigger = line.body.split(" ")[0].partition(":")
        span = self.spans.get(trigger)
        if span is None:
            if any(other.id == trigger for other in self._of("T")):
                return False  # recorded already, with the trigger
            self.draft.wrong("event", line.at, "has no trigger among the marks; mend or remove it", line.body)
            return False
        if label != span.label:
            self.draft.note("event", line.at, "has another type than its trigger; the event's is kept", label)
            span = Span(span.start, span.end, label)
        self.spans[line.id] = span
        self.draft.event(span, at=line.at)
        return True

    def _arguments(self, line: _Line) -> None:
        rows = [piece.rpartition(":") for piece in line.body.split(" ")[1:] if piece]
        roles = {role for role, _, _ in rows}
        for role, _, target in rows:
            numbered = _NUMBERED.fullmatch(role)
            if numbered and numbered[1] in roles:
                role = numbered[1]  # brat numbers the fillers of a role from the second on
            filler = self.spans.get(target)
            if filler is None or not role:
                reason = "is filled by a mark that is not there or was not taken over; mend it"
                self.draft.wrong("argument", line.at, reason, f"{role}:{target}")
            else:
                self.draft.argument(self.spans[line.id], role, filler, at=line.at)

    def _other(self, line: _Line) -> None:
        kind = line.id[0]
        if kind in "AM":
            self._attribute(line)
        elif kind == "R":
            label, *ends = line.body.split(" ")
            self._link(line, label, [end.rpartition(":")[2] for end in ends if end], directed=True)
        elif kind == "*":
            label, *members = line.body.split(" ")
            for pair in pairwise(members):
                self._link(line, label, pair, directed=False)
        elif kind not in "TE":
            named = {"N": "a normalization", "#": "a note"}.get(kind, "a line of no known kind")
            self.draft.lose("other", line.at, f"is {named}, which Documents do not hold", line.id)

    def _attribute(self, line: _Line) -> None:
        name, _, rest = line.body.partition(" ")
        target, _, value = rest.partition(" ")
        span = self.spans.get(target)
        if span is None:
            self.draft.wrong("attribute", line.at, "hangs on a mark that is not there or was not taken over", line.body)
        elif not self.draft.is_event(span):
            self.draft.lose("attribute", line.at, "hangs on an entity; only events have attributes", line.body)
        else:
            self.draft.attribute(span, name, value or "true", at=line.at)

    def _link(self, line: _Line, label: str, ends: Sequence[str], *, directed: bool) -> None:
        spans = [span for span in map(self.spans.get, ends) if span is not None]
        if len(ends) != 2 or len(spans) != 2 or not all(map(self.draft.contains, spans)):
            self.draft.wrong("link", line.at, "joins a mark that is not there or was not taken over", line.body)
        else:
            self.draft.link(label, spans[0], spans[1], at=line.at, directed=directed)


def _parsed(line: str, number: int) -> _Line | None:
    id, _, rest = line.removesuffix("\r").partition("\t")
    body, tab, words = rest.partition("\t")
    if not id.strip():
        return None
    return _Line(id, body, words if tab else None, f"line {number}")
