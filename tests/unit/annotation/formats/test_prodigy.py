"""Prodigy's examples: answers, annotators, relations by tokens; and what naba writes makes a Doc of spaCy's."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings

from annotation.core.document import Document, Event, Link, Provenance, Span
from annotation.formats import prodigy, prodigy_write
from annotation.formats.base import WriteOptions
from tests.builders import build, conflict
from tests.strategies import documents
from tests.unit.annotation.formats.event_samples import ARABIC, PRODIGY, lines
from tests.unit.annotation.formats.reading import marked, read

PERSON, SOLDIERS = Span(5, 14, "PER"), Span(18, 24, "ORG")
JOINED = (Link("speaks_of", PERSON, SOLDIERS),)


def test_an_accepted_example_with_its_annotator_and_time(tmp_path: Path) -> None:
    (document,), lost = read(prodigy.read, lines(tmp_path / "p.jsonl", PRODIGY))
    assert (document.id, document.text, marked(document)) == ("", ARABIC, [("سامر حداد", "PER"), ("الجنود", "ORG")])
    assert document.provenance == Provenance(annotator="set-noa", updated_at="2024-02-03T22:40:00+00:00")
    assert document.links == JOINED
    assert ["is kept without its direction" in line for line in lost] == [True]


def test_what_was_rejected_or_passed_over_is_named_with_its_marks(tmp_path: Path) -> None:
    rows = [{**PRODIGY, "answer": answer} for answer in ("reject", "accept", "ignore")]
    found, lost = read(prodigy.read, lines(tmp_path / "p.jsonl", *rows))
    assert len(found) == 1
    assert [line for line in lost if "line 1" in line or "line 3" in line] == [
        "lost: p.jsonl, line 1: document: was rejected by its annotator",
        "lost: p.jsonl, line 1: entity: is of an example that was rejected by its annotator",
        "lost: p.jsonl, line 1: link: is of an example that was rejected by its annotator",
        "lost: p.jsonl, line 3: document: was passed over by its annotator",
        "lost: p.jsonl, line 3: entity: is of an example that was passed over by its annotator",
        "lost: p.jsonl, line 3: link: is of an example that was passed over by its annotator",
    ]


SPANS = [{"start": 5, "end": 14, "label": "PER"}, {"start": 18, "end": 24, "label": "ORG"}]


@pytest.mark.parametrize(
    "change",
    [
        {"tokens": []},  # the spans' own tokens say it
        {"spans": SPANS},  # the tokens' characters say it
        {
            "spans": SPANS,
            "tokens": [],
            "relations": [{"head": 9, "child": 9, "label": "speaks_of", "head_span": SPANS[0], "child_span": SPANS[1]}],
        },
        {"relations": [{"head": 1, "child": 4, "label": "speaks_of", "color": "#fff"}]},  # a token inside a span
    ],
)
def test_the_ends_of_a_relation_are_found_by_spans_or_tokens(tmp_path: Path, change: dict[str, object]) -> None:
    (document,), _ = read(prodigy.read, lines(tmp_path / "p.jsonl", {**PRODIGY, **change}))
    assert document.links == JOINED


def test_a_relation_inside_one_span_is_refused_and_the_span_kept(tmp_path: Path) -> None:
    row = {**PRODIGY, "tokens": [], "relations": [{"head": 2, "child": 1, "label": "in"}]}
    (document,), lost = read(prodigy.read, lines(tmp_path / "p.jsonl", row))
    assert (len(document.entities), document.links) == (2, ())
    assert lost == ["wrong: p.jsonl, item 1, relations 1: link in: joins a span to itself; remove it"]


def test_overlapping_spans_are_told_apart_by_their_last_token_or_refused(tmp_path: Path) -> None:
    row: Any = copy.deepcopy(PRODIGY)
    row["spans"].append({"start": 10, "end": 14, "token_start": 2, "token_end": 2, "label": "NAME"})
    (document,), lost = read(prodigy.read, lines(tmp_path / "p.jsonl", row))
    assert document.links == ()
    assert "link speaks_of 2 4: joins tokens that are in no span, or in several" in lost[-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spans": [{**SPANS[0], "text": "الجنود"}]}, "quotes 'الجنود' but covers 'سامر حداد' (they stand at [18:24])"),
        ({"spans": [{**SPANS[0], "end": 400}]}, "leaves the text"),
        ({"spans": [{**SPANS[0], "token_start": 0, "token_end": 1}]}, "has tokens at other characters than its own"),
        ({"spans": [{**SPANS[0], "pattern": 3}]}, "spans 1: other: has a value under 'pattern'"),
        ({"relations": [{"head": 0, "child": 4, "label": "x"}]}, "joins tokens that are in no span"),
        ({"relations": [{"head": 2, "child": 4}]}, "link: has no label"),
        ({"accept": ["GOOD"], "options": [{"id": "GOOD"}], "_view_id": "choice"}, "accept 1: other: is a choice about"),
        ({"label": "POLITICS"}, "has a value under 'label'"),
        ({"meta": {"page": 3}}, "has a value under 'meta'"),
        ({"_is_binary": True}, "was asked about one mark at a time"),
        ({"answer": "maybe"}, "document maybe: has an answer of no known kind"),
        ({"text": None}, "document: has no text"),
        ({"spans": {"start": 1}}, "has something else than a list under 'spans'"),
    ],
)
def test_what_is_wrong_or_has_no_place_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    _, lost = read(prodigy.read, lines(tmp_path / "p.jsonl", {**PRODIGY, **change}))
    assert any(said in line for line in lost), lost


def test_labels_of_events_make_events(tmp_path: Path) -> None:
    (document,), _ = read(prodigy.read, lines(tmp_path / "p.jsonl", PRODIGY), events=frozenset({"ORG"}))
    assert [event.type for event in document.events] == ["ORG"]
    assert [(a.role, a.filler) for a in document.events[0].arguments] == [("speaks_of", PERSON)]


def test_scores_and_annotators_come_back(tmp_path: Path) -> None:
    document = build("[Person רמי כהן] נורה", id="a")
    scored = Document("a", document.text, "he", (Span(0, 7, "Person", 0.25),), provenance=Provenance(annotator="נועה"))
    assert prodigy_write.write([scored], tmp_path / "p.jsonl", WriteOptions()) == []
    (back,), lost = read(prodigy.read, tmp_path / "p.jsonl")
    assert (back.entities[0].score, back.provenance, lost) == (0.25, Provenance(annotator="נועה"), [])


@settings(max_examples=40, deadline=None)
@given(document=documents(conflict(), forbidden_fillers=True))
def test_tokens_make_up_the_text_and_spacy_finds_every_span_in_them(document: Document) -> None:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    with TemporaryDirectory() as folder:
        prodigy_write.write([document], Path(folder) / "p.jsonl", WriteOptions())
        row = json.loads((Path(folder) / "p.jsonl").read_text(encoding="utf-8"))
    tokens = row["tokens"]
    doc = Doc(Vocab(), words=[token["text"] for token in tokens], spaces=[token["ws"] for token in tokens])
    assert doc.text == row["text"] == document.text
    assert [(token.idx, token.idx + len(token)) for token in doc] == [(t["start"], t["end"]) for t in tokens]
    for span in row["spans"]:
        found = doc.char_span(span["start"], span["end"], label=span["label"])
        assert found is not None
        assert (found.start, found.end - 1) == (span["token_start"], span["token_end"])
    for relation in row["relations"]:
        assert relation["head_span"] in row["spans"]
        assert relation["child"] == relation["child_span"]["token_end"]


def test_an_event_s_roles_are_relations_from_its_trigger(tmp_path: Path) -> None:
    document = build("[Strike:trigger תקיפה] ב[Place>Strike:GPE חלב]", id="d", language="he")
    prodigy_write.write([document], tmp_path / "p.jsonl", WriteOptions())
    (back,), lost = read(prodigy.read, tmp_path / "p.jsonl")
    assert (back, lost) == (document, [])
    assert isinstance(back.events[0], Event)


def test_quotes_decide_that_offsets_count_utf16_units(tmp_path: Path) -> None:
    span = {"start": 3, "end": 7, "label": "PER", "text": "סאמר"}
    row = {"text": "\U0001f4e2 סאמר נורה", "spans": [span], "answer": "accept"}
    (document,), lost = read(prodigy.read, lines(tmp_path / "p.jsonl", row))
    assert marked(document) == [("סאמר", "PER")]
    assert "counts an emoji as two characters" in lost[0]
    (document,), lost = read(
        prodigy.read, lines(tmp_path / "p.jsonl", {**row, "spans": [{**span, "start": 2, "end": 6}]})
    )
    assert (marked(document), lost) == ([("סאמר", "PER")], [])
