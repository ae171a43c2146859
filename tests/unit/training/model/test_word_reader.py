"""A reader joins an encoder's states with the spelling of words, whether the encoder learns or is frozen."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from torch import nn

from tests.builders import build, conflict
from tests.unit.training.conftest import LINES
from training.config.schema import ConfigError, HubEncoderConfig, ModelConfig, TrainConfig, typed
from training.encoding.encoding import Encoding
from training.inference.encoder_states import EncoderStates
from training.inference.predictor import predict
from training.model import ensemble
from training.model.batches import collate
from training.model.ensemble import EncoderInputs
from training.model.event_extractor import EventExtractor
from training.model.word_reader import spread

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)
MARKED = build(
    "כוחות הביטחון [Arrest:trigger עצרו] את [Person>Arrest:Person דוד אלמוני] ב[Place>Arrest:GPE סוריה]", id="m"
)
DOCUMENTS = [MARKED, *(build(line, id=str(at)) for at, line in enumerate(LINES))]


def built(folder: Path, learns: str = "frozen", reader: int = 16) -> tuple[EventExtractor, Encoding]:
    torch.manual_seed(3)
    config = HubEncoderConfig(name=str(folder), learns=learns, reader=reader)  # type: ignore[arg-type]
    encoding = Encoding.build(conflict(), HEADS, config)
    return EventExtractor.build(HEADS, config, encoding), encoding


def gradients(model: EventExtractor, encoding: Encoding) -> set[str]:
    """The names of the weights that a step of training would change."""
    batch = collate([encoding.encode(MARKED, targets=True)], pad=encoding.tokenizer.pad)
    model.train()(**batch).loss.backward()
    return {name for name, weight in model.named_parameters() if weight.grad is not None and weight.grad.any()}


def test_a_frozen_encoder_gets_no_gradient_and_drops_nothing(hub: Path) -> None:
    model, encoding = built(hub)
    model.encoder.requires_grad_(False)
    changed = gradients(model, encoding)
    assert not any(name.startswith("encoder.") for name in changed)
    assert {"reader.mix", "reader.project.weight", "reader.compact.features.weight"} <= changed
    assert not any(module.training for module in model.encoder.modules())
    assert model.reader is not None
    assert model.reader.training


def test_an_encoder_that_learns_gets_gradients_through_the_reader(hub: Path) -> None:
    changed = gradients(*built(hub, learns="all"))
    assert any(name.startswith("encoder.") and "embed" in name for name in changed)
    assert "reader.mix" in changed


def test_kept_states_give_what_the_encoder_gives(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model, encoding = built(hub)
    model.eval()
    examples = [encoding.encode(document) for document in DOCUMENTS]
    states = EncoderStates.of(model, encoding)
    kept = states.attach(examples)
    with torch.no_grad():
        direct, cached = (model(**collate(side, pad=encoding.tokenizer.pad)).states for side in (examples, kept))
    torch.testing.assert_close(cached, direct, atol=5e-3, rtol=5e-3)
    model.encoder.forward = None  # read no document twice
    again = states.attach(examples)
    assert all(np.array_equal(a.layers, b.layers) for a, b in zip(again, kept, strict=True))
    predicted = predict(model, encoding, DOCUMENTS, version="v", states=states)
    assert [document.id for document in predicted] == [document.id for document in DOCUMENTS]


def test_a_long_text_is_read_some_windows_at_a_time(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, encoding = built(hub)
    data = collate([encoding.encode(document) for document in DOCUMENTS], pad=encoding.tokenizer.pad)
    inputs = EncoderInputs(*(data[name] for name in EncoderInputs._fields))
    assert len(inputs.input_ids) > 2
    rows: list[int] = []

    def note(module: nn.Module, arguments: object, named: dict[str, torch.Tensor]) -> None:
        rows.append(len(named["input_ids"]))

    model.encoder.register_forward_pre_hook(note, with_kwargs=True)
    with torch.no_grad():
        whole = model.eval().word_layers(inputs)
        monkeypatch.setattr(ensemble, "LAYERED_TOKENS", 2 * inputs.input_ids.shape[1])
        torch.testing.assert_close(model.word_layers(inputs), whole)
    assert rows[0] == sum(rows[1:])
    assert max(rows[1:]) == 2


def test_states_for_a_training_are_those_of_a_prediction(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An encoder that was just built may be in the mode of training, where it drops values by chance."""
    model, encoding = built(hub)
    model.encoder.train()
    examples = [encoding.encode(document) for document in DOCUMENTS]
    found = []
    for place in ("first", "second"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / place))
        found.append(EncoderStates.of(model, encoding).attach(examples))
        model.eval()
    assert all(np.array_equal(a.layers, b.layers) for a, b in zip(*found, strict=True))


