"""Documents to look at: gold above predicted, worst first, each mark and argument correct, missed or spurious."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from markupsafe import Markup

from annotation.document import Document, Event, Span
from annotation.matching import PRF, UNITS, assign, units
from annotation.page.marks import CORRECT, MISSED, SIGNS, SPURIOUS, Mark, plain, render, showable
from annotation.page.names import Names
from training.scoring import Scores

MOST = 50
"""Documents shown in full; the page must open at once and stay within a few MB."""
MOST_CHARACTERS = 400_000
_SPARE = 10

_RIGHT_TO_LEFT = {"ar", "he", "fa", "ur", "yi"}


@dataclass(frozen=True)
class Chip:
    """A trigger or an argument: event type or role, its words, and whether the other side has it."""

    title: str
    words: Markup
    state: str
    sign: str


@dataclass(frozen=True)
class Trigger:
    """An event under the text, with its arguments. `number` is that of its trigger's mark."""

    trigger: Chip
    arguments: tuple[Chip, ...]
    type: str
    number: int


Arc: TypeAlias = tuple[int, int, str, str]
"""Numbers of the marks of trigger and filler, the role's title, the argument's state."""


@dataclass(frozen=True)
class Side:
    """Gold or predicted: the marked text, its events, and an arc for each of their arguments."""

    text: Markup
    events: tuple[Trigger, ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True)
class Example:
    """A document as the page shows it. `url` and `task`, which opens it in Label Studio, are only ever http or https.

    `types` are the event types with an error in it, `causes` those of its errors.
    """

    id: str
    title: Markup
    url: str | None
    language: str
    direction: str
    gold: Side
    predicted: Side
    scores: dict[str, PRF]
    task: str | None = None
    causes: frozenset[str] = frozenset()

    @property
    def types(self) -> frozenset[str]:
        """The event types with an error in this document, on either side."""
        events = (*self.gold.events, *self.predicted.events)
        return frozenset(e.type for e in events if any(chip.state != CORRECT for chip in (e.trigger, *e.arguments)))


def worst(
    scores: Scores,
    gold: Sequence[Document],
    predicted: Sequence[Document],
    names: Names,
    *,
    causes: Mapping[str, frozenset[str]] | None = None,
    studio: str | None = None,
) -> list[Example]:
    """The documents with the lowest scores, lowest first: at most `MOST`, and about `MOST_CHARACTERS` of text.

    A few places are for causes of errors that the worst documents do not show. `causes` holds those of a
    document's errors by its id; `studio` is the address of the Label Studio project.
    """
    theirs = {document.id: document for document in predicted}
    ours = {document.id: document for document in gold}
    causes = causes or {}
    examples: list[Example] = []
    characters = 0
    for row in _chosen(scores, causes):
        document = ours[scores.ids[row]]
        characters += len(document.text)
        if examples and characters > MOST_CHARACTERS:
            break
        example = _example(document, theirs[document.id], _prfs(scores, row), names)
        found = causes.get(document.id, frozenset())
        examples.append(replace(example, task=_task(studio, document), causes=found))
    return examples


def _chosen(scores: Scores, causes: Mapping[str, frozenset[str]]) -> list[int]:
    """Rows of the worst documents, but for `_SPARE` places that go first to those with a cause not shown yet."""
    order = sorted(range(len(scores.ids)), key=lambda row: _badness(scores, row))
    chosen, rest = order[: MOST - _SPARE], order[MOST - _SPARE :]
    seen = frozenset[str]().union(*(causes.get(scores.ids[row], ()) for row in chosen))
    for row in rest:
        if len(chosen) < MOST and causes.get(scores.ids[row], frozenset()) - seen:
            chosen.append(row)
            seen |= causes[scores.ids[row]]
    kept = {*chosen, *[row for row in rest if row not in chosen][: MOST - len(chosen)]}
    return [row for row in order if row in kept]


def direction(language: str) -> str:
    """What `dir` is for the language; "auto" where it is not known."""
    return "rtl" if language in _RIGHT_TO_LEFT else "auto"


def _task(studio: str | None, document: Document) -> str | None:
    """Where the document is marked in Label Studio, where both are known."""
    task = document.provenance.task if document.provenance else None
    if task is None or not studio or not studio.startswith(("http://", "https://")):
        return None
    return f"{studio.rstrip('/')}/data?task={task}"


