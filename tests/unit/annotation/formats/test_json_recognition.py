"""Each JSON file of events or spans is recognised by one format only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.formats.base import WriteOptions
from annotation.formats.opening import Opening
from annotation.formats.recognition import recognised
from annotation.formats.registry import FORMATS
from tests.builders import build
from tests.unit.annotation.formats.event_samples import COREF, DOCCANO, SAMPLES, TOKENS, lines

GSR = {"_id": "s", "text": "تظاهر", "event_type": "PROTEST", "source": "desk", "spans": [{"verb": ["تظاهر"]}]}
OTHERS = {
    "textee": {"doc_id": "d", "wnd_id": "d-0", "text": "a", "tokens": ["a"], "event_mentions": []},
    "gsr": {**GSR, "verb_gold": "تظاهر"},
    "gsr-records": GSR,
    "maven": {"id": "m", "title": "t", "tokens": TOKENS, "sentences": ["a", "b"], "events": [], "TIMEX": []},
}


def by(path: Path) -> list[str]:
    return [name for name, kind in FORMATS.items() if kind.recognises and kind.recognises(Opening(path))]


@pytest.mark.parametrize(("name", "row"), [*SAMPLES.items(), *OTHERS.items()])
def test_a_row_is_recognised_by_its_own_format(tmp_path: Path, name: str, row: dict[str, object]) -> None:
    assert by(lines(tmp_path / "f.jsonl", row)) == [name]
    (tmp_path / "g.json").write_text(json.dumps([row, row], indent=2), encoding="utf-8")
    assert by(tmp_path / "g.json") == [name]
    more = {**row, "unknown": {"deep": [1]}}
    assert recognised(lines(tmp_path / "h.json", more)).name == name


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.write and kind.recognises])
def test_what_a_writer_wrote_is_recognised_by_its_format_alone(tmp_path: Path, name: str) -> None:
    write = FORMATS[name].write
    assert write is not None
    document = build("[Strike:trigger תקיפה] ב[Place>Strike:GPE חלב]", id="d")
    write([document], tmp_path / "out", WriteOptions())
    assert by(tmp_path / "out") == [name]


@pytest.mark.parametrize(
    "row",
    [
        COREF,
        {"text": "abc"},
        {"text": "abc", "label": "good"},
        {"text": "abc", "labels": [1, 2]},
        {"text": "abc", "entities": ["abc"]},
        {"text": "abc", "label": [{"start": 0, "end": 3, "text": "abc", "labels": ["PER"]}]},
        {"schema": 1, "id": "a", "text": "abc", "entities": [], "events": [], "links": []},
        {"tokens": ["a"], "ner_tags": [0]},
        {"documents": [], "source": "x"},
    ],
)
def test_other_json_is_none_of_these(tmp_path: Path, row: dict[str, object]) -> None:
    assert by(lines(tmp_path / "f.jsonl", row)) == []


def test_a_row_longer_than_what_is_looked_at_is_recognised_by_its_keys(tmp_path: Path) -> None:
    long = [["a", 0, 1]] * 30_000
    assert by(lines(tmp_path / "w.jsonl", {"doc_id": "w", "tokens": ["a"], "sentences": [[long, "a"]]})) == [
        "wikievents"
    ]
    assert by(lines(tmp_path / "d.jsonl", {"doc_key": "d", "ner": [], "sentences": [["a"] * 90_000]})) == ["dygie"]


def test_doccano_is_told_from_prodigy_by_its_keys(tmp_path: Path) -> None:
    assert by(lines(tmp_path / "f.jsonl", {**DOCCANO, "answer": "accept", "_input_hash": 1})) == ["prodigy"]
