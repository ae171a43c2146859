"""Masked words: words are masked whole, and a cut vocabulary changes nothing of what is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.words import split_words
from tests.unit.training.conftest import LINES, reader
from training.config.encoders import HubEncoderConfig
from training.encoding.tokenizer import HubTokenizer
from training.pretraining.masked_model import load_masked
from training.pretraining.masked_words import Blocks, MaskedBatches

DOCUMENTS = [Document(id=str(at), text=line, language="he") for at, line in enumerate(LINES)]


def test_a_cut_vocabulary_changes_no_logit_of_what_is_left_and_stays_tied(hub: Path) -> None:
    whole, cut = (HubEncoderConfig(name=str(hub), scripts=scripts) for scripts in (None, ("Hebr", "Arab")))
    torch.manual_seed(1)
    model, tokenizer = load_masked(whole)
    torch.manual_seed(1)
    small, kept = load_masked(cut)
    assert kept.pretrained_rows is not None
    assert small.config.vocab_size == len(kept.tokenizer) == len(kept.pretrained_rows) < model.config.vocab_size
    before, after = (
        each.eval()(input_ids=torch.from_numpy(ids.tokens(LINES[0])[0])[None]).logits
        for each, ids in ((model, tokenizer), (small, kept))
    )
    torch.testing.assert_close(after, before[..., kept.pretrained_rows])
    output = small.get_output_embeddings()
    assert output is None or output.weight is small.get_input_embeddings().weight


@pytest.mark.parametrize("family", ["wordpiece", "metaspace", "bytes"])
def test_words_are_masked_whole_and_others_in_another_epoch(family: str) -> None:
    tokenizer = reader(family)
    assert isinstance(tokenizer, HubTokenizer)
    blocks = Blocks(DOCUMENTS, tokenizer, 32)
    batches = MaskedBatches(tokenizer, 0.3, seed=1)
    masked = batches([blocks[0], blocks[1]])["labels"] != -100
    assert 0.1 < masked.float().mean() < 0.5
    assert not masked[:, [0, -1]].any()
    offsets = tokenizer.tokens(LINES[0])[1]
    for word in split_words(LINES[0]):
        covering = [at for at, (start, end) in enumerate(offsets) if start < word.end and end > word.start][:29]
        if covering and covering[-1] < 29:
            assert len(set(masked[0, 1:][covering].tolist())) == 1
    assert torch.equal(batches([blocks[0], blocks[1]])["labels"] != -100, masked)
    batches.epoch = 1
    assert not torch.equal(batches([blocks[0], blocks[1]])["labels"] != -100, masked)


def test_blocks_hold_every_token_and_have_one_length() -> None:
    tokenizer = reader("wordpiece")
    assert isinstance(tokenizer, HubTokenizer)
    blocks = Blocks(DOCUMENTS, tokenizer, 32)
    ids = np.concatenate([tokenizer.tokens(document.text)[0] for document in DOCUMENTS])
    rows = [blocks[number]["input_ids"] for number in range(len(blocks))]
    assert {len(row) for row in rows} == {32}  # type: ignore[arg-type]
    assert blocks.tokens == len(ids)
    assert rows[-1][1:-1] == ids[-30:].tolist()  # type: ignore[index]
    assert [id for row in rows[:-1] for id in row[1:-1]] == ids[: 30 * (len(rows) - 1)].tolist()  # type: ignore[index]
    with pytest.raises(UsageError, match="less than one window of 64"):
        Blocks(DOCUMENTS[:1], tokenizer, 64)


def test_a_tokenizer_that_masks_nothing_is_refused(hub: Path) -> None:
    (hub / "tokenizer_config.json").write_text((hub / "tokenizer_config.json").read_text().replace("[MASK]", "[PAD]"))
    file = hub / "tokenizer_config.json"
    file.write_text(file.read_text().replace('"mask_token": "[PAD]"', '"mask_token": null'))
    with pytest.raises(UsageError, match="has no token that masks words; choose another encoder"):
        load_masked(HubEncoderConfig(name=str(hub)))
