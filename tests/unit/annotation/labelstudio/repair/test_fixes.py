"""Mending moves edges onto words and makes one mark of two; all else in an annotation stays as it was."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.checks.boundaries import trim_range
from annotation.core.document import Document
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result, to_result, to_task_data
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.repair.fixes import mend
from tests.builders import build, conflict

ONTOLOGY = conflict()
CLEAN = build(
    "אמש [certainty=denied,Arrest:trigger נעצר] ב־[GPE רמלה] ה[Person>Arrest,@x:Person חשוד], [@x:Person דן] ."
)


def read(rows: list[Row]) -> Document:
    task = schemas.Task(id=7, data=to_task_data(CLEAN))
    converted = from_result(task, schemas.Annotation(id=8, result=rows), ontology=ONTOLOGY, titles={})
    assert converted.document is not None
    assert not converted.quarantined
    return converted.document


def labels(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["type"] == "labels"]


def wide(rows: list[Row], number: int, start: int, end: int) -> None:
    value = labels(rows)[number]["value"]
    assert isinstance(value, dict)
    first, last = max(0, value["start"] - start), min(len(CLEAN.text), value["end"] + end)
    if trim_range(CLEAN.text, first, last) == (value["start"], value["end"]):
        value |= {"start": first, "end": last, "text": CLEAN.text[first:last]}


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_was_marked_too_wide_or_twice_becomes_the_clean_document(data: st.DataObject) -> None:
    rows = to_result(CLEAN, titles={})
    for row in data.draw(st.lists(st.sampled_from(labels(rows)), max_size=3)):
        rows.append({**json.loads(json.dumps(row)), "id": f"twin{len(rows)}"})
    if data.draw(st.booleans()) and rows[-1].get("type") == "labels":
        rows += [{**row, "to_id": rows[-1]["id"]} for row in rows if row["type"] == "relation"][:1]
    for number in range(len(labels(rows))):
        wide(rows, number, data.draw(st.integers(0, 1)), data.draw(st.integers(0, 1)))
    before = json.dumps(rows)
    mended = mend(CLEAN.text, rows, note="mended")
    after = mended.rows if mended else rows
    assert json.dumps(rows) == before
    assert len(labels(after)) == len(list(CLEAN.spans()))
    assert set(read(after).spans()) == {*CLEAN.spans()}
    assert {e.type: e.attributes for e in read(after).events} == {e.type: e.attributes for e in CLEAN.events}
    assert mend(CLEAN.text, after, note="mended") is None


def test_what_changed_says_so_and_where_it_was() -> None:
    rows = to_result(CLEAN, titles={})
    wide(rows, 0, 0, 1)
    mended = mend(CLEAN.text, rows, note="תוקן")
    assert mended is not None
    place = labels(mended.rows)[0]
    assert mended.regions == {place["id"]}
    assert place["meta"] == {"text": ["תוקן"], "naba": {"was": [11, 16]}}
    assert schemas.Annotation(result=mended.rows, parent_annotation=5).mended_from == 5
    assert schemas.Annotation(result=rows, parent_annotation=5).mended_from is None
    assert replace(read(mended.rows), provenance=None) == replace(CLEAN, provenance=None)


def test_marks_of_which_different_things_are_said_stay_two() -> None:
    rows = to_result(CLEAN, titles={})
    trigger = next(row for row in rows if row["from_name"] == "trigger")
    said = next(row for row in rows if row["type"] == "choices")
    rows += [{**trigger, "id": "twin"}, {**said, "id": "twin", "value": {"choices": ["confirmed"]}}]
    assert mend(CLEAN.text, rows, note="mended") is None


def test_nothing_but_white_space_and_rows_nobody_understands_are_left_to_people() -> None:
    odd: list[Row] = [{"type": "labels", "id": "x"}, {"type": "magic"}]
    space = {**labels(to_result(CLEAN, titles={}))[0], "value": {"start": 3, "end": 4, "labels": ["GPE"]}}
    assert mend(CLEAN.text, [space, *odd], note="mended") is None
