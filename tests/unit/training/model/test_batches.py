from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Document
from tests.builders import build, conflict
from tests.unit.training.conftest import reader
from training.encoding.encoding import IGNORED, Encoding
from training.model.batches import Examples, LengthBatches, collate, cuts

DOCUMENTS = [
    build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE סוריה]", id="a"),
    build("[Person דוד] ו[Person שרה] אמרו " + "כי חזרו לעיר " * 12, id="b"),
    Document(id="empty", text=" \n"),
]


def encoding(family: str = "compact") -> Encoding:
    return Encoding(conflict(), reader(family), window=16)


def test_places_lead_to_each_words_own_tokens() -> None:
    for family in ("compact", "metaspace"):
        examples = [encoding(family).encode(document) for document in DOCUMENTS]
        batch = collate(examples)
        tokens = batch["input_ids"].flatten(0, 1)
        for at, example in enumerate(examples):
            windows = example.windows
            for word in range(len(example.words)):
                for side in np.flatnonzero(windows.weight[word]):
                    own = windows.ids[windows.window[word, side]][windows.first[word, side]]
                    assert (tokens[batch["first"][at, word, side]].numpy() == own).all()


def test_padding_is_marked_as_such() -> None:
    batch = collate([encoding().encode(document, targets=True) for document in DOCUMENTS[:2]])
    assert batch["mask"].sum(dim=1).tolist() == [len(encoding().encode(d).words) for d in DOCUMENTS[:2]]
    assert batch["spans"].shape == (2, 2, 3)
    assert batch["roles"][1].tolist() == [[-1, -1, -1]]
    assert batch["weight"][0, 2:].sum() == 0
    assert (batch["attributes"][1] == IGNORED).all()


def test_the_padding_id_is_the_tokenizers() -> None:
    examples = [encoding("metaspace").encode(document) for document in DOCUMENTS]
    batch = collate(examples, pad=7)
    assert (batch["input_ids"][batch["attention_mask"] == 0] == 7).all()


def test_documents_without_targets_have_none() -> None:
    assert "spans" not in collate([encoding().encode(document) for document in DOCUMENTS])


def test_examples_are_documents_with_targets_and_lengths() -> None:
    examples = Examples(DOCUMENTS, encoding())
    assert (len(examples), examples.lengths[2]) == (3, 0)
    assert examples[0].targets is not None


@given(st.lists(st.integers(0, 300), max_size=40), st.integers(1, 6), st.integers(100, 900), st.integers(0, 3))
def test_every_document_is_in_one_batch_within_the_bounds(lengths: list[int], size: int, words: int, seed: int) -> None:
    batches = list(LengthBatches(lengths, size=size, words=words, seed=seed))
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= size
        assert len(batch) < 2 or len(batch) * max(lengths[at] for at in batch) <= 1.36 * words


def test_batches_hold_documents_of_like_length() -> None:
    lengths = [10, 500] * 20
    assert all(len({lengths[at] for at in batch}) == 1 for batch in LengthBatches(lengths, size=4))


def test_epochs_differ_and_seeds_repeat() -> None:
    lengths = list(range(50))
    one, two = LengthBatches(lengths, size=4, seed=3), LengthBatches(lengths, size=4, seed=3)
    first, second = list(one), list(one)
    assert first != second
    assert list(two) == first
    two.set_epoch(1)
    assert list(two) == second
    assert len(one) == len(list(one))


@given(st.lists(st.integers(0, 300), max_size=40), st.sampled_from([0.0, 0.1, 1.0]))
def test_a_batch_has_no_more_padding_than_it_may(lengths: list[int], padding: float) -> None:
    lengths.sort()
    ends = [0, *cuts(lengths, 6, 900, padding), len(lengths)]
    batches = [lengths[start:end] for start, end in pairwise(ends)]
    assert [length for batch in batches for length in batch] == lengths
    for batch in batches:
        assert len(batch) < 2 or len(batch) * batch[-1] - sum(batch) <= padding * sum(batch)
