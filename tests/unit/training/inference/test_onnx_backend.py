"""A model that was exported marks what the model itself marks, whatever the lengths and the sizes of the batch."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from transformers import BertConfig, BertModel, set_seed

from annotation.core.document import Document
from annotation.core.errors import UsageError
from tests.builders import conflict
from tests.run.small import documents
from tests.unit.training.conftest import reader
from training.config.schema import AnyEncoderConfig, CompactEncoderConfig, HubEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.encoding.platt_scaling import RAW
from training.encoding.word_vectors import WordIndex, WordVectors, word_hash
from training.inference.onnx_backend import export_graphs, load_graphs
from training.inference.predictor import predict
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version

GIVEN = [document.bare() for document in documents(12)]
LONG = Document("long", " ".join(document.text for document in GIVEN), "he")


@pytest.fixture(scope="module", params=["compact", "hub"])
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[EventExtractor, Encoding, Path]:
    """An untrained model, its heads raised so that it finds some of everything, and its graphs."""
    heads = ModelConfig(max_width=3, head_size=8, hidden_size=16)
    body: AnyEncoderConfig
    if request.param == "compact":
        heads = replace(heads, members=2)
        body = CompactEncoderConfig(hidden_size=24, window=32, tables=str(tables(tmp_path_factory.mktemp("tables"))))
    else:
        body = HubEncoderConfig(name=str(bert(tmp_path_factory.mktemp("bert"))), window=32)
    encoding = Encoding.build(conflict(), heads, body)
    set_seed(3)
    model = EventExtractor.build(heads, body, encoding).eval()  # type: ignore[no-untyped-call]
    for spans in (model.spans, *model.other_spans):
        spans.ends.bias.data.fill_(-0.8 / heads.members)  # what several say differs less
    model.roles.of_filler.bias.data.fill_(0.0)
    model.links.alone.bias.data.fill_(1.0)
    return model, encoding, export_graphs(model, encoding, tmp_path_factory.mktemp("onnx"))


def tables(folder: Path) -> Path:
    """Word vectors of two names; other words have those of their n-grams."""
    hashes = np.sort(np.array([word_hash(word) for word in ("דוד", "سمير")], dtype=np.uint64))
    numbers = np.random.default_rng(1).integers(-127, 127, (3 + 40, 6)).astype(np.int8)
    WordVectors(WordIndex(hashes, 40), numbers).write(folder)
    return folder


def bert(folder: Path) -> Path:
    """A tiny one, whose words have several tokens."""
    set_seed(3)
    reader("wordpiece").save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=500, max_position_embeddings=64, **sizes)).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("given", [GIVEN, GIVEN[:1], [LONG], [Document("a", "", "he"), Document("b", "א", "he")]])
def test_the_graphs_find_what_the_model_finds(
    given: list[Document], exported: tuple[EventExtractor, Encoding, Path]
) -> None:
    model, encoding, folder = exported
    found = load_graphs(folder, batch_size=4, threads=1).predict(given)
    assert found == list(predict(model, encoding, given, batch_size=4))
    assert any(document.events for document in found) or len(given[0].text) < 5
    assert any(document.links for document in found) or len(given) < len(GIVEN)
    assert {d.provenance.model_version for d in found if d.provenance} == {model_version(model)}


def test_the_logits_are_the_same_to_four_digits(exported: tuple[EventExtractor, Encoding, Path]) -> None:
    model, encoding, folder = exported
    graphs = load_graphs(folder, batch_size=4, threads=1)
    ours = list(predict(model, encoding, GIVEN, batch_size=4, scales=RAW))
    theirs = list(replace(graphs, scales=RAW).stream(GIVEN))
    sides = [
        [mark.score for document in side for mark in (*document.spans(), *document.links)] for side in (ours, theirs)
    ]
    np.testing.assert_allclose(*sides, atol=1e-4)


def test_a_damaged_graph_is_told(exported: tuple[EventExtractor, Encoding, Path], tmp_path: Path) -> None:
    for file in exported[2].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[: 100 if file.suffix == ".onnx" else None])
    with pytest.raises(UsageError, match="export the model again"):
        load_graphs(tmp_path)


def test_without_onnx_there_is_a_line(
    exported: tuple[EventExtractor, Encoding, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UsageError, match=r"pip install 'naba\[onnx\]'"):
        load_graphs(exported[2])


def test_a_model_with_a_reader_is_refused_in_a_line(tmp_path: Path) -> None:
    heads = ModelConfig(max_width=3, head_size=8, hidden_size=16)
    body = HubEncoderConfig(name=str(bert(tmp_path / "bert")), window=32, reader=24)
    encoding = Encoding.build(conflict(), heads, body)
    with pytest.raises(UsageError, match="has no ONNX graphs yet; predict with the model itself"):
        export_graphs(EventExtractor.build(heads, body, encoding), encoding, tmp_path / "onnx")
    assert not (tmp_path / "onnx").exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_graphs_with_weights_that_are_no_numbers_are_refused(
    exported: tuple[EventExtractor, Encoding, Path], value: float, tmp_path: Path
) -> None:
    folder = shutil.copytree(exported[2], tmp_path / "onnx")
    graph = onnx.load(folder / "judge.onnx")
    weight = next(t for t in graph.graph.initializer if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2)
    array = onnx.numpy_helper.to_array(weight).copy()
    array.flat[0] = value
    weight.CopyFrom(onnx.numpy_helper.from_array(array, weight.name))
    onnx.save(graph, folder / "judge.onnx")
    with pytest.raises(UsageError, match=r"judge\.onnx: the weights '.+' are not all finite numbers"):
        load_graphs(folder)
