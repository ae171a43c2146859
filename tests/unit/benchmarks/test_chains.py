from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from tests.benchmarks.chains import Chain, TagHead, best, lattice, odds, outermost, spans, surprise

WORDS, LABELS = 4, 2


def chain() -> Chain:
    torch.manual_seed(3)
    made = Chain(5, LABELS, 0.0)
    torch.nn.init.normal_(made.pairs)
    return made


def scored(made: Chain, states: Tensor) -> dict[tuple[int, ...], Tensor]:
    """Every sequence of tags that is legal, with its score, one by one."""
    tags, found = made.tags(states), {}
    for path in product(range(2 * LABELS + 1), repeat=len(states)):
        starts = [0, *path[:-1]]
        if all(made.legal[a, b] for a, b in zip(starts, path, strict=True)):
            pairs = sum(made.pairs[a, b] for a, b in pairwise(path))
            found[path] = pairs + sum(row[tag] for row, tag in zip(tags, path, strict=True))
    return found


@pytest.mark.parametrize("words", [1, WORDS])
def test_sums_best_and_odds_are_those_of_all_sequences(words: int) -> None:
    made, states = chain(), torch.randn(2, WORDS, 5)
    mask = torch.arange(WORDS).expand(2, -1) < torch.tensor([[words], [WORDS]])
    paths = scored(made, states[0, :words])
    total = torch.stack(list(paths.values())).logsumexp(dim=0)
    known = made(states, mask)
    assert known.total[0].item() == pytest.approx(total.item(), abs=1e-4)
    assert tuple(best(known)[0, :words].tolist()) == max(paths, key=lambda path: paths[path].item())
    chances: dict[tuple[int, int, int], float] = {}
    for path, score in paths.items():
        for span in spans(path):
            chances[span] = chances.get(span, 0.0) + (score - total).exp().item()
    logits = odds(known, WORDS)[0]
    found = {(i, i + w, c): logits[c, i, w].sigmoid().item() for c in range(2) for i in range(4) for w in range(4)}
    assert {span: chance for span, chance in found.items() if chance > 0} == pytest.approx(chances, abs=1e-4)


def test_the_gradient_is_that_of_the_sum_over_all_sequences() -> None:
    made, states = chain(), torch.randn(1, WORDS, 5)
    gold = (1, 2, 0, 3)
    surprise(made(states, torch.ones(1, WORDS, dtype=torch.bool)), torch.tensor([gold])).sum().backward()
    quick = [parameter.grad.clone() for parameter in made.parameters() if parameter.grad is not None]
    made.zero_grad()
    paths = scored(made, states[0])
    (torch.stack(list(paths.values())).logsumexp(dim=0) - paths[gold]).backward()
    slow = [parameter.grad for parameter in made.parameters()]
    for one, other in zip(quick, slow, strict=True):
        torch.testing.assert_close(one, other)


def test_the_longest_of_spans_that_overlap_is_learnt() -> None:
    gold = torch.tensor([[[1, 1, 0], [0, 2, 1], [3, 3, 0], [3, 3, 2], [-1, -1, -1]]])
    assert outermost(gold, 5, 0, 2).tolist() == [[3, 4, 4, 1, 0]]
    assert outermost(gold, 5, 2, 3).tolist() == [[0, 0, 0, 1, 0]]


def test_spans_above_the_threshold_are_those_of_the_best_tags() -> None:
    torch.manual_seed(5)
    head, states, mask = TagHead(5, 2, 3, 4, 0.0).eval(), 3 * torch.randn(1, 6, 5), torch.ones(1, 6, dtype=torch.bool)
    above = {(int(i), int(i + w), int(c)) for _, c, i, w in (head(states, mask) > 0).nonzero()}
    entities, triggers = (spans(best(known)[0].tolist()) for known in head.known)
    assert above == {*entities, *((first, last, label + 2) for first, last, label in triggers)}
    assert lattice(*head.known[0][:2], mask).total == head.known[0].total
