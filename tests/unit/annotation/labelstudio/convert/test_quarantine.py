"""Quarantine entries: the place, the reason and the kind of finding."""

from __future__ import annotations

from annotation.core.errors import RegionError, SpanDriftError
from annotation.labelstudio.convert.quarantine import location, quarantine_entry


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
