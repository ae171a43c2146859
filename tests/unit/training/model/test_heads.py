from __future__ import annotations

import pytest
import torch

from annotation.core.words import LEADING, TRAILING
from training.model.candidates import hardest_negatives, link_table, precedes, role_table, span_table, top_spans
from training.model.heads import BoundaryHead, MentionHead
from training.model.losses import IMPOSSIBLE, antecedent_loss, choice_loss, circle_loss
from training.model.pair_heads import LinkHead, RoleHead, distance, sameness
from training.model.role_rivals import rivals
from training.model.span_head import SpanHead, banded, possible


@pytest.mark.parametrize("words", [1, 4, 5, 13])
def test_the_band_is_the_diagonal_of_the_whole_product(words: int) -> None:
    torch.manual_seed(words)
    query, key = torch.randn(2, 3, words, 6), torch.randn(2, 3, words, 6)
    whole = query @ key.transpose(-1, -2)
    band = banded(query, key, 5)
    for first in range(words):
        for width in range(min(5, words - first)):
            torch.testing.assert_close(band[..., first, width], whole[..., first, first + width])


def test_span_scores_follow_their_formula() -> None:
    torch.manual_seed(0)
    head = SpanHead(8, labels=3, head_size=4, width=4, dropout=0.0)
    states = torch.randn(1, 6, 8)
    logits = head(states, torch.ones(1, 6, dtype=torch.bool))
    query, key = head._rotated(head.query(states)), head._rotated(head.key(states))
    ends = head.ends(states)[0]
    for label, first, last in [(0, 0, 0), (1, 2, 5), (2, 3, 4)]:
        expected = query[0, label, first] @ key[0, label, last] / 2
        expected += ends[first, label] + ends[last, 3 + label] + ends[first : last + 1, 6 + label].mean()
        torch.testing.assert_close(logits[0, label, first, last - first], expected)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 20])
def test_pieces_are_the_whole(size: int) -> None:
    torch.manual_seed(size)
    head = SpanHead(8, labels=3, head_size=4, width=5, dropout=0.3).eval()
    states, mask = torch.randn(2, 13, 8), torch.arange(13) < torch.tensor([[13], [7]])
    pieces = list(head.pieces(states, mask, size))
    assert [piece.shape[2] for piece in pieces[:-1]] == [size] * (len(pieces) - 1)
    torch.testing.assert_close(torch.cat(pieces, dim=2), head(states, mask), rtol=0, atol=1e-6)


def test_rotary_scores_depend_on_how_far_apart_words_are_and_not_where() -> None:
    head = SpanHead(8, labels=1, head_size=4, width=4, dropout=0.0)
    same = torch.randn(1, 1, 8).expand(1, 9, 8)
    query, key = head._rotated(head.query(same)), head._rotated(head.key(same))
    band = banded(query, key, 4)[0, 0, :6]
    torch.testing.assert_close(band, band[:1].expand_as(band))


def test_padding_changes_no_score_and_has_none() -> None:
    torch.manual_seed(0)
    head = SpanHead(8, labels=2, head_size=4, width=3, dropout=0.0)
    states = torch.randn(1, 5, 8)
    alone = head(states, torch.ones(1, 5, dtype=torch.bool))
    padded = head(torch.cat([states, torch.randn(1, 4, 8)], dim=1), torch.arange(9)[None] < 5)
    torch.testing.assert_close(padded[:, :, :5], alone)
    assert (padded[:, :, 5:] == IMPOSSIBLE).all()
    assert (alone[0, 0, 4, 1:] == IMPOSSIBLE).all()


def test_possible_spans_end_within_the_document() -> None:
    assert possible(torch.tensor([[True, True, False]]), 2).tolist() == [[[True, True], [True, False], [False, False]]]


def test_cuts_longer_than_the_word_are_impossible() -> None:
    head = BoundaryHead(8, labels=2, hidden=4, affixes=16, dropout=0.0)
    affixes = torch.tensor([[[1, 5, 0, 0, 0, 0, 1, 7, 0, 0]]])
    leading, trailing = head(torch.randn(1, 1, 8), torch.zeros(1, 1, 3, dtype=torch.long), affixes, affixes[..., :6])
    assert (leading.shape[-1], trailing.shape[-1]) == (LEADING, TRAILING)
    assert ((leading == IMPOSSIBLE) == (affixes[..., :LEADING] == 0)).all()
    assert ((trailing == IMPOSSIBLE) == (affixes[..., LEADING:] == 0)).all()


