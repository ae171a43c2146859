"""Documents survive JSON, and a row that is none is refused with its fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Provenance, Source, Span
from annotation.core.document_json import SCHEMA, RowError, from_json, from_line, to_json
from tests.builders import conflict
from tests.strategies import documents

TEXT = "נעצר באטמה אבו חפס"


@given(documents(conflict()), st.none() | st.floats(0, 1), st.booleans())
def test_a_document_survives_json(document: Document, score: float | None, told: bool) -> None:
    scored = tuple(Span(s.start, s.end, s.label, score) for s in document.entities)
    regions = tuple((span, f"r{number}") for number, span in enumerate(document.spans()))
    by = Provenance(task=1, annotation=2, annotator="noa", lead_time=0.5, regions=regions) if told else None
    document = replace(document, entities=scored, provenance=by)
    row = json.dumps(to_json(document))
    for back in (from_json(json.loads(row)), from_line(row.encode())):
        assert back == document
        assert back.provenance == document.provenance
        assert [span.score for span in back.entities] == [span.score for span in document.entities]


def test_what_says_nothing_is_not_written() -> None:
    assert to_json(Document("a", "")) == {"schema": SCHEMA, "id": "a", "text": "", "language": "und"}


SPAN = {"start": 0, "end": 4, "label": "Arrest"}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"schema": 2, "id": "d", "text": ""},
        {"schema": 1, "text": ""},
        {"schema": 1, "id": 5, "text": ""},
        {"schema": 1, "id": "d", "text": None},
        {"schema": 1, "id": "d", "text": TEXT, "entities": "all"},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [5]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{**SPAN, "start": "0"}]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{**SPAN, "start": True}]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{**SPAN, "score": "high"}]},
        {"schema": 1, "id": "d", "text": TEXT, "entities": [{"start": 0}]},
        {"schema": 1, "id": "d", "text": TEXT, "events": [{"arguments": []}]},
        {"schema": 1, "id": "d", "text": TEXT, "events": [{"trigger": SPAN, "attributes": [["a"]]}]},
        {"schema": 1, "id": "d", "text": TEXT, "links": [{"label": "SameAs", "a": SPAN}]},
        {"schema": 1, "id": "d", "text": TEXT, "source": "x"},
        {"schema": 1, "id": "d", "text": TEXT, "source": {"name": "x", "body": [[1]]}},
        {"schema": 1, "id": "d", "text": TEXT, "provenance": {"regions": [[5, "r"]]}},
    ],
)
def test_a_row_that_is_no_document_is_a_value_error(row: dict[str, object]) -> None:
    for read in (lambda: from_json(row), lambda: from_line(json.dumps(row).encode())):
        with pytest.raises(RowError, match=r"^(schema is|not a document)"):
            read()


FULL: dict[str, object] = {
    "schema": 1,
    "id": "d",
    "text": TEXT,
    "language": "he",
    "entities": [{"start": 11, "end": 18, "label": "Person", "score": 0.5}],
    "events": [
        {
            "trigger": {"start": 0, "end": 4, "label": "Arrest", "score": 0.9},
            "arguments": [{"role": "Person", "filler": {"start": 11, "end": 18, "label": "Person"}, "score": 0.7}],
            "attributes": [["certainty", "denied"]],
        }
    ],
    "links": [
        {
            "label": "SameAs",
            "a": {"start": 0, "end": 4, "label": "Arrest"},
            "b": {"start": 11, "end": 18, "label": "Person"},
            "score": 0.1,
        }
    ],
    "source": {
        "name": "n",
        "title": "t",
        "url": "u",
        "published": "p",
        "encoding": "utf-8",
        "raw_sha256": "0",
        "body": [[0, 4]],
        "licence": "CC BY 4.0",
    },
    "provenance": {
        "task": 1,
        "annotation": 2,
        "mended_from": 1,
        "annotator": "noa",
        "updated_at": "2024",
        "lead_time": 1.5,
        "model_version": "m",
        "uncertainty": 0.3,
        "note": "?",
        "no_events": True,
        "regions": [[{"start": 0, "end": 4, "label": "Arrest"}, "r1"]],
    },
}
"""A row with every key there is."""

Path = tuple[str | int, ...]


def objects(value: object, path: Path = ()) -> Iterator[tuple[Path, dict[str, object]]]:
    """Every JSON object in the value, at any depth, with its path."""
    if isinstance(value, dict):
        yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        yield from objects(part, (*path, key))


def shown(path: Path) -> str:
    """The path as messages write it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def refusal(row: object) -> str:
    """The one message with which both readers refuse the row."""
    messages = set()
    for read in (lambda: from_json(row), lambda: from_line(json.dumps(row).encode())):  # type: ignore[arg-type]
        with pytest.raises(RowError) as caught:
            read()
        messages.add(str(caught.value))
    (message,) = messages
    return message


