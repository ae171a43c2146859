"""A model that cannot learn four documents by heart will learn nothing else either."""

from __future__ import annotations

import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from annotation import sample
from annotation.core.document import Document
from annotation.core.matching import units
from tests.builders import conflict
from training.config.schema import CompactEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.model.batches import Examples, LengthBatches, collate
from training.model.event_extractor import EventExtractor

EPOCHS = 60
BATCH = 2
RATE = 3e-3


def test_four_documents_are_learnt_by_heart() -> None:
    torch.set_num_threads(1)  # on a busy machine two wait for each other
    torch.manual_seed(13)
    every = sample.gold()
    documents = [*every[:2], *every[-2:]]
    model_config, encoder = ModelConfig(dropout=0.0), CompactEncoderConfig(dropout=0.0, word_dropout=0.0)
    encoding = Encoding.build(conflict(), model_config, encoder)
    model = EventExtractor.build(model_config, encoder, encoding)
    _learn(model, encoding, documents)
    examples = [encoding.encode(document.bare()) for document in documents]
    outputs = model.eval().extract(collate(examples))
    found = [encoding.decode(*pair) for pair in zip(examples, outputs, strict=True)]
    assert {unit for unit in units(documents[0]) if _f1(documents, found, unit) < 0.99} == set()


def _learn(model: EventExtractor, encoding: Encoding, documents: list[Document]) -> None:
    examples = Examples(documents, encoding)
    batches = LengthBatches(examples.lengths, size=BATCH)
    optimizer = AdamW(model.parameters(), lr=RATE)
    schedule = OneCycleLR(optimizer, max_lr=RATE, total_steps=EPOCHS * len(batches))
    for _ in range(EPOCHS):
        for batch in batches:
            model(**collate([examples[at] for at in batch])).loss.backward()
            clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()


def _f1(gold: list[Document], found: list[Document], unit: str) -> float:
    pairs = [(units(a)[unit], units(b)[unit]) for a, b in zip(gold, found, strict=True)]
    correct = sum(len(a & b) for a, b in pairs)
    return 2 * correct / max(sum(len(a) + len(b) for a, b in pairs), 1)
