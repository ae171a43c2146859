"""A real model that has learnt a few documents by heart in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch.optim import AdamW

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from training.config.schema import CompactEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.model.batches import collate
from training.model.event_extractor import EventExtractor

HEADS = ModelConfig(dropout=0.0, max_width=4, head_size=16, hidden_size=48)
BODY = CompactEncoderConfig(hidden_size=48, dropout=0.0, word_dropout=0.0)


def learn(documents: Sequence[Document], ontology: Ontology, folder: Path, *, steps: int = 60) -> Path:
    """The folder of the model, which any command can load."""
    torch.manual_seed(13)
    encoding = Encoding.build(ontology, HEADS, BODY)
    model = EventExtractor.build(HEADS, BODY, encoding)
    batch = collate([encoding.encode(document, targets=True) for document in documents])
    optimizer = AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        model(**batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    return folder
