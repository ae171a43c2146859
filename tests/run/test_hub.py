"""A pretrained encoder, from a folder as the hub has them, becomes a model that needs neither hub nor folder again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, TrainerState, TrainingArguments

from annotation.storage.sealed_record import file_hash
from tests.run.small import documents, naba, small
from training.inference.loading import load_model
from training.loop.progress_callback import ProgressCallback

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def pretrained(folder: Path) -> Path:
    """A tiny BERT, and a tokenizer that knows the corpus's letters."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = WordPieceTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator([document.text for document in documents(40)], trainer)
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), SPECIAL, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names).save_pretrained(str(folder))
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(1)
    BertModel(BertConfig(vocab_size=400, max_position_embeddings=64, **sizes)).save_pretrained(str(folder))
    return folder


def test_a_hub_encoder_is_trained_and_then_needed_no_more(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    encoder = pretrained(tmp_path / "encoder")
    done = naba(
        *("train", "snapshot=snap", "output=run", "experiment=hub", f"encoder.name={encoder}", "tracking=off"),
        *("model.hidden_size=24", "model.head_size=8", "model.max_width=4", "fit.batch_size=4", "fit.epochs=10"),
        *("fit.device=cpu", "fit.threads=1", "fit.learning_rate=5e-3", "encoder.learning_rate=1e-3"),
        cwd=tmp_path,
    )
    assert done.code == 0, done.err
    told = yaml.safe_load((tmp_path / "run" / "model" / "config.yaml").read_text(encoding="utf-8"))
    assert told["encoder_weights"] == file_hash(encoder / "model.safetensors")
    shutil.rmtree(encoder)
    model, encoding = load_model(tmp_path / "run" / "model")
    assert model.encoder.config.model_type == "bert"
    assert encoding.window == 64
    scored = naba("evaluate", "model=run/model", "snapshot=snap", cwd=tmp_path)
    assert scored.code == 0, scored.err


def test_a_release_on_a_hub_encoder_is_trained_again_and_has_the_same_weights(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    pretrained(tmp_path / "encoder")
    train = (
        *("train", "snapshot=snap", "experiment=hub", "encoder.name=encoder", "tracking=off", "model.hidden_size=24"),
        *("model.head_size=8", "model.max_width=4", "fit.batch_size=4", "fit.device=cpu", "fit.threads=1"),
    )
    assert naba(*train, "output=run", "fit.epochs=2", cwd=tmp_path).code == 0
    (tmp_path / "open.yaml").write_text("leakage: 0\n", encoding="utf-8")
    released = naba("release", "version=1.0", "model=run/model", "snapshot=snap", "gates=open.yaml", cwd=tmp_path)
    assert released.code == 0, released.err
    bill = json.loads((tmp_path / "releases" / "1.0" / "bom.cdx.json").read_text(encoding="utf-8"))
    (encoder,) = (part for part in bill["components"] if part["bom-ref"] == "encoder")
    assert encoder["hashes"][0]["content"] == file_hash(tmp_path / "encoder" / "model.safetensors")
    done = naba("release", "--verify", "1.0", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "trained again its weights are the same, to the bit" in done.out

    (tmp_path / "encoder").rename(tmp_path / "moved")
    done = naba("release", "--verify", "1.0", cwd=tmp_path)
    assert done.code == 2
    assert "so say encoder=FOLDER of that" in done.err
    assert naba("release", "--verify", "1.0", "encoder=moved", cwd=tmp_path).code == 0
    weights = load_file(tmp_path / "moved" / "model.safetensors")
    save_file({name: weight + 1 for name, weight in weights.items()}, tmp_path / "moved" / "model.safetensors")
    done = naba("release", "--verify", "1.0", "encoder=moved", cwd=tmp_path)
    assert done.code == 2
    assert "encoder moved: its weights are" in done.err


def test_a_frozen_encoder_stays_as_it_was_and_a_run_that_was_cut_short_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    small(tmp_path / "snap", count=24)
    encoder = pretrained(tmp_path / "encoder")
    train = (
        *("train", "snapshot=snap", "experiment=hub", f"encoder.name={encoder}", "encoder.learns=frozen"),
        *("encoder.reader=24", "model.hidden_size=24", "model.head_size=8", "model.max_width=4", "tracking=off"),
        *("fit.batch_size=4", "fit.epochs=12", "fit.device=cpu", "fit.threads=1", "fit.learning_rate=1e-2"),
    )
    done = naba(*train, "output=whole", cwd=tmp_path)
    assert done.code == 0, done.err
    trained = load_file(tmp_path / "whole" / "model" / "model.safetensors")
    for name, weight in load_file(encoder / "model.safetensors").items():
        assert torch.equal(trained[f"encoder.{name}"], weight), name
    assert any((tmp_path / "cache" / "naba" / "states").rglob("*.npy"))
    metrics = json.loads((tmp_path / "whole" / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["micro"]["Arg-C+"]["f1"] > 0.5

    original = ProgressCallback.on_evaluate

    def cut_short(
        self: ProgressCallback, args: TrainingArguments, state: TrainerState, *rest: object, **values: object
    ) -> None:
        original(self, args, state, *rest, **values)  # type: ignore[arg-type]
        if state.epoch == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(ProgressCallback, "on_evaluate", cut_short)
    assert naba(*train, "output=halves", cwd=tmp_path).code != 0
    assert not (tmp_path / "halves" / "model").exists()
    monkeypatch.setattr(ProgressCallback, "on_evaluate", original)
    assert naba(*train, "output=halves", cwd=tmp_path).code == 0
    resumed = load_file(tmp_path / "halves" / "model" / "model.safetensors")
    assert all(torch.equal(resumed[name], weight) for name, weight in trained.items())


@pytest.mark.parametrize("stop_at", [1, 3])
def test_a_run_in_two_phases_that_is_cut_short_in_either_ends_the_same(
    stop_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    small(tmp_path / "snap", count=24)
    encoder = pretrained(tmp_path / "encoder")
    train = (
        *("train", "snapshot=snap", "experiment=hub", f"encoder.name={encoder}", "encoder.learns=lora"),
        *("encoder.heads_first=2", "encoder.reader=24", "model.hidden_size=24", "model.head_size=8"),
        *("model.max_width=4", "tracking=off", "fit.batch_size=4", "fit.epochs=2", "fit.device=cpu", "fit.threads=1"),
    )
    assert naba(*train, "output=whole", cwd=tmp_path).code == 0
    original, evaluations = ProgressCallback.on_evaluate, []

    def cut_short(
        self: ProgressCallback, args: TrainingArguments, state: TrainerState, *rest: object, **values: object
    ) -> None:
        original(self, args, state, *rest, **values)  # type: ignore[arg-type]
        evaluations.append(state.epoch)
        if len(evaluations) == stop_at + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(ProgressCallback, "on_evaluate", cut_short)
    assert naba(*train, "output=halves", cwd=tmp_path).code != 0
    names = {name for path in (tmp_path / "halves" / "checkpoints").rglob("*.safetensors") for name in load_file(path)}
    assert "reader.mix" in names
    assert not any(name.startswith("encoder.") and "lora_" not in name for name in names)  # those that are not trained
    assert naba(*train, "output=halves", cwd=tmp_path).code == 0
    assert evaluations == [1, 2, 1, 2][: stop_at + 1] + [1, 2, 1, 2][stop_at:]
    first, second = (load_file(tmp_path / name / "model" / "model.safetensors") for name in ("whole", "halves"))
    assert first.keys() == second.keys()
    assert all(torch.equal(second[name], weight) for name, weight in first.items())


def test_frozen_without_a_reader_is_one_line(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    done = naba("train", "snapshot=snap", "encoder=bundled", "encoder.reader=0", "tracking=off", cwd=tmp_path)
    assert done.code == 2
    assert "encoder.reader: must be above 0, such as 192, with encoder.learns=frozen" in done.err
    assert not (tmp_path / "outputs").exists()


def test_scripts_that_are_none_or_leave_the_articles_unread_are_one_line(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    encoder = pretrained(tmp_path / "encoder")
    train = ("train", "snapshot=snap", "encoder=hub", f"encoder.name={encoder}", "tracking=off", "output=run")
    for scripts, expected in (
        ("[hebrew]", "encoder.scripts: 'hebrew' is no script; name codes of ISO 15924"),
        ("[Cyrl]", "encoder.scripts: Cyrl leave no letters; name the scripts of your articles"),
        ("[Hebr]", "marked words of snap; give it the scripts of the articles (encoder.scripts)"),
    ):
        languages = "data.languages=[ar]" if scripts == "[Hebr]" else "data.languages=null"
        done = naba(*train, f"encoder.scripts={scripts}", languages, cwd=tmp_path)
        assert done.code == 2
        assert expected in done.err
        assert not (tmp_path / "run" / "model").exists()


def test_an_encoder_that_is_nowhere_is_one_line(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    done = naba("train", "snapshot=snap", "encoder=hub", "encoder.name=./nowhere", "tracking=off", cwd=tmp_path)
    assert done.code == 2
    assert "./nowhere" in done.err
    assert "Traceback" not in done.err
