"""CASIE: characters of the content, hoppers as chains, and files whose offsets all begin before the content."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from annotation.core.document import Source
from annotation.formats import casie
from tests.unit.annotation.formats.event_samples import ARABIC, CASIE, lines
from tests.unit.annotation.formats.reading import marked, read


def moved(by: int) -> dict[str, Any]:
    row: dict[str, Any] = copy.deepcopy(CASIE)
    for event in row["cyberevent"]["hopper"][0]["events"]:
        for place in (event["nugget"], *event.get("argument", [])):
            place["startOffset"] += by
            place["endOffset"] += by
    return row


WHOLE = [("أعلن", "Attack:Databreach"), ("الجنود", "Person"), ("قصفوا", "Attack:Databreach")]


def test_events_arguments_realis_and_where_the_article_came_from(tmp_path: Path) -> None:
    (document,), lost = read(casie.read, lines(tmp_path / "c.json", CASIE))
    assert (document.id, document.text, marked(document)) == ("10", ARABIC, WHOLE)
    assert [event.attributes for event in document.events] == [(("realis", "Actual"),)] * 2
    assert [(a.role, a.filler.label) for a in document.events[1].arguments] == [("Attacker", "Person")]
    assert [link.label for link in document.links] == ["SameAs"]
    assert document.source == Source(name="", title="قصف", url="https://example.org/1", published="2024_02_03")
    assert [line.split(": ")[0] for line in lost] == ["noted"]


def test_offsets_from_before_the_content_are_read_where_every_quote_shows_it(tmp_path: Path) -> None:
    (document,), lost = read(casie.read, lines(tmp_path / "c.json", moved(2)))
    assert marked(document) == WHOLE
    assert "document 2 characters: counts offsets from before its text" in lost[0]


def test_one_quote_that_stands_where_it_says_keeps_all_offsets_as_they_are(tmp_path: Path) -> None:
    row = moved(2)
    row["cyberevent"]["hopper"][0]["events"][0]["argument"][0].update(startOffset=18, endOffset=24)
    (document,), lost = read(casie.read, lines(tmp_path / "c.json", row))
    assert marked(document) == [("الجنود", "Person")]
    assert sum("does not cover the words it quotes" in line for line in lost) == 2
    assert sum("belongs to an event or to words that were left out" in line for line in lost) == 1


def test_a_role_s_confidence_is_its_score_and_references_are_named(tmp_path: Path) -> None:
    row = moved(0)
    argument = row["cyberevent"]["hopper"][0]["events"][0]["argument"][0]
    argument["role"]["confidence"] = 0.5
    argument["external_reference"] = {"wikidataid": "Q1"}
    (document,), lost = read(casie.read, lines(tmp_path / "c.json", row, {"cyberevent": {}}))
    assert document.events[1].arguments[0].score == 0.5
    assert "has a value under 'external_reference'" in lost[0]
    assert "has no text under `content`" in lost[-1]
