"""Which types are taken for which: counted once each, matched by words, roles only where both sides join the same."""

from __future__ import annotations

from annotation import sample
from tests.builders import build
from training.analysis.confusions import ENTITY, EVENT, NOTHING, ROLE, confusions
from training.scoring.document_pairs import pair_documents

GOLD = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס] בידי [Agent>Arrest:ArmedGroup הכוח]",
    id="one",
)
SAID = build(
    "[Raid:trigger נעצר] ב[Place>Raid:Facility אטמה] [Agent>Raid:Person אבו חפס] [Time בידי] הכוח",
    id="one",
)


def test_each_kind_is_counted_by_its_own_matching() -> None:
    found = confusions(pair_documents([GOLD], [SAID]))
    assert found[EVENT].counts == {("Arrest", "Raid"): 1}
    assert found[ENTITY].counts == {
        ("GPE", "Facility"): 1,
        ("Person", "Person"): 1,
        ("ArmedGroup", NOTHING): 1,
        (NOTHING, "Time"): 1,
    }
    assert found[ROLE].counts == {("Place", "Place"): 1, ("Person", "Agent"): 1, ("Agent", NOTHING): 1}
    assert found[ROLE].mistaken == [("Person", "Agent", 1)]
    assert found[ENTITY].of_gold("GPE") == 1
    assert found[ENTITY].types[-1] == "Time", "gold has none of it"


def test_of_equal_sides_everything_is_itself_and_all_marks_are_counted() -> None:
    gold = sample.gold()
    found = confusions(pair_documents(gold, gold))
    assert all(a == b for kind in found.values() for a, b in kind.counts)
    assert sum(found[EVENT].counts.values()) == sum(len(d.events) for d in gold)
    assert sum(found[ENTITY].counts.values()) == sum(len(d.entities) for d in gold)
    assert sum(found[ROLE].counts.values()) == sum(len(e.arguments) for d in gold for e in d.events)
    assert found[EVENT].mistaken == []
