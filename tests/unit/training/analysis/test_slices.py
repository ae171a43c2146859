"""Arguments fall into the slices they should; a planted weakness is found, and where there is none nothing is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from annotation.core.document import Document, Source
from annotation.core.inline_markup import parse
from annotation.core.matching import PRF
from tests.builders import conflict
from training.analysis.slices import Slices, holm, slices
from training.scoring.document_pairs import pair_documents
from training.scoring.scores import score

ONTOLOGY = conflict()
HEBREW = (
    "[Raid,certainty=unconfirmed:trigger פשטו] [Agent>Raid:Organization הלוחמים] על "
    "[Target>Raid:Facility מחסן [GPE צור]] לפני שעות רבות מאוד, ב[Place>Raid:GPE זמירון]."
)
ARABIC = "[Raid:trigger داهم] [Agent>Raid:ArmedGroup المقاتلون] [Place>Raid:GPE الرقة]."


def told(found: Slices) -> Mapping[tuple[str, str], tuple[int, int, int]]:
    return {(row.kind, row.name): (row.score.gold, row.score.predicted, row.score.correct) for row in found.rows}


def test_each_argument_is_in_one_slice_of_each_kind() -> None:
    gold = [parse(HEBREW, id="h", language="he"), parse(ARABIC, id="a", language="ar")]
    gold[1] = replace(gold[1], source=Source("وكالة"))
    wrong = parse(HEBREW.replace("Agent>Raid:", ""), id="h", language="he")
    train = [parse("[Raid:trigger פשטו] ב[Place>Raid:GPE זמירון]", language="he")]
    found = slices(pair_documents(gold, [wrong, gold[1]]), ontology=ONTOLOGY, train=train)
    assert told(found) == {
        ("language", "he"): (3, 2, 2),
        ("language", "ar"): (2, 2, 2),
        ("event", "Raid"): (5, 4, 4),
        ("role", "Agent"): (2, 1, 1),
        ("role", "Place"): (2, 2, 2),
        ("role", "Target"): (1, 1, 1),
        ("source", "unknown"): (3, 2, 2),
        ("source", "وكالة"): (2, 2, 2),
        ("length", "up to 100 words"): (5, 4, 4),
        ("distance", "up to 3 words"): (4, 3, 3),
        ("distance", "4 to 10 words"): (1, 1, 1),
        ("nesting", "nested"): (1, 1, 1),
        ("nesting", "not nested"): (4, 3, 3),
        ("beginning", "after a proclitic"): (1, 1, 1),
        ("beginning", "at a word's start"): (4, 3, 3),
        ("filler", "seen in training"): (1, 1, 1),
        ("filler", "new"): (4, 3, 3),
        ("transfer", "trained on"): (3, 2, 2),
        ("transfer", "never trained on"): (2, 2, 2),
        ("certainty", "unconfirmed"): (3, 2, 2),
        ("certainty", "confirmed"): (2, 2, 2),
        ("polarity", "positive"): (5, 4, 4),
        ("realis", "actual"): (5, 4, 4),
    }
    assert not any(row.enough for row in found.rows)
    assert found.worst == ()


def test_without_the_training_documents_nothing_is_said_of_what_was_seen() -> None:
    gold = [parse(HEBREW, id="h", language="he")]
    assert not {"filler", "transfer"} & set(slices(pair_documents(gold, gold), ontology=ONTOLOGY).kinds)


def test_a_spurious_argument_is_in_the_slices_of_its_own_event_but_of_golds_attributes() -> None:
    gold = parse(HEBREW.replace("Agent>Raid:", ""), id="h", language="he")
    predicted = parse(HEBREW.replace(",certainty=unconfirmed", ""), id="h", language="he")
    counts = told(slices(pair_documents([gold], [predicted]), ontology=ONTOLOGY))
    assert counts["role", "Agent"] == (0, 1, 0)
    assert counts["certainty", "unconfirmed"] == (2, 3, 2)


def test_slices_of_a_kind_add_up_to_the_score() -> None:
    gold, predicted = corpus({"ar": 0.5, "he": 0.9})
    found = slices(pair_documents(gold, predicted), ontology=ONTOLOGY, train=gold[:5])
    whole = score(gold, predicted).arg_c_plus
    for kind in found.kinds:
        parts = [(row.score.gold, row.score.predicted, row.score.correct) for row in found.of(kind)]
        assert tuple(map(sum, zip(*parts, strict=True))) == (whole.gold, whole.predicted, whole.correct)
        for row in found.of(kind):
            assert PRF(whole.gold, whole.predicted, whole.correct) == PRF(
                row.score.gold + row.rest.gold,
                row.score.predicted + row.rest.predicted,
                row.score.correct + row.rest.correct,
            )


def corpus(found: Mapping[str, float], seed: int = 0, size: int = 40) -> tuple[list[Document], list[Document]]:
    """Gold of both languages, and predictions that have each argument with its language's chance."""
    chance = np.random.default_rng(seed)
    gold, predicted = [], []
    for number in range(size):
        for language, markup in (("he", HEBREW), ("ar", ARABIC)):
            document = parse(markup, id=f"{language}{number}", language=language)
            gold.append(document)
            events = [
                replace(e, arguments=tuple(a for a in e.arguments if chance.random() < found[language]))
                for e in document.events
            ]
            predicted.append(replace(document, events=tuple(events)))
    return gold, predicted


def test_a_planted_weakness_is_among_the_worst_with_its_size() -> None:
    found = slices(pair_documents(*corpus({"ar": 0.4, "he": 0.9})), ontology=ONTOLOGY)
    worst = {(row.kind, row.name): row for row in found.worst}
    arabic = worst["language", "ar"]
    assert arabic.interval
    assert arabic.interval[0] < arabic.delta < arabic.interval[1] < 0
    assert arabic.score.interval is not None
    assert arabic.score.interval[0] < arabic.score.f1 < arabic.score.interval[1]
    assert ("language", "he") not in worst
    assert [row.delta for row in found.worst] == sorted(row.delta for row in found.worst)
    plain = json.loads(json.dumps(found.as_dict()))
    assert {"kind": "language", "name": "ar"}.items() <= plain["worst"][0].items()


def test_a_model_that_is_equally_good_everywhere_has_no_worst_slice() -> None:
    """At 5% over all slices of a corpus, 20 corpora give more than three false alarms in 2 of 100 tries."""
    alarms = sum(
        any(
            row.significant
            for row in slices(pair_documents(*corpus({"ar": 0.7, "he": 0.7}, seed)), ontology=ONTOLOGY).rows
        )
        for seed in range(20)
    )
    assert alarms <= 3


def test_the_rarest_sources_are_put_together() -> None:
    gold = [replace(parse(ARABIC, id=str(n)), source=Source(f"s{n:02}")) for n in range(35)]
    found = slices(pair_documents(gold, gold), ontology=ONTOLOGY)
    assert [row.name for row in found.of("source")][-2:] == ["s29", "all others"]
    assert found.of("source")[-1].score.gold == 10


def test_nothing_to_slice() -> None:
    assert slices(pair_documents([], []), ontology=ONTOLOGY).rows == ()
    bare = parse("פשטו", id="d")
    assert slices(pair_documents([bare], [bare]), ontology=ONTOLOGY).as_dict()["kinds"] == {}


@pytest.mark.parametrize(
    ("p", "corrected"),
    [([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]), ([0.5, 0.9], [1.0, 1.0]), ([], [])],
)
def test_holm(p: Iterable[float], corrected: list[float]) -> None:
    assert holm(np.array(list(p), dtype=float)).tolist() == pytest.approx(corrected)
