"""What is proposed for a selected trigger, given what stands on the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotation.core.document import Argument, Document, Event, Span
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import region_id, to_result
from annotation.labelstudio.live.argument_proposals import Question, question
from annotation.labelstudio.live.backend import project_seal
from annotation.labelstudio.live.background_extraction import with_entities
from annotation.labelstudio.project.config_signature import sealed
from annotation.labelstudio.project.labeling_config import relation_titles
from tests.builders import build, conflict

ONTOLOGY = conflict()
SEAL = project_seal(sealed(ONTOLOGY, "he"))
TITLES = relation_titles(ONTOLOGY, "he")
WHOLE = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE רימון] [Person>Arrest:Person סמיר נג'אר], ו[Die:trigger מת] "
    "[Victim>Die:Person אחיו].",
    id="he",
)
ARREST, DIE = WHOLE.events
GPE, PERSON = (next(span for span in WHOLE.entities if span.label == label) for label in ("GPE", "Person"))


def page(document: Document, trigger: Span, **more: object) -> tuple[Question, list[dict[str, Any]]]:
    rows = to_result(document, titles=TITLES)
    context = {"trigger": region_id(trigger, schemas.TRIGGER), "result": rows, **more}
    asked = question(WHOLE.bare(), context, SEAL)
    assert asked is not None
    return asked, rows


def arrows(rows: list[schemas.Row]) -> list[tuple[object, object]]:
    return [(row["to_id"], row["labels"]) for row in rows if row["type"] == "relation"]


def without(event: Event, *roles: str) -> Event:
    return replace(event, arguments=tuple(argument for argument in event.arguments if argument.role not in roles))


def test_only_the_selected_triggers_missing_arrows_are_proposed() -> None:
    marked = replace(WHOLE, events=(without(ARREST, "Person"), without(DIE, "Victim")))
    asked, _ = page(marked, ARREST.trigger)
    assert arrows(asked.proposals(WHOLE)) == [(region_id(PERSON, schemas.ENTITY), [TITLES["Person"]])]
    assert len(asked.proposals(WHOLE)) == 1


def test_a_filler_that_is_not_marked_comes_with_a_region_from_a_suggestion_under_a_free_id() -> None:
    marked = replace(WHOLE, entities=(), events=(Event(ARREST.trigger),))
    moved = {**to_result(replace(WHOLE, events=()), titles=TITLES)[0], "id": region_id(GPE, schemas.ENTITY)}
    moved["value"] = {"start": 0, "end": 1, "labels": ["Person"], "text": WHOLE.text[:1]}
    rows = [*to_result(marked, titles=TITLES), moved]
    asked, _ = page(marked, ARREST.trigger, result=rows)
    regions = {row["id"]: row for row in asked.proposals(WHOLE) if row["type"] == "labels"}
    assert set(regions) == {f"{region_id(GPE, schemas.ENTITY)}-2", region_id(PERSON, schemas.ENTITY)}
    assert {row["origin"] for row in regions.values()} == {"prediction"}
    assert {to for to, _ in arrows(asked.proposals(WHOLE))} == set(regions)


def test_a_pair_with_an_arrow_is_left_alone_whichever_way_it_leads() -> None:
    marked = replace(WHOLE, events=(Event(ARREST.trigger), Event(DIE.trigger)))
    asked, rows = page(marked, ARREST.trigger)
    drawn = {"type": "relation", "from_id": region_id(PERSON, schemas.ENTITY), "direction": "right", "labels": []}
    drawn["to_id"] = region_id(ARREST.trigger, schemas.TRIGGER)
    asked, _ = page(marked, ARREST.trigger, result=[*rows, drawn])
    assert arrows(asked.proposals(WHOLE)) == [(region_id(GPE, schemas.ENTITY), [TITLES["Place"]])]


def test_a_role_takes_no_more_fillers_than_it_may_and_the_likeliest_first() -> None:
    one = next((e, r) for e in ONTOLOGY.events.values() for r in e.roles.values() if r.maximum == 1)
    event, role = one
    label = sorted(role.fillers & set(ONTOLOGY.entities))[0]
    first, second = Span(13, 14, label), Span(15, 16, label)
    trigger = Span(0, 4, event.name)
    bare = replace(WHOLE.bare(), events=(Event(trigger),))
    asked, _ = page(bare, trigger)
    likely = (Argument(role.name, first, score=0.6), Argument(role.name, second, score=0.9))
    found = replace(bare, entities=(first, second), events=(Event(trigger, likely),))
    assert [to for to, _ in arrows(asked.proposals(found))] == [region_id(second, schemas.ENTITY)]
    own = replace(found, events=(Event(trigger, likely[:1]),))
    asked, _ = page(own, trigger)
    assert asked.proposals(found) == []


@pytest.mark.parametrize("trigger", ["", None, 7, region_id(PERSON, schemas.ENTITY)])
def test_no_question_without_a_trigger(trigger: object) -> None:
    assert question(WHOLE.bare(), {"trigger": trigger, "result": to_result(WHOLE, titles=TITLES)}, SEAL) is None
    assert question(WHOLE.bare(), {"trigger": trigger, "result": "x"}, SEAL) is None


def test_the_models_entities_stand_where_the_annotator_marked_nothing() -> None:
    own = Span(PERSON.start, PERSON.start + 4, "Person")
    marked = replace(WHOLE.bare(), entities=(own,), events=(Event(ARREST.trigger),))
    assert set(with_entities(marked, WHOLE).entities) == {own, *(set(WHOLE.entities) - {PERSON})}
