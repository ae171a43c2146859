from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.errors import UsageError
from annotation.core.words import split_words
from tests.strategies import texts
from tests.unit.training.conftest import FAMILIES, reader
from training.encoding.tokenizer import HubTokenizer


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=60)
@given(text=texts(min_size=0) | st.text(max_size=20))
def test_every_word_has_tokens_in_order(family: str, text: str) -> None:
    words = split_words(text)
    pieces = reader(family).pieces(text, words)
    assert len(pieces.ids) > 0
    assert len(pieces.first) == len(pieces.last) == len(words)
    assert ((pieces.first >= 0) & (pieces.first <= pieces.last) & (pieces.last < len(pieces.ids))).all()
    assert (pieces.first[1:] >= pieces.first[:-1]).all()


@pytest.mark.parametrize("family", FAMILIES[1:])
@pytest.mark.parametrize("text", ['אתמול בסוריה, צה"ל', "عَلِيّ في بلدة", "غارة للتحالف «أمس»"])
def test_tokens_of_a_word_are_the_ones_that_touch_it(family: str, text: str) -> None:
    tokenizer, words = reader(family), split_words(text)
    assert isinstance(tokenizer, HubTokenizer)
    pieces = tokenizer.pieces(text, words)
    offsets = tokenizer.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    for word, first, last in zip(words, pieces.first, pieces.last, strict=True):
        touching = [at for at, (a, b) in enumerate(offsets) if max(a, word.start) < min(b, word.end)]
        assert (touching[0], touching[-1]) == (first, last)


def test_a_word_its_tokenizer_deletes_borrows_a_token() -> None:
    text = "אתמול \u200f בסוריה"
    words = split_words(text)
    pieces = reader("wordpiece-stripped").pieces(text, words)
    assert pieces.first[1] == pieces.last[1] == pieces.last[0]


def test_special_tokens_go_around() -> None:
    tokenizer = reader("metaspace")
    assert isinstance(tokenizer, HubTokenizer)
    assert tokenizer.prefix.tolist() == [tokenizer.tokenizer.cls_token_id]
    assert tokenizer.suffix.tolist() == [tokenizer.tokenizer.sep_token_id]


def test_lone_surrogates_are_read(tokenizer: HubTokenizer) -> None:
    text = "אב \ud83d דה"
    assert len(tokenizer.pieces(text, split_words(text)).first) == 3


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no config\.json"):
        HubTokenizer.from_pretrained(tmp_path)
