"""JSON is read strictly, and what is written is JSON."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.json_text import DEPTH, JsonError, dumps, fault, figures, loads, loads_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES)
def test_values_survive(value: object) -> None:
    assert loads(dumps(value)) == value
    assert loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "nested more than"),
        ("[" * (DEPTH + 2) + "]" * (DEPTH + 2), "nested more than"),
        ('{"a":' * 900 + "1" + "}" * 900, "nested more than"),
        ('{"a": 1,\n "b": {"a": 2},\n "a": 3}', "the key 'a' stands twice in one object: in line 1 and in line 3"),
        ('[{"x{\\"": 1, "y": [1, 2], "x{\\"": 1}]', "stands twice in one object: in line 1 and in line 1"),
        ('{"a": [1, NaN]}', r"a\[1\]: nan is no number"),
        ('{"a": 1e999}', "a: inf is no number"),
        ("-Infinity", "-inf is no number"),
        ('{"a": {"b": "x\\ud800"}}', r"a\.b: character 1 is half a surrogate pair"),
        ('{"\\udfff": 1}', "a key: character 0 is half a surrogate pair"),
        ("1" * 5000, "digits"),
        ("{", "Expecting"),
        ("", "Expecting"),
    ],
)
def test_what_is_no_strict_json_is_one_line(text: str, said: str) -> None:
    for given_ in (text, text.encode()):
        with pytest.raises(JsonError, match=said) as caught:
            loads(given_)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["[]", "5", '"x"', "null"])
def test_an_object_is_wanted(text: str) -> None:
    with pytest.raises(JsonError, match="not an object"):
        loads_object(text)


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert loads('"\\ud83d\\ude00"') == "\U0001f600"


def test_no_number_that_is_none_is_written() -> None:
    for value in (math.nan, math.inf, [{"a": -math.inf}]):
        assert fault(value) is not None
        with pytest.raises(ValueError, match="JSON"):
            dumps(value)
    assert figures({"a": [math.nan, 1.5], "b": (math.inf,)}) == {"a": [None, 1.5], "b": [None]}


def test_half_a_character_is_written_so_that_utf8_has_it() -> None:
    assert json.loads(dumps({"a": "x\ud800"}).encode()) == {"a": "x\ud800"}
