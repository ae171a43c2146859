"""Word vectors from raw text: words that stand in the same places are near, and the same text gives the same bits."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from annotation.core.document import Document
from annotation.core.errors import UsageError
from tests.run.small import LETTERS
from training.config.pretraining import VectorsConfig
from training.model.word_table import WordTable
from training.pretraining.fasttext import train_vectors

pytest.importorskip("gensim")
CONFIG = VectorsConfig(size=16, windows=(2,), passes=20, buckets=200, min_count=2)


def topics() -> list[list[str]]:
    """Two times 200 words, drawn at random."""
    chance = random.Random(1)
    words = ["".join(chance.choices(LETTERS["he"], k=5)) for _ in range(400)]
    return [words[:200], words[200:]]


def articles(count: int = 150) -> list[Document]:
    """Each of ten lines, of eight words of one topic each."""
    chance = random.Random(2)
    lines = [" ".join(chance.choices(topics()[chance.randrange(2)], k=8)) for _ in range(10 * count)]
    return [Document(id=str(at), text="\n".join(lines[at : at + 10]), language="he") for at in range(0, len(lines), 10)]


def table(vectors: object) -> WordTable:
    numbers = vectors.vectors  # type: ignore[attr-defined]
    made = WordTable(*numbers.shape)
    made.fill(numbers)
    return made


def test_words_of_one_topic_are_nearer_than_others() -> None:
    vectors, counts = train_vectors(articles(), CONFIG, seed=1)
    assert counts == {"words": 12000, "passes": 20}
    one, other = topics()
    rows = vectors.index.rows([*one, *other])
    assert (rows[:, 1:] == 0).all()
    found = torch.nn.functional.normalize(table(vectors)(torch.from_numpy(rows)), dim=-1)
    near = found @ found.T
    assert near[:200, :200].mean() > near[:200, 200:].mean() + 0.3


def test_the_same_text_and_seed_give_the_same_bits_and_another_seed_others() -> None:
    one, two, other = (train_vectors(articles(20), CONFIG, seed=seed)[0].vectors for seed in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()


def test_windows_stand_side_by_side() -> None:
    config = replace(CONFIG, windows=(1, 3), passes=2)
    vectors, _ = train_vectors(articles(20), config, seed=1)
    first, _ = train_vectors(articles(20), replace(config, windows=(1,)), seed=1)
    both, one = vectors.vectors.astype(float), first.vectors.astype(float)
    words = slice(1, 1 + len(first.index.hashes))
    assert both.shape[1] == 32
    cosines = (both[words, :16] * one[words]).sum(1) / np.linalg.norm(both[words, :16], axis=1)
    assert (cosines / np.linalg.norm(one[words], axis=1) > 0.99).all()


def test_too_little_text_and_only_rare_words_are_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="have 80 words; vectors take at least 1,000"):
        train_vectors(articles(1), CONFIG, seed=1)
    with pytest.raises(UsageError, match="no word is there 5000 times"):
        train_vectors(articles(), replace(CONFIG, min_count=5000), seed=1)
