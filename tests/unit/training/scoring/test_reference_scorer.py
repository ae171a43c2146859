"""The six scores of events against the field's published definition, written down again with plain sets.

The definition is that of TextEE (Huang et al. 2024, "TextEE: Benchmark, Reevaluation, Reflections, and Future
Challenges in Event Extraction"), whose end-to-end scorer others are compared with: tuples of each document are pooled
into one set a side; precision, recall and their harmonic mean are 0 where their denominator is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Span
from annotation.formats.document_lines import DocumentLines
from annotation.storage.documents_file import write_documents
from training.commands.score import metrics
from training.scoring.parallel_scoring import ScoringTask, score_files
from training.scoring.scores import score

Place: TypeAlias = tuple[int, int]
Row: TypeAlias = tuple[Place, str, tuple[tuple[Place, str], ...]]
"""An event: where its trigger is, its type, and where each argument is with its role."""
TUPLES = {
    "Trig-I": lambda id, trigger, type_, arguments: [(id, trigger)],
    "Trig-C": lambda id, trigger, type_, arguments: [(id, trigger, type_)],
    "Arg-I": lambda id, trigger, type_, arguments: [(id, type_, at) for at, _ in arguments],
    "Arg-C": lambda id, trigger, type_, arguments: [(id, type_, at, role) for at, role in arguments],
    "Arg-I+": lambda id, trigger, type_, arguments: [(id, trigger, type_, at) for at, _ in arguments],
    "Arg-C+": lambda id, trigger, type_, arguments: [(id, trigger, type_, at, role) for at, role in arguments],
}


def published(gold: Sequence[Sequence[Row]], predicted: Sequence[Sequence[Row]]) -> dict[str, tuple[float, ...]]:
    """Precision, recall and F1 in percent, rounded as the scorer prints them."""
    found = {}
    for name, tuples in TUPLES.items():
        ours, theirs = (
            {one for id, rows in enumerate(side) for row in rows for one in tuples(id, *row)}
            for side in (gold, predicted)
        )
        precision = len(ours & theirs) / len(theirs) if theirs else 0.0
        recall = len(ours & theirs) / len(ours) if ours else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        found[name] = tuple(round(100 * share, 2) for share in (precision, recall, f1))
    return found


def documents(side: Iterable[Sequence[Row]]) -> list[Document]:
    return [
        Document(
            str(id),
            "x" * 20,
            events=tuple(Event(Span(*at, type_), _arguments(arguments)) for at, type_, arguments in rows),
            entities=tuple({Span(*at, "Person") for *_, arguments in rows for at, _ in arguments}),
        )
        for id, rows in enumerate(side)
    ]


def _arguments(rows: Sequence[tuple[Place, str]]) -> tuple[Argument, ...]:
    return tuple(Argument(role, Span(*at, "Person")) for at, role in rows)


places = st.builds(lambda start, length: (start, start + length), st.integers(0, 8), st.integers(1, 3))
rows = st.tuples(
    places,
    st.sampled_from(["Attack", "Die"]),
    st.lists(st.tuples(places, st.sampled_from(["Place", "Victim"])), max_size=3, unique=True).map(tuple),
)
sides = st.lists(rows, max_size=3, unique_by=lambda row: row[:2])
ONE: Row = ((0, 2), "Attack", (((3, 5), "Place"),))
OTHER: Row = ((0, 2), "Die", (((3, 5), "Victim"),))


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(st.tuples(sides, sides), min_size=1, max_size=4))
@example(drawn=[([], [])])
@example(drawn=[([ONE], []), ([], [])])
@example(drawn=[([], [ONE])])
@example(drawn=[([ONE], [OTHER])])
@example(drawn=[([ONE], []), ([], [ONE])])
def test_scores_are_those_of_the_published_definition(drawn: list[tuple[list[Row], list[Row]]]) -> None:
    gold, predicted = [ours for ours, _ in drawn], [theirs for _, theirs in drawn]
    micro = score(documents(gold), documents(predicted)).micro
    assert {name: _percent(micro[name].as_dict()) for name in TUPLES} == published(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted"), [([], []), ([ONE], []), ([], [ONE]), ([ONE], [OTHER]), ([ONE, OTHER], [OTHER])]
)
def test_so_are_those_of_files(gold: list[Row], predicted: list[Row], tmp_path: Path) -> None:
    for name, side in (("gold", [gold, [ONE]]), ("predicted", [predicted, []])):
        write_documents(tmp_path / f"{name}.jsonl", documents(side))
    task = ScoringTask(DocumentLines(tmp_path / "gold.jsonl"), DocumentLines(tmp_path / "predicted.jsonl"))
    micro = metrics(score_files(task))["micro"]
    expected = published([gold, [ONE]], [predicted, []])
    assert {name: _percent(micro[name]) for name in TUPLES} == expected  # type: ignore[index]


def _percent(row: dict[str, float]) -> tuple[float, ...]:
    return tuple(round(100 * row[share], 2) for share in ("precision", "recall", "f1"))
