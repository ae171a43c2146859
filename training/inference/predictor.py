"""Documents in, the same Documents with what the model finds in them out: in order, and in constant memory."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from annotation.core.document import Document, Provenance
from training.encoding.decoding import Outputs
from training.encoding.encoding import Encoding
from training.encoding.platt_scaling import ScoreScales, score_scales
from training.inference.document_source import gather
from training.model.batches import WORDS, Batch, collate, cuts
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.model.mixed_precision import Precision, autocast

_PADDING = 0.05
"""Padding for a word that a batch may have on a CPU, where small batches cost no more than large ones."""


def predict(
    model: EventExtractor,
    encoding: Encoding,
    documents: Iterable[Document],
    *,
    batch_size: int = 16,
    version: str | None = None,
    given: Collection[str] = (),
    read: ScoreScales | None = None,
) -> Iterator[Document]:
    """Each document, in the order given, with the model's findings in place of what was marked in it.

    Spans and arguments carry a score in 0..1, as the model's scales have it; another `read` may take their place. Only
    what `gather` takes is held at a time, so that any number of documents can pass. `version`, the model's own by
    default, goes into their provenance, and so does how unsure it is, in nats per word. The layers `given`, "trigger"
    and "entity", are taken from the documents as marked, as far as the encoding can say them.
    """
    finder = Predictor.of(model, encoding, batch_size=batch_size, version=version, given=given, read=read)
    yield from finder.stream(documents)


class Extractor(Protocol):
    """What marks are decoded from: the model, or what stands in its place."""

    @property
    def device(self) -> torch.device: ...

    def extract(self, batch: dict[str, Tensor], *, given: Collection[str] = ()) -> list[Outputs]: ...


@dataclass(frozen=True)
class Predictor:
    """A model that marks documents as `predict` says. The same documents together give the same marks and scores."""

    model: Extractor
    encoding: Encoding
    batch_size: int
    version: str
    given: frozenset[str]
    read: ScoreScales
    precision: Precision = "auto"

    @classmethod
    def of(
        cls,
        model: EventExtractor,
        encoding: Encoding,
        *,
        batch_size: int = 16,
        version: str | None = None,
        given: Collection[str] = (),
        read: ScoreScales | None = None,
        precision: Precision = "auto",
    ) -> Predictor:
        """With the model's own version and scales where none are given."""
        model.eval()  # type: ignore[no-untyped-call]
        version, read = version or model_version(model), read or scales(model)
        return cls(model, encoding, batch_size, version, frozenset(given), read, precision)

    def stream(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Any number of documents marked, in their order; what `gather` takes is held at a time."""
        waiting = iter(documents)
        while chunk := gather(waiting, self.batch_size):
            yield from self.find(chunk)

    def find(self, documents: Sequence[Document]) -> list[Document]:
        """The documents marked, in their order; they are read in order of length, in batches of bounded size."""
        encoding = self.encoding
        examples = [
            encoding.encode(document, targets=True) if self.given else encoding.encode(document.bare())
            for document in documents
        ]
        lengths = [len(example.words) for example in examples]
        order = sorted(range(len(documents)), key=lengths.__getitem__)
        found: dict[int, Document] = {}
        padding = _PADDING if self.model.device.type == "cpu" else math.inf
        ends = [*cuts(sorted(lengths), self.batch_size, WORDS, padding), len(order)]
        for places in (order[start:end] for start, end in pairwise([0, *ends]) if end):
            batch = collate([examples[at] for at in places], pad=encoding.tokenizer.pad)
            with torch.inference_mode(), autocast(self.precision, self.model.device):
                outputs = self.model.extract(_there(batch, self.model.device), given=self.given)
            for at, output in zip(places, outputs, strict=True):
                unsure = round(output.doubt / max(lengths[at], 1), 6)
                provenance = Provenance(model_version=self.version, uncertainty=unsure)
                found[at] = replace(encoding.decode(examples[at], output, self.read), provenance=provenance)
        return [found[at] for at in range(len(documents))]


def _there(batch: Batch, device: torch.device) -> Batch:
    """The batch on the device; on a GPU by way of pinned memory, so that nobody waits for the copies."""
    if device.type != "cuda":
        return {name: tensor.to(device) for name, tensor in batch.items()}
    return {name: tensor.pin_memory().to(device, non_blocking=True) for name, tensor in batch.items()}


def scales(model: EventExtractor) -> ScoreScales:
    """How the model's logits are read. Raises UsageError where its configuration says nothing sensible of it."""
    return score_scales(getattr(model.config, "scales", None))
