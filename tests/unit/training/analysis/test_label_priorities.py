"""What to label next: what errors cost, and how many examples stand behind them."""

from __future__ import annotations

import pytest

from annotation.core.document import Document
from tests.builders import build
from training.analysis.label_priorities import label_priorities
from training.scoring.document_pairs import pair_documents
from training.scoring.scores import score

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


def test_a_gain_is_what_the_score_rises_by_when_the_type_is_right() -> None:
    nothing = [without_arguments(document) for document in GOLD]
    now = score(GOLD, nothing).arg_c_plus.f1
    for cell in label_priorities(pair_documents(GOLD, nothing)):
        mended = [
            gold if (gold.language, gold.events[0].type) == (cell.language, cell.type) else bare
            for gold, bare in zip(GOLD, nothing, strict=True)
        ]
        assert cell.gain == pytest.approx(score(GOLD, mended).arg_c_plus.f1 - now)
        assert (cell.documents, cell.enough) == (1, False)


def test_thirty_arguments_in_ten_documents_are_enough() -> None:
    for documents, times, enough in ((10, 3, True), (9, 4, False), (14, 2, False)):
        places = " ".join(["[Place>Raid:GPE דנא]"] * times)
        gold = [build(f"[Raid:trigger פשטו] על {places}", id=str(at)) for at in range(documents)]
        (cell,) = label_priorities(pair_documents(gold, [document.bare() for document in gold]))
        assert (cell.now.gold, cell.documents, cell.enough) == (documents * times, documents, enough)
