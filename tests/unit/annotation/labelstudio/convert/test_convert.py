"""Documents survive the trip to Label Studio and back, and nothing is sent that the editor would choke on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Provenance, Source, Span
from annotation.core.errors import RegionError
from annotation.core.ontology import LANGUAGES
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import (
    check_result,
    check_text,
    from_result,
    from_task_data,
    region_id,
    to_result,
    to_task_data,
)
from annotation.labelstudio.project.labeling_config import relation_titles
from tests.builders import build, conflict
from tests.strategies import documents, texts

ONTOLOGY = conflict()
LOOSE = documents(ONTOLOGY, forbidden_fillers=True)


def back(document: Document, titles: dict[str, str]) -> Document | None:
    """The document after a trip through JSON, as the server keeps it."""
    page = json.dumps([{"id": 7, "data": to_task_data(document), "annotations": [{"id": 8, "result": None}]}])
    task = schemas.TASKS.validate_json(page)[0]
    annotation = replace_result(task.annotations[0], json.loads(json.dumps(to_result(document, titles=titles))))
    converted = from_result(task, annotation, ontology=ONTOLOGY, titles=titles)
    assert converted.quarantined == []
    return converted.document


def replace_result(annotation: schemas.Annotation, result: object) -> schemas.Annotation:
    return annotation.model_copy(update={"result": result})


@given(document=LOOSE, ui_language=st.sampled_from(LANGUAGES))
def test_a_document_survives_the_trip_to_label_studio_and_back(document: Document, ui_language: str) -> None:
    assert back(document, relation_titles(ONTOLOGY, ui_language)) == document


@given(document=LOOSE, note=st.none() | texts(min_size=1).map(str.strip), none=st.sampled_from([None, True]))
def test_a_note_and_the_statement_that_there_is_no_event_survive_it_too(
    document: Document, note: str | None, none: bool | None
) -> None:
    said = back(replace(document, provenance=Provenance(note=note or None, no_events=none)), {})
    assert said is not None
    assert said.provenance is not None
    assert (said.provenance.note, said.provenance.no_events) == (note or None, none)


@given(document=documents(ONTOLOGY))
def test_without_titles_relations_carry_their_codes(document: Document) -> None:
    assert back(document, {}) == document


@given(document=LOOSE)
def test_the_task_alone_gives_the_bare_document(document: Document) -> None:
    assert from_task_data(json.loads(json.dumps(to_task_data(document)))) == document.bare()


@given(document=LOOSE, ui_language=st.sampled_from(LANGUAGES))
def test_what_is_sent_passes_its_own_check(document: Document, ui_language: str) -> None:
    titles = relation_titles(ONTOLOGY, ui_language)
    assert check_result(document.text, to_result(document, titles=titles), ONTOLOGY, titles) == []


@given(document=LOOSE)
def test_the_same_document_gives_the_same_rows(document: Document) -> None:
    shuffled = replace(document, entities=document.entities[::-1], events=document.events[::-1])
    assert to_result(shuffled, titles={}) == to_result(document, titles={})


@given(document=LOOSE)
def test_region_ids_tell_all_spans_apart_and_one_relation_joins_a_pair(document: Document) -> None:
    rows = to_result(document, titles={})
    regions = [row["id"] for row in rows if row["type"] == "labels"]
    pairs = [(row["from_id"], row["to_id"]) for row in rows if row["type"] == "relation"]
    assert len(set(regions)) == len(regions) == len(list(document.spans()))
    assert len(set(pairs)) == len(pairs)
    assert {region for pair in pairs for region in pair} <= set(regions)


def test_the_rows_are_what_the_editor_reads() -> None:
    document = build("[Arrest,certainty=denied:trigger נעצר] ב[Place>Arrest:GPE אטמה]")
    arrest, place = region_id(Span(0, 4, "Arrest"), "trigger"), region_id(Span(6, 10, "GPE"), "entity")
    assert to_result(document, titles={"Place": "מקום"}) == [
        {
            "id": place,
            "type": "labels",
            "from_name": "entity",
            "to_name": "text",
            "value": {"start": 6, "end": 10, "text": "אטמה", "labels": ["GPE"]},
        },
        {
            "id": arrest,
            "type": "labels",
            "from_name": "trigger",
            "to_name": "text",
            "value": {"start": 0, "end": 4, "text": "נעצר", "labels": ["Arrest"]},
        },
        {
            "id": arrest,
            "type": "choices",
            "from_name": "certainty",
            "to_name": "text",
            "value": {"start": 0, "end": 4, "choices": ["denied"]},
        },
        {"type": "relation", "from_id": arrest, "to_id": place, "direction": "right", "labels": ["מקום"]},
    ]


def test_roles_and_a_link_between_the_same_two_regions_share_one_arrow() -> None:
    a, b = Span(0, 1, "Statement"), Span(2, 3, "Strike")
    events = (Event(a, (Argument("Topic", b), Argument("Place", b))), Event(b))
    document = Document(id="d", text="a b", events=events, links=(Link("SameAs", a, b),))
    arrows = [row["labels"] for row in to_result(document, titles={}) if row["type"] == "relation"]
    assert arrows == [["Place", "Topic", "SameAs"]]
    assert back(document, {}) == document


def test_a_suggestion_carries_the_score_of_each_span() -> None:
    document = Document(id="d", text="אטמה", entities=(Span(0, 4, "GPE", score=0.75),))
    assert to_result(document, titles={})[0]["score"] == 0.75


def test_the_task_shows_title_and_address_beside_the_text() -> None:
    source = Source(name="paper", title="כותרת", url="https://example.org/1", body=((3, 9),))
    data = to_task_data(Document(id="d", text="טקסט", language="he", source=source))
    assert (data["title"], data["url"]) == ("כותרת", "https://example.org/1")


@given(document=LOOSE, addition=texts())
def test_an_edited_text_quarantines_the_whole_annotation(document: Document, addition: str) -> None:
    data = {**to_task_data(document), "text": document.text + addition}
    annotation = schemas.Annotation(id=8, result=to_result(document, titles={}))
    converted = from_result(schemas.Task(id=7, data=data), annotation, ontology=ONTOLOGY, titles={})
    assert converted.document is None
    (quarantined,) = converted.quarantined
    assert (quarantined.task, quarantined.annotation, quarantined.region) == (7, 8, None)
    assert quarantined.reason.startswith("task 7, annotation 8: the text was edited")
    assert quarantined.raw == annotation.result


@pytest.mark.parametrize("data", [{}, {"text": "x"}, {"id": 3, "text": "x"}, {"id": "a", "text": "x", "source": 1}])
def test_a_task_that_naba_did_not_make_is_named_so(data: dict[str, object]) -> None:
    with pytest.raises(RegionError, match="push the article again"):
        from_task_data(data)


@pytest.mark.parametrize(("text", "fault"), [("ab\0", "character 2 is NUL"), ("a\ud800", "character 1 is half")])
def test_texts_that_label_studio_cannot_keep_are_refused(text: str, fault: str) -> None:
    assert check_text(text)[0].startswith(fault)
    assert check_result(text, [], ONTOLOGY, {}) == check_text(text)


@given(text=texts())
def test_any_other_text_may_be_sent(text: str) -> None:
    assert check_text(text) == []


def test_two_regions_of_one_id_or_two_arrows_for_one_pair_are_not_sent() -> None:
    rows = to_result(build("[Strike:trigger תקף] [Target>Strike:Facility מחסן]"), titles={})
    faults = check_result("תקף מחסן", rows * 2, ONTOLOGY, {})
    assert [fault.partition(":")[2] for fault in faults] == [
        " 2 regions have this id",
        " 2 regions have this id",
        " 2 relations join this pair",
    ]
