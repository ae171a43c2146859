"""What changed in the data: what `naba diff` says, and the ontology in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from annotation.snapshot.snapshot import build
from tests.builders import conflict
from tests.run.small import documents
from training.analysis.data_change import DataChange, ontology_changes


def test_articles_and_labels_are_those_of_diff(tmp_path: Path) -> None:
    gold = documents(20)
    before = build(gold[:16], tmp_path / "a", ontology=conflict(), ratios=(0.5, 0.25, 0.25))
    now = build(
        [replace(gold[1], events=(), links=()), *gold[2:]],
        tmp_path / "b",
        ontology=conflict(),
        ratios=(0.5, 0.25, 0.25),
    )
    change = DataChange.between(before, now)
    assert change.differs
    assert change.before.startswith("a (")
    assert change.articles["added"] == tuple(d.id for d in gold[16:])
    assert change.articles["removed"] == (gold[0].id,)
    assert change.articles["changed"] == (gold[1].id,)
    counts = dict(change.labels)
    assert sum(after - first for first, after in filter(None, counts["Arrest"])) == 2  # 16 before, 18 now
    assert change.ontology == ()
    assert not DataChange.between(now, now).differs


def test_the_ontology_is_compared_type_by_type() -> None:
    before = conflict()
    events = dict(before.events)
    arrest = events["Arrest"]
    roles = {name: role for name, role in arrest.roles.items() if name != "Charge"}
    events["Arrest"] = replace(arrest, roles=roles)
    events["Detain"] = replace(events.pop("Strike"), name="Detain", was=("Strike",))
    entities = dict(before.entities)
    entities["Newcomer"] = entities.pop("Weapon")
    now = replace(before, version="9", events=events, entities=entities)
    assert list(ontology_changes(before, now)) == [
        f"{before.name} {before.version} → {before.name} 9",
        "entity Weapon removed",
        "entity Newcomer added",
        "event Strike renamed to Detain",
        "event Arrest changed (roles -Charge)",
    ]
    assert list(ontology_changes(before, before)) == []
