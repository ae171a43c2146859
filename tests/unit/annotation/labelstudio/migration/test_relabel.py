from __future__ import annotations

import copy
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.core.errors import OntologyError
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import check_result, from_result, to_result, to_task_data
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.relabel import Relabelled, Relabelling
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.migration.documents import migrated
from annotation.migration.mapping import Migration, Touched
from tests.builders import build, conflict
from tests.migrating import edited, evolved, renamed
from tests.strategies import documents

OLD = conflict()
NEW = evolved(OLD)
MIGRATION = Migration.between(OLD, NEW)
LANGUAGES = st.sampled_from(["ar", "he", "en"])


def stored(document: Document, ontology: Ontology, ui_language: str = "he") -> list[Row]:
    return to_result(document, titles=relation_titles(ontology, ui_language))


def relabelled(rows: list[Row], ui_language: str = "he", migration: Migration = MIGRATION) -> Relabelled:
    return Relabelling(migration, ui_language)(copy.deepcopy(rows))


def marks(touched: Touched) -> Touched:
    return Counter({key: count for key, count in touched.items() if key[1] == "mark"})


@settings(max_examples=50, deadline=None)
@given(documents(OLD, forbidden_fillers=True), LANGUAGES)
def test_the_rows_say_what_the_migrated_document_says(document: Document, ui_language: str) -> None:
    found = relabelled(stored(document, OLD, ui_language), ui_language)
    task = schemas.Task(id=1, data=to_task_data(document.bare()))
    read = from_result(
        task,
        schemas.Annotation(id=1, result=found.rows),
        ontology=NEW,
        titles=relation_titles(NEW, ui_language),
    )
    expected = migrated(document, MIGRATION)
    assert read.document == expected.document
    assert marks(found.touched) == marks(expected.touched)
    assert bool(read.quarantined) == bool(found.asked) == bool(expected.undecided)


@settings(max_examples=30, deadline=None)
@given(documents(OLD, forbidden_fillers=True), LANGUAGES)
def test_twice_is_once_and_the_page_can_show_it(document: Document, ui_language: str) -> None:
    rows = stored(document, OLD, ui_language)
    once = Relabelling(MIGRATION, ui_language)(rows)
    assert rows == stored(document, OLD, ui_language), "what came goes into the undo file"
    decided = once.asked
    twice = Relabelling(MIGRATION, ui_language)(copy.deepcopy(once.rows), decided)
    assert (twice.rows, twice.changed) == (once.rows, False)
    faults = check_result(document.text, once.rows, NEW, relation_titles(NEW, ui_language))
    assert not [fault for fault in faults if "join this pair" in fault or "have this id" in fault]


@settings(max_examples=30, deadline=None)
@given(documents(OLD, forbidden_fillers=True), LANGUAGES)
def test_what_was_renamed_can_be_carried_back(document: Document, ui_language: str) -> None:
    other = Migration.between(OLD, edited(OLD, _rename_some))
    rows = stored(document, OLD, ui_language)
    there = relabelled(rows, ui_language, other)
    assert relabelled(there.rows, ui_language, other.back()).rows == rows  # type: ignore[arg-type]


def _rename_some(row: dict[str, dict[str, dict[str, object]]]) -> None:
    renamed(row, "entities", "Person", "Human")
    renamed(row, "roles", "Place", "Where")
    row["roles"]["Where"]["title"] = {"ar": "الموضع", "he": "היכן", "en": "Where"}
    row["attributes"]["truth"] = {**row["attributes"].pop("certainty"), "was": ["certainty"]}


def test_rows_that_are_not_ours_stay_as_they_came() -> None:
    strange = [
        *({"type": "labels", "id": "x", "from_name": "other", "value": {"labels": ["Strike"]}}, "no row", None),
        *({"type": "labels", "id": "y", "from_name": "trigger", "value": None}, {"type": "relation", "from_id": "x"}),
        {"type": "textarea", "id": "x", "value": {"text": ["Strike"]}},
        {"type": "labels", "id": "z", "from_name": "trigger", "value": {"start": 9, "end": 1, "labels": ["Rumour"]}},
    ]
    assert relabelled(strange).rows == strange  # type: ignore[arg-type]
    assert not relabelled(strange).changed  # type: ignore[arg-type]


def test_what_a_person_decides_is_quarantined_until_then() -> None:
    document = build("[certainty=unconfirmed,Strike:trigger תקיפה] ב[Place>Strike,Target>Strike:GPE כפר רימון]")
    found = relabelled(stored(document, OLD))
    region = next(row for row in found.rows if row["from_name"] == "trigger")  # type: ignore[index,call-overload]
    assert region["value"]["labels"] == ["Airstrike / Shelling"]  # type: ignore[index,call-overload]
    assert found.rows[-1]["labels"] == ["המקום", "המטרה Aim / המטרה Damage"]  # type: ignore[index,call-overload]


def test_a_region_somebody_decided_is_not_asked_again() -> None:
    rows = stored(build("[ReleaseOrEscape:trigger שחרור]"), OLD)
    asked = relabelled(rows)
    assert asked.rows[0]["value"]["labels"] == ["ReleaseOrEscape / Escape"]  # type: ignore[index,call-overload]
    assert not Relabelling(MIGRATION, "he")(rows, asked.asked).changed
    assert not Relabelling(MIGRATION, "he", again=True)(rows).changed
    assert relabelled(asked.rows, migration=MIGRATION.back()).rows == rows  # type: ignore[arg-type]


def test_a_title_may_not_pass_from_one_role_to_another() -> None:
    def swap(row: dict[str, dict[str, dict[str, object]]]) -> None:
        roles = row["roles"]
        roles["Agent"]["title"], roles["Victim"]["title"] = roles["Victim"]["title"], roles["Agent"]["title"]

    swapped = Relabelling(Migration.between(OLD, edited(OLD, swap)), "en")
    with pytest.raises(OntologyError, match=r"roles.Agent: its title 'Victim' was that of roles.Victim"):
        swapped.check()
