from __future__ import annotations

from annotation.core.document import Span
from annotation.labelstudio.convert.convert import region_id, to_result
from annotation.labelstudio.convert.schemas import ENTITY, TRIGGER, Row
from annotation.labelstudio.suggestions.outcomes import fates, marks
from tests.builders import build

TITLES = {"Person": "האדם", "Place": "המקום", "Agent": "המבצע", "SameAs": "אותו דבר"}
ARTICLE = build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person דוד לוי] ליד [Facility הגשר].")
ROWS = to_result(ARTICLE, titles=TITLES)
ARREST, GPE, PERSON, FACILITY = (
    region_id(next(s for s in ARTICLE.spans() if s.label == label), TRIGGER if label == "Arrest" else ENTITY)
    for label in ("Arrest", "GPE", "Person", "Facility")
)


def counted(submitted: list[Row]) -> dict[tuple[str, str, str], int]:
    return dict(fates(marks(ROWS, TITLES), marks(submitted, TITLES), links=["SameAs"]))


def changed(id: str, **value: object) -> list[Row]:
    return [
        {**row, "value": {**row["value"], **value}} if row.get("id") == id else row  # type: ignore[dict-item]
        for row in ROWS
    ]


def region(id: str, control: str, span: Span) -> Row:
    value = {"start": span.start, "end": span.end, "labels": [span.label], "text": span.quote(ARTICLE.text)}
    return {"type": "labels", "id": id, "from_name": control, "to_name": "text", "value": value}


UNTOUCHED = {
    ("trigger", "Arrest", "accepted"): 1,
    ("entity", "GPE", "accepted"): 1,
    ("entity", "Person", "accepted"): 1,
    ("entity", "Facility", "accepted"): 1,
    ("role", "Place", "accepted"): 1,
    ("role", "Person", "accepted"): 1,
}


def but(*lost: tuple[str, str]) -> dict[tuple[str, str, str], int]:
    return {cell: count for cell, count in UNTOUCHED.items() if cell[:2] not in lost}


def test_what_was_submitted_as_suggested_is_accepted() -> None:
    assert counted(ROWS) == UNTOUCHED
    assert counted([{**row, "origin": "prediction"} for row in ROWS]) == UNTOUCHED


def test_other_ends_and_another_label_are_edits() -> None:
    span = next(s for s in ARTICLE.spans() if s.label == "GPE")
    kept = but(("entity", "GPE"))
    assert counted(changed(GPE, start=span.start - 1)) == kept | {("entity", "GPE", "boundaries"): 1}
    assert counted(changed(GPE, labels=["Location"])) == kept | {("entity", "GPE", "type"): 1}
    assert counted(changed(GPE, start=span.start - 1, labels=["Location"])) == kept | {("entity", "GPE", "both"): 1}


def test_what_goes_takes_its_roles_along() -> None:
    left = [row for row in ROWS if GPE not in (row.get("id"), row.get("to_id"))]
    assert counted(left) == but(("entity", "GPE"), ("role", "Place")) | {
        ("entity", "GPE", "deleted"): 1,
        ("role", "Place", "deleted"): 1,
    }
    assert counted([]) == {(layer, label, "deleted"): 1 for layer, label, _ in UNTOUCHED}


def test_words_marked_again_by_hand_are_the_suggestion_edited_and_its_role_stays() -> None:
    span = next(s for s in ARTICLE.spans() if s.label == "Person")
    again = region("by-hand", ENTITY, Span(span.start, span.start + 3, "Person"))
    rows = [again if row.get("id") == PERSON else row for row in ROWS]
    rows = [{**row, "to_id": "by-hand"} if row.get("to_id") == PERSON else row for row in rows]
    assert counted(rows) == but(("entity", "Person")) | {("entity", "Person", "boundaries"): 1}


def test_what_is_new_is_added_under_its_own_label() -> None:
    more = [
        region("new", ENTITY, Span(0, 2, "Weapon")),
        {"type": "relation", "from_id": ARREST, "to_id": "new", "direction": "right", "labels": ["המבצע"]},
        {"type": "relation", "from_id": "new", "to_id": GPE, "direction": "right", "labels": ["אותו דבר"]},
    ]
    assert counted([*ROWS, *more]) == UNTOUCHED | {
        ("entity", "Weapon", "added"): 1,
        ("role", "Agent", "added"): 1,
        ("link", "SameAs", "added"): 1,
    }


def test_a_role_given_another_name_is_an_edit() -> None:
    rows = [{**row, "labels": ["המבצע"]} if row.get("to_id") == PERSON else row for row in ROWS]
    assert counted(rows) == but(("role", "Person")) | {("role", "Person", "type"): 1}


def test_several_roles_that_go_are_counted_each() -> None:
    rows = [row for row in ROWS if row["type"] != "relation" and row.get("id") != ARREST]
    assert counted(rows) == but(("trigger", "Arrest"), ("role", "Place"), ("role", "Person")) | {
        ("trigger", "Arrest", "deleted"): 1,
        ("role", "Place", "deleted"): 1,
        ("role", "Person", "deleted"): 1,
    }


def test_rows_nobody_can_read_say_nothing() -> None:
    assert counted([*ROWS, {"type": "labels", "id": "x"}, "?", region("y", "colour", Span(0, 2, "Red"))]) == UNTOUCHED  # type: ignore[list-item]
