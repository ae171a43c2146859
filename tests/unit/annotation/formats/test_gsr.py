"""Protest gold records: bags of words found in their sentence, scattered ones said."""

from __future__ import annotations

import json
from pathlib import Path

from annotation.core.document import Argument, Span
from annotation.formats.gsr import read as read_gold
from annotation.formats.gsr import read_records
from tests.unit.annotation.formats.reading import marked, read

TEXT = "تظاهر مئات العمال أمس في صفاقس ضد إدارة المصنع، وهتف العمال طويلا."


def sentence(*records: dict[str, object], **gold: str) -> dict[str, object]:
    said = {"source_gold": "", "verb_gold": "", "target_gold": "", **gold}
    return {"_id": "s1", "source": "desk", "text": TEXT, "event_type": "PROTEST", "spans": list(records), **said}


def record(verb: str, source: str = "", target: str = "", **roles: object) -> dict[str, object]:
    return {"verb": verb.split(), "source_actor": source.split(), "target_actor": target.split(), **roles}


def write(folder: Path, *rows: object) -> Path:
    (folder / "p.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder / "p.json"


def test_what_was_agreed_on_is_an_event_with_its_actors_in_any_order_of_words(tmp_path: Path) -> None:
    row = sentence(verb_gold="تظاهر", source_gold="العمال مئات", target_gold="إدارة المصنع")
    (document,), lost = read(read_gold, write(tmp_path, row))
    (event,) = document.events
    assert (document.id, document.language, event.trigger) == ("s1", "ar", Span(0, 5, "PROTEST"))
    source, target = Span(6, 17, "Actor"), Span(34, 46, "Actor")
    assert event.arguments == (Argument("Source", source), Argument("Target", target))
    assert ([source.quote(TEXT), target.quote(TEXT)], lost) == (["مئات العمال", "إدارة المصنع"], [])


def test_scattered_repeated_and_missing_words_are_said(tmp_path: Path) -> None:
    row = sentence(verb_gold="تظاهر ضد إدارة", source_gold="العمال", target_gold="الشرطة")
    (document,), lost = read(read_gold, write(tmp_path, row, {"text": ""}, "x"))
    assert marked(document) == [("العمال", "Actor"), ("ضد إدارة", "PROTEST")]
    assert [line.split(", item ")[0] for line in lost] == ["noted: p.json", "noted: p.json", "wrong: p.json"] + [
        "wrong: p.json"
    ] * 2
    assert "is scattered words; only the longest run of them is kept" in lost[0]
    assert "stands in the text more than once; the first is taken" in lost[1]
    assert "Actor 'الشرطة': has no word that stands in the text" in lost[2]


def test_actors_without_a_verb_are_entities_and_their_roles_lost(tmp_path: Path) -> None:
    (document,), lost = read(read_gold, write(tmp_path, sentence(source_gold="مئات العمال")))
    assert (marked(document), document.events) == ([("مئات العمال", "Actor")], ())
    assert lost == ["lost: p.json, item 1: argument Source: has no verb that it could be an argument of"]


def test_each_record_can_be_an_annotator_s_document(tmp_path: Path) -> None:
    rows = [record("تظاهر", "العمال مئات", source_role={"main": "TUN", "role": "None"}, target_role=""), record("هتف")]
    documents, lost = read(read_records, write(tmp_path, sentence(*rows)))
    assert [d.provenance and d.provenance.annotator for d in documents] == ["record-1", "record-2"]
    assert {document.id for document in documents} == {"s1"}
    assert lost[0].endswith("other TUN: is the code of an actor, which Documents do not hold")
    assert "has no word that stands in the text" in lost[1]  # the sentence has it with its conjunction
