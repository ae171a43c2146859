"""Lines that one tool extracted, found among the lines a reader sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.articles.line_alignment import align_lines, squeeze

LONG = "זוהישורהארוכהמאודשאיןלטעותבה"


@pytest.mark.parametrize(
    ("visible", "wanted", "chosen"),
    [
        (["א", "ב", "ג"], ["ב"], [1]),
        (["א", "ב", "ג", ""], ["אב", "ג"], [0, 1, 2]),
        (["א", "ב", "ג"], ["ד", "ג"], [2]),
        (["ראש", "ראשהעיר", "דיבר"], ["ראשהעיר"], [1]),
        ([f"לפני{LONG}אחרי", "ב"], [LONG], [0]),
        (["לפניאבגאחרי", "ב"], ["אבג"], []),
        ([LONG, "תפריט", LONG, "ב"], [LONG, "ב"], [2, 3]),
        ([LONG, "ב"], [f"{LONG}ועודדבר", "ב"], [0, 1]),
        ([], ["א"], []),
        (["א"], [], []),
    ],
)
def test_which_lines_are_chosen(visible: list[str], wanted: list[str], chosen: list[int]) -> None:
    assert align_lines(visible, wanted) == chosen


lines = st.lists(st.text("אבג", min_size=1, max_size=12), max_size=12)


@given(lines)
def test_a_page_is_all_of_itself(visible: list[str]) -> None:
    assert align_lines(visible, visible) == list(range(len(visible)))


@given(lines, lines)
def test_chosen_lines_are_in_order_and_come_once(visible: list[str], wanted: list[str]) -> None:
    chosen = align_lines(visible, wanted)
    assert chosen == sorted(set(chosen))
    assert all(any(visible[i] in line for line in wanted) for i in chosen)


def test_a_page_of_many_equal_lines_is_quick() -> None:
    page = [LONG] * 5000
    assert align_lines(page, page) == list(range(5000))


def test_white_space_says_nothing() -> None:
    assert squeeze(" א\u00a0 ב\n") == squeeze("אב")