def test_roles_are_scored_for_the_first_candidates() -> None:
    mentions, head = MentionHead(8, 3, 6, 0.0), RoleHead(6, 3, 4, 0.0, entities=2)
    states, spans = torch.randn(2, 7, 8), torch.tensor([[0, 1, 2], [3, 3, 0], [4, 6, 1]]).expand(2, 3, 3)
    sentences = torch.tensor([0, 0, 0, 1, 1, 1, 1]).expand(2, 7)
    present = torch.ones(2, 3, dtype=torch.bool)
    every = head(mentions(states, spans), spans, sentences, 3, present)
    assert every.shape == (2, 3, 3, 4)
    torch.testing.assert_close(head(mentions(states, spans), spans, sentences, 2, present), every[:, :2])
    fewer = head(mentions(states, spans), spans, sentences, 3, present & (spans[..., 2] != 2))
    assert not torch.equal(fewer, every)


def test_links_are_scored_alike_both_ways_and_whatever_else_is_scored() -> None:
    mentions, head = MentionHead(8, 3, 6, 0.0), LinkHead(6, 3, 2, 0.0)
    torch.nn.init.normal_(head.bilinear)
    states, spans = torch.randn(2, 7, 8), torch.tensor([[0, 1, 2], [3, 3, 0], [4, 6, 1]]).expand(2, 3, 3)
    sentences, stems = torch.arange(7).expand(2, 7), torch.arange(7).expand(2, 7) % 4
    every = head(mentions(states, spans), spans, sentences, stems)
    assert every.shape == (2, 3, 3, 2)
    torch.testing.assert_close(every, every.transpose(1, 2))
    fewer = spans[:, :2]
    torch.testing.assert_close(head(mentions(states, fewer), fewer, sentences, stems), every[:, :2, :2])


def test_two_spans_share_their_first_words_their_last_words_either_or_all() -> None:
    """Of the words a b c a b c b, against a b c: b c, c b, the same again."""
    stems = torch.tensor([[1, 2, 3, 1, 2, 3, 2]])
    first, last = torch.tensor([[0, 1, 5, 3, 6]]), torch.tensor([[2, 2, 6, 5, 6]])
    shared = sameness(stems, first, last)
    assert shared[0, 0].tolist() == [0b1011, 0b0010, 0b0100, 0b1011, 0]
    assert shared[0, 4, 4] == 0b1111
    assert shared.equal(shared.transpose(1, 2))


def test_distances_are_signed_and_zero_where_spans_overlap() -> None:
    first, last = torch.tensor([[4, 0, 5, 9]]), torch.tensor([[6, 3, 5, 9]])
    to_before, to_itself, to_inside, to_after = [1, 0, 2, 3]
    row = distance(first, last, 1)[0, 0]
    assert row[to_inside] == row[to_itself]
    assert row[to_before] < row[to_inside] < row[to_after]


def test_circle_loss_follows_its_formula() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5, 9.0]])
    gold, real = torch.tensor([[True, False, False, True]]), torch.tensor([[True, True, True, False]])
    expected = torch.log(1 + torch.tensor([-1.0, 0.5]).exp().sum()) + torch.log(1 + torch.tensor(-2.0).exp())
    torch.testing.assert_close(circle_loss(logits, gold, real), expected[None])


def test_circle_loss_of_nothing_possible_is_nothing_and_has_a_gradient() -> None:
    logits = torch.full((1, 3), IMPOSSIBLE, requires_grad=True)
    loss = circle_loss(logits, torch.zeros(1, 3, dtype=torch.bool), torch.zeros(1, 3, dtype=torch.bool))
    loss.sum().backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_a_mention_may_choose_any_of_its_antecedents_or_none() -> None:
    logits, real = torch.tensor([[2.0, -1.0, 0.5, 9.0]]), torch.tensor([[True, True, True, False]])
    every = torch.log(1 + torch.tensor([2.0, -1.0, 0.5]).exp().sum())
    some = antecedent_loss(logits, torch.tensor([[True, True, False, True]]), real)
    torch.testing.assert_close(some, (every - torch.tensor([2.0, -1.0]).logsumexp(0))[None])
    torch.testing.assert_close(antecedent_loss(logits, torch.zeros_like(real), real), every[None])
    assert antecedent_loss(logits, torch.ones_like(real), torch.zeros_like(real)).item() == 0


