"""States of a frozen encoder, computed once for each document and encoder and kept on disk.

The cache folder has a folder for each encoder, named by a hash of its weights, and in it a file for each text, named by
its hash: [words, layers, size] in half precision. A file that is missing or damaged is written again. Above the size
that states_cache.py says, files unused for longest are removed; the whole folder may be, at any time.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from platformdirs import user_cache_path

from annotation.storage.documents_file import write_bytes
from training.encoding.encoding import Encoding, Example
from training.inference.states_cache import mark_used, states_limit, trim
from training.model.batches import collate
from training.model.ensemble import EncoderInputs
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import tensors_hash

_BATCH = 8
"""Documents that the encoder reads at once."""
_FORMAT = 2
"""Raised when states are computed in another way, so that kept ones are not taken for them."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncoderStates:
    """The states of one encoder. `folder` is its part of the cache."""

    model: EventExtractor
    pad: int
    folder: Path

    @classmethod
    def of(cls, model: EventExtractor, encoding: Encoding) -> EncoderStates:
        """Those of a model's encoder, which must be frozen and have a reader."""
        tokenizer = encoding.tokenizer
        sizes = [_FORMAT, encoding.window, encoding.overlap, *(model.reader.layers if model.reader else ())]
        digest = hashlib.sha256(json.dumps(sizes).encode())
        digest.update(tensors_hash(model.encoder).encode())
        return cls(model, tokenizer.pad, user_cache_path("naba") / "states" / digest.hexdigest()[:16])

    def attach(self, examples: Sequence[Example]) -> list[Example]:
        """The examples with the states of their words."""
        states = [self._read(example) for example in examples]
        absent = [at for at, array in enumerate(states) if array is None]
        order = sorted(absent, key=lambda at: len(examples[at].words))
        if len(absent) > _BATCH:
            _log.info("computing the encoder's states of %d documents", len(absent))
            _log.info("they are kept in %s, %g GB of all encoders' at most", self.folder, states_limit() / 1e9)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            for at, array in zip(rows, self._computed([examples[at] for at in rows]), strict=True):
                states[at] = array
                self._write(examples[at], array)
        if absent:
            trim(self.folder.parent, states_limit())
        return [replace(example, layers=array) for example, array in zip(examples, states, strict=True)]

    def _computed(self, examples: Sequence[Example]) -> Iterator[npt.NDArray[np.float16]]:
        batch = {name: tensor.to(self.model.device) for name, tensor in collate(examples, pad=self.pad).items()}
        inputs = EncoderInputs(*(batch[name] for name in EncoderInputs._fields))
        training = self.model.training
        self.model.eval()  # type: ignore[no-untyped-call]  # a model that was just built would drop states by chance
        with torch.no_grad():
            layers = self.model.word_layers(inputs).half().cpu().numpy()
        self.model.train(training)
        for example, row in zip(examples, layers, strict=True):
            yield row[: len(example.words)].copy()

    def _path(self, example: Example) -> Path:
        text = example.document.text.encode("utf-8", "surrogatepass")
        return self.folder / f"{hashlib.sha256(text).hexdigest()}.npy"

    def _read(self, example: Example) -> npt.NDArray[np.float16] | None:
        try:
            array: npt.NDArray[np.float16] = np.load(self._path(example), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        mark_used(self._path(example))
        return array if len(array) == len(example.words) else None

    def _write(self, example: Example, array: npt.NDArray[np.float16]) -> None:
        """Keep the states; where that is not possible they are computed again in the next run."""
        path, content = self._path(example), BytesIO()
        np.save(content, array)
        try:
            write_bytes(path, content.getvalue())
        except OSError as error:
            _log.warning("%s: the encoder's states cannot be kept: %s", path.parent, error.strerror or error)
