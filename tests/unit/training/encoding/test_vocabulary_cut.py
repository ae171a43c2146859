"""A cut vocabulary tokenizes texts of the scripts it keeps as before, for every kind of fast tokenizer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from annotation.core.errors import UsageError
from tests.unit.training.conftest import FAMILIES, LINES, reader
from training.encoding.tokenizer import HubTokenizer
from training.encoding.vocabulary_cut import cut_vocabulary

HUB = FAMILIES[1:]
HEBREW = "אבגדהוזחטיכלמנסעפצקרשתםןץףך"
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآ"
NEUTRAL = " 0123456789.,:;!?\"'()-\u05f3\u05f4\u064b\u05b8\u200f\u0640\U0001f600\n"


def fast(family: str) -> PreTrainedTokenizerFast:
    tokenizer = reader(family)
    assert isinstance(tokenizer, HubTokenizer)
    return tokenizer.tokenizer


def ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    return tokenizer(text)["input_ids"]


@pytest.mark.parametrize("family", HUB)
@settings(max_examples=60, deadline=None)
@given(text=st.text(HEBREW + NEUTRAL, max_size=60))
def test_text_of_the_kept_scripts_is_tokenized_as_before(family: str, text: str) -> None:
    whole = fast(family)
    cut, former = cut_vocabulary(whole, ["Hebr"])
    assert former[ids(cut, text)].tolist() == ids(whole, text)
    offsets = (t(text, return_offsets_mapping=True)["offset_mapping"] for t in (cut, whole))
    assert next(offsets) == next(offsets)


@pytest.mark.parametrize("family", HUB)
def test_two_scripts_keep_every_line_and_one_script_is_smaller(family: str) -> None:
    whole = fast(family)
    both, former = cut_vocabulary(whole, ["Hebr", "Arab"])
    for line in LINES:
        assert former[ids(both, line)].tolist() == ids(whole, line)
    assert len(cut_vocabulary(whole, ["Hebr"])[1]) < len(former) <= len(whole)
    assert len(both) == len(former)


@pytest.mark.parametrize("family", HUB)
def test_special_tokens_stay_what_they_are(family: str) -> None:
    whole = fast(family)
    cut, former = cut_vocabulary(whole, ["Arab"])
    assert cut.special_tokens_map == whole.special_tokens_map
    for name in ("pad_token_id", "unk_token_id", "cls_token_id", "sep_token_id", "mask_token_id"):
        assert former[getattr(cut, name)] == getattr(whole, name)
    assert (np.diff(former) > 0).all()
    assert cut.model_max_length == whole.model_max_length


def test_letters_of_another_script_are_unknown_and_do_not_disturb_the_words_beside_them() -> None:
    whole = fast("wordpiece")
    cut, former = cut_vocabulary(whole, ["Hebr"])
    text = "הביטחון المحافظة בסוריה"
    assert cut.unk_token_id in ids(cut, text)
    first, last = ids(whole, "הביטחון")[1], ids(whole, "בסוריה")[-2]
    told = former[ids(cut, text)].tolist()
    assert told[1] == first
    assert told[-2] == last


def test_bytes_stay_so_that_no_letter_is_lost() -> None:
    text = "בסוריה abc المحافظة"
    cut, _ = cut_vocabulary(fast("bytes"), ["Hebr"])
    assert decoders.ByteLevel().decode(cut.tokenize(text)) == text
    cut, _ = cut_vocabulary(fast("byte-fallback"), ["Hebr"])
    assert cut.unk_token not in cut.tokenize(text)


def test_a_limit_keeps_short_pieces_of_a_script() -> None:
    pieces = {"[UNK]": 0, "א": 1, "ab": 2, "abc": 3, "abcd": 4, "12": 5, "אab": 6, "бв": 7}
    whole = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel(pieces, "[UNK]")), unk_token="[UNK]")
    _, former = cut_vocabulary(whole, ["Hebr", "Latn:2"])
    assert former.tolist() == [0, 1, 2, 5, 6]


@pytest.mark.parametrize(
    ("scripts", "expected"),
    [
        (["hebrew"], "encoder.scripts: 'hebrew' is no script; name codes of ISO 15924"),
        (["Xxxx"], "encoder.scripts: 'Xxxx' is no script; name codes of ISO 15924, such as Hebr, Arab, Latn or Latn:3"),
        (["Hebr:0"], "encoder.scripts: 'Hebr:0' is no script"),
        (["Cyrl"], "encoder.scripts: Cyrl leave no letters; name the scripts of your articles"),
        ([], "leave no letters"),
    ],
)
def test_scripts_that_cannot_be_are_named(scripts: list[str], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        cut_vocabulary(fast("metaspace"), scripts)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