def test_ignored_choices_cost_nothing() -> None:
    logits = torch.tensor([[[1.0, 0.0], [5.0, -5.0]]])
    assert choice_loss(logits, torch.tensor([[-100, -100]])).item() == 0
    torch.testing.assert_close(choice_loss(logits, torch.tensor([[0, -100]])), torch.tensor(1 + torch.e).log() - 1)


def test_gold_tables_hold_the_gold_and_no_padding() -> None:
    spans = torch.tensor([[[0, 1, 1], [2, 2, 0]], [[-1, -1, -1], [1, 1, 1]]])
    table = span_table(spans, (2, 2, 3, 2))
    assert table.nonzero().tolist() == [[0, 0, 2, 0], [0, 1, 0, 1], [1, 1, 1, 0]]
    roles = role_table(torch.tensor([[[0, 1, 2], [-1, -1, -1]]]), (1, 2, 2, 3))
    assert roles.nonzero().tolist() == [[0, 0, 1, 2]]


def test_gold_links_hold_both_ways_and_antecedents_are_earlier_in_the_text() -> None:
    table = link_table(torch.tensor([[[0, 2, 1], [-1, -1, -1]]]), (1, 3, 3, 2))
    assert table.nonzero().tolist() == [[0, 0, 2, 1], [0, 2, 0, 1]]
    earlier = precedes(torch.tensor([[[5, 5, 0], [2, 4, 1], [2, 3, 0], [2, 3, 1]]]))
    assert earlier[0].int().tolist() == [[0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 1, 0]]


def test_wrong_spans_are_the_best_that_are_not_gold() -> None:
    logits = torch.full((1, 2, 3, 2), IMPOSSIBLE)
    logits[0, 0, 1, 0], logits[0, 1, 0, 1], logits[0, 0, 2, 0] = 3.0, 2.0, 1.0
    gold = span_table(torch.tensor([[[1, 1, 0]]]), logits.shape)
    spans, chosen = hardest_negatives(logits, gold, 3)
    assert spans[0, :2].tolist() == [[0, 1, 1], [2, 2, 0]]
    assert chosen.tolist() == [[2.0, 1.0, IMPOSSIBLE]]


def test_the_best_spans_are_those_above_the_threshold_as_many_as_the_fullest_document_has() -> None:
    logits = torch.full((2, 2, 3, 2), -1.0)
    logits[0, 1, 0, 1], logits[0, 0, 2, 0] = 2.0, 4.0
    spans, top = top_spans(logits, 9, label=5)
    assert spans[0].tolist() == [[2, 2, 5], [0, 1, 6]]
    assert top.tolist() == [[4, 2], [-1, -1]]
    assert top_spans(logits, 1, label=5)[0].shape == (2, 1, 3)
    assert top_spans(-logits.abs(), 9, label=5)[0].shape == (2, 0, 3)


def test_rivals_are_the_spans_that_are_nearer_or_stand_between() -> None:
    entity, other, event = 0, 1, 2
    placed = [(4, event), (9, event), (0, entity), (5, entity), (7, entity), (6, other), (8, entity)]
    spans = torch.tensor([[[at, at, label] for at, label in placed]])
    present = torch.tensor([[True] * 6 + [False]])  # the last is no rival, but has some
    counts = rivals(spans, present, 2, 12, 3, 2)[0]

    def expected(trigger: int, filler: int) -> list[int]:
        (at, _), (to, own) = placed[trigger], placed[filler]
        others = [(place, label) for place, label in placed[:6] if (place, label) not in (placed[trigger], (to, own))]
        apart, low, high = abs(at - to), min(at, to), max(at, to)
        same = [place for place, label in others if label == own]
        events = [place for place, label in others if label == event]
        near = sum(abs(place - at) < apart for place in same), sum(abs(place - to) < apart for place in events)
        return [*near, sum(low < place < high for place in same), sum(low < place < high for place in events)]

    for trigger in range(2):
        for filler in range(2, 7):
            assert counts[trigger, filler].tolist() == expected(trigger, filler), (trigger, filler)
    assert counts.max() > 1
