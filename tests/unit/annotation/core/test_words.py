from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotation.core.text import graphemes
from annotation.core.words import legal_cuts, sentences, split_words

ANY = st.text(alphabet="אבגצהחמدعلي\u05b8\u064e\u0651\u0640\u0301\u200f\u200d\u00a0\"'-_.7a📢👩\r\n ", max_size=30)


def quotes(text: str) -> list[str]:
    return [text[word.start : word.end] for word in split_words(text)]


def test_words_keep_marks_and_gershayim_and_leave_punctuation() -> None:
    assert quotes("צה\"ל: ג'ולאני, עַלִיّ!") == ['צה"ל', ":", "ג'ולאני", ",", "עַלִיّ", "!"]
    assert quotes("عَلِيّ «مواطنًا»") == ["عَلِيّ", "«", "مواطنًا", "»"]
    assert quotes("أبي\u00a0إبراهيم") == ["أبي", "إبراهيم"]


def test_quotation_marks_at_a_words_edge_are_no_gershayim() -> None:
    assert quotes('"הארץ" כתב') == ['"', "הארץ", '"', "כתב"]
    assert quotes('ب"سورية"') == ["ب", '"', "سورية", '"']


def test_hyphens_underscores_and_bidi_controls_stand_alone() -> None:
    assert quotes("ה-7 #تحرير_سوريا \u200fהוא") == ["ה", "-", "7", "#", "تحرير", "_", "سوريا", "\u200f", "הוא"]


@given(ANY)
def test_words_cover_everything_but_whitespace_once(text: str) -> None:
    words = split_words(text)
    covered = [at for word in words for at in range(word.start, word.end)]
    assert len(covered) == len(set(covered))
    assert all(text[at].isspace() for at in set(range(len(text))) - set(covered))


@given(ANY)
def test_no_word_and_no_cut_is_inside_a_grapheme(text: str) -> None:
    bounds = set(graphemes(text))
    assert all(bounds.issuperset(word.cuts) and word.cuts[0] == word.start for word in split_words(text))


def test_legal_cuts_count_graphemes_so_marks_go_with_their_letter() -> None:
    assert legal_cuts("בסוריה", split_words("בסוריה")[0]) == {0, 1}
    pointed = "בְּסוריה"
    assert legal_cuts(pointed, split_words(pointed)[0]) == {0, 1}
    assert 2 in legal_cuts("للتحالف", split_words("للتحالف")[0])


def test_sentences_end_at_full_stops_and_lines() -> None:
    text = "כותרת\nאחת. שתיים 3.5 סוף? עוד"
    numbers = sentences(text, split_words(text))
    by_word = {text[word.start : word.end]: number for word, number in zip(split_words(text), numbers, strict=True)}
    assert (by_word["כותרת"], by_word["אחת"], by_word["שתיים"], by_word["סוף"], by_word["עוד"]) == (0, 1, 2, 2, 3)
