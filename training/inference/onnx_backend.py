"""ONNX backend: export of a model as two ONNX graphs, and prediction from them with ONNX Runtime.

reader.onnx    windows -> span logits and word states: the encoder and the span head
judge.onnx     states and candidate spans -> logits of roles, cuts, attributes and links

The choice of candidates between the two depends on the data; it is the code that the PyTorch model uses.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from annotation import terminal
from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.words import LEADING, TRAILING
from annotation.storage.json_file import read_object
from annotation.storage.special_files import writable
from training.encoding.compact_tokenizer import CompactTokenizer
from training.encoding.decoding import Outputs
from training.encoding.encoding import Encoding
from training.encoding.platt_scaling import score_scales
from training.inference.predictor import Predictor
from training.lineage.model_folder import READER
from training.model.ensemble import EncoderInputs, mean_logits
from training.model.event_extractor import EventExtractor
from training.model.extraction import HeadLogits, outputs, scored_spans
from training.model.extractor_batch import WordFeatures
from training.model.extractor_config import EventExtractorConfig
from training.model.fingerprint import model_version
from training.model.stored_config import check_model_config

JUDGE, ABOUT = "judge.onnx", "onnx.json"
_READ = EncoderInputs._fields
_JUDGED = ("states", "triggers", "others", "present", "affixes", "legal", "sentences", "stems")
_ABSENT = "ONNX is not installed; pip install 'naba[onnx]'"


class _ReaderGraph(nn.Module):
    def __init__(self, model: EventExtractor) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        first: Tensor,
        last: Tensor,
        weight: Tensor,
        mask: Tensor,
    ) -> tuple[Tensor, Tensor]:
        states, each = self.model.read(EncoderInputs(input_ids, attention_mask, first, last, weight, mask))
        return mean_logits(each), states


class _JudgeGraph(nn.Module):
    def __init__(self, model: EventExtractor) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        states: Tensor,
        triggers: Tensor,
        others: Tensor,
        present: Tensor,
        affixes: Tensor,
        legal: Tensor,
        sentences: Tensor,
        stems: Tensor,
    ) -> tuple[Tensor, ...]:
        features = WordFeatures(states, torch.ones_like(sentences, dtype=torch.bool), affixes, legal, sentences, stems)
        judged = self.model.judge(features, triggers, others, present)
        links = (judged.links,) if self.model.links is not None else ()
        return judged.roles, judged.opening, judged.closing, *judged.values, *links


def export_graphs(model: EventExtractor, encoding: Encoding, folder: Path) -> Path:
    """Write both graphs, the configuration and the encoding into the folder.

    Raises UsageError without ONNX, where no file can be written there, or for a model with a reader: torch exports its
    LSTM for one length of texts only.
    """
    if model.reader:
        raise UsageError("a model with a reader (encoder.reader) has no ONNX graphs yet; predict with the model itself")
    model = model.cpu().eval()  # type: ignore[no-untyped-call]
    folder.mkdir(parents=True, exist_ok=True)
    reader, judge = writable(folder / READER), writable(folder / JUDGE)
    judged = ["roles", "opening", "closing", *(f"values_{number}" for number in range(len(encoding.labels.attributes)))]
    judged += ["links"] if model.links is not None else []
    with terminal.logger_level("onnxscript", logging.ERROR), terminal.logger_level("torch.onnx", logging.ERROR):
        _graph(_ReaderGraph(model), _read_sample(encoding), _READ, ("logits", "states"), reader)
        _graph(_JudgeGraph(model), _judge_sample(model), _JUDGED, judged, judge)
    model.config.save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    (folder / ABOUT).write_text(json_text.dumps({"version": model_version(model)}) + "\n", encoding="utf-8")
    return folder


def load_graphs(folder: Path, *, batch_size: int = 16, threads: int | None = None, cpu: bool = False) -> Predictor:
    """A predictor of the graphs in the folder. Raises UsageError when a file is missing or cannot be read."""
    encoding = Encoding.from_pretrained(folder)
    extractor = OnnxExtractor(folder, encoding, threads=threads, cpu=cpu)
    try:
        version = str(read_object(folder / ABOUT)["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{folder / ABOUT}: cannot be read: {error}; export the model again") from error
    scales = score_scales(getattr(extractor.config, "scales", None))
    return Predictor(extractor, encoding, batch_size, version, frozenset(), scales)


class OnnxExtractor:
    """An `Extractor` from ONNX graphs. Raises UsageError for graphs that cannot be read, or without ONNX Runtime.

    It runs on the first available provider of ONNX Runtime, or with `cpu` on the CPU.
    """

    def __init__(self, folder: Path, encoding: Encoding, *, threads: int | None = None, cpu: bool = False) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise UsageError(f"{folder}: {_ABSENT}") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        check_model_config(folder)
        self.config = EventExtractorConfig.from_pretrained(str(folder))
        self.device = torch.device("cpu")
        self._permits = torch.from_numpy(encoding.labels.permits)
        providers = ["CPUExecutionProvider"] if cpu else onnxruntime.get_available_providers()
        session = partial(onnxruntime.InferenceSession, sess_options=options, providers=providers)
        for graph in (READER, JUDGE):
            _check_finite(folder / graph)
        try:
            self._reader, self._judge = session(str(folder / READER)), session(str(folder / JUDGE))
        except Exception as error:  # ONNX Runtime has no error classes of its own
            raise UsageError(f"{folder}: {str(error).splitlines()[0]}; export the model again") from error

    def extract(self, batch: Mapping[str, Tensor], *, given: Collection[str] = ()) -> list[Outputs]:
        """One Outputs for each document of the batch, as `EventExtractor.extract`."""
        logits, states = _run(self._reader, {name: batch[name] for name in _READ})
        words = {name: batch[name] for name in ("affixes", "legal", "sentences", "stems")}

        def judge(triggers: Tensor, others: Tensor, present: Tensor) -> HeadLogits:
            sides = present[:, : triggers.shape[1]], present[:, triggers.shape[1] :]
            spans = {"triggers": _not_empty(triggers), "others": _not_empty(others)}
            spans["present"] = torch.cat([_not_empty(side) for side in sides], dim=1)
            roles, opening, closing, *values = _run(self._judge, {"states": states, **spans, **words})
            links = values.pop() if self.config.links else roles.new_zeros(*opening.shape[:2], opening.shape[1], 0)
            count = triggers.shape[1]
            start = spans["triggers"].shape[1]
            rows = [*range(count), *range(start, start + others.shape[1])]
            return HeadLogits(
                roles[:, :count, rows],
                opening[:, rows],
                closing[:, rows],
                tuple(value[:, :count] for value in values),
                links[:, rows][:, :, rows],
            )

        entities = int(self.config.entities)
        scored = scored_spans(logits, entities, given=given)
        return outputs(scored, batch, judge, entities=entities, permits=self._permits)


def _check_finite(graph: Path) -> None:
    """Raise UsageError where a weight of the graph is NaN or infinite, with which every score would be.

    Single values may be infinite: masks are made of them. Without the onnx package, as for prediction alone, nothing is
    known of the weights.
    """
    try:
        import onnx
    except ImportError:
        return
    try:
        tensors = onnx.load(str(graph)).graph.initializer
        arrays = ((tensor.name, onnx.numpy_helper.to_array(tensor)) for tensor in tensors)
        wrong = next((name for name, array in arrays if not _finite(array)), None)
    except Exception as error:  # of protobuf, of the disk, and of onnx itself, which share no class
        raise UsageError(f"{graph}: {str(error).splitlines()[0]}; export the model again") from error
    if wrong is not None:
        raise UsageError(f"{graph}: the weights {wrong!r} are not all finite numbers; export the model again")


def _finite(array: np.ndarray[Any, Any]) -> bool:
    if not np.issubdtype(array.dtype, np.floating):
        return True
    return not np.isnan(array).any() and (array.size == 1 or bool(np.isfinite(array).all()))


def _not_empty(spans: Tensor) -> Tensor:
    """The spans [D, K, ...], or a placeholder of zeros where K is 0: a graph accepts no empty input."""
    return spans if spans.shape[1] else spans.new_zeros(len(spans), 1, *spans.shape[2:])


def _run(session: Any, inputs: Mapping[str, Tensor]) -> list[Tensor]:  # noqa: ANN401  # the runtime has no types
    names = {entry.name for entry in session.get_inputs()}
    arrays = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items() if name in names})
    return [torch.from_numpy(np.asarray(array)) for array in arrays]


def _graph(
    module: nn.Module, sample: tuple[Tensor, ...], inputs: Sequence[str], results: Sequence[str], file: Path
) -> None:
    """Export the module to the file; the first two dimensions of every input are dynamic."""
    free = torch.export.Dim.DYNAMIC
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program = torch.onnx.export(
                module.eval(),
                sample,
                dynamo=True,
                dynamic_shapes={name: {0: free, 1: free} for name in inputs},
                input_names=inputs,
                output_names=results,
                verbose=False,
            )
        except ImportError as error:
            raise UsageError(_ABSENT) from error
    cast(Any, program).save(str(file))


def _read_sample(encoding: Encoding) -> tuple[Tensor, ...]:
    """Sample inputs with different sizes and tensors: equal ones would be merged in the export."""
    windows, tokens, documents, words = 3, 11, 2, 7
    wide = (encoding.tokenizer.width,) if isinstance(encoding.tokenizer, CompactTokenizer) else ()
    places = torch.arange(documents * words * 2).view(documents, words, 2) % (windows * tokens)
    return (
        torch.ones(windows, tokens, *wide, dtype=torch.int64),
        torch.ones(windows, tokens, dtype=torch.int64),
        places,
        places.flip(0),
        torch.full((documents, words, 2), 0.5),
        torch.ones(documents, words, dtype=torch.bool),
    )


def _judge_sample(model: EventExtractor) -> tuple[Tensor, ...]:
    documents, words, triggers, others = 2, 7, 3, 5
    size = int(model.encoder.config.hidden_size) * (1 + len(model.other_judges))

    def spans(count: int) -> Tensor:
        return torch.tensor([[[at, at + 1, 0] for at in range(count)]] * documents)

    cuts = torch.ones(documents, words, LEADING + TRAILING, dtype=torch.int64)
    sentences = torch.zeros(documents, words, dtype=torch.int64)
    legal = torch.ones(documents, words, LEADING, dtype=torch.int64)
    stems = torch.arange(documents * words).view(documents, words)
    present = torch.ones(documents, triggers + others, dtype=torch.bool)
    return torch.randn(documents, words, size), spans(triggers), spans(others), present, cuts, legal, sentences, stems
