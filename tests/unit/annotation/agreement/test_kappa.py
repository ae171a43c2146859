"""Cohen's kappa, from known tables and against a reference."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from annotation.agreement import Kappa


def test_kappa_of_a_known_table() -> None:
    values = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert Kappa.of(values).kappa == pytest.approx(0.4)


def test_kappa_has_no_value_where_chance_already_agrees() -> None:
    assert Kappa.of([("yes", "yes")] * 5).kappa is None
    assert Kappa.of([]).kappa is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_kappa_is_that_of_a_reference_implementation(values: list[tuple[str, str]]) -> None:
    ours = Kappa.of(values).kappa
    if ours is not None:
        assert ours == pytest.approx(cohen_kappa_score(*zip(*values, strict=True)))
    else:
        assert len({value for pair in values for value in pair}) == 1


def test_the_interval_holds_kappa_and_is_the_same_again() -> None:
    alike = Counter({("yes", "yes"): 4, ("no", "no"): 3})
    apart = Counter({("yes", "no"): 1, ("no", "yes"): 1})
    found = Kappa.over([alike, alike + apart, alike, apart] * 5)
    assert found.kappa is not None
    assert found.interval is not None
    assert found.interval[0] < found.kappa < found.interval[1]
    assert found == Kappa.over([alike, alike + apart, alike, apart] * 5)
    assert Kappa.over([alike]).interval is None
