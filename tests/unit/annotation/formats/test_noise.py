"""Whatever is in a file, a reader yields Documents and losses or says in one line why it cannot."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.formats.base import Lost, ReadOptions
from annotation.formats.label_codes import renamed
from annotation.formats.registry import FORMATS, reader

KEYS = (
    *(
        "data",
        "text",
        "annotations",
        "predictions",
        "result",
        "value",
        "labels",
        "start",
        "end",
        "type",
        "id",
        "from_id",
    ),
    *(
        "to_id",
        "direction",
        "from_name",
        "choices",
        "globalOffsets",
        "startOffset",
        "endOffset",
        "completed_by",
        "tasks",
    ),
    *("doc_id", "wnd_id", "tokens", "entity_mentions", "event_mentions", "relation_mentions", "trigger", "arguments"),
    *("entity_id", "entity_type", "event_type", "relation_type", "role", "attributes", "_id", "documentId", "begin"),
    *("sourceBegin", "sourceEnd", "targetBegin", "targetEnd", "source", "target", "naba", "spans", "verb", "verb_gold"),
    *("source_gold", "source_actor", "lang", "language", "title", "sha256"),
    *("denotations", "relations", "attributes", "modifications", "blocks", "tracks", "span", "obj", "pred", "subj"),
    *("selector", "exact", "prefix", "suffix", "refinedBy", "body", "items", "first", "creator", "purpose"),
    *("documents", "passages", "sentences", "offset", "length", "locations", "infons", "nodes", "refid", "trigger_id"),
    *("doc_key", "sentences", "ner", "relations", "events", "clusters", "sentence", "words", "golden-entity-mentions"),
    *("golden-event-mentions", "entity-type", "content", "mention", "sent_id", "offset", "negative_triggers", "TIMEX"),
    *(
        "document",
        "entities",
        "argument",
        "cyberevent",
        "hopper",
        "nugget",
        "startOffset",
        "start_offset",
        "end_offset",
    ),
    *("from_id", "to_id", "Comments", "cats", "answer", "head", "child", "head_span", "token_start", "token_end"),
    *("temporal_relations", "_text", "sentences", "coref"),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.floats(allow_nan=False)
    | st.sampled_from(
        [
            "",
            "a b c",
            "labels",
            "relation",
            "trigger",
            "argument",
            "link",
            "d",
            "E0",
            "x.y",
            "<p>a</p>",
            "/p[1]/text()[1]",
        ]
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)
WORDS = "T1 T2 E1 R1 A1 #1 * Per Per:T1 Arg1:T1 : -DOCSTART- B-PER I-PER O O^B-X 1 1-2 2.1 SpaceAfter=No ב"
JSON = (
    *("labelstudio", "textee", "re3d", "gsr", "gsr-records", "wikievents", "dygie", "ace-json", "maven", "maven-arg"),
    *("casie", "doccano", "prodigy", "pubannotation", "bioc", "w3c"),
)
COLUMNS = ("conll", "conllu", "brat", "bionlp")
"""The formats that are read as JSON, and as lines."""
BINARY = ("spacy",)
OWN_NOISE = ("webanno", "inception")
"""Formats whose own tests give them noise."""
PIECES = st.sampled_from(
    [*WORDS.split(), "0 1", "2 3;4 5", "# newdoc id = a", "# text", "\t", "\t", " ", " ", "\n", "\n"]
)


def go(name: str, path: Path) -> None:
    with suppress(UsageError):
        for item in reader(name)(path, ReadOptions(events=frozenset({"d"}))):
            assert isinstance(item, (Document, Lost))
            if isinstance(item, Document):
                renamed(item)


def test_every_reader_is_given_noise() -> None:
    assert {*JSON, *COLUMNS, *BINARY, *OWN_NOISE} == {name for name, kind in FORMATS.items() if kind.read}


@pytest.mark.parametrize("name", JSON)
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8), min_size=1, max_size=2))
def test_json_of_any_shape_is_taken_apart_without_a_crash(name: str, rows: list[dict[str, object]]) -> None:
    known = {"text": "a b c", "data": {"text": "a b c"}, "_id": "d", "doc_id": "d", "wnd_id": "d", "tokens": ["a", "b"]}
    with TemporaryDirectory() as folder:
        for file in ("documents.json", "entities.json", "relations.json"):
            full = [{**known, "documentId": "d", "spans": [], **row} for row in rows]
            (Path(folder) / file).write_text(json.dumps(full), encoding="utf-8")
        go(name, Path(folder) / "documents.json")


@pytest.mark.parametrize("name", COLUMNS)
@settings(max_examples=40, deadline=None)
@given(pieces=st.lists(PIECES, max_size=40))
def test_lines_of_any_shape_are_taken_apart_without_a_crash(name: str, pieces: list[str]) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "d.txt").write_text(
            "abc def" if name in ("brat", "bionlp") else "".join(pieces), encoding="utf-8"
        )
        for marks in ("d.ann", "d.a1"):
            (Path(folder) / marks).write_text("".join(pieces), encoding="utf-8")
        go(name, Path(folder) / "d.txt")
