"""DyGIE++'s lines: inclusive tokens of the whole article, clusters, predictions; and what its own reader takes."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.formats import dygie, dygie_write
from annotation.formats.base import WriteOptions
from tests.builders import build
from tests.unit.annotation.formats.event_samples import DYGIE, TOKENS, lines
from tests.unit.annotation.formats.reading import marked, read


def test_offsets_count_the_article_s_tokens_and_their_end_is_the_last_token(tmp_path: Path) -> None:
    (document,), lost = read(dygie.read, lines(tmp_path / "d.jsonl", DYGIE))
    assert (document.id, document.language) == ("d1", "he")
    assert document.text == "נועה לוי נעצרה ב חיפה .\nהיא שוחררה למחרת ."
    assert marked(document) == [
        *(("נועה לוי", "PER"), ("נעצרה", "Arrest"), ("חיפה", "GPE")),
        *(("היא", "PER"), ("שוחררה", "Release"), ("למחרת", "TIME")),
    ]
    person, place, she = (span for span in document.entities if span.label != "TIME")
    arrest = next(event for event in document.events if event.type == "Arrest")
    assert arrest.arguments == (Argument("Person", person), Argument("Place", place))
    assert document.links == (Link("Located", person, place), Link("SameAs", person, she))
    assert [line.rpartition(": ")[2][:36] for line in lost] == [
        "is kept without its direction, which",
        "is a group of mentions of one thing;",
        "has no text of its own but tokens; t",
    ]


def test_triggers_of_two_tokens_and_members_without_a_type(tmp_path: Path) -> None:
    row = {
        "doc_key": 5,
        "sentences": TOKENS,
        "events": [[[[2, 3, "Arrest"], [0, 1, "Person"]]], []],
        "clusters": [[[0, 1], [6, 6]]],
    }
    (document,), lost = read(dygie.read, lines(tmp_path / "d.jsonl", row))
    assert document.id == "5"
    assert marked(document) == [("נועה לוי", "Argument"), ("נעצרה ב", "Arrest"), ("היא", "Argument")]
    assert sum("it becomes an entity" in line for line in lost) == 2


def test_predictions_are_read_with_their_scores_where_there_is_no_gold(tmp_path: Path) -> None:
    predicted = {
        "doc_key": "p",
        "sentences": TOKENS,
        "predicted_ner": [[[0, 1, "PER", 4.1, 0.9]], []],
        "predicted_events": [[[[2, "Arrest", 3.0, 0.8], [0, 1, "Person", 2.0, 0.7]]], []],
        "predicted_relations": [[], []],
    }
    (document,), _ = read(dygie.read, lines(tmp_path / "d.jsonl", predicted))
    (event,) = document.events
    assert [document.entities[0].score, event.trigger.score, event.arguments[0].score] == [0.9, 0.8, 0.7]
    _, lost = read(dygie.read, lines(tmp_path / "d.jsonl", {**predicted, "ner": [[], []]}))
    assert sum("has a value under 'predicted_" in line for line in lost) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ner": [[[0, 99, "PER"]], []]}, "entity PER [0:100] of 10 tokens: has no tokens, or tokens that are not"),
        ({"ner": [[[1, 0, "PER"]], []]}, "entity PER [1:1] of 10 tokens"),
        ({"ner": [[7], []]}, "entity: is not a list of offsets and a label"),
        ({"ner": {"a": 1}}, "entity: has something else than a list under 'ner'"),
        ({"relations": [[[0, 1, 5, 5, "At"]], []]}, "link At: joins words that are no mark"),
        ({"events": [[[[99, "Arrest"], [0, 1, "Person"]]], []]}, "argument Person: belongs to an event that was left"),
        ({"events": [[[[2, "Arrest"], [0, 1]]], []]}, "argument: has no role"),
        ({"clusters": [[[0, 1], [0, 1]]]}, "link: names a mention twice"),
        ({"weight": 0.5}, "has a value under 'weight'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    (_,), lost = read(dygie.read, lines(tmp_path / "d.jsonl", {**DYGIE, **change}))
    assert any(said in line for line in lost), lost


def written(tmp_path: Path, document: Document) -> tuple[dict[str, list[list[object]]], list[str]]:
    lost = dygie_write.write([document], tmp_path / "d.jsonl", WriteOptions())
    return json.loads((tmp_path / "d.jsonl").read_text(encoding="utf-8")), [str(item) for item in lost]


def test_a_line_has_the_shape_that_dygie_s_reader_checks(tmp_path: Path) -> None:
    """Its reader takes these keys and `_` ones, all but the id, the data set and clusters with an item a sentence."""
    document = build("[Person רמי] נורה ב[GPE עכו]. [Strike:trigger תקיפה אווירית] ב[Place>Strike:GPE חלב].", id="a")
    row, lost = written(tmp_path, document)
    assert lost == []
    known = {"doc_key", "dataset", "sentences", "ner", "relations", "events", "clusters", "event_clusters", "_text"}
    assert set(row) == known
    listed = {"sentences", "ner", "relations", "events", "_text"}
    assert {key: len(row[key]) for key in listed} == dict.fromkeys(listed, 2)
    assert row["sentences"][1] == ["תקיפה אווירית", "ב", "חלב", "."]
    assert row["events"] == [[], [[[5, "Strike"], [7, 7, "Place"]]]]
    assert "".join(map(str, row["_text"])) == document.text


def test_arguments_and_relations_across_sentences_are_reported_and_clusters_go_across(tmp_path: Path) -> None:
    text = "רמי נפצע. הוא נורה בעכו."
    first, he, town = Span(0, 3, "Person"), Span(10, 13, "Person"), Span(20, 23, "GPE")
    shot = Event(Span(14, 18, "Shoot"), (Argument("Target", he), Argument("Victim", first)))
    links = (Link("SameAs", first, he), Link("At", first, town))
    document = Document("a", text, "he", (first, he, town), (shot,), links)
    row, lost = written(tmp_path, document)
    assert lost == ["a: argument Victim: is in another sentence than its trigger", "a: link At: joins two sentences"]
    assert row["clusters"] == [[[0, 0], [3, 3]]]
    (back,), _ = read(dygie.read, tmp_path / "d.jsonl")
    assert back.links == (links[0],)
    assert back.events == (Event(shot.trigger, shot.arguments[:1]),)


def test_a_sentence_goes_on_where_a_mark_crosses_its_end(tmp_path: Path) -> None:
    document = Document("a", "אמר. לא. כן.", "he", (Span(0, 7, "Quote"),))
    row, _ = written(tmp_path, document)
    assert [len(sentence) for sentence in row["sentences"]] == [4, 2]


def test_a_trigger_inside_which_a_mark_begins_is_reported_with_all_it_has(tmp_path: Path) -> None:
    trigger, inner = Span(0, 9, "Attack"), Span(5, 9, "Weapon")
    event = Event(trigger, (Argument("Instrument", inner),), (("tense", "past"),))
    _, lost = written(tmp_path, Document("a", "ירה פגזים היום", "he", (inner,), (event,)))
    assert [line.split(":")[1].split()[0] for line in lost] == ["event", "argument", "attribute"]


def test_two_labels_on_the_same_words_are_written_and_it_is_said_that_one_is_learned(tmp_path: Path) -> None:
    twice = (Span(0, 3, "Person"), Span(0, 3, "Position"))
    row, lost = written(tmp_path, Document("a", "שוטר", "he", twice))
    assert row["ner"] == [[[0, 0, "Person"], [0, 0, "Position"]]]
    assert lost == ["a: entity: has the words of another with another label; DyGIE++ learns only one label of them"]


def test_a_ring_of_links_is_a_cluster_and_the_link_too_many_is_reported(tmp_path: Path) -> None:
    spans = [Span(start, start + 1, "Person") for start in (0, 2, 4)]
    ring = (*(Link("SameAs", a, b) for a, b in pairwise(spans)), Link("SameAs", spans[0], spans[2]))
    row, lost = written(tmp_path, Document("a", "א ב ג", "he", tuple(spans), (), ring))
    assert row["clusters"] == [[[0, 0], [1, 1], [2, 2]]]
    assert lost == ["a: link SameAs: joins mentions that others join already; a cluster holds them all"]
