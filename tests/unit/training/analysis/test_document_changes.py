"""Where two models differ, item by item, the worst document first."""

from __future__ import annotations

from dataclasses import replace

from annotation.core.document import Document
from annotation.core.matching import HEADLINE
from tests.builders import build
from training.analysis.document_changes import document_changes
from training.scoring.document_pairs import pair_documents

WHOLE = "[Strike:trigger הפצצת] [Place>Strike:GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]"
NO_PLACE = "[Strike:trigger הפצצת] [GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]"
NO_DEATH = "[Strike:trigger הפצצת] [Place>Strike:GPE אידליב] ומות [Person סמי]"


def documents(**markup: str) -> list[Document]:
    return [build(text, id=id) for id, text in markup.items()]


def test_what_got_worse_and_better_is_counted_and_the_worst_comes_first() -> None:
    gold = documents(a=WHOLE, b=WHOLE, c=WHOLE, d=WHOLE)
    before = documents(a=NO_PLACE, b=WHOLE, c=WHOLE, d=NO_DEATH)
    now = documents(a=WHOLE, b=NO_DEATH, c=WHOLE, d=NO_PLACE)
    changes = document_changes(pair_documents(gold, now), pair_documents(gold, before))
    assert [change.id for change in changes] == ["b", "d", "a"]
    assert changes[0].as_dict() == {
        "id": "b",
        "worse": {"Trig-C": 1, HEADLINE: 1, "Entity": 0},
        "better": {"Trig-C": 0, HEADLINE: 0, "Entity": 0},
    }
    assert (changes[1].counts(HEADLINE), changes[1].counts("Trig-C")) == ((1, 1), (0, 1))
    assert changes[2].counts(HEADLINE) == (0, 1)


def test_a_new_false_mark_is_worse_and_one_that_is_gone_is_better() -> None:
    gold = [build(WHOLE, id="a")]
    bare = [replace(gold[0], entities=(), events=(), links=())]
    (change,) = document_changes(pair_documents(bare, gold), pair_documents(bare, bare))
    assert change.counts("Entity") == (2, 0)
    (change,) = document_changes(pair_documents(bare, bare), pair_documents(bare, gold))
    assert change.counts("Entity") == (0, 2)


def test_models_that_mark_alike_differ_nowhere() -> None:
    gold = documents(a=WHOLE, b=NO_PLACE)
    pairs = pair_documents(gold, gold)
    assert document_changes(pairs, pairs) == []
