"""Decoding, lines, the matching shadow, graphemes and proclitics."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.text import (
    PROCLITICS,
    decode_bytes,
    encodable,
    fold,
    folded,
    graphemes,
    lines,
    on_grapheme,
    proclitics,
)
from tests.strategies import texts

HEBREW = ["שלום", "בית", "פיצוץ", "ירושלים של זהב", 'דובר צה"ל מסר כי הכוח שב לבסיסו ללא נפגעים.']
ARABIC = ["بيت", "يوم", "ليلى", "دمشق", "مدرسة", "قال متحدث إن القوة عادت إلى ثكنتها دون إصابات."]


@pytest.mark.parametrize("text", HEBREW + ARABIC)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised_however_short_the_text(text: str, codec: str) -> None:
    assert decode_bytes(text.encode(codec))[0] == text


@pytest.mark.parametrize("text", HEBREW)
def test_windows_hebrew_is_recognised_however_short_the_text(text: str) -> None:
    assert decode_bytes(text.encode("cp1255")) == (text, "cp1255")


@pytest.mark.parametrize("text", ARABIC)
def test_windows_arabic_is_recognised_however_short_the_text(text: str) -> None:
    assert decode_bytes(text.encode("cp1256")) == (text, "cp1256")


@given(st.binary(max_size=60) | texts().map(str.encode) | texts().map(lambda t: t.encode("utf-16")))
def test_the_codec_gives_the_same_text_again_or_the_bytes_are_refused(raw: bytes) -> None:
    try:
        text, codec = decode_bytes(raw)
    except ValueError:
        return
    assert raw.decode(codec) == text


def test_newlines_are_as_they_were_and_the_bom_is_gone() -> None:
    assert decode_bytes("\ufeffא\r\nב\rג\n".encode())[0] == "א\r\nב\rג\n"


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"abc\0def", bytes(range(32)) * 4])
def test_binary_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="binary"):
        decode_bytes(raw)


def test_damaged_utf8_is_refused_rather_than_read_as_another_encoding() -> None:
    raw = ("התושבים שבו אל בתיהם לאחר שהאזעקה פסקה. " * 5).encode()
    with pytest.raises(ValueError, match="byte 19 is not utf-8"):
        decode_bytes(raw[:20] + b"\xff" + raw[20:])


@given(texts(min_size=0))
def test_lines_joined_are_the_text_with_newlines_unified(text: str) -> None:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    assert "\n".join(text[start:end] for start, end in lines(text)) == unified


@given(texts(min_size=0))
def test_the_shadow_is_the_folded_text(text: str) -> None:
    assert fold(text).text == folded(text)


@given(texts(), st.data())
def test_a_range_of_the_shadow_comes_back_from_the_original(text: str, data: st.DataObject) -> None:
    shadow = fold(text)
    if not shadow.text:
        return
    start = data.draw(st.integers(0, len(shadow.text) - 1))
    end = data.draw(st.integers(start + 1, len(shadow.text)))
    first, last = shadow.to_original(start, end)
    back = shadow.to_shadow(first, last)
    assert back[0] <= start < end <= back[1]
    assert folded(text[first:last]) == shadow.text[slice(*back)]


@pytest.mark.parametrize(
    ("text", "shadow"),
    [
        ("أحمد وإدلب وآمال وٱلبيت", "احمد وادلب وامال والبيت"),
        ("مدرسة مستشفى", "مدرسه مستشفي"),
        ("عَلِيٌّ الـــخبر", "علي الخبر"),
        ("\u200fשלום\u200e", "שלום"),
        ("צה״ל ג׳ולאני ״כך״ “so”", 'צה"ל ג\'ולאני "כך" "so"'),
        ("\ufdf2 \ufefb", "الله لا"),
        ("بيت\u00a0٢٠٢٤ – X", "بيت 2024 - x"),
        ("עִבְרִית שּׁ", "עברית ש"),
    ],
)
def test_what_is_folded(text: str, shadow: str) -> None:
    assert folded(text) == shadow


def test_marks_belong_to_their_letter_and_controls_to_nothing() -> None:
    shadow = fold("\u200fعَلِيّ\u200f ن")
    assert shadow.to_original(0, 3) == (1, 7)
    assert shadow.to_original(4, 5) == (9, 10)
    assert shadow.to_original(2, 2) == (5, 5)
    assert shadow.to_shadow(1, 7) == (0, 3)
    assert shadow.to_shadow(4, 4)[0] == shadow.to_shadow(4, 4)[1]


@given(texts(min_size=0))
def test_graphemes_are_where_the_unicode_rules_have_them(text: str) -> None:
    expected = [0]
    for cluster in regex.findall(r"\X", text):
        expected.append(expected[-1] + len(cluster))
    assert graphemes(text) == sorted(set(expected))


@given(texts(min_size=0))
def test_an_offset_is_on_a_grapheme_exactly_if_it_is_in_the_list(text: str) -> None:
    found = [offset for offset in range(-1, len(text) + 2) if on_grapheme(text, offset)]
    assert found == graphemes(text)


@pytest.mark.parametrize(
    ("word", "language", "lengths"),
    [
        ("בסוריה", "he", (1,)),
        ("שמונה", "he", (1, 2)),
        ("וכשהגיע", "he", (1, 2, 3, 4)),
        ("לכשיגיע", "he", (1, 3)),
        ("דמשק", "he", ()),
        ("ה", "he", ()),
        ("للتحالف", "ar", (1, 2)),
        ("وبالقرب", "ar", (1, 2, 4)),
        ("وللجيش", "ar", (1, 2, 3)),
        ("سيصل", "ar", (1,)),
        ("دمشق", "ar", ()),
        ("וכש", "ar", ()),
        ("hello", "en", ()),
        ("", "ar", ()),
    ],
)
def test_which_lengths_could_be_proclitics(word: str, language: str, lengths: tuple[int, ...]) -> None:
    assert proclitics(word, language) == lengths


def test_marks_and_tatweel_count_with_their_proclitic() -> None:
    assert proclitics("وَالبيت", "ar") == (2, 4)
    assert proclitics("لـلتحالف", "ar") == (2, 3)
    assert proclitics("בְּסוריה", "he") == (3,)
    assert proclitics("وٱلبيت", "ar") == (1, 3)


@given(texts(), st.sampled_from(sorted(PROCLITICS)))
def test_a_proclitic_leaves_something_and_is_in_the_table_but_for_its_marks(text: str, language: str) -> None:
    for length in proclitics(text, language):
        assert 1 <= length <= 4
        assert length < len(text)
        assert regex.sub(r"[\p{M}\p{Cf}\u0640]", "", text[:length]) in PROCLITICS[language]


@pytest.mark.parametrize(("text", "expected"), [("", True), ("שלום 📢", True), ("a\ud800b", False), ("\udfff", False)])
def test_half_a_surrogate_pair_cannot_be_encoded(text: str, expected: bool) -> None:
    assert encodable(text) == expected
