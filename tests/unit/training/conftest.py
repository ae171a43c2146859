"""Small tokenizers of every family, trained on a few lines here, and a tiny pretrained encoder to put them on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, Unigram, WordPiece
from tokenizers.trainers import BpeTrainer, UnigramTrainer, WordPieceTrainer
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    ModernBertConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
)

from training.encoding.compact_tokenizer import CompactTokenizer
from training.encoding.tokenizer import HubTokenizer
from training.encoding.tokenizer import Tokenizer as Reader

torch.set_num_threads(1)  # these models are so small that sharing the work costs more than it saves

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LINES = [
    'כוחות הביטחון עצרו אתמול את דוד אלמוני בסוריה ובמחוז הצפון, כך מסר צה"ל.',
    "דובר המשטרה אמר כי ארבעה נפגעו בפיצוץ ליד הגשר הישן",
    "قال متحدث باسم قوات الأمن إن غارة استهدفت بلدة في ريف المحافظة، وأسفرت عن إصابة ثلاثة",
    "اعتقلت الشرطة سالم المجهول في المدينة أمس، وللتحالف قاعدة قريبة منها",
]


def _wordpiece(*, strip_accents: bool) -> Tokenizer:
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=strip_accents, lowercase=strip_accents)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(LINES, WordPieceTrainer(vocab_size=300, special_tokens=SPECIAL, show_progress=False))
    return tokenizer


def _metaspace() -> Tokenizer:
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = UnigramTrainer(vocab_size=300, special_tokens=SPECIAL, unk_token="[UNK]", show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    return tokenizer


def _bytes() -> Tokenizer:
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    return tokenizer


def _byte_fallback() -> Tokenizer:
    """As Gemma's, which mmBERT has: spaces are marks within tokens, and what is unknown goes byte by byte."""
    tokenizer = Tokenizer(BPE(byte_fallback=True, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("\u2581", "merged_with_next")
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = BpeTrainer(vocab_size=500, special_tokens=[*SPECIAL, *fallback], show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    return tokenizer


def _fast(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)


_HUB: dict[str, Callable[[], Tokenizer]] = {
    "wordpiece": lambda: _wordpiece(strip_accents=False),
    "wordpiece-stripped": lambda: _wordpiece(strip_accents=True),
    "metaspace": _metaspace,
    "bytes": _bytes,
    "byte-fallback": _byte_fallback,
}
FAMILIES = ("compact", *_HUB)
_MADE: dict[str, Reader] = {}


def reader(family: str) -> Reader:
    """The tokenizer of that family, trained once."""
    if family not in _MADE:
        _MADE[family] = CompactTokenizer() if family == "compact" else HubTokenizer(_fast(_HUB[family]()), most=64)
    return _MADE[family]


@pytest.fixture(params=FAMILIES)
def tokenizer(request: pytest.FixtureRequest) -> Reader:
    """A tokenizer of each family in turn."""
    return reader(request.param)


_SIZES = {
    "vocab_size": 520,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
_BUCKETS = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 8, "share_att_key": True}
_IDS = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
CHECKPOINTS: dict[str, tuple[str, Callable[[], PreTrainedConfig]]] = {
    "bert": ("wordpiece", lambda: BertConfig(max_position_embeddings=64, **_SIZES)),
    "bert-stripped": ("wordpiece-stripped", lambda: BertConfig(max_position_embeddings=64, **_SIZES)),
    "xlm-r": ("metaspace", lambda: XLMRobertaConfig(max_position_embeddings=65, pad_token_id=0, **_SIZES)),
    "deberta": ("metaspace", lambda: DebertaV2Config(max_position_embeddings=64, **_SIZES, **_BUCKETS)),
    "modernbert": ("bytes", lambda: ModernBertConfig(max_position_embeddings=64, local_attention=8, **_SIZES, **_IDS)),
    "mmbert": (
        "byte-fallback",
        lambda: ModernBertConfig(max_position_embeddings=64, local_attention=8, **_SIZES, **_IDS),
    ),
}
"""Shapes of the hub's encoders, each with a tokenizer of its family."""


def checkpoint(shape: str, folder: Path) -> Path:
    """A folder as the hub has them: a tiny encoder of that shape, and its tokenizer."""
    family, config = CHECKPOINTS[shape]
    tokenizer = reader(family)
    assert isinstance(tokenizer, HubTokenizer)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    AutoModel.from_config(config()).save_pretrained(folder)
    return folder


@pytest.fixture(params=CHECKPOINTS)
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A checkpoint of each shape in turn."""
    return checkpoint(request.param, tmp_path / "encoder")