def test_damaged_or_foreign_states_are_computed_again(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model, encoding = built(hub)
    model.eval()
    example, states = encoding.encode(MARKED), EncoderStates.of(model, encoding)
    (whole,) = states.attach([example])
    (file,) = states.folder.iterdir()
    written = file.read_bytes()
    for damaged in (b"", written[:100], b"\x93NUMPY", written[:-3]):
        file.write_bytes(damaged)
        (again,) = states.attach([example])
        assert np.array_equal(again.layers, whole.layers)
        assert file.read_bytes() == written
    with torch.no_grad():
        next(model.encoder.parameters()).add_(1.0)
    assert EncoderStates.of(model, encoding).folder != states.folder


def test_the_cache_keeps_to_its_limit(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model, encoding = built(hub)
    states = EncoderStates.of(model.eval(), encoding)
    whole = states.attach([encoding.encode(document) for document in DOCUMENTS])
    size = sum(file.stat().st_size for file in states.folder.iterdir())
    foreign = states.folder.parent / "other" / "old.npy"
    foreign.parent.mkdir()
    foreign.write_bytes(b"x" * size)
    os.utime(foreign, (1, 1))
    monkeypatch.setenv("NABA_STATES_GB", str(size / 1e9))
    states.attach([encoding.encode(document) for document in DOCUMENTS])
    assert foreign.exists()  # nothing was added
    next(states.folder.iterdir()).unlink()
    again = states.attach([encoding.encode(document) for document in DOCUMENTS])
    assert not foreign.exists()
    assert len(list(states.folder.iterdir())) == len({document.text for document in DOCUMENTS})
    assert all(np.array_equal(a.layers, b.layers) for a, b in zip(again, whole, strict=True))


def test_a_cache_that_cannot_be_written_costs_time_only(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "naba").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    model, encoding = built(hub)
    (example,) = EncoderStates.of(model.eval(), encoding).attach([encoding.encode(MARKED)])
    assert example.layers is not None
    assert "cannot be kept" in caplog.text


def test_it_is_saved_and_loaded_whole(hub: Path, tmp_path: Path) -> None:
    model, encoding = built(hub)
    model.eval().save_pretrained(tmp_path / "saved")
    encoding.save_pretrained(tmp_path / "saved")
    loaded = EventExtractor.load(tmp_path / "saved")
    first, second = (list(predict(*each, DOCUMENTS, version="v")) for each in ((model, encoding), loaded))
    assert first == second


def test_settings_that_cannot_be_are_named() -> None:
    row = {"snapshot": "s", "output": "o", "encoder": {"kind": "hub", "name": "x", "learns": "frozen"}}
    with pytest.raises(ConfigError, match=r"encoder\.reader: must be above 0, such as 192"):
        typed(OmegaConf.create(row), TrainConfig)


def test_several_readers_share_one_encoder_and_their_logits_are_averaged(hub: Path, tmp_path: Path) -> None:
    heads = ModelConfig(members=3, max_width=3, head_size=8, hidden_size=16)
    config = HubEncoderConfig(name=str(hub), learns="frozen", reader=16)
    encoding = Encoding.build(conflict(), heads, config)
    model = EventExtractor.build(heads, config, encoding)
    assert (len(model.others), len(model.other_readers), len(model.other_spans)) == (0, 2, 2)
    changed = gradients(model, encoding)
    assert {"reader.mix", "other_readers.0.mix", "other_readers.1.mix", "other_spans.1.ends.bias"} <= changed
    batch = collate([encoding.encode(MARKED)], pad=encoding.tokenizer.pad)
    inputs = EncoderInputs(*(batch[name] for name in EncoderInputs._fields))
    with torch.no_grad():
        _, each = model.eval().read(inputs, batch["spelling"])
        torch.testing.assert_close(model(**batch).logits, torch.stack(each).mean(dim=0))
    model.save_pretrained(tmp_path / "saved")
    encoding.save_pretrained(tmp_path / "saved")
    loaded, _ = EventExtractor.load(tmp_path / "saved")
    with torch.no_grad():
        torch.testing.assert_close(loaded(**batch).logits, model(**batch).logits)


def test_layers_are_spread_evenly_and_end_with_the_last() -> None:
    assert spread(12) == [4, 8, 12]
    assert spread(2) == [1, 2]
    assert spread(1) == [1]
