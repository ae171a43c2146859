"""Documents to look at: gold above predicted, worst first, each mark and argument correct, missed or spurious."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from annotation.document import Document, Event, Span
from annotation.matching import PRF, UNITS, assign, units
from training.report.marks import CORRECT, MISSED, SIGNS, SPURIOUS, Mark, plain, render, showable
from training.report.names import Names
from training.scoring import Scores

MOST = 50
"""Documents shown in full; the page must open at once and stay within a few MB."""
MOST_CHARACTERS = 400_000

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
    """An event under the text, with its arguments."""

    trigger: Chip
    arguments: tuple[Chip, ...]


@dataclass(frozen=True)
class Side:
    """Gold or predicted: the marked text, and its events."""

    text: Markup
    events: tuple[Trigger, ...]


@dataclass(frozen=True)
class Example:
    """A document as the page shows it. `url` is only ever http or https."""

    id: str
    title: Markup
    url: str | None
    language: str
    direction: str
    gold: Side
    predicted: Side
    scores: dict[str, PRF]


def worst(scores: Scores, gold: Sequence[Document], predicted: Sequence[Document], names: Names) -> list[Example]:
    """The documents with the lowest scores, lowest first: at most `MOST`, and about `MOST_CHARACTERS` of text."""
    theirs = {document.id: document for document in predicted}
    ours = {document.id: document for document in gold}
    examples: list[Example] = []
    characters = 0
    for row in sorted(range(len(scores.ids)), key=lambda row: _badness(scores, row)):
        document = ours[scores.ids[row]]
        characters += len(document.text)
        if examples and (len(examples) == MOST or characters > MOST_CHARACTERS):
            break
        examples.append(_example(document, theirs[document.id], _prfs(scores, row), names))
    return examples


def direction(language: str) -> str:
    """What `dir` is for the language; "auto" where it is not known."""
    return "rtl" if language in _RIGHT_TO_LEFT else "auto"


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

    def side(self) -> Side:
        triggers = self.marks(self.document.triggers, self.other.triggers, "trigger")
        entities = self.marks(self.document.entities, self.other.entities, "entity")
        text = render(self.document.text, [*triggers, *entities])
        return Side(text, tuple(self.trigger(event) for event in self.document.events))

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
        return Trigger(self.chip(self.names.title(event.type), event.trigger, state), tuple(chips))

    def chip(self, title: str, span: Span, state: str) -> Chip:
        return Chip(title, plain(span.quote(self.document.text)), state, SIGNS[state])

    def state(self, missing: bool) -> str:
        return self.wrong if missing else CORRECT
