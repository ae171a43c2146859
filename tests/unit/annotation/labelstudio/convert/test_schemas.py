"""Pages from the server are read whatever else they hold; a bad row is one row's fault."""

from __future__ import annotations

import pytest

from annotation.labelstudio.convert import schemas


def test_a_page_is_read_with_keys_we_do_not_know() -> None:
    page = [
        {
            "id": 1,
            "data": {"text": "א", "more": 1},
            "annotations": [{"id": 2, "result": [], "completed_by": 5, "created_username": " a, 5", "x": {}}],
            "predictions": [7, {"id": 8, "model_version": "m", "result": []}],
            "drafts": [],
        }
    ]
    (task,) = schemas.TASKS.validate_python(page)
    assert task.data == {"text": "א", "more": 1}
    assert task.annotations[0].annotator == "5"
    assert task.predictions[0] == 7
    assert isinstance(task.predictions[1], schemas.Prediction)


@pytest.mark.parametrize(
    ("completed_by", "annotator"),
    [
        (3, "3"),
        ({"id": 3, "email": "dana@example.org"}, "dana@example.org"),
        ({"id": 3, "username": "dana"}, "dana"),
        ({"id": 3}, "3"),
        ({}, None),
        (None, None),
    ],
)
def test_the_annotator_is_named_as_well_as_the_server_can(completed_by: object, annotator: str | None) -> None:
    assert schemas.Annotation.model_validate({"completed_by": completed_by}).annotator == annotator


def test_a_row_is_read_by_its_type() -> None:
    value = {"start": 0, "end": 1, "labels": ["GPE"], "text": ["odd"]}
    region = schemas.row({"type": "labels", "id": 12, "from_name": "entity", "to_name": "text", "value": value})
    assert isinstance(region, schemas.Labels)
    assert region.id == "12"
    assert isinstance(schemas.row({"type": "relation", "from_id": "a", "to_id": "b"}), schemas.Relation)


@pytest.mark.parametrize("start", [1.5, "1", True, None])
def test_offsets_are_whole_numbers(start: object) -> None:
    row = {"type": "labels", "id": "a", "from_name": "entity", "to_name": "text"}
    with pytest.raises(ValueError, match=r"^value\.start: Input should be a valid integer$"):
        schemas.row({**row, "value": {"start": start, "end": 2, "labels": ["GPE"]}})
