"""Weights are taken over label by label: by name, whatever the numbers of the labels are, and only where they fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from tests.builders import conflict
from tests.ontologies import reordered, with_event, without_event
from tests.unit.training.model.test_event_extractor import COMPACT, DOCUMENTS, SMALL, batch, predicted
from training.config.schema import ModelConfig
from training.encoding.encoding import Encoding
from training.encoding.label_match import LabelMatch
from training.model.event_extractor import EventExtractor, EventExtractorConfig
from training.model.warm_start import layout, take_over


def made(ontology: Ontology, seed: int, model: ModelConfig = SMALL) -> tuple[EventExtractor, Encoding]:
    torch.manual_seed(seed)
    encoding = Encoding.build(ontology, model, COMPACT)
    return EventExtractor.build(model, COMPACT, encoding), encoding


def trained() -> tuple[EventExtractor, Encoding]:
    """A model in which every weight has a say, and that sees spans and roles everywhere."""
    extractor, encoding = made(conflict(), 1)
    with torch.no_grad():
        for parameter in extractor.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
        for bias in (extractor.spans.ends.bias, extractor.roles.of_filler.bias, extractor.links.alone.bias):
            bias += 2.0
    return extractor, encoding


def warm(ontology: Ontology, source: tuple[EventExtractor, Encoding]) -> tuple[EventExtractor, Encoding]:
    model, encoding = made(ontology, 2)
    take_over(model, source[0], LabelMatch.of(encoding.labels, source[1].labels))
    return model, encoding


def sized(labels: int, roles: int, values: int, links: int) -> dict[str, tuple[int, ...]]:
    """Shapes of the parameters of a model with two encoders, each with all heads."""
    sizes = {"labels": labels, "entities": 2, "roles": roles, "values": [values], "links": links}
    heads = {**made(conflict(), 0)[0].config.heads, "members": 2}
    encoder = made(conflict(), 0)[0].config.encoder
    model = EventExtractor(EventExtractorConfig(encoder=encoder, heads=heads, full_members=True, **sizes))
    return {name: tuple(tensor.shape) for name, tensor in model.named_parameters()}


def test_every_parameter_whose_shape_depends_on_the_labels_has_a_layout_and_no_other() -> None:
    few, many = sized(5, 3, 2, 1), sized(7, 4, 3, 2)
    assert few.keys() == many.keys()
    assert {name for name in few if few[name] != many[name]} == {name for name in few if layout(name)}


def test_with_the_same_labels_in_another_order_it_predicts_the_same() -> None:
    source = trained()
    other = warm(reordered(conflict()), source)
    assert other[1].labels.spans != source[1].labels.spans
    said = predicted(*source, DOCUMENTS)
    assert any(document.links for document in said)
    assert any(event.arguments and event.attributes for document in said for event in document.events)
    for expected, found in zip(said, predicted(*other, DOCUMENTS), strict=True):
        assert set(found.entities) == set(expected.entities)
        assert set(found.events) == set(expected.events)
        assert {frozenset((link.a, link.b)) for link in found.links} == {
            frozenset((link.a, link.b)) for link in expected.links
        }


def span_logits(model: EventExtractor, encoding: Encoding) -> dict[str, Tensor]:
    with torch.no_grad():
        logits = model.eval()(**batch(encoding, DOCUMENTS)).logits
    return {label: logits[:, number] for number, label in enumerate(encoding.labels.spans)}


def test_a_new_label_starts_fresh_and_the_others_as_they_were() -> None:
    source = trained()
    model, encoding = warm(with_event(conflict(), "Flood"), source)
    before, now = span_logits(*source), span_logits(model, encoding)
    assert now.keys() - before.keys() == {"Flood"}
    assert all(torch.allclose(now[label], before[label]) for label in before)
    fresh, flood = made(encoding.ontology, 2)[0], encoding.labels.number["Flood"]
    assert torch.equal(model.mentions.label.weight[flood], fresh.mentions.label.weight[flood])
    assert torch.equal(model.permits, fresh.permits)


def test_a_label_that_is_gone_is_left_out() -> None:
    source = trained()
    model, encoding = warm(without_event(conflict(), "Strike"), source)
    before, now = span_logits(*source), span_logits(model, encoding)
    assert before.keys() - now.keys() == {"Strike"}
    assert all(torch.allclose(now[label], before[label]) for label in now)


@pytest.mark.parametrize("change", [{"hidden_size": 24}, {"head_size": 4}, {"max_width": 5}, {"members": 2}])
def test_a_model_of_other_sizes_is_refused_and_nothing_is_copied(change: dict[str, int]) -> None:
    source = trained()
    model, encoding = made(conflict(), 2, replace(SMALL, **change))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(UsageError, match=r"its \S+ is \(|it lacks \d+ weights"):
        take_over(model, source[0], LabelMatch.of(encoding.labels, source[1].labels))
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_a_model_without_links_gives_what_it_has_and_takes_what_it_needs() -> None:
    linked, single = trained(), made(conflict(), 3, replace(SMALL, link_weight=0.0))
    match = LabelMatch.of(linked[1].labels, single[1].labels)
    prior = linked[0].links.prior.weight.clone()
    take_over(linked[0], single[0], match)
    assert torch.equal(linked[0].roles.bilinear, single[0].roles.bilinear)
    assert torch.equal(linked[0].links.prior.weight, prior)
    take_over(single[0], trained()[0], match)
    assert torch.equal(single[0].roles.bilinear, trained()[0].roles.bilinear)
