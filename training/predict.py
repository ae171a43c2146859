"""Documents in, the same Documents with what the model finds in them out: in order, and in constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from transformers.utils import logging as transformers_logging

from annotation.document import Document, Provenance
from annotation.errors import UsageError
from training.batches import collate
from training.encoding import Encoding
from training.model import EventExtractor

BUFFER = 16
"""Batches' worth of documents that are sorted by length at a time."""


def load(path: str | Path) -> tuple[EventExtractor, Encoding]:
    """The model that `naba train` or `naba release` wrote there. Raises UsageError when it is not whole."""
    path = Path(path)
    if not (path / "config.json").is_file():
        raise UsageError(f"{path}: holds no model; name the folder that naba train wrote, such as outputs/NAME/model")
    hush()
    try:
        model, encoding = EventExtractor.load(path)
    except SafetensorError as error:
        raise UsageError(f"{path}: the weights cannot be read: {error}; train it again") from error
    _whole(path, model)
    return model, encoding


def predict(
    model: EventExtractor,
    encoding: Encoding,
    documents: Iterable[Document],
    *,
    batch_size: int = 16,
    version: str | None = None,
    given: Collection[str] = (),
) -> Iterator[Document]:
    """Each document, in the order given, with the model's findings in place of what was marked in it.

    Spans and arguments carry a score in 0..1. Only `BUFFER` batches of documents are held at a time, so that any number
    of them can pass; `version`, the model's own by default, goes into their provenance. The layers `given`, "trigger"
    and "entity", are taken from the documents as marked, as far as the encoding can say them.
    """
    version = version or model_version(model)
    model.eval()  # type: ignore[no-untyped-call]
    waiting = iter(documents)
    while chunk := list(islice(waiting, batch_size * BUFFER)):
        for document in _predict(model, encoding, chunk, batch_size, given):
            yield replace(document, provenance=Provenance(model_version=version))


def hush() -> None:
    """Stop transformers' bars for files that take no time, and its advice about defaults that are not used here."""
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def model_version(model: EventExtractor) -> str:
    """The run's name and a fingerprint of the weights, whatever file they came from: demo-3fa9c2d1."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return f"{getattr(model.config, 'run_name', None) or 'naba'}-{digest.hexdigest()[:8]}"


def _predict(
    model: EventExtractor, encoding: Encoding, chunk: Sequence[Document], batch_size: int, given: Collection[str]
) -> Iterator[Document]:
    """One buffer's documents, read in order of length and given back in their own."""
    examples = [
        encoding.encode(document, targets=True) if given else encoding.encode(document.bare()) for document in chunk
    ]
    order = sorted(range(len(chunk)), key=lambda at: len(examples[at].words))
    found: dict[int, Document] = {}
    for start in range(0, len(order), batch_size):
        places = order[start : start + batch_size]
        batch = collate([examples[at] for at in places], pad=encoding.tokenizer.pad)
        with torch.inference_mode():
            outputs = model.extract({name: tensor.to(model.device) for name, tensor in batch.items()}, given=given)
        for at, output in zip(places, outputs, strict=True):
            found[at] = encoding.decode(examples[at], output)
    return (found[at] for at in range(len(chunk)))


def _whole(path: Path, model: EventExtractor) -> None:
    """Weights that the file lacks would be drawn at random, with no more than a warning."""
    file = path / "model.safetensors"
    if file.is_file():
        with safe_open(file, framework="pt") as weights:
            absent = sorted(model.state_dict().keys() - set(weights.keys()))
        if absent:
            raise UsageError(f"{path}: the model lacks {len(absent)} weights, {absent[0]} among them; train it again")
