"""ACE 2005 as its preprocessors write it: a mention is its quote at its first token."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.formats import ace_json
from tests.unit.annotation.formats.event_samples import ACE, lines
from tests.unit.annotation.formats.reading import marked, read

SENTENCE = 'אמר (אתמול) דובר צה"ל-מרכז: "נפתחה אש".'
WORDS = ["אמר", "-LRB-", "אתמול", "-RRB-", "דובר", 'צה"ל', "-", "מרכז", ":", "``", "נפתחה", "אש", "''", "."]


def mention(text: object, start: object, end: object, label: str = "ORG") -> dict[str, object]:
    return {"text": text, "entity-type": label, "start": start, "end": end}


def sentence(*mentions: object, **more: object) -> dict[str, object]:
    return {"sentence": SENTENCE, "words": WORDS, "golden-entity-mentions": list(mentions), **more}


def test_mentions_events_and_a_filler_that_is_no_mention(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text(json.dumps([ACE, ACE]), encoding="utf-8")
    documents, lost = read(ace_json.read, path)
    assert [document.id for document in documents] == ["", ""]
    assert marked(documents[0]) == [
        *(("سامر حداد", "PER:Individual"), ("الجنود", "PER:Group"), ("قصفوا", "Conflict:Attack")),
        *(("قرية الزهور", "GPE:Population-Center"), ("مساء السبت", "TIM:time")),
    ]
    (event,) = documents[0].events
    assert [(a.role, a.filler.label) for a in event.arguments] == [("Attacker", "PER:Group"), ("Time", "TIM:time")]
    assert [line.split(": ")[-1] for line in lost] == [
        "fills a role but is no mark of its own in the file; it becomes an entity"
    ] * 2


def test_signs_that_the_tokenizer_rewrote_are_found_in_the_sentence(tmp_path: Path) -> None:
    (document,), lost = read(ace_json.read, lines(tmp_path / "a.json", sentence(mention("נפתחה אש", 10, 12, "X"))))
    assert (document.text, marked(document), lost) == (SENTENCE, [("נפתחה אש", "X")], [])


def test_an_end_that_counts_words_of_the_quote_is_no_fault_but_noted(tmp_path: Path) -> None:
    """The preprocessor adds the number of words between white space, though the tokenizer made more of them."""
    (document,), lost = read(ace_json.read, lines(tmp_path / "a.json", sentence(mention('צה"ל-מרכז', 5, 6))))
    assert marked(document) == [('צה"ל-מרכז', "ORG")]
    assert ["ends at other words than it quotes; the quote is kept" in line for line in lost] == [True]


@pytest.mark.parametrize("end", [12, 11])
def test_ends_are_read_exclusive_or_inclusive_as_the_quote_shows(tmp_path: Path, end: int) -> None:
    row = {key.replace("-", "_"): value for key, value in sentence(mention("נפתחה אש", 10, end)).items()}
    row["tokens"] = row.pop("words")
    (document,), lost = read(ace_json.read, lines(tmp_path / "a.json", row))
    assert (marked(document), lost) == ([("נפתחה אש", "ORG")], [])


def test_a_quote_that_does_not_stand_at_its_token_is_refused(tmp_path: Path) -> None:
    (document,), lost = read(ace_json.read, lines(tmp_path / "a.json", sentence(mention("דובר", 5, 6))))
    assert document.entities == ()
    assert lost == [
        "wrong: a.json, item 1, golden_entity_mentions 1: entity ORG [17:21]: does not cover the words it quotes; "
        "mend its offsets".replace("[17:21]", "[17:21] quotes 'דובר' but covers 'צה\"ל' (they stand at [12:16])")
    ]


def test_heads_parses_and_attributes(tmp_path: Path) -> None:
    head = {"text": "אש", "start": 11, "end": 12}
    event = {"event_type": "Attack", "trigger": {"text": "נפתחה", "start": 10, "end": 11}, "arguments": []}
    row = sentence({**mention("אש", 11, 12), "head": head, "phrase-type": "NOM"}, parse="(ROOT)")
    row["golden-event-mentions"] = [{**event, "tense": "Past", "polarity": "Positive", "note": "x"}]
    (document,), lost = read(ace_json.read, lines(tmp_path / "a.json", row))
    assert document.events[0].attributes == (("polarity", "Positive"), ("tense", "Past"))
    assert [line.split(": ", 2)[2].partition(" ")[0] for line in lost] == ["attribute", "attribute", "other:", "other:"]


def test_without_words_white_space_counts_and_without_a_sentence_it_is_refused(tmp_path: Path) -> None:
    row = {"sentence": "רמי נסע", "golden-entity-mentions": [mention("רמי", "0", 1.0)]}
    (document,), lost = read(ace_json.read, lines(tmp_path / "a.json", row, {"golden-entity-mentions": []}))
    assert marked(document) == [("רמי", "ORG")]
    assert "has no words; its mentions count those between white space" in lost[0]
    assert "has no `sentence`" in lost[1]
