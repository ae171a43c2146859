"""Whatever is wrong with a pretrained encoder is one line that names it and the remedy; the hub is not asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError
from requests import Response
from safetensors.torch import load_file, save_file
from transformers import AutoModel, CanineConfig, CanineTokenizer

from annotation.core.errors import UsageError
from tests.builders import conflict
from tests.unit.training.conftest import checkpoint
from training.config.schema import HubEncoderConfig, ModelConfig
from training.encoding import hub as said
from training.encoding.encoding import Encoding
from training.model.encoder_training import Regime, encoders_in_training
from training.model.event_extractor import EventExtractor

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)


def built(name: str | Path, revision: str | None = None) -> EventExtractor:
    config = HubEncoderConfig(name=str(name), revision=revision)
    return EventExtractor.build(HEADS, config, Encoding.build(conflict(), HEADS, config))


def complaint(name: str | Path) -> str:
    with pytest.raises(UsageError) as caught:
        built(name)
    line = str(caught.value)
    assert line.startswith(f"encoder {name}: ")
    assert "\n" not in line
    return line


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    return checkpoint("bert", tmp_path / "bert")


def pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def halved(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: weights[name] for name in sorted(weights)[::2]}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def without_tokenizer(folder: Path) -> None:
    for file in folder.glob("*token*"):
        file.unlink()


def of_few_words(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": 100}))


def slow(folder: Path) -> None:
    without_tokenizer(folder)
    CanineTokenizer().save_pretrained(folder)
    CanineConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1).save_pretrained(folder)


def of_remote_code(folder: Path) -> None:
    own = {"AutoConfig": "own.Config", "AutoModel": "own.Model"}
    (folder / "config.json").write_text(json.dumps({"model_type": "own", "auto_map": own}))
    (folder / "own.py").write_text("raise SystemExit('code of the checkpoint was run')")


FAULTS: list[tuple[Callable[[Path], object], str]] = [
    (pickled, "pytorch_model.bin, which can run code when it is read; save it anew"),
    (lambda folder: (folder / "model.safetensors").unlink(), "no weights as safetensors, the only kind that is read"),
    (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 20), "the encoder cannot be loaded: "),
    (lambda folder: (folder / "config.json").unlink(), "the folder has no config.json"),
    (lambda folder: (folder / "config.json").write_text("{"), "cannot be loaded: "),
    (halved, "the weights lack "),
    (without_tokenizer, "it has no tokenizer; put a tokenizer.json beside its config.json"),
    (of_few_words, "tokens, but it knows only 100 of them"),
    (slow, "its tokenizer is a slow one, which tells no offsets"),
    (of_remote_code, "code of its own"),
    (shutil.rmtree, "no such folder"),
]


@pytest.mark.parametrize(("spoil", "expected"), FAULTS)
def test_a_fault_of_a_folder_is_named(spoil: Callable[[Path], object], expected: str, bert: Path) -> None:
    assert built(bert).config.encoder["model_type"] == "bert"
    spoil(bert)
    assert expected in complaint(bert)


def test_a_pooler_that_is_not_there_is_not_missed(bert: Path) -> None:
    weights = load_file(bert / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("pooler.")}
    save_file(kept, bert / "model.safetensors", metadata={"format": "pt"})
    model = built(bert)
    with encoders_in_training((model.encoder,), Regime("top", top_layers=1), ()):
        assert not any(weight.requires_grad for weight in model.encoder.pooler.parameters())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nobody/nothing", "not on this machine yet, and HF_HUB_OFFLINE keeps it from the hub"),
        ("./nowhere", "no such folder, and no id the hub could have; ids are OWNER/NAME"),
        ("a name/with/too many", "no such folder, and no id the hub could have"),
    ],
)
def test_what_is_nowhere_is_told_without_a_network(name: str, expected: str) -> None:
    assert expected in complaint(name)


def answered(kind: type[HfHubHTTPError]) -> OSError:
    """As transformers passes on what the hub answers."""
    error = OSError("several\nlines")
    try:
        response = Response()
        response.status_code = 404
        raise kind("no", response=response)  # type: ignore[arg-type]
    except HfHubHTTPError as cause:
        error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (RepositoryNotFoundError, "the hub has no such model, or not for everybody; check the id"),
        (GatedRepoError, "its owner asks for consent first"),
        (RevisionNotFoundError, "no such revision of it; check encoder.revision"),
        (HfHubHTTPError, "the hub does not answer"),
    ],
)
def test_what_the_hub_answers_is_told_in_our_words(kind: type[HfHubHTTPError], expected: str) -> None:
    told = said.unloadable("some/encoder", answered(kind), what="encoder")
    assert told.startswith("encoder some/encoder: ")
    assert expected in told


def test_whatever_else_goes_wrong_is_its_first_line(bert: Path) -> None:
    told = said.unloadable(bert, RuntimeError("one\ntwo"), what="tokenizer")
    assert told == f"encoder {bert}: the tokenizer cannot be loaded: one"
    assert AutoModel.from_pretrained(bert).config.model_type == "bert"
