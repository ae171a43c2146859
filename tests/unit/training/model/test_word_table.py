"""Pretrained word vectors in a model: read, fixed, held once, saved with it, and of use for words it never saw."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from annotation.core.errors import UsageError
from tests.builders import build, conflict
from tests.unit.training.conftest import LINES, checkpoint
from training.config.schema import AnyEncoderConfig, CompactEncoderConfig, HubEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.encoding.word_vectors import ROWS, WordIndex, WordVectors, word_hash
from training.inference.predictor import predict
from training.model.batches import collate
from training.model.compact_encoder import CompactEncoder
from training.model.event_extractor import EventExtractor
from training.model.word_table import WordTable

HEADS = ModelConfig(max_width=3, head_size=8, hidden_size=16)
MARKED = build("המשטרה [Arrest:trigger עצרה] את [Person>Arrest:Person דוד] ב[Place>Arrest:GPE סוריה]", id="m")
DOCUMENTS = [MARKED, *(build(line, id=str(at)) for at, line in enumerate(LINES))]
SIZE = 6


@pytest.fixture
def tables(tmp_path: Path) -> str:
    """A folder in which two words have the same vector, and the others have those of their n-grams."""
    hashes = np.sort(np.array([word_hash(word) for word in ("חיפה", "יפו")], dtype=np.uint64))
    vectors = np.random.default_rng(1).integers(-127, 127, (3 + 40, SIZE)).astype(np.int8)
    vectors[0], vectors[2] = 0, vectors[1]
    WordVectors(WordIndex(hashes, 40), vectors).write(tmp_path / "tables")
    return str(tmp_path / "tables")


def made(config: AnyEncoderConfig, heads: ModelConfig = HEADS) -> tuple[EventExtractor, Encoding]:
    torch.manual_seed(3)
    encoding = Encoding.build(conflict(), heads, config)
    return EventExtractor.build(heads, config, encoding), encoding


def test_a_vector_has_its_length_whatever_its_numbers_and_no_row_gives_zeros() -> None:
    table = WordTable(3, 4)
    table.fill(np.array([[0, 0, 0, 0], [3, 0, 0, 0], [120, 0, 0, 1]], dtype=np.int8))
    found = table(torch.tensor([[0, 0], [1, 0], [1, 2]]))
    assert found.norm(dim=-1).tolist() == pytest.approx([0, 1, 1])
    assert found.dtype == torch.float32


def test_words_with_one_vector_are_read_alike_and_word_dropout_hides_vectors(tables: str) -> None:
    model, encoding = made(CompactEncoderConfig(hidden_size=16, tables=tables))
    encoder = model.encoder
    assert isinstance(encoder, CompactEncoder)
    ids = torch.from_numpy(
        encoding.tokenizer.pieces("חיפה יפו דמשק", encoding.encode(build("חיפה יפו דמשק")).words).ids
    )
    one, two, other = encoder._pretrained(ids[:, -ROWS:])[0] if not encoder.eval().training else ()
    assert (one == two).all()
    assert (one != other).any()
    encoder.train()
    shown = torch.cat([encoder._pretrained(ids[:, -ROWS:])[0] for _ in range(100)]).any(dim=-1).float().mean()
    assert 0.7 < shown < 0.9


def test_the_members_of_an_ensemble_share_one_table_which_no_training_changes(tables: str) -> None:
    config = CompactEncoderConfig(hidden_size=16, tables=tables)
    model, encoding = made(config, replace(HEADS, members=3))
    assert [name for name in model.state_dict() if "vectors" in name] == ["encoder.words.vectors"]
    assert not any("vectors" in name for name, _ in model.named_parameters())
    model.train()(**collate([encoding.encode(MARKED, targets=True)])).loss.backward()
    for member in (model.encoder, *model.others):
        assert member.mix.weight.grad[:, -SIZE:].any()


@pytest.mark.parametrize("members", [1, 2])
def test_a_saved_model_needs_the_tables_no_more(members: int, tables: str, tmp_path: Path) -> None:
    model, encoding = made(CompactEncoderConfig(hidden_size=16, tables=tables), replace(HEADS, members=members))
    before = list(predict(model.eval(), encoding, DOCUMENTS))
    model.save_pretrained(str(tmp_path / "model"))
    encoding.save_pretrained(tmp_path / "model")
    shutil.rmtree(tables)
    loaded, read = EventExtractor.load(tmp_path / "model")
    assert loaded.encoder.words.vectors.dtype == torch.int8
    assert loaded.encoder.words.vectors.any()
    assert list(predict(loaded, read, DOCUMENTS)) == before
    (tmp_path / "model" / "word_hashes.npy").unlink()
    with pytest.raises(UsageError, match="compact encoder's tokenizer"):
        EventExtractor.load(tmp_path / "model")


def test_the_reader_of_a_pretrained_encoder_reads_them_too(tables: str, tmp_path: Path) -> None:
    folder = checkpoint("bert", tmp_path / "hub")
    config = HubEncoderConfig(name=str(folder), learns="frozen", reader=16, tables=tables)
    model, encoding = made(config)
    assert model.reader is not None
    assert model.reader.compact.words.vectors.any()
    before = list(predict(model.eval(), encoding, DOCUMENTS))
    model.save_pretrained(str(tmp_path / "model"))
    encoding.save_pretrained(tmp_path / "model")
    shutil.rmtree(tables)
    loaded, read = EventExtractor.load(tmp_path / "model")
    assert list(predict(loaded, read, DOCUMENTS)) == before


def test_without_tables_an_encoder_is_as_it_was() -> None:
    model, encoding = made(CompactEncoderConfig(hidden_size=16))
    assert not any("words" in name for name in model.encoder.state_dict())
    assert encoding.encode(MARKED).windows.ids[0].shape[1] == 31
