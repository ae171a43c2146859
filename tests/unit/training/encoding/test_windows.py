from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.encoding.tokenizer import Pieces
from training.encoding.windows import Windows, windows

PREFIX, SUFFIX = np.array([101]), np.array([102])


def cut(lengths: list[int], size: int, overlap: float = 0.5) -> tuple[Pieces, Windows]:
    """Words of these many tokens, token t having id t, in windows."""
    stops = np.cumsum(lengths)
    pieces = Pieces(np.arange(max(sum(lengths), 1)), stops - lengths, stops - 1)
    return pieces, windows(pieces, size, PREFIX, SUFFIX, overlap=overlap)


@given(st.lists(st.integers(1, 12), max_size=40), st.integers(8, 30), st.floats(0, 0.5))
def test_every_word_is_where_its_windows_say(lengths: list[int], size: int, overlap: float) -> None:
    pieces, made = cut(lengths, size, overlap)
    assert all(len(window) <= size and window[0] == 101 and window[-1] == 102 for window in made.ids)
    np.testing.assert_allclose(made.weight.sum(axis=1), 1, rtol=1e-6)
    for word, (first, last) in enumerate(zip(pieces.first, pieces.last, strict=True)):
        for side in np.flatnonzero(made.weight[word]):
            seen = made.ids[made.window[word, side]][made.first[word, side] : made.last[word, side] + 1]
            assert seen.tolist() == list(range(first, last + 1))[: len(seen)]
            assert len(seen) == last - first + 1 or last - first >= int((size - 2) * overlap)


def test_a_short_document_has_one_window() -> None:
    _, made = cut([1, 2, 3], 16)
    assert [window.tolist() for window in made.ids] == [[101, 0, 1, 2, 3, 4, 5, 102]]
    assert made.weight.tolist() == [[0, 1]] * 3


def test_the_window_with_more_context_weighs_more() -> None:
    _, made = cut([1] * 12, 10)
    assert [window[1:-1].tolist() for window in made.ids] == [list(range(8)), list(range(4, 12))]
    assert made.weight[:4].tolist() == made.weight[-4:].tolist() == [[0, 1]] * 4
    assert made.weight[4, 0] > made.weight[4, 1]
    assert made.weight[7, 0] < made.weight[7, 1]
    np.testing.assert_allclose(made.weight[5, 0], made.weight[6, 1])


@pytest.mark.parametrize(("overlap", "count"), [(0.5, 9), (0.25, 7), (0.0, 5)])
def test_what_windows_share_is_read_twice(overlap: float, count: int) -> None:
    _, made = cut([1] * 500, 102, overlap)
    assert len(made.ids) == count
    assert sum(len(window) - 2 for window in made.ids) <= 500 / (1 - overlap)
