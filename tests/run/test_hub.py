"""A pretrained encoder, from a folder as the hub has them, becomes a model that needs neither hub nor folder again."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from tests.run.small import documents, naba, small
from training.inference.loading import load_model

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
    shutil.rmtree(encoder)
    model, encoding = load_model(tmp_path / "run" / "model")
    assert model.encoder.config.model_type == "bert"
    assert encoding.window == 64
    scored = naba("evaluate", "model=run/model", "snapshot=snap", cwd=tmp_path)
    assert scored.code == 0, scored.err


def test_an_encoder_that_is_nowhere_is_one_line(tmp_path: Path) -> None:
    small(tmp_path / "snap", count=24)
    done = naba("train", "snapshot=snap", "encoder=hub", "encoder.name=./nowhere", "tracking=off", cwd=tmp_path)
    assert done.code == 2
    assert "./nowhere" in done.err
    assert "Traceback" not in done.err
