from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.optim import AdamW
from transformers import AutoModel

from annotation.core.document import Document
from annotation.core.errors import NabaError, UsageError
from annotation.core.ontology import Ontology
from annotation.formats.starter_ontology import Starter
from tests.builders import build, conflict
from tests.unit.training.conftest import checkpoint, reader
from training.config.schema import AnyEncoderConfig, CompactEncoderConfig, HubEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.model import compact_encoder, event_extractor
from training.model.batches import Batch, collate
from training.model.event_extractor import EventExtractor

SMALL = ModelConfig(max_width=6, head_size=8, hidden_size=16, negatives=4)
COMPACT = CompactEncoderConfig(hidden_size=16)
DOCUMENTS = [
    build("[Arrest,certainty=reported:trigger נעצר] ב[Place>Arrest:GPE סוריה] [Person>Arrest:Person אבו חפס]", id="a"),
    build(
        "أصيب [Victim>Injure,@x:Person سالم] ب[Injure:trigger جروح] في [Strike,Cause>Injure:trigger غارة] "
        "قرب بيت [@x:Person سالم]",
        id="b",
    ),
    build("אין כאן דבר", id="c"),
]


def made(encoder: AnyEncoderConfig = COMPACT, members: int = 1) -> tuple[EventExtractor, Encoding]:
    torch.manual_seed(0)
    encoding = Encoding.build(conflict(), SMALL, encoder)
    return EventExtractor.build(replace(SMALL, members=members), encoder, encoding), encoding


def batch(encoding: Encoding, documents: list[Document], *, targets: bool = False) -> Batch:
    return collate([encoding.encode(d, targets=targets) for d in documents], pad=encoding.tokenizer.pad)


def predicted(model: EventExtractor, encoding: Encoding, documents: list[Document]) -> list[Document]:
    examples = [encoding.encode(document.bare()) for document in documents]
    outputs = model.eval().extract(collate(examples, pad=encoding.tokenizer.pad))
    return [encoding.decode(*pair) for pair in zip(examples, outputs, strict=True)]


def talkative(members: int = 1) -> tuple[EventExtractor, Encoding]:
    """An untrained model that sees spans and roles everywhere."""
    model, encoding = made(members=members)
    heads = (model.spans, *model.other_spans)
    for bias in (*(head.ends.bias for head in heads), model.roles.of_filler.bias, model.links.alone.bias):
        torch.nn.init.zeros_(bias)
    return model, encoding


