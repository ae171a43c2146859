"""What to label next: event types with many errors in the headline score and few training examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from annotation.core.document import Document
from annotation.core.matching import DOCUMENTS, HEADLINE, PRF
from training.scoring.document_pairs import DocumentPair

LanguageAndType: TypeAlias = tuple[str, str]
"""A language and an event type."""
_EVENT_TYPE = 2
"""Where the event type stands in a tuple of Arg-C+."""
FLOOR = 10
"""Counted on top of the examples there are, so that one example more or less of a rare type does not decide."""


@dataclass(frozen=True)
class LabelPriority:
    """An event type in a language: its Arg-C+, and the whole's if all of its arguments were right.

    `gain` is what that is above the whole's F1. `documents`: how many have an argument of it, on either side.
    `examples` counts its events in what was trained on; None where that is not known.
    """

    language: str
    type: str
    now: PRF
    fixed: float
    gain: float
    documents: int
    examples: int | None

    @property
    def enough(self) -> bool:
        """Whether its arguments (30) and documents (10) are enough to say what their errors cost elsewhere."""
        return self.now.enough and self.documents >= DOCUMENTS

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        row = {"language": self.language, "type": self.type, "examples": self.examples}
        figures = {"now": self.now.as_dict(), "fixed": self.fixed, "gain": self.gain}
        return {**row, **figures, "documents": self.documents, "enough": self.enough}


def label_priorities(pairs: Iterable[DocumentPair], train: Iterable[Document] | None = None) -> list[LabelPriority]:
    """Event types by language, the most wanted first; those without an error are left out.

    They are ranked by what their errors cost for each example there is: where few examples stand behind many errors,
    a few more teach most. Without `train` the cost alone ranks.
    """
    gold, predicted, correct, documents = (Counter[LanguageAndType]() for _ in range(4))
    for pair in pairs:
        sides = [
            [(pair.gold.language, str(item[_EVENT_TYPE])) for item in items[HEADLINE]]
            for items in (pair.gold_units, pair.predicted_units, pair.shared_units)
        ]
        for counter, keys in zip((gold, predicted, correct), sides, strict=True):
            counter.update(keys)
        documents.update({key for keys in sides for key in keys})
    examples = None if train is None else Counter((d.language, e.type) for d in train for e in d.events)
    whole = PRF(gold.total(), predicted.total(), correct.total())
    cells = [
        _cell(key, PRF(gold[key], predicted[key], correct[key]), whole, times, examples)
        for key, times in documents.items()
    ]
    return sorted((cell for cell in cells if cell.gain > 0), key=lambda cell: (-_need(cell), cell.language, cell.type))


def _cell(
    key: LanguageAndType, now: PRF, whole: PRF, documents: int, examples: Counter[LanguageAndType] | None
) -> LabelPriority:
    fixed = PRF(whole.gold, whole.predicted - now.predicted + now.gold, whole.correct - now.correct + now.gold).f1
    return LabelPriority(*key, now, fixed, fixed - whole.f1, documents, None if examples is None else examples[key])


def _need(cell: LabelPriority) -> float:
    return cell.gain if cell.examples is None else cell.gain / (cell.examples + FLOOR)
