"""However a step is divided among batches and processes, its losses are those of the whole."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import build, conflict
from training.config.schema import CompactEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.loop.step_sampler import Loader, Shares, Steps, loss_counts
from training.model.batches import Examples, LengthBatches
from training.model.event_extractor import EventExtractor

HEADS = ModelConfig(max_width=4, head_size=8, hidden_size=16, dropout=0.0)
BODY = CompactEncoderConfig(hidden_size=16, dropout=0.0, word_dropout=0.0)
ENCODING = Encoding.build(conflict(), HEADS, BODY)
EXAMPLES = Examples(
    [
        build(
            "[Arrest,certainty=reported:trigger נעצר] ב[Place>Arrest:GPE סוריה] [Person>Arrest:Person אבו חפס]", id="a"
        ),
        build("أصيب [Victim>Injure:Person سالم] ب[Injure:trigger جروح] في [Strike,Cause>Injure:trigger غارة]", id="b"),
        build("[Person דוד] ו[Person שרה]", id="c"),
        build("אין כאן דבר " * 3, id="d"),
        build("ה[Strike:trigger תקיפה] הייתה " + "רחוקה " * 4, id="e"),
    ],
    ENCODING,
)
COUNTS = [loss_counts(example) for example in EXAMPLES.examples]


def steps(size: int, *, accumulate: int = 1, rank: int = 0, of: int = 1) -> Steps:
    batches = LengthBatches(EXAMPLES.lengths, size=size, seed=3)
    return Steps(batches, COUNTS, accumulate=accumulate, rank=rank, size=of)


def test_an_example_counts_itself_its_spans_and_its_triggers() -> None:
    assert COUNTS == [(1, 3, 1), (1, 3, 2), (1, 2, 0), (1, 0, 0), (1, 1, 1)]


@given(
    lengths=st.lists(st.integers(0, 90), min_size=1, max_size=30),
    size=st.integers(1, 5),
    accumulate=st.integers(1, 3),
    processes=st.integers(1, 4),
)
def test_every_document_is_read_once_and_every_share_knows_its_step(
    lengths: list[int], size: int, accumulate: int, processes: int
) -> None:
    marked = [(1, length % 5, length % 3) for length in lengths]
    batches = list(LengthBatches(lengths, size=size))
    shares = [
        list(Steps(LengthBatches(lengths, size=size), marked, accumulate=accumulate, rank=rank, size=processes))
        for rank in range(processes)
    ]
    assert {len(own) for own in shares} == {len(batches)}
    for at, batch in enumerate(batches):
        real = [own[at] for own in shares if own[at].counts[0] < math.inf]
        assert sorted(d for share in real for d in share.documents) == sorted(batch)
        start = at - at % accumulate
        whole = np.sum([marked[d] for step in batches[start : start + accumulate] for d in step], axis=0)
        assert {share.counts for share in real} == {tuple((np.maximum(whole, 1) / processes).tolist())}


@pytest.mark.parametrize(("accumulate", "processes"), [(1, 2), (2, 1), (2, 2), (1, 3)])
def test_losses_and_gradients_of_the_shares_are_those_of_the_whole(accumulate: int, processes: int) -> None:
    torch.manual_seed(1)
    model = EventExtractor.build(HEADS, BODY, ENCODING)
    loaders = [
        Loader(Shares(EXAMPLES, pad=0), steps(2, accumulate=accumulate, rank=r, of=processes)) for r in range(processes)
    ]
    epochs = [list(loader) for loader in loaders]
    batches = [share.documents for share in steps(2)]
    for start in range(0, len(batches), accumulate):
        step = tuple(document for batch in batches[start : start + accumulate] for document in batch)
        whole = Shares(EXAMPLES, pad=0)[next(iter(steps(len(step))))._replace(documents=step)]
        expected = model(**{name: column for name, column in whole.items() if name != "counts"}).loss
        losses = [
            model(**epoch[at]).loss for epoch in epochs for at in range(start, min(start + accumulate, len(batches)))
        ]
        found = torch.stack(losses).sum() / processes  # as the processes' gradients are averaged
        torch.testing.assert_close(found, expected)
        weights = [model.spans.query.weight, model.roles.bilinear, model.attributes.weight]
        for one, other in zip(torch.autograd.grad(found, weights), torch.autograd.grad(expected, weights), strict=True):
            torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_epochs_have_their_own_order_whoever_asks() -> None:
    one, two = Loader(Shares(EXAMPLES, pad=0), steps(2)), Loader(Shares(EXAMPLES, pad=0), steps(2))
    one.set_epoch(4)
    two.set_epoch(4)
    assert list(one.steps) == list(two.steps)
    one.set_epoch(5)
    two.set_epoch(4)
    assert list(one.steps) != list(two.steps)
