"""PubAnnotation's JSON as its documentation has it, with discontinuous spans, tracks and events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Link, Source, Span
from annotation.core.errors import UsageError
from annotation.formats.opening import Opening
from annotation.formats.pubannotation import read as read_pubannotation
from annotation.formats.pubannotation import recognises
from tests.unit.annotation.formats.reading import marked, read

TEXT = "📢 رامي ووليد حداد وصلا إلى دمشق"


def mark(id: str, words: str, label: str) -> dict[str, object]:
    spans = [{"begin": TEXT.index(piece), "end": TEXT.index(piece) + len(piece)} for piece in words.split("…")]
    return {"id": id, "span": spans[0] if len(spans) == 1 else spans, "obj": label}


FULL: dict[str, object] = {
    "text": TEXT,
    "sourcedb": "Akhbar",
    "sourceid": "77",
    "divid": 2,
    "target": "http://news.example/77",
    "project": "salma",
    "denotations": [
        mark("T1", "رامي…حداد", "PER"),
        mark("T2", "وليد حداد", "PER"),
        mark("T3", "وصلا", "Move"),
        mark("T4", "دمشق", "GPE"),
    ],
    "blocks": [mark("B1", TEXT, "sentence")],
    "relations": [
        {"id": "R1", "subj": "T2", "pred": "agentOf", "obj": "T3"},
        {"id": "R2", "subj": "T3", "pred": "Place", "obj": "T4"},
        {"id": "R3", "subj": "T1", "pred": "brotherOf", "obj": "T2"},
        {"id": "R4", "subj": "T1", "pred": "in", "obj": "T9"},
    ],
    "attributes": [
        {"id": "A1", "subj": "T3", "pred": "tense", "obj": "past"},
        {"id": "A2", "subj": "T4", "pred": "country", "obj": "SY"},
    ],
    "modifications": [{"id": "M1", "pred": "Speculation", "obj": "T3"}],
    "typesettings": [{"style": "bold"}],
}


def load(tmp_path: Path, row: object, **how: object) -> tuple[list[Document], list[str]]:
    return read(read_pubannotation, tmp_path / "d.json", json.dumps(row), **how)


def test_denotations_relations_attributes_and_modifications_are_read(tmp_path: Path) -> None:
    (document,), lost = load(tmp_path, FULL, events=frozenset({"Move"}))
    assert (document.id, document.source) == ("Akhbar-77-2", Source("Akhbar", url="http://news.example/77"))
    assert document.provenance is not None
    assert document.provenance.annotator == "salma"
    assert marked(document) == [("رامي", "PER"), ("وليد حداد", "PER"), ("وصلا", "Move"), ("دمشق", "GPE")]
    (event,) = document.events
    rami, walid, _ = document.entities
    assert event.arguments == (Argument("Place", Span(27, 31, "GPE")), Argument("agentOf", walid))
    assert event.attributes == (("Speculation", "true"), ("tense", "past"))
    assert document.links == (Link("brotherOf", rami, walid),)
    kinds = [line.split(", item 1")[0].split(":")[0] + line.split(", item 1")[1].split(":")[0] for line in lost]
    assert kinds == [
        "lost",  # typesettings
        "noted, denotation 1",  # its pieces
        "lost, block 1",
        "noted, relation 3",  # its direction
        "wrong, relation 4",
        "lost, attribute 2",
    ]


def test_tracks_are_each_a_document_of_their_annotator(tmp_path: Path) -> None:
    marks = [mark("T1", "دمشق", "GPE")]
    tracks = [{"project": "salma", "denotations": marks}, {"project": "omar", "denotations": [], "note": "x"}]
    documents, lost = load(tmp_path, {"text": TEXT, "tracks": tracks, "date": "today"})
    assert [(d.provenance and d.provenance.annotator, len(d.entities)) for d in documents] == [
        ("salma", 1),
        ("omar", 0),
    ]
    assert len(lost) == 2
    documents, _ = load(tmp_path, {"text": TEXT, "denotations": marks, "tracks": tracks})
    assert len(documents) == 3


@pytest.mark.parametrize("span", [None, {}, [], {"begin": 0}, {"begin": 3, "end": 3}, {"begin": 0, "end": 99}, [1, 2]])
def test_a_span_that_is_none_is_named(tmp_path: Path, span: object) -> None:
    row = {"text": TEXT, "denotations": [{"id": "T1", "span": span, "obj": "PER"}, mark("T2", "دمشق", "GPE"), "x"]}
    (document,), lost = load(tmp_path, row)
    assert marked(document) == [("دمشق", "GPE")]
    assert [line[:6] for line in lost] == ["wrong:", "wrong:"]


def test_lists_lines_and_single_objects_are_recognised_and_others_not(tmp_path: Path) -> None:
    row = {"text": "a b", "denotations": []}
    file = tmp_path / "d.json"
    for content in (json.dumps([row, row]), f"{json.dumps(row)}\n{json.dumps(row)}\n", json.dumps(row)):
        file.write_text(content, encoding="utf-8")
        assert recognises(Opening(file))
    for content in ('{"text": "a", "entities": []}', "[]", "denotations", '{"denotations": []}'):
        file.write_text(content, encoding="utf-8")
        assert not recognises(Opening(file))
    file.write_text(json.dumps({**FULL, "text": TEXT * 9000}, ensure_ascii=False), encoding="utf-8")
    assert recognises(Opening(file)) or len(file.read_bytes()) > 1 << 18


def test_what_has_no_text_or_is_no_json_is_named(tmp_path: Path) -> None:
    documents, lost = load(tmp_path, {"denotations": []})
    assert (documents, lost) == ([], ["wrong: d.json, item 1: document: has no text; export it with its text"])
    with pytest.raises(UsageError, match="is not JSON"):
        read(read_pubannotation, tmp_path / "d.json", "{")