def test_an_ontology_without_attributes_can_be_learned_and_predicted() -> None:
    starter = Starter()
    for document in (said := [build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE סוריה]", id="a"), DOCUMENTS[2]]):
        starter.add(document)
    encoding = Encoding.build(Ontology.parse(starter.yaml("plain")), SMALL, COMPACT)
    model = EventExtractor.build(SMALL, COMPACT, encoding)
    output = model(**batch(encoding, said, targets=True))
    output.loss.backward()
    assert output.parts[3] == 0
    assert [document.id for document in predicted(model, encoding, said)] == ["a", DOCUMENTS[2].id]


def test_roles_attributes_and_links_cost_nothing_where_none_weighs_anything() -> None:
    quiet = replace(SMALL, role_weight=0.0, attribute_weight=0.0, link_weight=0.0)
    encoding = Encoding.build(conflict(), quiet, COMPACT)
    output = EventExtractor.build(quiet, COMPACT, encoding)(**batch(encoding, DOCUMENTS, targets=True))
    assert output.parts[0] > 0
    assert output.parts[2:].tolist() == [0, 0, 0]


def test_it_learns_every_part() -> None:
    model, encoding = made(replace(COMPACT, dropout=0.0, word_dropout=0.0))
    optimizer, data = AdamW(model.parameters(), lr=1e-2), batch(encoding, DOCUMENTS, targets=True)
    first = model(**data).parts
    for _ in range(40):
        optimizer.zero_grad()
        model(**data).loss.backward()
        optimizer.step()
    assert (model(**data).parts < first / 2).all()


def test_what_is_learned_by_heart_is_predicted_links_and_all() -> None:
    torch.manual_seed(0)
    heads, body = replace(SMALL, dropout=0.0), replace(COMPACT, dropout=0.0, word_dropout=0.0)
    encoding = Encoding.build(conflict(), heads, body)
    model = EventExtractor.build(heads, body, encoding)
    optimizer, data = AdamW(model.parameters(), lr=1e-2), batch(encoding, DOCUMENTS, targets=True)
    for _ in range(80):
        optimizer.zero_grad()
        model(**data).loss.backward()
        optimizer.step()
    assert predicted(model, encoding, DOCUMENTS) == DOCUMENTS
    assert [len(document.links) for document in DOCUMENTS] == [0, 1, 0]


def test_a_model_without_a_head_for_links_finds_the_rest() -> None:
    """Such as one of a version that had none."""
    model, encoding = talkative()
    whole = predicted(model, encoding, DOCUMENTS)
    model.links = None
    assert predicted(model, encoding, DOCUMENTS) == [replace(document, links=()) for document in whole]


def test_every_weight_has_a_gradient() -> None:
    model, encoding = made()
    model(**batch(encoding, DOCUMENTS, targets=True)).loss.backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


def test_the_loss_is_the_weighted_sum_of_its_parts() -> None:
    model, encoding = made()
    output = model.eval()(**batch(encoding, DOCUMENTS, targets=True))
    weights = torch.tensor([1, SMALL.boundary_weight, SMALL.role_weight, SMALL.attribute_weight, SMALL.link_weight])
    torch.testing.assert_close(output.loss, output.parts @ weights)


def test_documents_without_spans_words_or_targets_pass() -> None:
    model, encoding = made()
    empty = [Document(id="e", text=" "), Document(id="f", text="א")]
    assert model(**batch(encoding, empty, targets=True)).loss.isfinite()
    assert predicted(model, encoding, empty)[0] == empty[0]
    assert model(**batch(encoding, empty)).loss is None


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("given", [(), ("entity",)])
def test_a_long_text_in_pieces_is_predicted_as_at_once(
    members: int, given: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, encoding = talkative(members)
    examples = [encoding.encode(document, targets=bool(given)) for document in DOCUMENTS]
    data = collate(examples, pad=encoding.tokenizer.pad)
    whole = model.eval().extract(data, given=given)
    monkeypatch.setattr(event_extractor, "WHOLE", 4)
    monkeypatch.setattr(event_extractor, "PIECE", 3)
    monkeypatch.setattr(compact_encoder, "SPELLED", 2)
    for example, one, other in zip(examples, whole, model.extract(data, given=given), strict=True):
        real, found = one.logits > 0, other.logits > 0
        assert real.any()
        np.testing.assert_array_equal(one.spans[real], other.spans[found])
        np.testing.assert_allclose(one.logits[real], other.logits[found], rtol=1e-5, atol=4e-6)
        np.testing.assert_allclose(one.uncertainty, other.uncertainty, rtol=1e-6)
        left, right = encoding.decode(example, one), encoding.decode(example, other)
        assert left == right
        scores = [[span.score for span in document.spans()] for document in (left, right)]
        np.testing.assert_allclose(*scores, rtol=0, atol=1.1e-4)  # they are rounded to four places


def test_a_document_is_read_alike_alone_and_in_company() -> None:
    model, encoding = talkative()
    together = predicted(model, encoding, DOCUMENTS)
    assert together == [predicted(model, encoding, [document])[0] for document in DOCUMENTS]
    assert all(document.entities and document.triggers and document.links for document in together)


def test_predicted_documents_obey_the_ontology() -> None:
    model, encoding = talkative()
    for document in predicted(model, encoding, DOCUMENTS):
        assert encoding.representable(document) == (replace(document, provenance=None), ())


@pytest.mark.parametrize("window", [8, 16, 64])
def test_an_argument_may_stand_in_another_window(window: int) -> None:
    model, encoding = made(replace(COMPACT, window=window, dropout=0.0, word_dropout=0.0))
    far = "[Arrest:trigger נעצר] " + "הרחק מכאן " * 20 + "[Person>Arrest:Person דוד]"
    data, optimizer = batch(encoding, [build(far)], targets=True), AdamW(model.parameters(), lr=1e-2)
    assert len(data["input_ids"]) == {8: 7, 16: 4, 64: 1}[window]
    for _ in range(40):
        optimizer.zero_grad()
        model(**data).loss.backward()
        optimizer.step()
    (event,) = predicted(model, encoding, [build(far)])[0].events
    assert [argument.role for argument in event.arguments] == ["Person"]


def test_saved_and_loaded_it_says_the_same(tmp_path: Path) -> None:
    model, encoding = talkative()
    model.save_pretrained(tmp_path)
    encoding.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors").is_file()
    again = EventExtractor.load(tmp_path)
    assert predicted(*again, DOCUMENTS) == predicted(model, encoding, DOCUMENTS)
    assert not again[0].training


def test_labels_come_from_the_saved_ontology_which_must_not_change(tmp_path: Path) -> None:
    model, encoding = made()
    model.save_pretrained(tmp_path)
    encoding.save_pretrained(tmp_path)
    file = tmp_path / "ontology.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version:", "version: x", 1), encoding="utf-8")
    with pytest.raises(UsageError, match="changed after training"):
        EventExtractor.load(tmp_path)


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json", "encoding.json", "compact_tokenizer.json"])
def test_an_incomplete_folder_is_named(missing: str, tmp_path: Path) -> None:
    model, encoding = made()
    model.save_pretrained(tmp_path)
    encoding.save_pretrained(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(NabaError, match=tmp_path.name):
        EventExtractor.load(tmp_path)


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    model, encoding = made()
    model.save_pretrained(tmp_path)
    encoding.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["heads"]["hidden_size"] = 20
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UsageError, match="cannot be loaded"):
        EventExtractor.load(tmp_path)


