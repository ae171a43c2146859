"""MAVEN, MAVEN-ERE and MAVEN-Arg: mentions in tokens of a sentence, or in characters of the article."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from annotation.core.document import Argument, Span
from annotation.formats import maven, maven_arg
from tests.unit.annotation.formats.event_samples import HEBREW, MAVEN, MAVEN_ARG, TOKENS, lines
from tests.unit.annotation.formats.reading import marked, read


def test_an_article_is_its_sentences_and_mentions_of_one_event_are_linked(tmp_path: Path) -> None:
    (document,), lost = read(maven.read, lines(tmp_path / "m.jsonl", MAVEN))
    assert (document.id, document.text) == ("m1", HEBREW.replace(". ", ".\n"))
    assert document.source is not None
    assert document.source.title == "מעצר בחיפה"
    assert marked(document) == [("נעצרה", "Arrest"), ("היא", "Releasing"), ("שוחררה", "Releasing")]
    assert [(link.label, link.a.start, link.b.start) for link in document.links] == [("SameAs", 22, 26)]
    assert [line.split(": ")[0] for line in lost] == ["noted", "lost", "noted"]
    assert "negative_triggers: other: is a word marked as no event" in lost[1]


def test_faults_are_named_and_the_rest_kept(tmp_path: Path) -> None:
    row: Any = copy.deepcopy(MAVEN)
    row["events"][0]["mention"][0]["trigger_word"] = "שוחררה"
    row["events"][1]["mention"][0]["sent_id"] = 5
    row["content"][1]["tokens"] = ["אחר", *TOKENS[1][1:]]
    (document,), lost = read(maven.read, lines(tmp_path / "m.jsonl", row, {"id": "x"}))
    assert marked(document) == []
    said = "\n".join(lost)
    assert "quotes 'שוחררה' but covers 'נעצרה'" in said
    assert "event Releasing in 5 of 2: is in a sentence that is not there" in said
    assert "quotes 'היא' but covers 'אחר'" in said
    assert "sentence 2: document: has a sentence that is not its tokens" in said
    assert "item 2: document: has no sentences with tokens" in said.replace("line 2", "item 2")


def test_relations_between_events_and_times(tmp_path: Path) -> None:
    row = {
        "id": "r",
        "tokens": TOKENS,
        "sentences": ["נועה לוי נעצרה בחיפה.", "היא שוחררה למחרת."],
        "events": MAVEN["events"],
        "TIMEX": [{"id": "T1", "mention": "למחרת", "type": "DATE", "sent_id": 1, "offset": [2, 3]}],
        "temporal_relations": {"BEFORE": [["e1", "e2"], ["e1", "T1"], ["e1", "e9"]]},
        "subevent_relations": [["e2", "e1"]],
    }
    (document,), lost = read(maven.read, lines(tmp_path / "m.jsonl", row))
    assert sorted(link.label for link in document.links) == ["BEFORE", "BEFORE", "SUBEVENT", "SameAs"]
    assert [(span.quote(document.text), span.label) for span in document.entities] == [("למחרת", "DATE")]
    assert sum("BEFORE, e1 e9: joins events that are not there" in line for line in lost) == 1


def test_arguments_are_an_entity_s_nearest_mention_or_words_of_their_own(tmp_path: Path) -> None:
    (document,), lost = read(maven_arg.read, lines(tmp_path / "m.jsonl", MAVEN_ARG))
    (event,) = document.events
    soldiers, village = Span(18, 24, "Person"), Span(31, 42, "Argument")
    assert (document.id, event.arguments) == ("g1", (Argument("Agent", soldiers), Argument("Location", village)))
    assert [line.startswith("noted") for line in lost] == [True]


def test_each_mention_of_an_event_has_its_arguments(tmp_path: Path) -> None:
    row: Any = copy.deepcopy(MAVEN_ARG)
    row["events"][0]["mention"].append({"id": "u", "trigger_word": "أعلن", "offset": [0, 4]})
    row["entities"][0]["mention"].append({"id": "q", "mention": "سامر حداد", "offset": [5, 14]})
    (document,), lost = read(maven_arg.read, lines(tmp_path / "m.jsonl", row))
    fillers = [[a.filler.quote(document.text) for a in event.arguments] for event in document.events]
    assert fillers == [["سامر حداد", "قرية الزهور"], ["الجنود", "قرية الزهور"]]
    assert len(document.links) == 2
    assert sum("is of an event with several mentions; each has it" in line for line in lost) == 2


def test_wrong_offsets_and_missing_entities_are_named(tmp_path: Path) -> None:
    row: Any = copy.deepcopy(MAVEN_ARG)
    row["events"][0]["argument"] = {
        "Agent": [{"entity_id": "E9"}, "x"],
        "Time": [{"content": "مساء", "offset": [1, 5]}],
    }
    row["entities"][0]["mention"][0]["offset"] = [18, 240]
    (document,), lost = read(maven_arg.read, lines(tmp_path / "m.jsonl", row, {"document": ""}))
    assert marked(document) == [("قصفوا", "Attack")]
    said = "\n".join(lost)
    for part in ("leaves the text", "argument Agent E9: is filled", "is not a JSON object", "quotes 'مساء'", "no text"):
        assert part in said


def test_quotes_decide_that_offsets_count_utf16_units(tmp_path: Path) -> None:
    row: Any = copy.deepcopy(MAVEN_ARG)
    row["document"] = "\U0001f4e2" + row["document"]
    for owner in (*row["events"], *row["entities"]):
        owner["mention"][0]["offset"] = [offset + 2 for offset in owner["mention"][0]["offset"]]
    row["events"][0]["argument"]["Location"][0]["offset"] = [33, 44]
    (document,), lost = read(maven_arg.read, lines(tmp_path / "m.jsonl", row))
    assert marked(document) == [("الجنود", "Person"), ("قصفوا", "Attack"), ("قرية الزهور", "Argument")]
    assert "counts an emoji as two characters" in lost[0]
