"""Each span that trimming changes is recorded, whatever its label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Document, Event, Span
from annotation.formats.base import Lost
from annotation.formats.trim_whitespace import trim

CHANGED = "loses the white space at its edges"
LABELS = ("A] B", "A] loses", "loses", "x [1:2]", "x [1:2] is whitespace and left out", "] ", "a\nb")


@pytest.mark.parametrize("label", LABELS)
def test_a_trimmed_span_is_recorded_whatever_its_label(label: str) -> None:
    document = Document("d", "a b  c", entities=(Span(0, 2, label),), events=(Event(Span(2, 4, label)),))
    trimmed, lost = trim(document)
    assert (trimmed.entities, trimmed.triggers) == ((Span(0, 1, label),), (Span(2, 3, label),))
    assert lost == [
        Lost("entity", "d", CHANGED, f"{label} [0:2]", "noted"),
        Lost("event", "d", CHANGED, f"{label} [2:4]", "noted"),
    ]


@pytest.mark.parametrize("label", LABELS)
def test_a_span_of_white_space_alone_is_counted_and_not_called_changed(label: str) -> None:
    trimmed, lost = trim(Document("d", "a b  c", entities=(Span(3, 5, label),)))
    assert trimmed.entities == ()
    assert lost == [Lost("entity", "d", "stands on white space alone, or is one with another")]


@given(label=st.text(min_size=1))
def test_the_records_are_the_same_for_every_label(label: str) -> None:
    _, lost = trim(Document("d", " a ", entities=(Span(0, 2, label), Span(1, 2, label))))
    assert [(item.reason, item.count) for item in lost] == [
        (CHANGED, 1),
        ("stands on white space alone, or is one with another", 1),
    ]
