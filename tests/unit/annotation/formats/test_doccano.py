"""doccano's exports, old and new: code points, relations by ids, and what has no span named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Event, Link, Source, Span
from annotation.core.errors import UsageError
from annotation.formats import doccano, doccano_write
from annotation.formats.base import WriteOptions
from annotation.formats.opening import Opening
from tests.unit.annotation.formats.event_samples import ARABIC, DOCCANO, lines
from tests.unit.annotation.formats.reading import marked, read

WHOLE = [("سامر حداد", "PER"), ("قرية الزهور", "GPE")]
TRIPLES = [[5, 14, "PER"], [31, 42, "GPE"]]


@pytest.mark.parametrize(
    "row",
    [
        {"id": 1, "text": ARABIC, "labels": TRIPLES[::-1]},
        {"id": 1, "text": ARABIC, "label": TRIPLES, "Comments": []},
        {"id": 1, "data": ARABIC, "label": [["5", "14", "PER"], [31.0, 42, "GPE"]]},
        {"id": 1, "text": ARABIC, "entities": TRIPLES, "cats": []},
        {
            "id": 1,
            "text": ARABIC,
            "annotations": [{"label": a, "start_offset": s, "end_offset": e} for s, e, a in TRIPLES],
        },
        {
            "id": 1,
            "text": ARABIC,
            "entities": [{"id": 9, "label": "PER", "start_offset": 5, "end_offset": 14}],
            "label": TRIPLES[1:],
        },
        {"id": "1", "text": ARABIC, "labels": TRIPLES, "label": None, "meta": {}, "annotation_approver": None},
    ],
)
def test_spans_under_each_of_its_keys(tmp_path: Path, row: dict[str, object]) -> None:
    path = lines(tmp_path / "d.jsonl", row)
    assert doccano.recognises(Opening(path))
    (document,), lost = read(doccano.read, path)
    assert (document.id, marked(document), lost) == ("1", WHOLE, [])


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("listed", [True, False])
def test_bytes_as_they_come(tmp_path: Path, prefix: str, end: str, name: str, listed: bool) -> None:
    rows = [json.dumps({"id": number, "text": ARABIC, "label": TRIPLES}, ensure_ascii=False) for number in (1, 2)]
    content = (prefix + (f"[{(',' + end).join(rows)}]" if listed else end.join(rows)) + end).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert doccano.recognises(Opening(tmp_path / name))
    documents, lost = read(doccano.read, tmp_path / name)
    assert ([marked(document) for document in documents], lost) == ([WHOLE, WHOLE], [])


def test_relations_are_links_and_arrows_at_a_label_of_events_are_roles(tmp_path: Path) -> None:
    path = lines(tmp_path / "d.jsonl", DOCCANO)
    (document,), lost = read(doccano.read, path)
    person, village = Span(5, 14, "PER"), Span(31, 42, "GPE")
    assert document.links == (Link("speaks_of", person, village),)
    assert "is kept without its direction" in lost[0]
    (document,), lost = read(doccano.read, path, events=frozenset({"PER"}))
    assert (document.events, lost) == ((Event(person, (Argument("speaks_of", village),)),), [])
    (document,), lost = read(doccano.read, path, events=frozenset({"GPE"}))
    assert document.events == (Event(village, (Argument("speaks_of", person),)),)
    assert "points at its event; it is taken as a role of it" in lost[0]


EMOJI = "\U0001f4e2 סאמר נורה בחלב אתמול"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([[2, 6, "PER"], [13, 16, "GPE"]], ""),  # code points
        ([[3, 7, "PER"], [14, 17, "GPE"]], "counts an emoji as two characters, as all its marks show"),  # UTF-16
        ([[3, 7, "PER"], [13, 16, "GPE"]], "taken as one, so look at them"),  # now this, now that
    ],
)
def test_words_decide_whether_an_emoji_is_one_character_or_two(tmp_path: Path, labels: object, said: str) -> None:
    (document,), lost = read(doccano.read, lines(tmp_path / "d.jsonl", {"id": 1, "text": EMOJI, "label": labels}))
    assert [line.endswith(said) or said in line for line in lost] == ([True] if said else [])
    if "taken as one" not in said:
        assert marked(document) == [("סאמר", "PER"), ("חלב", "GPE")]


def test_what_naba_wrote_counts_an_emoji_as_one_and_says_that_doccano_s_page_does_not(tmp_path: Path) -> None:
    document = Document("a", EMOJI, "he", (Span(3, 6, "Person"),))
    lost = doccano_write.write([document], tmp_path / "d.jsonl", WriteOptions())
    assert [(item.kind, item.detail) for item in lost] == [("noted", "1 marks")]
    assert read(doccano.read, tmp_path / "d.jsonl") == ([document], [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": [[5, 400, "PER"]]}, "wrong: d.jsonl, item 1, label 1: entity PER [5:400] of 54: leaves the text"),
        ({"label": [[5, 14, ""]]}, "entity  [5:14]: has no label or no offsets"),
        ({"label": [[5, 14, ["PER"]]]}, "entity ['PER'] [5:14]: has no label or no offsets"),
        ({"label": [[5, 14]]}, "entity None [5:14]: has no label or no offsets"),
        ({"label": [[True, 14, "PER"]]}, "entity PER [None:14]: has no label or no offsets"),
        ({"label": [[5, 14, "PER", 0.3]]}, "label 1: other: has more than start, end and label"),
        ({"label": [7]}, "entity: is no span of start, end and label"),
        ({"label": ["good"]}, "other: labels the whole text"),
        ({"label": "good"}, "other: labels the whole text"),
        ({"cats": ["good"]}, "cats 1: other: labels the whole text"),
        (
            {"annotations": [{"label": 3, "start_offset": 5, "end_offset": 14}]},
            "has the number of a label, not its name",
        ),
        ({"Comments": ["see again"]}, "Comments 1: other: is a comment"),
        ({"meta": {"desk": 3}}, "other: has a value under 'meta'"),
        ({"relations": [{"from_id": 70, "to_id": 99, "type": "x"}]}, "link x 70 99: joins a span that is not there"),
        ({"relations": [{"from_id": 70, "to_id": 71}]}, "link 70 71: has no type"),
        ({"entities": [{"label": "PER", "start_offset": 5, "end_offset": 14, "user": 2}]}, "a value under 'user'"),
        ({"text": ""}, "document: has no text"),
        ({"text": None, "filename": "a.png"}, "document: has no text"),
    ],
)
def test_what_is_wrong_or_has_no_place_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    _, lost = read(doccano.read, lines(tmp_path / "d.jsonl", {**DOCCANO, **change}))
    assert any(said in line for line in lost), lost


@pytest.mark.parametrize("content", ["id,text,label,Comments\n1,abc,x,\n", "\ufeffid,data,label\n", "__label__x abc\n"])
def test_exports_without_offsets_name_the_one_to_choose(tmp_path: Path, content: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(content, encoding="utf-8")
    assert doccano.recognises(Opening(path))
    with pytest.raises(UsageError, match="has no offsets; export JSONL from doccano instead"):
        read(doccano.read, path)


def test_what_naba_writes_has_the_keys_doccano_imports_and_names_what_it_does_not_hold(tmp_path: Path) -> None:
    person, shot = Span(0, 3, "Person"), Span(4, 8, "Shoot")
    event = Event(shot, (Argument("Target", person),), (("tense", "past"),))
    document = Document("a", "רמי נורה", "he", (person,), (event,), source=Source(name="desk"))
    lost = doccano_write.write([document], tmp_path / "d.jsonl", WriteOptions())
    row = json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8"))
    assert row["entities"] == [
        {"id": 0, "label": "Person", "start_offset": 0, "end_offset": 3},
        {"id": 1, "label": "Shoot", "start_offset": 4, "end_offset": 8},
    ]
    assert row["relations"] == [{"id": 0, "from_id": 1, "to_id": 0, "type": "Target"}]
    assert [str(item) for item in lost] == [
        "a: attribute Shoot tense past: has no place beside spans and relations",
        "a: source: has no place beside the text",
    ]


def test_labels_that_two_kinds_share_are_reported(tmp_path: Path) -> None:
    a, b = Span(0, 1, "X"), Span(2, 3, "X")
    document = Document("a", "א ב", "he", (a,), (Event(b, (Argument("L", a),)),), (Link("L", a, b),))
    lost = doccano_write.write([document], tmp_path / "d.jsonl", WriteOptions())
    assert [(item.unit, item.kind) for item in lost] == [("argument", "noted"), ("entity", "noted")]
