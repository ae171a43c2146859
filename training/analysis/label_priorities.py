"""What to label next: event types with many errors in the headline score and few training examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF
from training.scoring.document_pairs import DocumentPair

LanguageAndType: TypeAlias = tuple[str, str]
"""A language and an event type."""
_EVENT_TYPE = 2
"""Where the event type stands in a tuple of Arg-C+."""
_FLOOR = 10
"""Counted on top of the examples there are, so that one example more or less of a rare type does not decide."""


@dataclass(frozen=True)
class LabelPriority:
    """An event type in a language: its Arg-C+, and the whole's if all of its arguments were right.

    `examples` counts its events in what was trained on; None where that is not known.
    """

    language: str
    type: str
    now: PRF
    fixed: float
    gain: float
    examples: int | None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values; `gain` is what `fixed` is above the F1 there is."""
        row = {"language": self.language, "type": self.type, "examples": self.examples}
        return {**row, "now": self.now.as_dict(), "fixed": self.fixed, "gain": self.gain}


def label_priorities(pairs: Iterable[DocumentPair], train: Iterable[Document] | None = None) -> list[LabelPriority]:
    """Event types by language, the most wanted first; those without an error are left out.

    They are ranked by what their errors cost for each example there is: where few examples stand behind many errors,
    a few more teach most. Without `train` the cost alone ranks.
    """
    gold, predicted, correct = Counter[LanguageAndType](), Counter[LanguageAndType](), Counter[LanguageAndType]()
    for pair in pairs:
        sides = ((gold, pair.gold_units), (predicted, pair.predicted_units), (correct, pair.shared_units))
        for counter, items in sides:
            counter.update((pair.gold.language, str(item[_EVENT_TYPE])) for item in items[HEADLINE])
    examples = None if train is None else Counter((d.language, e.type) for d in train for e in d.events)
    whole = PRF(gold.total(), predicted.total(), correct.total())
    keys = {*gold, *predicted}
    cells = [_cell(key, PRF(gold[key], predicted[key], correct[key]), whole, examples) for key in keys]
    return sorted((cell for cell in cells if cell.gain > 0), key=lambda cell: (-_need(cell), cell.language, cell.type))


def _cell(key: LanguageAndType, now: PRF, whole: PRF, examples: Counter[LanguageAndType] | None) -> LabelPriority:
    fixed = PRF(whole.gold, whole.predicted - now.predicted + now.gold, whole.correct - now.correct + now.gold).f1
    return LabelPriority(*key, now, fixed, fixed - whole.f1, None if examples is None else examples[key])


def _need(cell: LabelPriority) -> float:
    return cell.gain if cell.examples is None else cell.gain / (cell.examples + _FLOOR)
