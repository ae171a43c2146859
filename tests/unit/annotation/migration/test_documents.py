from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.core.errors import OntologyError
from annotation.migration.documents import migrated
from annotation.migration.mapping import Migration
from tests.builders import build, conflict
from tests.migrating import dropped, edited, evolved, renamed
from tests.strategies import documents

OLD = conflict()
NEW = evolved(OLD)
MIGRATION = Migration.between(OLD, NEW)


def forth_and_back(group: str, name: str) -> tuple[Migration, Migration]:
    other = edited(OLD, lambda row: renamed(row, group, name, "Other"))
    again = edited(other, lambda row: renamed(row, group, "Other", name))
    return Migration.between(OLD, other), Migration.between(other, again)


RENAMES = [forth_and_back(*x) for x in (("entities", "Person"), ("events", "Strike"), ("roles", "Agent"))]


@settings(max_examples=30, deadline=None)
@given(documents(OLD, forbidden_fillers=True), st.sampled_from(RENAMES))
def test_renamed_and_renamed_back_nothing_is_changed(document: Document, ways: tuple[Migration, Migration]) -> None:
    there = migrated(document, ways[0])
    assert not there.undecided
    assert migrated(there.document, ways[1]).document == document


@settings(max_examples=30, deadline=None)
@given(documents(OLD, forbidden_fillers=True))
def test_every_span_is_in_the_new_labels_or_counted(document: Document) -> None:
    found = migrated(document, MIGRATION)
    assert {span.label for span in found.document.spans()} <= set(NEW.labels)
    heirs = {replace(s, label=p[0]) for s in document.spans() if len(p := MIGRATION.label(s.label)) == 1}
    assert set(found.document.spans()) == heirs
    changed = [s for s in document.spans() if MIGRATION.label(s.label) != (s.label,)]
    assert sum(n for (_, what), n in found.touched.items() if what == "mark") == len(changed)
    asked = [u for u in found.undecided if u.was.startswith(("entities", "events"))]
    assert len(asked) == sum(len(MIGRATION.label(s.label)) > 1 for s in document.spans())


def test_each_change_is_told() -> None:
    assert [str(change) for change in MIGRATION.changes()] == [
        "entities.Location is merged into GPE",
        "entities.Facility becomes Site",
        "entities.Vehicle is removed",
        "events.Strike is split into Airstrike or Shelling",
        "events.Clash is merged into Raid",
        "events.Bombing becomes Explosion",
        "events.Injure is merged into Die",
        "events.ReleaseOrEscape is split into ReleaseOrEscape or Escape",
        "events.Cooperation is removed",
        "roles.Agent becomes Doer",
        "roles.Charge is removed",
        "roles.Target is split into Aim or Damage",
        "attributes.certainty.values.reported is merged into sourced",
        "attributes.certainty.values.unconfirmed is split into sourced or rumoured",
        "attributes.certainty.values.denied is removed",
        "attributes.realis.values.actual becomes attributes.reality.values.actual",
        "attributes.realis.values.planned becomes attributes.reality.values.planned",
        "attributes.realis.values.generic becomes attributes.reality.values.generic",
        "attributes.polarity.values.positive is removed",
        "attributes.polarity.values.negative is removed",
    ]


def test_a_label_that_was_split_once_is_not_split_with_every_later_version() -> None:
    later = edited(NEW, lambda row: renamed(row, "entities", "Site", "Facility"), version="3.0")
    assert [str(change) for change in Migration.between(NEW, later).changes()] == ["entities.Site becomes Facility"]


def test_what_is_not_accounted_for_is_named_in_one_line() -> None:
    def forget(row: dict[str, object]) -> None:
        dropped(row, "entities", "Weapon")
        dropped(row, "roles", "Charge")
        del row["attributes"]["realis"]["values"]["generic"]  # type: ignore[index]

    with pytest.raises(OntologyError) as caught:
        Migration.between(OLD, edited(OLD, forget), path="new.yaml")
    assert str(caught.value) == (
        "new.yaml: entities.Weapon, roles.Charge, attributes.realis.values.generic: not accounted for; "
        "write `was: [Weapon]` under what it is now, or list it: `removed: [entities.Weapon]`"
    )


def test_what_is_removed_must_be_gone() -> None:
    with pytest.raises(OntologyError, match=r"entities.Weapon: listed under removed, but it is still there as Weapon"):
        Migration.between(OLD, edited(OLD, lambda row: row.update(removed=["entities.Weapon"])))


def test_a_value_goes_to_one_attribute() -> None:
    def twice(row: dict[str, dict[str, dict[str, object]]]) -> None:
        row["attributes"]["reality"] = {**row["attributes"]["realis"], "was": ["realis"]}

    with pytest.raises(OntologyError, match=r"values.actual: goes to .*realis.* and .*reality.*; choose one"):
        Migration.between(OLD, edited(OLD, twice))


def test_triggers_that_become_one_event_share_what_was_said() -> None:
    document = build(
        "[certainty=reported,Die:trigger [realis=generic,Injure:trigger נפגעו]] [Victim>Die:Quantity שניים]"
    )
    [event] = migrated(document, MIGRATION).document.events
    assert event.type == "Die"
    assert event.attributes == (("certainty", "sourced"), ("reality", "generic"))


def test_a_split_role_is_settled_where_the_signature_leaves_one() -> None:
    document = build("[Raid:trigger פשיטה] על [Target>Raid:GPE כפר רימון] ו[Statement:trigger הצהרה]")
    found = migrated(document, MIGRATION)
    assert [a.role for e in found.document.events for a in e.arguments] == ["Aim"]
    assert found.undecided == ()


def test_a_role_the_new_signature_takes_away_stays_and_is_counted() -> None:
    def narrow(row: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        row["events"]["Arrest"]["roles"]["Person"] = {"fillers": ["Quantity"]}

    document = build("[Arrest:trigger נעצר] [Person>Arrest:Person רון שקד]")
    found = migrated(document, Migration.between(OLD, edited(OLD, narrow)))
    assert found.document == document
    assert found.touched == {("roles.Person", "forbidden"): 1}
