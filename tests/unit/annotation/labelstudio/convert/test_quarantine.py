"""The words a region quotes are a witness: believed against the offsets only when they clearly say otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.errors import RegionError, SpanDriftError
from annotation.labelstudio.convert.quarantine import drifted, location, quarantine_entry
from tests.strategies import texts


@pytest.mark.parametrize(
    ("quoted", "found"),
    [
        ("two words", "two  words"),
        ("עִבְרִית", "עברית"),
        ("مواطنًا", "مواطن"),
        ("a\\n\\nb", "a\r\nb"),
        ("אטמה", "אטמה\u200f"),
        ("", "אטמה"),
        (None, "אטמה"),
        (["אטמה"], "נעצר"),
        ("?!", "…"),
    ],
)
def test_a_quote_that_differs_as_the_editor_makes_it_differ_is_no_drift(quoted: object, found: str) -> None:
    assert not drifted(quoted, found)


@pytest.mark.parametrize(("quoted", "found"), [("נעצר", "עצר ב"), ("גדעון", "יהודה"), ("2024", "2025")])
def test_other_words_are_drift(quoted: str, found: str) -> None:
    assert drifted(quoted, found)


@given(text=texts(), data=st.data())
def test_a_true_quote_never_drifts(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = text[start:end]
    assert not drifted(found, found)
    assert not drifted(" ".join(found.split()), found)
    assert not drifted(found.replace("\n", "\\n").replace("\r", "\\n"), found)


def test_a_place_names_what_is_known() -> None:
    assert location(task=1, annotation=2, region="r", words="אטמה") == "task 1, annotation 2, region r ('אטמה')"
    assert location(task=None, annotation=None, region="r", words=None) == "region r"
    assert location(task=1, annotation=2, region="r", words="א" * 99).endswith("א…')")


def test_an_entry_has_the_kind_and_values_of_its_fault() -> None:
    fault = RegionError("carries the labels A, B instead of one", "choose one", kind="labels", labels="A, B")
    entry = quarantine_entry(fault, {}, task=1, annotation=2, region="r")
    assert entry.reason == "task 1, annotation 2, region r: carries the labels A, B instead of one; choose one"
    assert (entry.kind, entry.values["labels"]) == ("labels", "A, B")
    other = quarantine_entry(RegionError("is odd; very", "mend it"), {}, task=1, annotation=2)
    assert (other.kind, other.values) == ("set-aside", {"problem": "is odd; very", "remedy": "mend it"})


def test_drift_keeps_the_quote_as_it_is() -> None:
    error = SpanDriftError(task=7, region="r", quoted="a 'b' \\", covered="c")
    assert (error.kind, error.values["quoted"]) == ("drifted", "a 'b' \\")
    assert str(error).endswith("but the offsets cover 'c'; mark the region again in Label Studio")
