"""Oracles on hand-made documents, and a model that is told gold spans keeps them to the character."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from transformers import set_seed

from annotation import sample
from annotation.core.document import Document
from annotation.core.inline_markup import parse
from annotation.core.matching import PRF, units
from tests.builders import conflict
from tests.run.small import documents
from training.analysis.oracle_ceilings import MEANINGS, ceilings
from training.config.schema import CompactEncoderConfig, FitConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.inference.predictor import predict
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.trainer import fit
from training.model.event_extractor import EventExtractor

CORPUS = documents(24)
NEAR = "[Raid:trigger פשטו] ב[Place>Raid:GPE זמירון]"
HEADS, BODY = ModelConfig(max_width=3, head_size=8, hidden_size=16), CompactEncoderConfig(hidden_size=24, window=32)


@pytest.fixture(scope="module")
def encoding() -> Encoding:
    return Encoding.build(conflict(), HEADS, BODY)


@pytest.fixture(scope="module")
def trained(encoding: Encoding, tmp_path_factory: pytest.TempPathFactory) -> EventExtractor:
    """A model that finds some things and misses others."""
    set_seed(3)
    model = EventExtractor.build(HEADS, BODY, encoding)
    rates = {"learning_rate": 1e-2, "encoder_learning_rate": 1e-2}
    config = FitConfig(epochs=5, batch_size=4, patience=None, device="cpu", **rates)
    folder = tmp_path_factory.mktemp("checkpoints")
    fit(model, encoding, DataSelection(CORPUS[:16], CORPUS[16:]), config, seed=3, tracker=Tracker(), checkpoints=folder)
    return model


def f1(encoding: Encoding, markup: str, name: str) -> tuple[int, int]:
    """How many arguments there are, and how many the oracle keeps."""
    prf = ceilings([parse(markup, id="d", language="he")], encoding)[name].micro["Arg-C+"]
    return prf.gold, prf.correct


def test_what_can_be_said_whole_has_no_ceiling(encoding: Encoding) -> None:
    assert [f1(encoding, NEAR, name) for name in ("alignment", "window", "sentence")] == [(1, 1)] * 3


def test_the_alignment_oracle_lacks_what_the_encoding_loses(encoding: Encoding) -> None:
    """max_width is three words."""
    long = "[Raid:trigger פשטו] על [Target>Raid:Facility בית הספר הישן הגדול] ב[Place>Raid:GPE זמירון]"
    assert f1(encoding, long, "alignment") == (2, 1)


def test_the_window_and_the_sentence_oracle_lack_what_is_further(encoding: Encoding) -> None:
    far = f"[Raid:trigger פשטו] {'מילה ' * 40} ב[Place>Raid:GPE זמירון]"
    assert [f1(encoding, far, name) for name in ("alignment", "window", "sentence")] == [(1, 1), (1, 0), (1, 1)]
    next_sentence = "[Raid:trigger פשטו]. ב[Place>Raid:GPE זמירון]"
    assert [f1(encoding, next_sentence, name) for name in ("alignment", "window", "sentence")] == [
        (1, 1),
        (1, 1),
        (1, 0),
    ]


@pytest.mark.parametrize("given", [("trigger",), ("entity",), ("trigger", "entity")])
def test_what_a_model_is_told_it_keeps_and_the_other_layer_is_its_own(
    given: tuple[str, ...], trained: EventExtractor, encoding: Encoding
) -> None:
    """A third of the documents have no events in gold and a third nothing, where the model finds both."""
    marked = [(document, replace(document, events=()), document.bare())[n % 3] for n, document in enumerate(CORPUS)]
    alone = list(predict(trained, encoding, marked))
    assert any(free.triggers and free.entities and not gold.events for gold, free in zip(marked, alone, strict=True))
    told = predict(trained, encoding, marked, given=given, batch_size=5)
    for gold, free, found in zip(marked, alone, told, strict=True):
        assert found.triggers == (gold if "trigger" in given else free).triggers
        assert found.entities == (gold if "entity" in given else free).entities


def test_an_untrained_model_keeps_every_span_of_the_sample_that_can_be_said() -> None:
    gold = sample.gold()[::4]
    heads = ModelConfig(head_size=8, hidden_size=16)
    encoding = Encoding.build(conflict(), heads, BODY)
    set_seed(1)
    model = EventExtractor.build(heads, BODY, encoding)
    for document, found in zip(gold, predict(model, encoding, gold, given=("trigger", "entity")), strict=True):
        kept = encoding.representable(document).document
        assert (found.triggers, found.entities) == (kept.triggers, kept.entities)
        assert found.text == document.text


def test_the_more_is_told_the_less_is_wrong(trained: EventExtractor, encoding: Encoding) -> None:
    found = ceilings(CORPUS, encoding, model=trained, human={"Arg-C+": PRF(10, 10, 8)})
    assert [row.name for row in found.rows] == list(MEANINGS)
    assert found["gold triggers"].micro["Trig-C"].f1 == 1
    assert found["gold entities"].micro["Entity"].f1 == 1
    free = _right(CORPUS, list(predict(trained, encoding, CORPUS)))
    assert found["gold triggers and entities"].micro["Arg-C+"].correct >= free
    assert found["human"].micro["Arg-C+"].f1 == 0.8
    assert set(found["window"].by_language) == {"ar", "he"}
    plain = json.loads(json.dumps(found.as_dict()))
    assert plain["ceilings"]["alignment"]["micro"]["Arg-C+"]["f1"] == 1


def _right(gold: list[Document], found: list[Document]) -> int:
    return sum(len(units(a)["Arg-C+"] & units(b)["Arg-C+"]) for a, b in zip(gold, found, strict=True))
