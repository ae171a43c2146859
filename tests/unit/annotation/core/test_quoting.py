"""The words a mark quotes are a witness: they are its text, but for white space, or the mark is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.quoting import as_quoted, nearby, same_letters, same_words
from tests.strategies import texts

TEXT = "نزل سليم في حلب، أمس. وقيل إن دمشق هادئة\nحلب"


@pytest.mark.parametrize(
    ("quoted", "covered"),
    [
        ("two words", "two  words"),
        ("two words", "two\t\u00a0 words"),
        ("a\\n\\nb", "a\r\nb"),
        ("a\\nb", "a \n  b"),
        ("a\\nb", "a\\nb"),
        ("אטמה", " אטמה\n"),
        (" ", "  "),
    ],
)
def test_white_space_is_forgiven(quoted: str, covered: str) -> None:
    assert same_words(quoted, covered)


@pytest.mark.parametrize(
    ("quoted", "covered"),
    [
        ("نعم", "نعم،"),
        ("دمشق", "د"),
        ("د", "دمشق"),
        ("حلب", "،"),
        ("?!", "…"),
        ("עִבְרִית", "עברית"),
        ("אטמה", "אטמה\u200f"),
        ("ab", "a b"),
        ('צה"ל', "צה״ל"),
        ("2024", "2025"),
        ("", "א"),
    ],
)
def test_whatever_else_differs_is_other_words(quoted: str, covered: str) -> None:
    assert not same_words(quoted, covered)


@given(text=texts(), data=st.data())
def test_a_true_quote_is_always_believed(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    found = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert same_words(found, found)
    assert same_words(" ".join(found.split()), found)
    assert same_words(found.replace("\n", "\\n").replace("\r", "\\n"), found)
    assert same_words(as_quoted(found), found)
    assert same_letters(found, found)


def test_other_tools_may_write_other_signs_but_no_other_letters() -> None:
    assert same_letters("Dr. 'Nur' - Saleh", "Dr. “Nur” – Saleh")
    assert same_letters("a.i. , b", "a.i., b")
    assert not same_letters("حلب", "حلب،")
    assert not same_letters("حلب", "لب،")
    assert not same_letters("…", "")


def test_the_words_are_found_again_where_no_other_place_is_as_near() -> None:
    assert nearby(TEXT, "حلب", 11) == (12, 15)
    assert nearby(TEXT, "دمشق", 0) == (30, 34)
    assert nearby(TEXT, "هادئة\\nحلب", 3) == (35, 44)
    assert nearby("נח בא ונח הלך", "נח", 3) is None
    assert nearby(TEXT, "حماة", 11) is None
    assert nearby(TEXT, " ", 11) is None
