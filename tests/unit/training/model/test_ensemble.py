"""Encoders side by side: each learns by itself, and they speak as one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from tests.builders import conflict
from tests.unit.training.model.test_event_extractor import COMPACT, DOCUMENTS, SMALL, batch
from training.config.schema import FitConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.loop.optimizer import optimizer
from training.model.ensemble import pool_words
from training.model.event_extractor import EventExtractor

THREE = replace(SMALL, members=3)


def made(heads: ModelConfig = THREE) -> tuple[EventExtractor, Encoding]:
    torch.manual_seed(0)
    encoding = Encoding.build(conflict(), heads, COMPACT)
    return EventExtractor.build(heads, COMPACT, encoding), encoding


def test_states_are_averaged_by_weight() -> None:
    hidden = torch.arange(8.0).view(2, 4, 1)
    first, last = torch.tensor([[[0, 6], [1, 0]]]), torch.tensor([[[2, 7], [1, 0]]])
    weight = torch.tensor([[[0.25, 0.75], [1.0, 0.0]]])
    assert pool_words(hidden, first, last, weight).flatten().tolist() == [0.25 * 1 + 0.75 * 6.5, 1.0]


def test_their_logits_are_averaged() -> None:
    model, encoding = made()
    data = batch(encoding, DOCUMENTS)
    together = model.eval()(**data).logits
    alone, _ = made(SMALL)
    said = []
    for encoder, head in zip((model.encoder, *model.others), (model.spans, *model.other_spans), strict=True):
        alone.encoder, alone.spans = encoder, head
        said.append(alone.eval()(**data).logits)
    assert not torch.equal(said[0], said[1])
    torch.testing.assert_close(together, torch.stack(said).mean(dim=0))


def test_each_learns_from_its_own_loss_at_the_rate_of_encoders() -> None:
    model, encoding = made()
    model(**batch(encoding, DOCUMENTS, targets=True)).loss.backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []
    fit = FitConfig(learning_rate=1.0, encoder_learning_rate=0.5)
    groups = optimizer(model, model.encoder, fit, others=model.others).param_groups
    slow = {id(weight) for group in groups if group["lr"] == 0.5 for weight in group["params"]}
    assert slow == {id(weight) for encoder in (model.encoder, *model.others) for weight in encoder.parameters()}


def test_a_margin_lowers_what_is_trained_and_not_what_is_said() -> None:
    (model, encoding), (raised, _) = made(), made(replace(THREE, span_margin=1.0))
    data = batch(encoding, DOCUMENTS, targets=True)
    plain, lowered = model.eval()(**data), raised.eval()(**data)
    assert torch.equal(plain.logits, lowered.logits)
    assert not torch.equal(plain.parts[0], lowered.parts[0])
    assert torch.equal(plain.parts[1:], lowered.parts[1:])


def test_saved_and_loaded_they_say_the_same(tmp_path: Path) -> None:
    model, encoding = made()
    model.save_pretrained(tmp_path)
    encoding.save_pretrained(tmp_path)
    data = batch(encoding, DOCUMENTS)
    assert torch.equal(EventExtractor.load(tmp_path)[0](**data).logits, model.eval()(**data).logits)
