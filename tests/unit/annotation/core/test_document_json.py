"""Documents survive JSON, and a row that is none is refused with its fault."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Document, Provenance, Span
from annotation.core.document_json import SCHEMA, from_json, to_json
from tests.builders import conflict
from tests.strategies import documents

TEXT = "נעצר באטמה אבו חפס"


@given(documents(conflict()), st.none() | st.floats(0, 1), st.booleans())
def test_a_document_survives_json(document: Document, score: float | None, told: bool) -> None:
    scored = tuple(Span(s.start, s.end, s.label, score) for s in document.entities)
    regions = tuple((span, f"r{number}") for number, span in enumerate(document.spans()))
    by = Provenance(task=1, annotation=2, annotator="noa", lead_time=0.5, regions=regions) if told else None
    document = replace(document, entities=scored, provenance=by)
    back = from_json(json.loads(json.dumps(to_json(document))))
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
    with pytest.raises(ValueError, match=r"^(schema is|not a document)"):
        from_json(row)
