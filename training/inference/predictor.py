"""Prediction: Documents in, the same Documents with predicted annotations out, in order and in constant memory."""

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
from training.inference.encoder_states import EncoderStates
from training.model.batches import WORDS, Batch, collate, cuts
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.model.mixed_precision import Precision, autocast

_PADDING = 0.05
"""The most padding words for each real word of a batch on a CPU, where small batches cost no more than large ones."""


def predict(
    model: EventExtractor,
    encoding: Encoding,
    documents: Iterable[Document],
    *,
    batch_size: int = 16,
    version: str | None = None,
    given: Collection[str] = (),
    scales: ScoreScales | None = None,
    states: EncoderStates | None = None,
) -> Iterator[Document]:
    """Each document, in order, with predicted annotations in place of its own.

    Spans and arguments have a score in 0..1, by `scales` or else the model's own. Only one chunk (see `gather`) is held
    in memory. The provenance records `version`, by default the model's own, and the uncertainty in nats per word. The
    layers in `given` ("trigger", "entity") are copied from the documents, as far as the encoding can represent them.
    With `states` a frozen encoder reads no document twice.
    """
    predictor = Predictor.of(model, encoding, batch_size=batch_size, version=version, given=given, scales=scales)
    yield from replace(predictor, states=states).stream(documents)


class Extractor(Protocol):
    """The interface of models that produce Outputs: an EventExtractor, or exported graphs."""

    @property
    def device(self) -> torch.device:
        """Where batches must be."""
        ...

    def extract(self, batch: dict[str, Tensor], *, given: Collection[str] = ()) -> list[Outputs]:
        """One Outputs for each document of the batch, as `EventExtractor.extract`."""
        ...


@dataclass(frozen=True)
class Predictor:
    """A model with its encoding and the settings of `predict`. Equal chunks of documents give equal predictions.

    states: those of its frozen encoder, where documents are predicted again and again.
    """

    model: Extractor
    encoding: Encoding
    batch_size: int
    version: str
    given: frozenset[str]
    scales: ScoreScales
    precision: Precision = "auto"
    states: EncoderStates | None = None

    @classmethod
    def of(
        cls,
        model: EventExtractor,
        encoding: Encoding,
        *,
        batch_size: int = 16,
        version: str | None = None,
        given: Collection[str] = (),
        scales: ScoreScales | None = None,
        precision: Precision = "auto",
    ) -> Predictor:
        """A predictor with the model's own version and scales where none are given."""
        model.eval()  # type: ignore[no-untyped-call]
        version, scales = version or model_version(model), scales or model_scales(model)
        return cls(model, encoding, batch_size, version, frozenset(given), scales, precision)

    def stream(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Predictions for any number of documents, in order; only one chunk (see `gather`) is held in memory."""
        remaining = iter(documents)
        while chunk := gather(remaining, self.batch_size):
            yield from self.predict(chunk)

    def predict(self, documents: Sequence[Document]) -> list[Document]:
        """Predictions for the documents, in order; batches have documents of similar length and a bounded size."""
        encoding = self.encoding
        examples = [
            encoding.encode(document, targets=True) if self.given else encoding.encode(document.bare())
            for document in documents
        ]
        if self.states:
            examples = self.states.attach(examples)
        lengths = [len(example.words) for example in examples]
        order = sorted(range(len(documents)), key=lengths.__getitem__)
        predicted: dict[int, Document] = {}
        padding = _PADDING if self.model.device.type == "cpu" else math.inf
        ends = [*cuts(sorted(lengths), self.batch_size, WORDS, padding), len(order)]
        for places in (order[start:end] for start, end in pairwise([0, *ends]) if end):
            batch = collate([examples[at] for at in places], pad=encoding.tokenizer.pad)
            with torch.inference_mode(), autocast(self.precision, self.model.device):
                outputs = self.model.extract(_on_device(batch, self.model.device), given=self.given)
            for at, output in zip(places, outputs, strict=True):
                uncertainty = round(output.uncertainty / max(lengths[at], 1), 6)
                provenance = Provenance(model_version=self.version, uncertainty=uncertainty)
                predicted[at] = replace(encoding.decode(examples[at], output, self.scales), provenance=provenance)
        return [predicted[at] for at in range(len(documents))]


def _on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch on the device; for a GPU from pinned memory, so that the copies are asynchronous."""
    if device.type != "cuda":
        return {name: tensor.to(device) for name, tensor in batch.items()}
    return {name: tensor.pin_memory().to(device, non_blocking=True) for name, tensor in batch.items()}


def model_scales(model: EventExtractor) -> ScoreScales:
    """The scales in the model's configuration. Raises UsageError when they are malformed."""
    return score_scales(getattr(model.config, "scales", None))
