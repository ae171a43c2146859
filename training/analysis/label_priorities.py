"""What to label next: where many of the headline's errors stand against few examples to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from annotation.core.document import Document
from annotation.core.matching import HEADLINE, PRF, Item, units

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


def label_priorities(
    gold: Sequence[Document], predicted: Sequence[Document], train: Iterable[Document] | None = None
) -> list[LabelPriority]:
    """Event types by language, the most wanted first; those without an error are left out.

    They are ranked by what their errors cost for each example there is: where few examples stand behind many errors,
    a few more teach most. Without `train` the cost alone ranks.
    """
    theirs = {document.id: document for document in predicted}
    marked, found, correct = Counter[LanguageAndType](), Counter[LanguageAndType](), Counter[LanguageAndType]()
    for document in gold:
        left, right = _arguments(document), _arguments(theirs[document.id])
        for counter, items in zip((marked, found, correct), (left, right, left & right), strict=True):
            counter.update((document.language, str(item[_EVENT_TYPE])) for item in items)
    examples = None if train is None else Counter((d.language, e.type) for d in train for e in d.events)
    whole = PRF(marked.total(), found.total(), correct.total())
    keys = {*marked, *found}
    cells = [_cell(key, PRF(marked[key], found[key], correct[key]), whole, examples) for key in keys]
    return sorted((cell for cell in cells if cell.gain > 0), key=lambda cell: (-_need(cell), cell.language, cell.type))


def _arguments(document: Document) -> frozenset[Item]:
    return units(document)[HEADLINE]


def _cell(key: LanguageAndType, now: PRF, whole: PRF, examples: Counter[LanguageAndType] | None) -> LabelPriority:
    fixed = PRF(whole.gold, whole.predicted - now.predicted + now.gold, whole.correct - now.correct + now.gold).f1
    return LabelPriority(*key, now, fixed, fixed - whole.f1, None if examples is None else examples[key])


def _need(cell: LabelPriority) -> float:
    return cell.gain if cell.examples is None else cell.gain / (cell.examples + _FLOOR)
