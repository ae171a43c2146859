"""Documents come back in order, with the model's findings and its name, whatever their length and number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from transformers import set_seed

from annotation.core.document import Document, Source
from annotation.core.errors import UsageError
from tests.builders import conflict
from tests.run.small import documents
from training.config.schema import CompactEncoderConfig, FitConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.inference.document_source import BUFFER
from training.inference.loading import load_model
from training.inference.predictor import Predictor, predict
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.trainer import fit
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version

CORPUS = documents(24)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[EventExtractor, Encoding]:
    """A model that finds things."""
    heads, body = ModelConfig(max_width=3, head_size=8, hidden_size=16), CompactEncoderConfig(hidden_size=24, window=32)
    encoding = Encoding.build(conflict(), heads, body)
    set_seed(3)
    model = EventExtractor.build(heads, body, encoding)
    config = FitConfig(
        epochs=10, batch_size=4, learning_rate=1e-2, encoder_learning_rate=1e-2, patience=None, device="cpu"
    )
    folder = tmp_path_factory.mktemp("checkpoints")
    splits = DataSelection(CORPUS[:16], CORPUS[16:])
    fit(model, encoding, splits, config, seed=3, tracker=Tracker(), checkpoints=folder)
    return model, encoding


@pytest.fixture(scope="module")
def saved(trained: tuple[EventExtractor, Encoding], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    model, encoding = trained
    model.save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    return folder


def copied(saved: Path, target: Path) -> Path:
    target.mkdir()
    for file in saved.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def test_documents_of_all_lengths_come_back_in_their_order(trained: tuple[EventExtractor, Encoding]) -> None:
    texts = ["", " \n", "א", "📢\u200f\u0301", " ".join(d.text for d in CORPUS), *(d.text for d in CORPUS[:5])]
    given = [Document(str(n), text, "he") for n, text in enumerate(texts)]
    found = list(predict(*trained, given, batch_size=3))
    assert [document.bare() for document in found] == given


def test_what_was_marked_is_replaced_and_the_rest_is_kept(trained: tuple[EventExtractor, Encoding]) -> None:
    source = Source("paper", title="כותרת")
    gold = [replace(document, source=source) for document in CORPUS]
    found = list(predict(*trained, gold))
    assert found == list(predict(*trained, [document.bare() for document in gold]))
    assert {document.source for document in found} == {source}
    assert any(document.events for document in found)
    scores = [span.score for document in found for span in document.spans()]
    assert all(score is not None and 0 < score <= 1 for score in scores)


def test_the_batch_a_document_is_in_changes_nothing(trained: tuple[EventExtractor, Encoding]) -> None:
    assert list(predict(*trained, CORPUS, batch_size=1)) == list(predict(*trained, CORPUS, batch_size=7))


def test_documents_are_read_as_they_are_needed(trained: tuple[EventExtractor, Encoding]) -> None:
    taken = 0

    def endless() -> Iterator[Document]:
        nonlocal taken
        for document in itertools.cycle(CORPUS):
            taken += 1
            yield document

    found = list(itertools.islice(predict(*trained, endless(), batch_size=2), 2 * BUFFER + 1))
    assert len(found) == 2 * BUFFER + 1
    assert taken == 4 * BUFFER


def test_the_provenance_names_the_model_by_run_and_weights(trained: tuple[EventExtractor, Encoding]) -> None:
    model, encoding = trained
    (found,) = predict(model, encoding, CORPUS[:1])
    assert found.provenance is not None
    assert found.provenance.model_version == model_version(model)
    (named,) = predict(model, encoding, CORPUS[:1], version="candidate")
    assert named.provenance is not None
    assert named.provenance.model_version == "candidate"


def test_a_model_that_was_saved_is_the_same_when_it_is_loaded(
    trained: tuple[EventExtractor, Encoding], saved: Path
) -> None:
    model, encoding = load_model(saved)
    assert model_version(model) == model_version(trained[0])
    assert not model.training
    assert list(predict(model, encoding, CORPUS)) == list(predict(*trained, CORPUS))


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="holds no model; name the folder that naba train wrote"):
            load_model(folder)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "encoding.json", "ontology.yaml"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_model_folder_that_is_damaged_is_told(file: str, damage: str, saved: Path, tmp_path: Path) -> None:
    folder = copied(saved, tmp_path / "model")
    content = (folder / file).read_bytes()
    (folder / file).unlink()
    if damage == "cut":
        (folder / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(UsageError, match=str(folder)) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)


def test_weights_that_are_missing_are_not_drawn_at_random(saved: Path, tmp_path: Path) -> None:
    folder = copied(saved, tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    name = sorted(weights)[0]
    save_file({k: v for k, v in weights.items() if k != name}, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UsageError, match=f"lacks 1 weights, {name} among them"):
        load_model(folder)


def test_how_unsure_the_model_is_does_not_depend_on_the_batch(trained: tuple[EventExtractor, Encoding]) -> None:
    alone, together = (
        [d.provenance.uncertainty for d in predict(*trained, CORPUS, batch_size=size) if d.provenance]
        for size in (1, 7)
    )
    assert alone == pytest.approx(together, abs=1e-4)
    assert len(set(alone)) > len(CORPUS) / 2
    (nothing,) = predict(*trained, [Document("empty", "")])
    assert nothing.provenance is not None
    assert nothing.provenance.uncertainty == 0


def test_half_precision_finds_nearly_the_same(trained: tuple[EventExtractor, Encoding]) -> None:
    whole, half = (Predictor.of(*trained, precision=precision).predict(CORPUS) for precision in ("fp32", "bf16"))
    found, same = (
        sum(len(set(a.entities) & set(b.entities)) for a, b in zip(whole, x, strict=True)) for x in (whole, half)
    )
    assert same > 0.9 * found > 0
    assert [d.provenance for d in whole] != [d.provenance for d in half]
