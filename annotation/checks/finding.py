"""Faults, as rules yield them, and findings: faults with their article, annotator and region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from annotation.checks import wording
from annotation.checks.wording import Value
from annotation.core.document import Document, Span
from annotation.core.ontology import Ontology

Severity: TypeAlias = Literal["error", "warning"]

_SHOWN = 120
"""Characters of the words in a line on a terminal: a finding may be on the whole article."""
_BESIDE = 22
"""Characters of context on each side of the words, without the word they cut."""

WITHOUT_WORDS = frozenset({"text", "unmarked", "empty-others", "empty-model", "drifted"})
"""Kinds without words of their own: the whole text, or in the message."""


class Fault(NamedTuple):
    """The result of a rule: the kind of fault, its span, and the values for its wording."""

    kind: str
    span: Span
    values: Mapping[str, Value] = {}


Rule: TypeAlias = Callable[[Document, Ontology], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in an article. `str(finding)` is its line: article, task, region, words, what is wrong, the remedy.

    `span` is None where the fault has no reliable place in the text; `before` and `after` are the words around it.
    `line` is the line number in the file, for lines that hold no Document.
    """

    kind: str
    document: str
    span: Span | None
    words: str
    before: str = ""
    after: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    task: int | None = None
    annotation: int | None = None
    annotator: str | None = None
    region: str | None = None
    line: int | None = None

    @property
    def severity(self) -> Severity:
        """`error` where the annotation is wrong as it stands, `warning` where it needs a second look."""
        return "error" if self.kind in wording.ERRORS else "warning"

    @property
    def message(self) -> str:
        """What is wrong, in English, with the ontology's codes."""
        return wording.message(self.kind, self.values)

    @property
    def remedy(self) -> str:
        """What to do about it, in English, with the ontology's codes."""
        return wording.remedy(self.kind, self.values)

    def said_in(self, language: str, ontology: Ontology) -> str:
        """What is wrong, in the language, with the ontology's titles."""
        return wording.message(self.kind, self.values, language, ontology)

    def __str__(self) -> str:
        named = (("task", self.task), ("by", self.annotator), ("region", self.region))
        where = ", ".join(f"{name} {value}" for name, value in named if value is not None)
        place = f" [{self.span.start}:{self.span.end}]" if self.span else ""
        quote = self.words if len(self.words) <= _SHOWN else f"{self.words[:_SHOWN]}…"
        words = f", {quote!r}{place}" if self.words or place else ""
        return (
            f"{self.severity}: article {self.document}{', ' if where else ''}{where}{words}: "
            f"{self.message}; {self.remedy}"
        )

    def as_dict(self) -> dict[str, object]:
        """The finding as plain JSON values."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "message": self.message,
            "remedy": self.remedy,
            "document": self.document,
            "span": asdict(self.span) if self.span else None,
            "words": self.words,
            "before": self.before,
            "after": self.after,
            "task": self.task,
            "annotation": self.annotation,
            "annotator": self.annotator,
            "region": self.region,
            "line": self.line,
        }


def finding(fault: Fault, document: Document) -> Finding:
    """The fault as a finding in this document."""
    provenance = document.provenance
    regions = dict(provenance.regions) if provenance else {}
    before = document.text[max(0, fault.span.start - _BESIDE) : fault.span.start]
    after = document.text[fault.span.end : fault.span.end + _BESIDE]
    return Finding(
        kind=fault.kind,
        document=document.id,
        span=fault.span,
        words=fault.span.quote(document.text),
        before=f"…{before.partition(' ')[2]}" if fault.span.start > _BESIDE else before,
        after=f"{after.rpartition(' ')[0]}…" if fault.span.end + _BESIDE < len(document.text) else after,
        values=fault.values,
        task=provenance.task if provenance else None,
        annotation=provenance.annotation if provenance else None,
        annotator=provenance.annotator if provenance else None,
        region=regions.get(fault.span),
    )
