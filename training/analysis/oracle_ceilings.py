"""Ceilings of the scores: of the encoding, of one window or one sentence, with gold spans, and of annotators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from annotation.core.document import Argument, Document, Event, Span
from annotation.core.layers import ENTITY, TRIGGER
from annotation.core.matching import HEADLINE, PRF
from annotation.core.messages import N_
from training.encoding.encoding import Encoding, Example
from training.encoding.representable import WordSpan, word_span
from training.inference.predictor import predict
from training.model.event_extractor import EventExtractor
from training.scoring.scores import score

ALIGNMENT, WINDOW, SENTENCE = N_("alignment"), N_("window"), N_("sentence")
GOLD_TRIGGERS, GOLD_ENTITIES, GOLD_SPANS = N_("gold triggers"), N_("gold entities"), N_("gold triggers and entities")
HUMAN = N_("human")

MEANINGS: Mapping[str, str] = {
    ALIGNMENT: N_("all of gold that can be said in words, cuts and labels"),
    WINDOW: N_("of that, only arguments in one window of the encoder with their trigger"),
    SENTENCE: N_("of that, only arguments in one sentence with their trigger"),
    GOLD_TRIGGERS: N_("the model's entities and roles, told the triggers"),
    GOLD_ENTITIES: N_("the model's triggers and roles, told the entities"),
    GOLD_SPANS: N_("the model's roles, told triggers and entities"),
    HUMAN: N_("annotators against each other, in the articles that several have marked"),
}
"""Each ceiling and what it is, in the order they are told."""

_GIVEN = {GOLD_TRIGGERS: (TRIGGER,), GOLD_ENTITIES: (ENTITY,), GOLD_SPANS: (TRIGGER, ENTITY)}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The scores it sets, each unit over all documents, and the headline by language (none for the human one)."""

    name: str
    micro: Mapping[str, PRF]
    by_language: Mapping[str, PRF]

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "meaning": MEANINGS[self.name],
            "micro": {unit: prf.as_dict() for unit, prf in self.micro.items()},
            "languages": {language: prf.as_dict() for language, prf in self.by_language.items()},
        }


@dataclass(frozen=True)
class Ceilings:
    """The ceilings there are, in the order of `MEANINGS`."""

    rows: tuple[Ceiling, ...]

    def __getitem__(self, name: str) -> Ceiling:
        return next(row for row in self.rows if row.name == name)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"score": HEADLINE, "ceilings": {row.name: row.as_dict() for row in self.rows}}


def ceilings(
    gold: Sequence[Document],
    encoding: Encoding,
    *,
    model: EventExtractor | None = None,
    human: Mapping[str, PRF] | None = None,
    version: str | None = None,
    batch_size: int = 16,
) -> Ceilings:
    """The ceilings of the encoding; with a model, what it reaches given the gold spans that the encoding can represent.

    `human` is the annotators' agreement by unit, which `annotation.agreement` counts. The model, whose `version` saves
    hashing it again, predicts three times.
    """
    representable = [encoding.representable(document).document for document in gold]
    reached = {
        ALIGNMENT: representable,
        WINDOW: [_near(document, encoding, _same_window) for document in representable],
        SENTENCE: [_near(document, encoding, _same_sentence) for document in representable],
    }
    if model is not None:
        for name, layers in _GIVEN.items():
            reached[name] = list(predict(model, encoding, gold, batch_size=batch_size, version=version, given=layers))
    rows = [_ceiling(name, gold, documents) for name, documents in reached.items()]
    return Ceilings((*rows, *([Ceiling(HUMAN, dict(human), {})] if human else [])))


def _ceiling(name: str, gold: Sequence[Document], reached: Sequence[Document]) -> Ceiling:
    scores = score(gold, reached)
    languages = {language: part.micro[HEADLINE] for language, part in scores.by_language.items()}
    return Ceiling(name, scores.micro, languages)


def _near(document: Document, encoding: Encoding, near: Callable[[Example, WordSpan, WordSpan], bool]) -> Document:
    """The document without the arguments whose trigger and filler are not near each other."""
    example = encoding.encode(document.bare())

    def stays(event: Event, argument: Argument) -> bool:
        ends = (_place(example, event.trigger), _place(example, argument.filler))
        return near(example, *ends)

    events = [
        replace(event, arguments=tuple(a for a in event.arguments if stays(event, a))) for event in document.events
    ]
    return replace(document, events=tuple(events))


def _place(example: Example, span: Span) -> WordSpan:
    """The words of a span that the encoding can represent."""
    at = word_span(example.words, span)
    if isinstance(at, str):
        raise ValueError(f"document {example.document.id}: {span.label} [{span.start}:{span.end}]: {at}")
    return at


def _same_window(example: Example, trigger: WordSpan, filler: WordSpan) -> bool:
    words = {trigger.first, trigger.last, filler.first, filler.last}
    return bool(frozenset.intersection(*(_windows(example, word) for word in words)))


def _windows(example: Example, word: int) -> frozenset[int]:
    """The windows that hold the whole word."""
    pairs = zip(example.windows.window[word].tolist(), example.windows.weight[word].tolist(), strict=True)
    return frozenset(window for window, weight in pairs if weight > 0)


def _same_sentence(example: Example, trigger: WordSpan, filler: WordSpan) -> bool:
    return bool(example.sentences[trigger.first] == example.sentences[filler.first])
