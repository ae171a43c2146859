"""Whatever stands in an export is in the Documents or in the report: things are planted everywhere in one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.formats.labelstudio import read as read_export
from tests.unit.annotation.formats.reading import read

TEXT = "נחת רמי בעכו"
TASK = {
    "id": 7,
    "data": {"text": TEXT, "id": "a7"},
    "annotations": [
        {
            "id": 3,
            "completed_by": 1,
            "result": [
                {
                    "id": "a",
                    "type": "labels",
                    "from_name": "trigger",
                    "to_name": "text",
                    "value": {"start": 0, "end": 3, "text": "נחת", "labels": ["Land"]},
                },
                {
                    "id": "b",
                    "type": "labels",
                    "from_name": "entity",
                    "to_name": "text",
                    "value": {"start": 4, "end": 7, "text": "רמי", "labels": ["Person"]},
                },
                {"id": "a", "type": "choices", "from_name": "mood", "to_name": "text", "value": {"choices": ["sure"]}},
                {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right", "labels": ["Who"]},
            ],
        }
    ],
}


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The path of every object in the JSON."""
    if isinstance(value, dict):
        yield path
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in rows:
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("path", list(places(TASK)), ids=str)
def test_a_key_that_nobody_reads_is_named_wherever_it_stands(path: tuple[object, ...], tmp_path: Path) -> None:
    task = copy.deepcopy(TASK)
    at: object = task
    for step in path:
        at = at[step]  # type: ignore[index]
    assert isinstance(at, dict)
    at["planted"] = "x"
    (document,), lost = read(read_export, tmp_path / "e.json", json.dumps([task]))
    assert [line for line in lost if "'planted'" in line]
    (unchanged,), nothing = read(read_export, tmp_path / "e.json", json.dumps([TASK]))
    assert (document, nothing) == (unchanged, [])


@pytest.mark.parametrize(
    ("where", "what", "said"),
    [
        ("drafts", [{"id": 5, "result": [{"id": "z"}]}], "draft 5 of 1 rows: is a draft that was never submitted"),
        ("predictions", [11, 12], "is a prediction of which the export holds the number only"),
        ("meta", {"note": "x"}, "has values under 'meta'"),
        ("agreement", 0.5, None),
        ("comments", [{"text": "why?"}], "'comments'"),
    ],
)
def test_what_stands_beside_the_annotations_is_named(
    where: str, what: object, said: str | None, tmp_path: Path
) -> None:
    _, lost = read(read_export, tmp_path / "e.json", json.dumps([{**TASK, where: what}]))
    assert [said in line for line in lost] == [True] if said else lost == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "b", "type": "choices", "from_name": "mood", "value": {"choices": ["sure"]}}, "['sure']: is of a kind"),
        ({"id": "b", "type": "textarea", "from_name": "why", "value": {"text": ["because"]}}, "is of a kind"),
        ({"id": "b", "type": "taxonomy", "from_name": "t", "value": {"taxonomy": [["a", "b"]]}}, "is of a kind"),
        ({"id": "x", "type": "rating", "from_name": "stars", "value": {"rating": 4}}, "is of a kind"),
        ({"id": "x", "type": "rectanglelabels", "value": {"rectanglelabels": ["A"]}}, "is of a kind"),
        ({"type": "relation", "from_id": "a", "to_id": "b", "labels": []}, "says no role or kind of link"),
        ({"type": "relation", "from_id": "a", "to_id": "q", "labels": ["Who"]}, "hangs on a region that is not there"),
        ("no row", "1 rows: holds rows that are no objects"),
    ],
)
def test_rows_that_are_no_marks_are_named(row: object, said: str, tmp_path: Path) -> None:
    task = copy.deepcopy(TASK)
    task["annotations"][0]["result"].append(row)  # type: ignore[index]
    _, lost = read(read_export, tmp_path / "e.json", json.dumps([task]))
    assert len(lost) == 1
    assert said in lost[0]
