"""Files of windows: a list or lines, one bad mention named and the rest kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.formats.textee_files import read as read_windows
from tests.unit.annotation.formats.reading import marked, read

ENTITIES = [
    {"id": "E0", "entity_type": "PER", "text": "Rami", "start": 0, "end": 1},
    {"id": "E1", "entity_type": "ORG", "text": "Nour", "start": 4, "end": 5},
]
EVENT = {
    "id": "EV0",
    "event_type": "START",
    "trigger": {"text": "began", "start": 1, "end": 2},
    "arguments": [{"entity_id": "E1", "role": "firm"}, {"start": 6, "end": 7, "role": "when"}],
}
WINDOW: dict[str, list[object] | str] = {
    "doc_id": "D1",
    "wnd_id": "D1",
    "text": "Rami began work at Nour in June.",
    "tokens": ["Rami", "began", "work", "at", "Nour", "in", "June", "."],
    "entity_mentions": list(ENTITIES),
    "event_mentions": [EVENT],
}
WHOLE = [("Rami", "PER"), ("began", "START"), ("Nour", "ORG"), ("June", "Argument")]


@pytest.mark.parametrize("content", [json.dumps([WINDOW]), json.dumps(WINDOW), f"{json.dumps(WINDOW)}\n\n"])
def test_windows_are_read_from_a_list_or_lines(tmp_path: Path, content: str) -> None:
    (document,), lost = read(read_windows, tmp_path / "w.json", content, language="en")
    assert (document.id, document.language, marked(document), lost) == ("D1", "en", WHOLE, [])


@pytest.mark.parametrize(
    ("key", "bad", "said"),
    [
        ("entity_mentions", {"id": "E9", "entity_type": "PER", "start": 7, "end": 9}, "entity E9 '' of 8 tokens"),
        ("entity_mentions", {"id": "E9", "start": 0, "end": 1}, "entity E9 '' of 8 tokens: has no type"),
        (
            "event_mentions",
            {**EVENT, "trigger": {"start": 3, "end": 3}},
            "event EV0 '' of 8 tokens: has no type, or a trigger",
        ),
        (
            "event_mentions",
            {**EVENT, "arguments": [{"entity_id": "E7", "role": "x"}]},
            "argument 'x' of 8 tokens: has no role",
        ),
        (
            "relation_mentions",
            {"relation_type": "R", "arguments": [{"entity_id": "E7"}]},
            "link '' of 8 tokens: joins an entity",
        ),
    ],
)
def test_a_bad_mention_is_named_and_the_rest_kept(tmp_path: Path, key: str, bad: object, said: str) -> None:
    window = {**WINDOW, key: [*WINDOW.get(key, []), bad]}
    (document,), lost = read(read_windows, tmp_path / "w.jsonl", json.dumps(window))
    assert marked(document) == WHOLE
    assert lost[0].startswith("wrong: w.jsonl, item 1: ")
    assert said in lost[0]


def test_relations_of_any_type_are_links_and_their_direction_is_said_to_be_lost(tmp_path: Path) -> None:
    relation = {"relation_type": "WorksFor", "arguments": [{"entity_id": "E0"}, {"entity_id": "E1"}]}
    (document,), lost = read(read_windows, tmp_path / "w.json", json.dumps({**WINDOW, "relation_mentions": [relation]}))
    assert [link.label for link in document.links] == ["WorksFor"]
    assert lost == [
        "noted: w.json, item 1: link: relation WorksFor: kept without its direction, which links do not have"
    ]


def test_a_relation_of_one_end_is_recorded_as_lost(tmp_path: Path) -> None:
    relation = {"relation_type": "WorksFor", "arguments": [{"entity_id": "E0"}]}
    (document,), lost = read(read_windows, tmp_path / "w.json", json.dumps({**WINDOW, "relation_mentions": [relation]}))
    assert document.links == ()
    assert lost == ["lost: w.json, item 1: link: relation WorksFor: a link joins two spans; left out"]


def test_what_is_no_window_is_named(tmp_path: Path) -> None:
    documents, lost = read(read_windows, tmp_path / "w.jsonl", f"{json.dumps(WINDOW)}\n{{}}\n[1]\n")
    assert len(documents) == 1
    assert lost == [
        "wrong: w.jsonl, line 2: document: is no window of TextEE's: it has no wnd_id or no tokens",
        "wrong: w.jsonl, line 3: document: is not a JSON object; mend or remove it",
    ]
