"""Where a mark may begin and end, and what is cut off it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.checks.boundaries import trim_range
from annotation.checks.run import check
from annotation.core.document import Document, Span
from tests.builders import conflict

LETTERS = "אבמחمدع\u064b\u0651 \n\t\u200f.,،:()«»\"'״%-5"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (" רמלה ", "רמלה"),
        ("\u200fרמלה\n", "רמלה"),
        ("«كتائب الفجر»", "«كتائب الفجر»"),
        ("كتائب الفجر»،", "كتائب الفجر"),
        ("(רמלה", "רמלה"),
        ('ארגון "הצדק"', 'ארגון "הצדק"'),
        ('צה"ל', 'צה"ל'),
        ("ד'", "ד'"),
        ("20%", "20%"),
        ("מג'ד אל-כרום (הגליל)", "מג'ד אל-כרום (הגליל)"),
        ("...", "..."),
    ],
)
def test_what_belongs_to_the_words_stays(words: str, left: str) -> None:
    start, end = trim_range(words, 0, len(words))
    assert words[start:end] == left


@settings(max_examples=60)
@given(text=st.text(LETTERS, min_size=1), data=st.data())
def test_what_is_trimmed_is_within_and_needs_no_trimming(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = trim_range(text, start, end)
    assert start <= first < last <= end
    assert trim_range(text, first, last) == (first, last)


@pytest.mark.parametrize(
    ("text", "start", "end", "kinds"),
    [
        ("נעצר ברמלה אמש", 6, 10, []),
        ("נעצר ברמלה אמש", 7, 10, ["begins-inside"]),
        ("נעצר ברמלה אמש", 6, 9, ["ends-inside"]),
        ("قصف للتحالف ليلا", 5, 11, []),
        ("قصف للتحالف ليلا", 7, 11, ["begins-inside"]),
        ("ל'אופק' נמסר", 2, 6, []),
        ('אל"מ כהן', 0, 2, ["ends-inside"]),
    ],
)
def test_a_mark_begins_and_ends_with_a_word_or_behind_a_prefix(
    text: str, start: int, end: int, kinds: list[str]
) -> None:
    language = "ar" if "ل" in text else "he"
    document = Document("a", text, language, entities=(Span(start, end, "GPE"),))
    assert [finding.kind for finding in check(document, conflict())] == kinds
