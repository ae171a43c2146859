"""Document x Ontology -> findings: what is wrong in an annotation, where, and how to mend it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Literal, NamedTuple, TypeAlias

from annotation import text as texts
from annotation.document import Document, Event, Span
from annotation.ontology import Ontology

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `str(finding)` is its line: article, task, region, words, what is wrong, the remedy."""

    severity: Severity
    message: str
    remedy: str
    document: str
    span: Span
    words: str
    task: int | None = None
    annotator: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        named = (("task", self.task), ("by", self.annotator), ("region", self.region))
        where = ", ".join(f"{name} {value}" for name, value in named if value is not None)
        return (
            f"{self.severity}: article {self.document}{', ' if where else ''}{where}, "
            f"{self.words!r} [{self.span.start}:{self.span.end}]: {self.message}; {self.remedy}"
        )

    def as_dict(self) -> dict[str, object]:
        """The finding for a machine."""
        return asdict(self)


class Fault(NamedTuple):
    """What a rule yields: a finding before it is known whose it is."""

    severity: Severity
    span: Span
    message: str
    remedy: str


Rule: TypeAlias = Callable[[Document, Ontology], Iterator[Fault]]


def check(document: Document, ontology: Ontology) -> list[Finding]:
    """Every finding in the document, in text order, errors first where two share a place."""
    regions = dict(document.provenance.regions) if document.provenance else {}
    faults = sorted((f for rule in RULES for f in rule(document, ontology)), key=lambda f: (f.span, f.severity))
    return [_finding(fault, document, regions.get(fault.span)) for fault in faults]


def check_all(documents: Iterable[Document], ontology: Ontology) -> Iterator[Finding]:
    """`check` over many documents, one at a time."""
    for document in documents:
        yield from check(document, ontology)


def _finding(fault: Fault, document: Document, region: str | None) -> Finding:
    provenance = document.provenance
    return Finding(
        severity=fault.severity,
        message=fault.message,
        remedy=fault.remedy,
        document=document.id,
        span=fault.span,
        words=fault.span.quote(document.text),
        task=provenance.task if provenance else None,
        annotator=provenance.annotator if provenance else None,
        region=region,
    )


def labels(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Every label is one the ontology has, in its own family."""
    for kind, spans, known in (
        ("entity type", document.entities, ontology.entities),
        ("event type", document.triggers, ontology.events),
    ):
        for span in spans:
            if span.label not in known:
                message = f"{span.label} is no {kind} of this ontology (it has {', '.join(known)})"
                yield Fault("error", span, message, "give it another label, or migrate the project")


def edges(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """A span neither begins nor ends in white space or loose punctuation, and never cuts a grapheme."""
    for span in document.spans():
        words = span.quote(document.text)
        if words != words.strip():
            yield Fault("error", span, "white space at its edge", "mark the words without it")
        elif _is_loose(words[0], opening=True) or _is_loose(words[-1], opening=False):
            yield Fault("warning", span, "punctuation at its edge", "mark the words without it")
        if not all(texts.on_grapheme(document.text, at) for at in (span.start, span.end)):
            yield Fault("error", span, "cuts a letter from its marks", "mark the whole letter")


def roles(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Each argument's role belongs to its event's type, and its filler may fill it."""
    for event in document.events:
        kind = ontology.events.get(event.type)
        for argument in event.arguments if kind else ():
            role = kind.roles.get(argument.role) if kind else None
            if kind and role is None:
                message = f"{event.type} has no role {argument.role} (it has {', '.join(sorted(kind.roles))})"
                yield Fault("error", argument.filler, message, "choose one of those, or delete the arrow")
            elif role and argument.filler.label not in role.fillers:
                message = (
                    f"{argument.filler.label} cannot be the {argument.role} of {event.type} "
                    f"(that takes {', '.join(sorted(role.fillers))})"
                )
                yield Fault("error", argument.filler, message, "change the entity's type, or the role")


def cardinality(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """No role is filled more often, or less often, than its event type says."""
    for event in document.events:
        filled = Counter(argument.role for argument in event.arguments)
        kind = ontology.events.get(event.type)
        for role in kind.roles.values() if kind else ():
            count = filled[role.name]
            if role.maximum is not None and count > role.maximum:
                message = f"{event.type} takes at most {role.maximum} {role.name}, here are {count}"
                yield Fault("warning", event.trigger, message, "keep the one the text states most exactly")
            if count < role.minimum:
                message = f"{event.type} needs {role.minimum} {role.name}, here are {count}"
                yield Fault("warning", event.trigger, message, "draw the missing arrow")


def attributes(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Attributes and their values are ones the ontology has."""
    for event in document.events:
        for name, value in event.attributes:
            if name not in ontology.attributes:
                message = f"{name} is no attribute (there are {', '.join(ontology.attributes)})"
                yield Fault("error", event.trigger, message, "remove it, or migrate the project")
            elif value not in ontology.attributes[name].values:
                message = f"{value} is no value of {name} (it has {', '.join(ontology.attributes[name].values)})"
                yield Fault("error", event.trigger, message, "choose one of those")


def crossings(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """Entities nest or stand apart; they never cross."""
    for a, b in combinations(document.entities, 2):
        if a.crosses(b):
            message = f"crosses {b.label} {b.quote(document.text)!r} [{b.start}:{b.end}]"
            yield Fault("error", a, message, "let one hold the other, or keep one")


def self_filling(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An event is not its own argument."""
    for event in document.events:
        if _fills_itself(event):
            yield Fault("error", event.trigger, f"{event.type} is its own argument", "delete the arrow")


def _fills_itself(event: Event) -> bool:
    return any(argument.filler == event.trigger for argument in event.arguments)


def _is_loose(char: str, *, opening: bool) -> bool:
    """Punctuation that belongs to the sentence. Marks that close a word (gershayim, %, a closing quote) stay."""
    category = unicodedata.category(char)
    return category in {"Ps", "Pi", "Pe", "Pf", "Pd"} or char in ".,;:!?،؛؟" or (opening and char in "'\"%")


RULES: tuple[Rule, ...] = (labels, edges, roles, cardinality, attributes, crossings, self_filling)
