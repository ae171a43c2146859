"""Files of windows, TextEE's and OneIE's: a list or lines, one bad mention named and the rest kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.formats.textee import from_textee, is_textee
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
UNTYPED = "entity Argument [27:31]: fills a role but is no mark of its own in the file; it becomes an entity"
WHOLE = [("Rami", "PER"), ("began", "START"), ("Nour", "ORG"), ("June", "Argument")]


@pytest.mark.parametrize("content", [json.dumps([WINDOW]), json.dumps(WINDOW), f"{json.dumps(WINDOW)}\n\n"])
def test_windows_are_read_from_a_list_or_lines(tmp_path: Path, content: str) -> None:
    (document,), lost = read(read_windows, tmp_path / "w.json", content, language="en")
    assert (document.id, document.language, marked(document)) == ("D1", "en", WHOLE)
    assert [line.endswith(UNTYPED) for line in lost] == [True]


MENDED = "has no tokens, or tokens that are not there; mend its offsets"


@pytest.mark.parametrize(
    ("key", "bad", "said"),
    [
        (
            "entity_mentions",
            {"id": "E9", "entity_type": "PER", "start": 7, "end": 9},
            f"entity PER [7:9] of 8 tokens: {MENDED}",
        ),
        ("entity_mentions", {"id": "E9", "start": 0, "end": 1}, "entity None [0:4]: has no label"),
        (
            "entity_mentions",
            {"id": "E9", "entity_type": "PER", "start": 1, "end": 2, "text": "Nour"},
            "quotes 'Nour' but covers 'began' (they stand at [19:23])",
        ),
        ("entity_mentions", "E9", "entity_mentions 3: entity: is not a JSON object"),
        ("event_mentions", {**EVENT, "trigger": {"start": 3, "end": 3}}, f"event START [3:3] of 8 tokens: {MENDED}"),
        (
            "event_mentions",
            {**EVENT, "trigger": {"start": 3, "end": 4}, "arguments": [{"entity_id": "E7", "role": "x"}]},
            "argument x E7: is filled by an entity that is not there",
        ),
        (
            "event_mentions",
            {**EVENT, "trigger": {"start": 3, "end": 4}, "arguments": [{"entity_id": "E1"}]},
            "argument E1: has no role",
        ),
        (
            "event_mentions",
            {
                **EVENT,
                "trigger": {"start": 3, "end": 4},
                "arguments": [{"entity_id": "E1", "role": "x", "text": "Rami"}],
            },
            "quotes 'Rami' but E1 covers 'Nour'",
        ),
        (
            "relation_mentions",
            {"relation_type": "R", "arguments": [{"entity_id": "E7"}, {"entity_id": "E0"}]},
            "link R E7 E0: joins an entity",
        ),
    ],
)
def test_a_bad_mention_is_named_and_the_rest_kept(tmp_path: Path, key: str, bad: object, said: str) -> None:
    window = {**WINDOW, key: [*WINDOW.get(key, []), bad]}
    (document,), lost = read(read_windows, tmp_path / "w.jsonl", json.dumps(window))
    assert {*WHOLE} <= {*marked(document)}
    assert said in next(line for line in lost if line.startswith("wrong: w.jsonl, item 1, "))


def test_relations_of_any_type_are_links_and_their_direction_is_said_to_be_lost(tmp_path: Path) -> None:
    relation = {"relation_type": "WorksFor", "arguments": [{"entity_id": "E0"}, {"entity_id": "E1"}]}
    (document,), lost = read(read_windows, tmp_path / "w.json", json.dumps({**WINDOW, "relation_mentions": [relation]}))
    assert [link.label for link in document.links] == ["WorksFor"]
    assert "link WorksFor from [0:4] to [19:23]: is kept without its direction" in lost[-1]


def test_a_relation_of_one_end_is_recorded_as_lost(tmp_path: Path) -> None:
    relation = {"relation_type": "WorksFor", "arguments": [{"entity_id": "E0"}]}
    (document,), lost = read(read_windows, tmp_path / "w.json", json.dumps({**WINDOW, "relation_mentions": [relation]}))
    assert document.links == ()
    assert "link WorksFor: is a relation of other than two; a link joins two" in lost[-1]


def test_what_is_no_window_is_named(tmp_path: Path) -> None:
    documents, lost = read(read_windows, tmp_path / "w.jsonl", f"{json.dumps(WINDOW)}\n{{}}\n[1]\n")
    assert len(documents) == 1
    assert lost[1:] == [
        "wrong: w.jsonl, line 2: document: is no window of TextEE's or OneIE's: it has no wnd_id and no sent_id, "
        "or no list of tokens",
        "wrong: w.jsonl, line 3: document: is not a JSON object; mend or remove it",
    ]


CASE = {
    "doc_id": "d1",
    "sent_id": "d1-0",
    "tokens": ["فرّ", "سامر", "من", "حلب", "."],
    "pieces": ["فر", "##ّ", "سامر", "من", "حلب", "."],
    "token_lens": [2, 1, 1, 1, 1],
    "sentence": "فرّ سامر من حلب.",
    "entity_mentions": [
        {"id": "d1-E1", "text": "سامر", "entity_type": "PER", "mention_type": "NAM", "start": 1, "end": 2},
        {"id": "d1-E2", "text": "حلب", "entity_type": "GPE", "mention_type": "NAM", "start": 3, "end": 4},
    ],
    "relation_mentions": [],
    "event_mentions": [
        {
            "id": "d1-EV1",
            "event_type": "Movement:Transport",
            "polarity": "positive",
            "trigger": {"text": "فرّ", "start": 0, "end": 1},
            "arguments": [
                {"entity_id": "d1-E1", "text": "سامر", "role": "Artifact"},
                {"entity_id": "d1-E2", "text": "حلب", "role": "Origin"},
            ],
        }
    ],
}


def test_a_window_of_oneie_is_read_with_its_sentence_and_what_an_entity_has_besides_is_named(tmp_path: Path) -> None:
    (document,), lost = read(read_windows, tmp_path / "o.jsonl", json.dumps(CASE))
    assert (document.id, document.language, document.text) == ("d1#d1-0", "ar", "فرّ سامر من حلب.")
    assert marked(document) == [("فرّ", "Movement:Transport"), ("سامر", "PER"), ("حلب", "GPE")]
    (event,) = document.events
    assert [(a.role, a.filler.quote(document.text)) for a in event.arguments] == [
        ("Artifact", "سامر"),
        ("Origin", "حلب"),
    ]
    assert event.attribute("polarity") == "positive"
    assert [line.rpartition(": attribute NAM")[2] for line in lost] == [
        ": is the mention_type of an entity; only events have attributes"
    ] * 2
    assert is_textee(CASE)
    assert [span.label for span in from_textee(CASE).document.triggers] == ["Movement:Transport"]


def test_windows_without_a_text_are_their_tokens_and_it_is_said_once(tmp_path: Path) -> None:
    bare = {key: value for key, value in CASE.items() if key != "sentence"}
    documents, lost = read(read_windows, tmp_path / "o.jsonl", json.dumps([bare, bare]))
    assert [document.text for document in documents] == ["فرّ سامر من حلب ."] * 2
    assert [line for line in lost if "joined" in line] == [
        "noted: o.jsonl: document: has no text of its own but tokens; they are joined, "
        "and the white space is not the article's"
    ]


def test_a_window_of_no_article_has_its_own_id(tmp_path: Path) -> None:
    bare = {key: value for key, value in WINDOW.items() if key != "doc_id"}
    (document,), _ = read(read_windows, tmp_path / "w.json", json.dumps(bare))
    assert document.id == "D1"


def test_two_entities_of_one_id_are_both_kept_and_it_is_said(tmp_path: Path) -> None:
    entities = [{**entity, "id": "E0"} for entity in ENTITIES]
    row = {**WINDOW, "entity_mentions": entities, "event_mentions": []}
    (document,), lost = read(read_windows, tmp_path / "w.json", json.dumps(row))
    assert marked(document) == [("Rami", "PER"), ("Nour", "ORG")]
    assert "E0: has the id of another" in lost[0]