def test_a_hub_encoder_is_taken_whole_and_trains(hub: Path, tmp_path: Path) -> None:
    config = HubEncoderConfig(name=str(hub))
    model, encoding = made(config)
    for kept, given in zip(model.encoder.parameters(), AutoModel.from_pretrained(hub).parameters(), strict=True):
        assert torch.equal(kept, given)
    assert encoding.window == 64
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer, data = AdamW(learning, lr=1e-3), batch(encoding, DOCUMENTS, targets=True)
    before = model(**data).loss
    for _ in range(10):
        optimizer.zero_grad()
        model(**data).loss.backward()
        optimizer.step()
    assert model(**data).loss < before
    folder = tmp_path / "model"
    model.save_pretrained(folder)
    encoding.save_pretrained(folder)
    assert predicted(*EventExtractor.load(folder), DOCUMENTS) == predicted(model, encoding, DOCUMENTS)


@pytest.mark.parametrize("shape", ["bert", "deberta", "modernbert"])
def test_gradient_checkpointing_computes_layers_again_and_changes_nothing(shape: str, tmp_path: Path) -> None:
    folder = checkpoint(shape, tmp_path)
    found: list[tuple[int, dict[str, torch.Tensor]]] = []
    for again in (False, True):
        model, encoding = made(HubEncoderConfig(name=str(folder), gradient_checkpointing=again))
        model.train()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        runs: list[int] = []
        layer = model.encoder.get_submodule("layers.1" if shape == "modernbert" else "encoder.layer.1")
        inner = next(module for module in layer.modules() if isinstance(module, torch.nn.Linear))
        inner.register_forward_hook(lambda *_, runs=runs: runs.append(1))
        model(**batch(encoding, DOCUMENTS, targets=True)).loss.backward()
        found.append((len(runs), {n: w.grad for n, w in model.named_parameters() if w.grad is not None}))
    (once, plain), (twice, checkpointed) = found
    assert twice == 2 * once > 0
    assert plain.keys() == checkpointed.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(checkpointed[name], gradient, atol=1e-5, rtol=1e-4)


def test_a_hub_encoder_must_be_there_with_safetensors(tmp_path: Path) -> None:
    encoder = HubEncoderConfig(name=str(tmp_path))
    encoding = Encoding(conflict(), reader("metaspace"))
    with pytest.raises(UsageError, match=r"has no config\.json"):
        EventExtractor.build(SMALL, encoder, encoding)


def test_half_precision_gives_a_finite_loss_and_scores() -> None:
    model, encoding = made()
    with torch.autocast("cpu", torch.bfloat16):
        output = model(**batch(encoding, DOCUMENTS, targets=True))
        output.loss.backward()
        predicted(model, encoding, DOCUMENTS)
    assert output.loss.isfinite()
    assert all(weight.grad is None or weight.grad.isfinite().all() for weight in model.parameters())
