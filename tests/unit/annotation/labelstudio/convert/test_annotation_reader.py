"""What annotators and other tools leave behind: each fault is set aside with its reason, the rest arrives."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Link, Span
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import Converted, check_result, from_result, to_result, to_task_data
from annotation.labelstudio.project.labeling_config import relation_titles
from tests.builders import build, conflict
from tests.strategies import documents

ONTOLOGY = conflict()
TITLES = relation_titles(ONTOLOGY, "he")
DOCUMENT = build(
    "[Attacker>Strike:ArmedGroup הכוח] [Strike,certainty=reported:trigger תקף] את [Target>Strike:Facility המחסן] "
    "ו[Die:trigger הרג] [Victim>Die:Quantity שלושה]"
)
TEXT = DOCUMENT.text
Rows = list[dict[str, object]]


def read(rows: object, document: Document = DOCUMENT) -> Converted:
    task = schemas.Task(id=7, data=to_task_data(document))
    return from_result(task, schemas.Annotation(id=8, result=rows), ontology=ONTOLOGY, titles=TITLES)


def rows() -> Rows:
    """The rows of DOCUMENT under ids that read well: attacker, target, victim, strike, die."""
    names = {"ArmedGroup": "attacker", "Facility": "target", "Quantity": "victim", "Strike": "strike", "Die": "die"}
    made = to_result(DOCUMENT, titles=TITLES)
    ids = {row["id"]: names[row["value"]["labels"][0]] for row in made if row["type"] == "labels"}  # type: ignore[index]
    return [{k: ids.get(v, v) if isinstance(v, str) else v for k, v in row.items()} for row in made]


def changed(id: str, **value: object) -> Rows:
    """The rows with the value of one region changed."""
    made = copy.deepcopy(rows())
    for row in made:
        if row["type"] == "labels" and row["id"] == id:
            row["value"].update(value)  # type: ignore[attr-defined]
    return made


def region(id: str, start: int, end: int, label: str, control: str, **value: object) -> dict[str, object]:
    value = {"start": start, "end": end, "labels": [label], **value}
    return {"id": id, "type": "labels", "from_name": control, "to_name": "text", "value": value}


def arrow(source: str, target: str, *codes: str, direction: str = "right") -> dict[str, object]:
    labels = [TITLES.get(code, code) for code in codes]
    return {"type": "relation", "from_id": source, "to_id": target, "direction": direction, "labels": labels}


def choice(id: str, name: str, *values: str) -> dict[str, object]:
    value = {"start": 5, "end": 8, "choices": list(values)}
    return {"id": id, "type": "choices", "from_name": name, "to_name": "text", "value": value}


def test_the_names_used_here_stand_for_the_document() -> None:
    assert read(rows()).document == DOCUMENT


REGION_FAULTS: list[tuple[Rows, str]] = [
    (changed("target", end=999), f"[12:999] is no span of the {len(TEXT)} characters"),
    (changed("target", start=-1), "[-1:17] is no span"),
    (changed("target", start=17, end=12), "[17:12] is no span"),
    (changed("target", start=12, end=12), "[12:12] is no span"),
    (changed("target", labels=["Castle"]), "the ontology has no entity label 'Castle'"),
    (changed("target", labels=["Strike"]), "the ontology has no entity label 'Strike'"),
    (changed("target", labels=["Facility", "GPE"]), "carries the labels Facility, GPE instead of one"),
    (changed("target", labels=[]), "carries the labels none instead of one"),
    ([*rows(), region("target", 12, 17, "Strike", "trigger")], "carries the labels Facility, Strike instead of one"),
    ([*rows(), region("target", 0, 4, "Facility", "entity")], "two spans share this region id"),
    (changed("target", start=1, end=5), "the annotator marked 'המחסן' but the offsets cover"),
    (changed("target", start="12"), "value.start: Input should be a valid integer"),
    (changed("target", end=None), "value.end: Input should be a valid integer"),
]


@pytest.mark.parametrize(("made", "reason"), REGION_FAULTS)
def test_a_region_at_fault_is_set_aside_with_its_arrows_and_the_rest_arrives(made: Rows, reason: str) -> None:
    converted = read(made)
    spans = {span.label for span in converted.document.spans()} if converted.document else set()
    assert spans == {"ArmedGroup", "Strike", "Die", "Quantity"}
    first, *others = converted.quarantined
    assert reason in first.reason
    assert first.region == "target"
    assert first.reason.startswith(("task 7, annotation 8, region target", "task 7, region target"))
    assert all(item.region in ("target", "strike -> target") for item in others)
    assert len({id(item.raw) for item in converted.quarantined}) == len(converted.quarantined)


OTHER_FAULTS: list[tuple[dict[str, object] | str | None, str]] = [
    (arrow("strike", "ghost", "Place"), "hangs on region ghost, which is not there"),
    (arrow("ghost", "strike", "Place"), "hangs on region ghost, which is not there"),
    (arrow("strike", "victim"), "the arrow says no role"),
    (arrow("strike", "victim", "Culprit"), "neither a role nor a link 'Culprit'"),
    (arrow("attacker", "target", "Place"), "joins ArmedGroup and Facility, but neither is an event"),
    (arrow("victim", "victim", "SameAs"), "joins Quantity to itself"),
    (arrow("strike", "die", "Place", direction="bi"), "Place points both ways"),
    (arrow("strike", "victim", "Place", direction="up"), "direction: Input should be 'left', 'right' or 'bi'"),
    (choice("ghost", "certainty", "denied"), "hangs on region ghost"),
    (choice("target", "certainty", "denied"), "certainty is said of Facility, which is no event"),
    (choice("die", "mood", "denied"), "the ontology has no attribute 'mood'"),
    (choice("die", "certainty", "maybe"), "certainty cannot be 'maybe'"),
    (choice("strike", "certainty", "denied"), "certainty is both reported and denied"),
    (region("new", 0, 4, "GPE", "kind"), "was made by the control 'kind'"),
    ({**region("new", 0, 4, "GPE", "entity"), "to_name": "title"}, "marks 'title', not the text"),
    ({**region("new", 0, 4, "GPE", "entity"), "type": "rating"}, "does not match any of the expected tags"),
    ({**region("new", 0, 4, "GPE", "entity"), "id": ""}, "id: String should have at least 1 character"),
    ({"type": "labels", "id": "new"}, "from_name: Field required"),
    ({}, "Unable to extract tag"),
    ("a word", "should be a valid dictionary"),
    (None, "should be a valid dictionary"),
]


@pytest.mark.parametrize(("row", "reason"), OTHER_FAULTS)
def test_a_row_at_fault_is_set_aside_and_the_document_arrives_whole(row: object, reason: str) -> None:
    converted = read([*rows(), row])
    assert converted.document == DOCUMENT
    (quarantined,) = converted.quarantined
    assert reason in quarantined.reason
    assert quarantined.reason.startswith("task 7, annotation 8")
    assert "\n" not in quarantined.reason
    assert quarantined.raw == row


@pytest.mark.parametrize("result", [{}, "x", 3, [[]], [None]])
def test_a_result_that_is_none_is_set_aside(result: object) -> None:
    converted = read(result)
    assert converted.document == DOCUMENT.bare()
    assert len(converted.quarantined) == 1


def test_no_result_at_all_is_an_empty_annotation() -> None:
    assert read(None) == read([]) == Converted(DOCUMENT.bare(), [])


def test_nothing_at_fault_is_sent() -> None:
    for made, reason in REGION_FAULTS:
        assert any(reason in fault for fault in check_result(TEXT, made, ONTOLOGY, TITLES)), reason
    for row, reason in OTHER_FAULTS:
        assert any(reason in fault for fault in check_result(TEXT, [*rows(), row], ONTOLOGY, TITLES)), reason


def arguments(made: Rows) -> set[tuple[str, Argument]]:
    converted = read(made)
    assert converted.quarantined == []
    assert converted.document is not None
    return {(event.type, argument) for event in converted.document.events for argument in event.arguments}


@pytest.mark.parametrize(
    "drawn",
    [
        arrow("die", "victim", "Victim"),
        arrow("die", "victim", "Victim", direction="bi"),
        arrow("victim", "die", "Victim"),
        arrow("victim", "die", "Victim", direction="left"),
        arrow("victim", "die", "Victim", direction="bi"),
    ],
)
def test_an_arrow_drawn_backwards_is_turned_when_only_one_end_is_an_event(drawn: dict[str, object]) -> None:
    made = [row for row in rows() if row.get("from_id") != "die"]
    victim = Span(TEXT.index("שלושה"), len(TEXT), "Quantity")
    assert ("Die", Argument("Victim", victim)) in arguments([*made, drawn])


@pytest.mark.parametrize("ends", [("die", "strike"), ("strike", "die")])
@pytest.mark.parametrize("direction", ["right", "left", "bi"])
def test_an_arrow_between_events_starts_at_the_one_that_has_the_role(ends: tuple[str, str], direction: str) -> None:
    strike = Span(TEXT.index("תקף"), TEXT.index("תקף") + 3, "Strike")
    assert ("Die", Argument("Cause", strike)) in arguments([*rows(), arrow(*ends, "Cause", direction=direction)])


def test_an_arrow_between_events_that_both_have_the_role_stays_as_drawn() -> None:
    strike = Span(TEXT.index("תקף"), TEXT.index("תקף") + 3, "Strike")
    die = Span(TEXT.index("הרג"), TEXT.index("הרג") + 3, "Die")
    assert ("Strike", Argument("Place", die)) in arguments([*rows(), arrow("strike", "die", "Place")])
    assert ("Die", Argument("Place", strike)) in arguments([*rows(), arrow("strike", "die", "Place", direction="left")])


def test_what_the_ontology_forbids_arrives_for_check_to_find() -> None:
    attacker = Span(0, 4, "ArmedGroup")
    made = [*rows(), arrow("strike", "attacker", "Instrument"), arrow("strike", "attacker", "Charge")]
    assert {("Strike", Argument("Instrument", attacker)), ("Strike", Argument("Charge", attacker))} <= arguments(made)


def test_two_regions_that_mark_the_same_are_one() -> None:
    made = [*rows(), region("again", 0, 4, "ArmedGroup", "entity"), arrow("die", "again", "Agent")]
    converted = read(made)
    assert converted.quarantined == []
    assert converted.document is not None
    assert converted.document.entities == DOCUMENT.entities
    assert ("Die", Argument("Agent", Span(0, 4, "ArmedGroup"))) in arguments(made)


def test_a_region_repeated_word_for_word_is_one() -> None:
    assert read([*rows(), rows()[0]]) == read(rows())


def test_an_entity_and_a_trigger_on_the_same_words_are_two() -> None:
    converted = read([*rows(), region("force", 5, 8, "ArmedGroup", "entity"), arrow("strike", "force", "Attacker")])
    assert converted.quarantined == []
    assert converted.document is not None
    assert Span(5, 8, "ArmedGroup") in converted.document.entities
    assert Span(5, 8, "Strike") in converted.document.triggers


def test_a_link_may_be_drawn_either_way() -> None:
    link = Link("SameAs", Span(0, 4, "ArmedGroup"), Span(12, 17, "Facility"))
    for ends in (("attacker", "target"), ("target", "attacker")):
        converted = read([*rows(), arrow(*ends, "SameAs")])
        assert converted.document is not None
        assert link in converted.document.links


def test_one_bad_label_of_an_arrow_does_not_take_the_good_one_with_it() -> None:
    converted = read([*rows(), arrow("die", "attacker", "Agent", "Culprit")])
    assert converted.document is not None
    assert Argument("Agent", Span(0, 4, "ArmedGroup")) in converted.document.events[1].arguments
    assert ["neither a role nor a link 'Culprit'" in item.reason for item in converted.quarantined] == [True]


def test_a_document_says_where_it_came_from() -> None:
    annotation = schemas.Annotation(
        id=8,
        result=rows(),
        completed_by={"email": "dana@example.org"},
        updated_at="2024-05-01T10:00:00Z",
        lead_time=61.5,
    )
    task = schemas.Task(id=7, data=to_task_data(DOCUMENT))
    document = from_result(task, annotation, ontology=ONTOLOGY, titles=TITLES).document
    assert document is not None
    assert document.provenance is not None
    told = document.provenance
    assert (told.task, told.annotation, told.annotator) == (7, 8, "dana@example.org")
    assert (told.updated_at, told.lead_time) == ("2024-05-01T10:00:00Z", 61.5)
    assert dict(told.regions)[Span(0, 4, "ArmedGroup")] == "attacker"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.floats() | st.text("abאب\0", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(["labels", "choices", "relation", "trigger", "entity", "text", "certainty", "Strike", "GPE"])
JUNK_ROW = st.fixed_dictionaries(
    {},
    optional={
        "id": JUNK | st.sampled_from(["j1", "j2"]),
        "type": JUNK | WORDS,
        "from_name": JUNK | WORDS,
        "to_name": JUNK | WORDS,
        "from_id": JUNK | st.sampled_from(["j1", "j2"]),
        "to_id": JUNK | st.sampled_from(["j1", "j2"]),
        "direction": JUNK,
        "labels": JUNK | st.lists(WORDS, max_size=2),
        "value": JUNK
        | st.fixed_dictionaries(
            {"start": st.integers(-3, 40), "end": st.integers(-3, 40)},
            optional={
                "labels": JUNK | st.lists(WORDS, max_size=2),
                "choices": JUNK | st.lists(WORDS, max_size=2),
                "text": JUNK,
            },
        ),
    },
)


@given(document=documents(ONTOLOGY), junk=st.lists(JUNK | JUNK_ROW, max_size=6), data=st.data())
def test_junk_among_the_rows_takes_nothing_away(document: Document, junk: list[object], data: st.DataObject) -> None:
    made = data.draw(st.permutations([*to_result(document, titles=TITLES), *junk]))
    converted = read(made, document)
    assert converted.document is not None
    assert {*converted.document.spans()} >= {*document.spans()}
    assert {*converted.document.links} >= {*document.links}
    kept = {event.trigger: event for event in converted.document.events}
    assert all(set(kept[event.trigger].arguments) >= set(event.arguments) for event in document.events)
    assert all(item.reason and "\n" not in item.reason for item in converted.quarantined)


BREAKS: list[Callable[[dict[str, object]], object]] = [
    lambda row: row.clear(),
    lambda row: row.pop("type"),
    lambda row: row.update(type="labels"),
    lambda row: row.update(id="same", from_id="same", to_id="same"),
    lambda row: row.update(value={"start": 3, "end": 1, "labels": ["GPE"]}),
    lambda row: row.update(value=None, labels=None),
    lambda row: row.update(labels=["Castle"]),
    lambda row: row.update(from_name="castle", direction="up"),
]


@given(document=documents(ONTOLOGY), data=st.data())
def test_a_broken_row_never_raises_and_is_told_or_harmless(document: Document, data: st.DataObject) -> None:
    made = to_result(document, titles=TITLES)
    if not made:
        return
    broken = data.draw(st.lists(st.sampled_from(range(len(made))), min_size=1, max_size=3, unique=True))
    for at in broken:
        made[at] = copy.deepcopy(made[at])
        data.draw(st.sampled_from(BREAKS))(made[at])
    converted = read(made, document)
    assert converted.document == document or converted.quarantined
    whole = [row for at, row in enumerate(made) if at not in broken and row["type"] == "labels"]
    assert converted.document is not None
    starts = {(span.start, span.end, span.label) for span in converted.document.spans()}
    for row in whole:
        value = row["value"]
        assert isinstance(value, dict)
        assert (value["start"], value["end"], value["labels"][0]) in starts
