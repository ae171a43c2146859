"""What drafts reach without a model: phrases of 1, 5, 20 and all other articles of the sample, on 20 held out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from annotation import sample
from annotation.core.document import Document, Event, Span
from annotation.core.ontology import Ontology
from annotation.drafting.article_words import key
from annotation.drafting.phrases import PhraseTable
from annotation.drafting.repeats import repeated
from annotation.drafting.role_habits import RoleHabits
from tests.builders import conflict
from training.scoring.scores import score

SEEDS = range(5)
HELD_OUT = 20
UNITS = ("Entity", "Trig-C", "Arg-C+")


def scored(examples: Sequence[Document], gold: Sequence[Document], ontology: Ontology) -> list[float]:
    """F1, precision and recall of each of `UNITS`."""
    table, habits = PhraseTable.learn(examples), RoleHabits.learn(examples, ontology)
    micro = score(gold, [habits.fill(table.draft(document.bare())) for document in gold]).micro
    return [figure for unit in UNITS for figure in (micro[unit].f1, micro[unit].precision, micro[unit].recall)]


def first_marks(document: Document) -> Document:
    """The document with only the first mark of each phrase."""
    first: dict[tuple[str, ...], Span] = {}
    for span in sorted(document.spans()):
        first.setdefault(key(span.quote(document.text)), span)
    kept = {*first.values()}
    events = tuple(Event(span) for span in document.triggers if span in kept)
    return replace(document, entities=tuple(kept & {*document.entities}), events=events, links=())


def main() -> None:
    ontology, gold = conflict(), sample.gold()
    print(f"articles  {'  '.join(f'{unit:>6} F1     P     R' for unit in UNITS)}", flush=True)
    for count in (1, 5, 20, len(gold) - HELD_OUT):
        runs = []
        for seed in SEEDS:
            mixed = random.Random(seed).sample(gold, len(gold))
            runs.append(scored(mixed[HELD_OUT:][:count], mixed[:HELD_OUT], ontology))
        cells = [f"{value:>5.1f}" for value in 100 * np.mean(runs, axis=0)]
        print(f"{count:>8}  {'  '.join('    ' + ' '.join(cells[at : at + 3]) for at in (0, 3, 6))}", flush=True)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for document in gold:
        again = repeated(first_marks(document))
        for span in again.spans() if again else ():
            if span.score is not None:
                layer = "triggers" if span.label in ontology.events else "entities"
                total[layer] += 1
                right[layer] += span in {*document.spans()}
    for layer, count in total.items():
        print(f"repeats, {layer}: {right[layer]} of {count} are marks of gold", flush=True)


if __name__ == "__main__":
    main()
