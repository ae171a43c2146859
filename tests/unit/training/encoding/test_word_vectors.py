"""Word vectors: which rows stand for a word, and a folder of them that is whole or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from annotation.core.errors import UsageError
from training.encoding.word_vectors import ROWS, WordIndex, WordVectors, word_hash

WORDS = ("ירושלים", "القاهره", "בית")
BUCKETS = 50


def index() -> WordIndex:
    return WordIndex(np.sort(np.array([word_hash(word) for word in WORDS], dtype=np.uint64)), BUCKETS)


def vectors() -> WordVectors:
    numbers = np.random.default_rng(1).integers(-127, 127, (index().size, 8)).astype(np.int8)
    return WordVectors(index(), numbers)


def test_a_known_word_has_one_row_and_another_has_those_of_its_ngrams() -> None:
    rows = index().rows([*WORDS, "ביתו", "א"])
    assert sorted(rows[:3, 0]) == [1, 2, 3]
    assert not rows[:3, 1:].any()
    assert (rows[3:, 0] > len(WORDS)).all()
    assert np.count_nonzero(rows[3]) == 4 + 3 + 2  # of <ביתו>
    assert np.count_nonzero(rows[4]) == 1  # <א>
    assert rows.max() < index().size


def test_a_long_word_and_no_word_fit_too() -> None:
    rows = index().rows(["ובהתפתחויותיהם" * 3])
    assert np.count_nonzero(rows) == ROWS
    assert index().rows([]).shape == (0, ROWS)
    assert WordIndex(np.zeros(0, dtype=np.uint64), BUCKETS).rows(["בית"])[0, 0] > 0


def test_ngrams_have_the_rows_that_gensim_gives_them() -> None:
    inner = pytest.importorskip("gensim.models.fasttext_inner")
    for word in ("ביתו", "والقاهرة", "Paris", "ק", "צה״ל"):
        buckets = {inner.ft_hash_bytes(ngram) % BUCKETS for ngram in inner.compute_ngrams_bytes(word, 3, 5)}
        rows = index().rows([word])[0]
        assert {int(row) - 1 - len(WORDS) for row in rows if row} == buckets


def test_what_was_written_is_read(tmp_path: Path) -> None:
    vectors().write(tmp_path)
    read = WordVectors.read(tmp_path)
    assert (read.vectors == vectors().vectors).all()
    assert (read.index.hashes == index().hashes).all()
    assert read.digest == json.loads((tmp_path / "word_vectors.json").read_text())["sha256"]


def test_what_is_missing_damaged_or_of_another_version_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"encoder\.tables: .* holds no word_vectors\.json; name a folder"):
        WordVectors.read(tmp_path)
    vectors().write(tmp_path)
    record, file = tmp_path / "word_vectors.json", tmp_path / "word_vectors.safetensors"
    whole, content = record.read_text(), file.read_bytes()
    file.write_bytes(content[:-1])
    with pytest.raises(UsageError, match=r"word_vectors\.safetensors: was changed or is damaged; run naba pretrain"):
        WordVectors.read(tmp_path)
    file.unlink()
    with pytest.raises(UsageError, match=r"word_vectors\.safetensors: cannot be read"):
        WordVectors.read(tmp_path)
    file.write_bytes(content)
    for wrong, why in (
        (whole.replace('"format": 1', '"format": 2'), "another version of naba"),
        (whole.replace(f'"buckets": {BUCKETS}', '"buckets": 7'), "rows, not 11"),
        (whole[:9], "cannot be read"),
        ("[]", "holds a list, not an object"),
    ):
        record.write_text(wrong)
        with pytest.raises(UsageError, match=why):
            WordVectors.read(tmp_path)
