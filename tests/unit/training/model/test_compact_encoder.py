from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModel

from annotation.core.errors import UsageError
from annotation.core.words import split_words
from training.encoding.compact_tokenizer import CHARACTERS, FEATURES, CompactTokenizer, shape, spelling
from training.model.compact_encoder import CompactConfig, CompactEncoder


def ids(text: str) -> torch.Tensor:
    return torch.from_numpy(CompactTokenizer().pieces(text, split_words(text)).ids)[None]


def encoder(*, neighbours: bool = False) -> CompactEncoder:
    torch.manual_seed(0)
    return CompactEncoder(CompactConfig(hidden_size=16, layers=2, neighbours=neighbours)).eval()


def test_spelling_knows_the_word_without_its_proclitics_and_marks() -> None:
    assert len(spelling("בסוריה")) == FEATURES - 1
    assert spelling("ובסוריה")[:3] == ["ובסוריה", "בסוריה", "סוריה"]
    assert spelling("عَلِيّ")[0] == spelling("علي")[0] == "علي"
    assert spelling("إدلب")[0] == spelling("ادلب")[0]


def test_shapes() -> None:
    assert [shape(word) for word in ("2014", "ה7", "T72", "غارة", '"')] == ["dd", "hd", "Ldd", "aa", '"']


def test_words_of_any_kind_have_ids_within_the_tables() -> None:
    row = ids("מילהארוכהמאדמאדמאדמאד \ud83d 📢 .")
    config = CompactConfig()
    assert row.shape == (1, 4, FEATURES + CHARACTERS)
    assert (row[..., :FEATURES] < config.buckets).all()
    assert (row[..., FEATURES:] < config.alphabet).all()


def test_the_same_word_elsewhere_differs_only_in_what_stands_beside_it() -> None:
    one, two = ids("סוריה")[0, 0], ids("אל סוריה.")[0, 1]
    assert (one != two).nonzero().flatten().tolist() == [FEATURES - 1]


@pytest.mark.parametrize("neighbours", [False, True])
def test_padding_changes_nothing(neighbours: bool) -> None:
    model, long = encoder(neighbours=neighbours), ids("נעצר בסוריה אתמול בבוקר")
    mask = torch.tensor([[1, 1, 0, 0]])
    alone = model(long[:, :2], torch.ones(1, 2, dtype=torch.long)).last_hidden_state
    padded = model(long, mask).last_hidden_state
    torch.testing.assert_close(padded[:, :2], alone)


def test_every_word_reads_the_whole_line() -> None:
    model, line = encoder(), ids("א ב ג ד")
    changed = line.clone()
    changed[0, 2, :5] += 1
    mask = torch.ones(1, 4, dtype=torch.long)
    moved = (model(line, mask)[0] - model(changed, mask)[0]).abs().sum(-1)[0]
    assert (moved > 0).all()


def test_word_dropout_hides_who_a_word_is_only_in_training() -> None:
    torch.manual_seed(0)
    model = CompactEncoder(CompactConfig(hidden_size=16, dropout=0.0, word_dropout=0.9))
    line, mask = ids("נעצר בסוריה אתמול"), torch.ones(1, 3, dtype=torch.long)
    assert not torch.equal(model(line, mask)[0], model.eval()(line, mask)[0])
    assert torch.equal(model(line, mask)[0], model(line, mask)[0])


def test_auto_classes_know_it_once_the_pipeline_is_imported(tmp_path: Path) -> None:
    import training.pipeline  # noqa: F401

    model = encoder()
    model.save_pretrained(tmp_path)
    assert isinstance(AutoConfig.from_pretrained(tmp_path), CompactConfig)
    again = AutoModel.from_pretrained(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


@pytest.mark.parametrize("content", ["", "{}", '{"buckets": "many", "alphabet": 2}'])
def test_a_broken_tokenizer_file_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "compact_tokenizer.json").write_text(content)
    with pytest.raises(UsageError, match=r"compact_tokenizer\.json"):
        CompactTokenizer.from_pretrained(tmp_path)
