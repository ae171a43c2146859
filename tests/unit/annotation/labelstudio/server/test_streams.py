from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelstudio.server.streams import ahead, batched


@given(items=st.lists(st.binary(max_size=12)), most=st.integers(1, 30), count=st.integers(1, 5))
def test_chunks_keep_everything_in_order_and_within_bounds(items: list[bytes], most: int, count: int) -> None:
    made = list(batched(items, size=len, most=most, count=count))
    assert [item for chunk in made for item in chunk] == items
    assert all(0 < len(chunk) <= count for chunk in made)
    assert all(sum(map(len, chunk)) <= most or len(chunk) == 1 for chunk in made)


@given(st.lists(st.none() | st.integers()))
def test_ahead_changes_nothing(items: list[int | None]) -> None:
    assert list(ahead(items)) == items


def test_the_next_item_is_made_while_this_one_is_worked_on() -> None:
    made = [threading.Event() for _ in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    for number in ahead(items()):
        if number + 1 < len(made):
            assert made[number + 1].wait(5)


def test_no_more_than_one_item_is_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    stream = ahead(items())
    next(stream)
    time.sleep(0.05)
    assert len(made) <= 2


def test_what_goes_wrong_ahead_is_raised_where_its_item_is_due() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no second")

    stream = ahead(items())
    assert next(stream) == 1
    with pytest.raises(ValueError, match="no second"):
        next(stream)
