"""What to label next: what errors cost, and how many examples stand behind them."""

from __future__ import annotations

import pytest

from annotation.core.document import Document
from tests.builders import build
from training.analysis.label_priorities import label_priorities
from training.scoring.document_pairs import pair_documents

ARREST = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]"
RAID = "[Raid:trigger פשטו] על [Place>Raid:GPE דיר בלוט]"
ARABIC = "[Raid:trigger اقتحمت] قوة [Place>Raid:GPE الدانا]"
GOLD = [build(ARREST, id="a"), build(RAID, id="b"), build(ARABIC, id="c", language="ar")]


def without_arguments(document: Document) -> Document:
    return document.bare()


def test_a_type_costs_what_its_end_would_bring() -> None:
    (cell,) = label_priorities(pair_documents(GOLD, [without_arguments(GOLD[0]), *GOLD[1:]]))
    assert (cell.language, cell.type, cell.examples) == ("he", "Arrest", None)
    assert (cell.now.gold, cell.now.predicted, cell.now.correct) == (2, 0, 0)
    assert cell.fixed == 1.0
    assert cell.gain == pytest.approx(1 - 2 * 2 / (4 + 2))


def test_languages_stand_apart_and_what_is_right_is_not_wanted() -> None:
    assert [
        (cell.language, cell.type)
        for cell in label_priorities(pair_documents(GOLD, [*GOLD[:2], without_arguments(GOLD[2])]))
    ] == [("ar", "Raid")]
    assert label_priorities(pair_documents(GOLD, GOLD)) == []


def test_where_few_examples_stand_behind_the_errors_comes_first() -> None:
    nothing = [without_arguments(document) for document in GOLD]
    assert [cell.type for cell in label_priorities(pair_documents(GOLD, nothing))] == ["Arrest", "Raid", "Raid"]
    ranked = label_priorities(pair_documents(GOLD, nothing), [build(ARREST, id=f"t{i}") for i in range(30)])
    assert [(cell.type, cell.language, cell.examples) for cell in ranked] == [
        ("Raid", "ar", 0),
        ("Raid", "he", 0),
        ("Arrest", "he", 30),
    ]