def _prfs(scores: Scores, row: int) -> dict[str, PRF]:
    counts = scores.counts[row, : len(UNITS)].tolist()
    return {unit: PRF(gold, predicted, correct) for unit, (gold, predicted, correct) in zip(UNITS, counts, strict=True)}


def _badness(scores: Scores, row: int) -> tuple[float, int, str]:
    """Sorts the worst first: by Arg-C+, or the next score that has anything to count; then by the number of errors."""
    prfs = _prfs(scores, row)
    errors = sum(prf.gold + prf.predicted - 2 * prf.correct for prf in prfs.values())
    telling = [prfs[unit] for unit in ("Arg-C+", "Trig-C", "Entity") if prfs[unit].gold + prfs[unit].predicted]
    return (telling[0].f1 if telling else 1.0, -errors, scores.ids[row])


def _example(gold: Document, predicted: Document, prfs: dict[str, PRF], names: Names) -> Example:
    source = gold.source
    url = source.url if source else None
    return Example(
        id=gold.id,
        title=plain((source.title if source else None) or gold.text.strip().partition("\n")[0][:80] or gold.id),
        url=url if url and url.startswith(("http://", "https://")) else None,
        language=gold.language,
        direction=direction(gold.language),
        gold=_Marking(gold, predicted, MISSED, names).side(),
        predicted=_Marking(predicted, gold, SPURIOUS, names).side(),
        scores=prfs,
    )


class _Marking:
    """One side's marks, each `wrong` where the other side does not have it."""

    def __init__(self, document: Document, other: Document, wrong: str, names: Names) -> None:
        self.document, self.other, self.wrong, self.names = document, other, wrong, names
        self.theirs = units(other)
        self.numbers = {span: number for number, span in enumerate(document.spans())}

    def side(self) -> Side:
        triggers = self.marks(self.document.triggers, self.other.triggers, "trigger")
        entities = self.marks(self.document.entities, self.other.entities, "entity")
        text = render(self.document.text, [*triggers, *entities])
        events = tuple(self.trigger(event) for event in self.document.events)
        return Side(text, events, tuple(self.arcs(events)))

    def arcs(self, events: Sequence[Trigger]) -> Iterator[Arc]:
        for shown, event in zip(events, self.document.events, strict=True):
            for chip, argument in zip(shown.arguments, event.arguments, strict=True):
                yield shown.number, self.numbers[argument.filler], chip.title, chip.state

    def marks(self, spans: Sequence[Span], others: Sequence[Span], layer: str) -> list[Mark]:
        missing, unmatched = sorted(set(spans) - set(others)), sorted(set(others) - set(spans))
        instead = {missing[i]: unmatched[j] for i, j in assign(missing, unmatched)}
        return [
            Mark(
                span=span,
                layer=layer,
                state=self.state(span not in others),
                title=self.names.title(span.label),
                note=self.note(span, span not in others, instead.get(span)),
                number=self.numbers[span],
            )
            for span in spans
        ]

    def note(self, span: Span, missing: bool, instead: Span | None) -> str:
        note = f"{self.names.title(span.label)}: {self.state(missing)}"
        if instead is None:
            return note
        words = showable(instead.quote(self.document.text))
        return f"{note}; the other side has {self.names.title(instead.label)} on “{words}”"

    def trigger(self, event: Event) -> Trigger:
        trigger = (event.trigger.start, event.trigger.end, event.type)
        state = self.state(trigger not in self.theirs["Trig-C"])
        chips = []
        for argument in event.arguments:
            filler = argument.filler
            item = (*trigger, filler.start, filler.end, argument.role)
            chips.append(
                self.chip(self.names.role(argument.role), filler, self.state(item not in self.theirs["Arg-C+"]))
            )
        chip = self.chip(self.names.title(event.type), event.trigger, state)
        return Trigger(chip, tuple(chips), event.type, self.numbers[event.trigger])

    def chip(self, title: str, span: Span, state: str) -> Chip:
        return Chip(title, plain(span.quote(self.document.text)), state, SIGNS[state])

    def state(self, missing: bool) -> str:
        return self.wrong if missing else CORRECT
