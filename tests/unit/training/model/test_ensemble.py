"""Encoders side by side: each learns by itself, and they speak as one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.builders import conflict
from tests.unit.training.model.test_event_extractor import COMPACT, DOCUMENTS, SMALL, batch, predicted
from training.config.schema import FitConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.encoding.label_match import LabelMatch
from training.loop.optimizer import optimizer
from training.model.batches import Batch
from training.model.ensemble import EncoderInputs, pool_words
from training.model.event_extractor import EventExtractor
from training.model.extraction import HeadLogits
from training.model.extractor_batch import WordFeatures
from training.model.warm_start import take_over

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


def judged(model: EventExtractor, data: Batch) -> HeadLogits:
    """The logits of the first two words of each document, each as a span of every layer."""
    states, _ = model.eval().read(EncoderInputs(*(data[name] for name in EncoderInputs._fields)))
    features = WordFeatures(states, *(data[name] for name in WordFeatures._fields[1:]))
    entity, event = (
        torch.tensor([[[0, 0, label], [1, 1, label]]] * len(states)) for label in (0, model.config.entities)
    )
    return model.judge(features, event, entity, torch.ones(len(states), 4, dtype=torch.bool))


def test_their_cuts_and_roles_are_averaged_too() -> None:
    model, encoding = made()
    data = batch(encoding, DOCUMENTS)
    together, alone, said = judged(model, data), made(SMALL)[0], []
    for encoder, heads in zip((model.encoder, *model.others), (model, *model.other_judges), strict=True):
        alone.encoder, alone.boundaries, alone.mentions = encoder, heads.boundaries, heads.mentions
        alone.roles = heads.roles
        said.append(judged(alone, data))
    assert not torch.equal(said[0].roles, said[1].roles)
    for name in ("roles", "opening", "closing"):
        mean = torch.stack([getattr(one, name) for one in said]).mean(dim=0)
        torch.testing.assert_close(getattr(together, name), mean)


def of_before() -> tuple[EventExtractor, Encoding]:
    """An ensemble whose first member alone has heads for cuts and roles, and that sees spans and roles everywhere."""
    model, encoding = made()
    model.config.full_members = False
    torch.manual_seed(1)
    model = EventExtractor(model.config)
    for bias in (*(head.ends.bias for head in (model.spans, *model.other_spans)), model.roles.of_filler.bias):
        torch.nn.init.zeros_(bias)
    model.permits.copy_(torch.from_numpy(encoding.labels.permits))
    return model, encoding


def test_a_model_of_before_is_loaded_and_predicts_the_same(tmp_path: Path) -> None:
    model, encoding = of_before()
    said = predicted(model, encoding, DOCUMENTS)
    assert any(event.arguments for document in said for event in document.events)
    model.save_pretrained(tmp_path)
    encoding.save_pretrained(tmp_path)
    row = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    del row["full_members"]
    (tmp_path / "config.json").write_text(json.dumps(row), encoding="utf-8")
    assert predicted(*EventExtractor.load(tmp_path), DOCUMENTS) == said


def test_from_a_model_of_before_the_further_heads_start_fresh() -> None:
    (source, _), (model, encoding) = of_before(), made()
    fresh = model.other_judges[0].roles.bilinear.clone()
    take_over(model, source, LabelMatch.of(encoding.labels, encoding.labels))
    assert torch.equal(model.roles.prior.weight, source.roles.prior.weight)
    assert torch.equal(model.other_spans[0].ends.weight, source.other_spans[0].ends.weight)
    assert torch.equal(model.other_judges[0].roles.bilinear, fresh)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_without_roles_the_first_member_alone_has_heads_for_cuts(weight: float) -> None:
    assert len(made(replace(THREE, role_weight=weight))[0].other_judges) == (2 if weight else 0)


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
