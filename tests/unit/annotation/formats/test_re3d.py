"""Documents, entities and relations in three files, the corpus's own way and with offsets gone wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.errors import UsageError
from annotation.formats.base import WriteOptions
from annotation.formats.re3d import read as read_folder
from annotation.formats.re3d_write import write
from tests.unit.annotation.formats.reading import read

TEXT = "Rami, known as Abu Dan, led  the “North” team."
RAMI, ALIAS, TEAM = Span(0, 4, "Person"), Span(15, 22, "Person"), Span(29, 45, "Organisation")


def entity(span: Span, **change: object) -> dict[str, object]:
    row = {"begin": span.start, "end": span.end, "type": span.label, "value": span.quote(TEXT), "documentId": "d"}
    return {**row, **change}


def relation(label: str, source: Span, target: Span, begin: int, end: int, **change: object) -> dict[str, object]:
    sides = {"sourceBegin": source.start, "sourceEnd": source.end, "source": source.quote(TEXT)}
    sides |= {"targetBegin": target.start, "targetEnd": target.end, "target": target.quote(TEXT)}
    words = {"begin": begin, "end": end, "value": TEXT[begin:end].strip()}
    return {"type": label, "documentId": "d", **sides, **words, **change}  # type: ignore[dict-item]


def folder(path: Path, entities: list[object], relations: list[object]) -> Path:
    about = {"_id": "d", "text": TEXT, "title": "A team", "sourceName": "Desk", "sourceUrl": "https://x.org"}
    for name, rows in (("documents", [about]), ("entities", entities), ("relations", relations)):
        content = "\n".join(json.dumps(row) for row in rows)
        (path / f"{name}.json").write_text(content, encoding="utf-8")
    return path


ENTITIES = [entity(span) for span in (RAMI, ALIAS, TEAM)]


def test_a_relation_with_words_is_an_event_and_a_synonym_a_link(tmp_path: Path) -> None:
    rows = [relation("Leads", RAMI, TEAM, 23, 29), relation("IsSynonymOf", RAMI, ALIAS, 4, 15)]
    (document,), lost = read(read_folder, folder(tmp_path, ENTITIES, rows), language="en")
    (event,) = document.events
    assert (event.trigger, event.type) == (Span(24, 27, "Leads"), "Leads")
    assert event.arguments == (Argument("Source", RAMI), Argument("Target", TEAM))
    assert document.links == (Link("IsSynonymOf", RAMI, ALIAS),)
    assert document.source
    assert (document.source.name, document.source.title) == ("Desk", "A team")
    assert lost == [
        "noted: relations.json, line 1: event Leads [23:29]: has white space at the edges of its words; taken without"
    ]


def test_relations_of_the_same_words_become_one_and_one_of_no_words_a_link(tmp_path: Path) -> None:
    rows = [
        relation("Leads", RAMI, TEAM, 24, 27),
        relation("Leads", ALIAS, TEAM, 24, 27),
        relation("In", RAMI, TEAM, 27, 29),
    ]
    (document,), lost = read(read_folder, folder(tmp_path, ENTITIES, rows))
    assert len(document.events[0].arguments) == 3
    assert document.links == (Link("In", RAMI, TEAM),)
    assert [line.split(": ")[0] for line in lost] == ["lost", "lost", "noted"]
    assert "is said with the words of another one" in lost[0]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (entity(TEAM, begin=30, end=44), "entity Organisation [30:44] quotes"),
        (
            entity(TEAM, begin=300, end=305),
            "entities.json, line 4: entity Organisation [300:305] of 46 (they stand at [29:45]): leaves the text",
        ),
        (entity(TEAM, begin="29"), "entities.json, line 4: entity Organisation [29:45]: has no label or no offsets"),
        (entity(TEAM, documentId="gone"), "entities.json, line 4: entity gone: belongs to no document of the folder"),
        ("text", "entities.json, line 4: document: is not a JSON object"),
    ],
)
def test_a_bad_entity_is_named_and_the_rest_imported(tmp_path: Path, bad: object, said: str) -> None:
    (document,), lost = read(read_folder, folder(tmp_path, [*ENTITIES, bad], []))
    assert document.entities == (RAMI, ALIAS, TEAM)
    assert len(lost) == 1
    assert lost[0].startswith("wrong: ")
    assert said in lost[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sourceBegin": 1}, "link Leads: has an end that is no entity"),
        ({"target": "another team"}, "link Leads: has an end that is no entity, or has other words than it says"),
        ({"begin": 20, "end": 23}, "event Leads [20:23] quotes 'led' but covers 'an,' (they stand at [24:27])"),
    ],
)
def test_a_bad_relation_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    row = {**relation("Leads", RAMI, TEAM, 24, 27), **change}
    (document,), lost = read(read_folder, folder(tmp_path, ENTITIES, [row]))
    assert (document.events, len(lost)) == ((), 1)
    assert said in lost[0]


def test_other_quotation_marks_in_a_quote_are_no_fault_but_said(tmp_path: Path) -> None:
    rows = [entity(TEAM, value='the "North" team')]
    (document,), lost = read(read_folder, folder(tmp_path, rows, []))
    assert document.entities == (TEAM,)
    assert "noted: entities.json, item 1: entity Organisation [29:45] quotes" in lost[0]


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no documents\.json"):
        read(read_folder, tmp_path)


def test_events_of_a_source_and_a_target_go_out_as_the_corpus_has_them(tmp_path: Path) -> None:
    arguments = (Argument("Source", RAMI), Argument("Target", TEAM))
    leads, calm = Event(Span(24, 27, "Leads"), arguments), Event(Span(6, 14, "Named"), arguments, (("sure", "yes"),))
    document = Document("d", TEXT, "en", (RAMI, TEAM), (leads, calm))
    assert write([document], tmp_path, WriteOptions()) == []
    rows = [json.loads(line) for line in (tmp_path / "relations.json").read_text(encoding="utf-8").splitlines()]
    assert [(row["type"], row["value"], row.get("naba")) for row in rows] == [
        ("Source", "known as", "argument"),
        ("Target", "known as", "argument"),
        ("Leads", "led", None),
    ]
    assert read(read_folder, tmp_path) == ([document], [])


def test_an_article_marked_twice_goes_out_once_and_the_other_is_said(tmp_path: Path) -> None:
    lost = write([Document("d", TEXT), Document("d", TEXT)], tmp_path, WriteOptions())
    assert [str(item) for item in lost] == [
        "d: document: is there more than once, which the corpus cannot say; adjudicate first"
    ]
