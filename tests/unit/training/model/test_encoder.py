"""An encoder with a cut vocabulary reads texts of its scripts as the whole one does, also once it is saved."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from annotation.core.document import Document
from annotation.core.errors import UsageError
from tests.builders import conflict
from tests.unit.training.conftest import LINES
from training.config.schema import BundledEncoderConfig, HubEncoderConfig, ModelConfig, PretrainedEncoderConfig
from training.encoding.encoding import Encoding
from training.encoding.tokenizer import HubTokenizer
from training.model.batches import collate
from training.model.encoder import load_pretrained
from training.model.ensemble import EncoderInputs, word_states
from training.model.event_extractor import EventExtractor

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)
HEBREW = [line for line in LINES if "\u05d0" <= line[0] <= "\u05ea"]


def built(config: PretrainedEncoderConfig) -> tuple[EventExtractor, Encoding]:
    torch.manual_seed(3)
    encoding = Encoding.build(conflict(), HEADS, config)
    return EventExtractor.build(HEADS, config, encoding).eval(), encoding


@torch.no_grad()
def states(model: EventExtractor, encoding: Encoding, lines: list[str]) -> Tensor:
    batch = collate(
        [encoding.encode(Document(str(at), line)) for at, line in enumerate(lines)], pad=encoding.tokenizer.pad
    )
    inputs = EncoderInputs(*(batch[name] for name in EncoderInputs._fields))
    return word_states([model.encoder], inputs)[0]


def rows(model: EventExtractor) -> int:
    embeddings = model.encoder.get_input_embeddings()
    assert isinstance(embeddings, nn.Embedding)
    return embeddings.num_embeddings


def test_the_states_of_its_scripts_stay_the_same_and_are_saved(hub: Path, tmp_path: Path) -> None:
    whole, cut = (built(HubEncoderConfig(name=str(hub), scripts=scripts)) for scripts in (None, ("Hebr",)))
    assert rows(cut[0]) < rows(whole[0])
    assert cut[0].encoder.config.vocab_size == rows(cut[0])
    torch.testing.assert_close(states(*cut, HEBREW), states(*whole, HEBREW), atol=1e-5, rtol=0)
    cut[0].save_pretrained(tmp_path / "saved")
    cut[1].save_pretrained(tmp_path / "saved")
    loaded = EventExtractor.load(tmp_path / "saved")
    assert rows(loaded[0]) == rows(cut[0])
    torch.testing.assert_close(states(*loaded, HEBREW), states(*cut, HEBREW))


def test_the_bundled_encoder_keeps_its_states_with_a_fifth_of_its_vocabulary() -> None:
    whole = built(BundledEncoderConfig())
    cut = built(BundledEncoderConfig(scripts=("Hebr", "Arab", "Latn:3")))
    torch.testing.assert_close(states(*cut, LINES), states(*whole, LINES), atol=1e-5, rtol=0)
    assert 5 * rows(cut[0]) < rows(whole[0])


@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_attention_dropout_is_what_is_asked_for(hub: Path, rate: float) -> None:
    encoder = load_pretrained(HubEncoderConfig(name=str(hub), attention_dropout=rate))
    names = ("attention_probs_dropout_prob", "attention_dropout")
    assert {getattr(encoder.config, name) for name in names if hasattr(encoder.config, name)} == {rate}
    attention = [module for name, module in encoder.named_modules() if name.endswith(("attention.self", "attn"))]
    rates = {
        getattr(getattr(part, "dropout", None), "p", getattr(part, "attention_dropout", None)) for part in attention
    }
    assert rates == {rate}


def test_the_attention_dropout_of_the_checkpoint_stays_where_none_is_asked_for(hub: Path) -> None:
    config = load_pretrained(HubEncoderConfig(name=str(hub), attention_dropout=None)).config
    names = ("attention_probs_dropout_prob", "attention_dropout")
    expected = {"bert": 0.1, "xlm-roberta": 0.1, "deberta-v2": 0.1, "modernbert": 0.0}[config.model_type]
    assert {getattr(config, name) for name in names if hasattr(config, name)} == {expected}


def test_embeddings_of_fewer_rows_than_the_tokenizer_has_are_refused(hub: Path) -> None:
    config = HubEncoderConfig(name=str(hub))
    tokenizer = Encoding.build(conflict(), HEADS, config).tokenizer
    assert isinstance(tokenizer, HubTokenizer)
    with pytest.raises(UsageError, match="no embeddings that can be cut; leave encoder"):
        load_pretrained(config, torch.arange(10_000).numpy())