def test_a_row_with_every_key_is_read() -> None:
    assert json.loads(json.dumps(to_json(from_json(FULL)))) == FULL
    keys = {name for _, value in objects(FULL) for name in value}
    assert keys == {"schema"} | {f.name for kind in KINDS for f in fields(kind)}


KINDS = (Document, Span, Event, Argument, Link, Source, Provenance)
PLACES = [path for path, _ in objects(FULL)]


@pytest.mark.parametrize("place", PLACES, ids=lambda path: shown(path) or "document")
@pytest.mark.parametrize("value", [None, [], {}, 5, "x"], ids=repr)
def test_an_unknown_key_is_refused_at_every_level(place: Path, value: object) -> None:
    row = deepcopy(FULL)
    dict(objects(row))[place]["entitys"] = value
    where = shown((*place, "entitys"))
    assert refusal(row).startswith(f"{where}: no such key of a")


@pytest.mark.parametrize("place", PLACES, ids=lambda path: shown(path) or "document")
def test_a_key_written_wrong_is_refused_with_the_right_one(place: Path) -> None:
    for key in dict(objects(FULL))[place]:
        if key == "schema" or len(key) < 3:
            continue
        row = deepcopy(FULL)
        holder = dict(objects(row))[place]
        holder[f"{key}x"] = holder.pop(key)
        assert refusal(row).endswith(f"(did you mean {key}?)")


def test_the_message_names_the_key_its_place_and_the_nearest() -> None:
    assert refusal({"schema": 1, "id": "d", "text": "", "entitys": []}) == (
        "entitys: no such key of a Document (did you mean entities?)"
    )
    event = {"trigger": {**SPAN, "lable": "x"}}
    assert refusal({"schema": 1, "id": "d", "text": TEXT, "events": [event]}) == (
        "events[0].trigger.lable: no such key of a Span (did you mean label?)"
    )
    assert refusal({"schema": 1, "id": "d", "text": TEXT, "events": [{"trigger": SPAN, "zzz": 1}]}) == (
        "events[0].zzz: no such key of an Event (it has arguments, attributes, trigger)"
    )


@pytest.mark.parametrize("place", [path for path in PLACES if path])
def test_the_schema_stands_at_the_top_only(place: Path) -> None:
    row = deepcopy(FULL)
    dict(objects(row))[place]["schema"] = 1
    assert f"{shown((*place, 'schema'))}: no such key" in refusal(row)


@given(documents(conflict()), st.text(min_size=1), st.data())
def test_any_key_that_is_no_field_is_refused_wherever_it_stands(
    document: Document, key: str, data: st.DataObject
) -> None:
    row = json.loads(json.dumps(to_json(document)))
    holder = data.draw(st.sampled_from([value for _, value in objects(row)]))
    assume(key not in {"schema", *(f.name for kind in KINDS for f in fields(kind))})
    holder[key] = data.draw(st.none() | st.integers() | st.just(document.text))
    assert f"{key}: no such key of a" in refusal(row)


def test_a_key_of_another_level_is_refused() -> None:
    assert "entities[0].id: no such key of a Span" in refusal({**FULL, "entities": [{**SPAN, "id": "x"}]})


def test_words_in_the_text_that_look_like_keys_are_words() -> None:
    document = Document("d", '"entitys": [], {"x": 1} \\"y\\": \\\\', source=Source('{"name": "x"}'))
    assert from_line(json.dumps(to_json(document)).encode()) == document


@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")])
def test_the_order_of_keys_and_the_space_between_them_do_not_matter(separators: tuple[str, str]) -> None:
    turned = dict(reversed(FULL.items()))
    assert from_line(json.dumps(turned, separators=separators).encode()) == from_json(FULL)
    with pytest.raises(RowError, match="entitys: no such key"):
        from_line(json.dumps({**turned, "entitys": []}, separators=separators).encode())


def test_faults_against_a_document_s_own_rules_are_no_row_errors() -> None:
    loose = {"schema": 1, "id": "d", "text": "", "entities": [SPAN]}
    for read in (lambda: from_json(loose), lambda: from_line(json.dumps(loose).encode())):
        with pytest.raises(ValueError, match="leaves the text") as caught:
            read()
        assert not isinstance(caught.value, RowError)
