"""Scores fitted once a model is trained: stored in it, and all that they change is themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import set_seed

from tests.builders import conflict
from tests.run.small import documents
from training.analysis.calibration import calibration
from training.config.schema import CompactEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.encoding.platt_scaling import PLAIN
from training.inference.loading import load_model
from training.inference.predictor import predict
from training.loop.calibrate import calibrate
from training.model.event_extractor import EventExtractor
from training.model.fingerprint import model_version
from training.scoring.document_pairs import pair_documents

GOLD = documents(16)


@pytest.fixture
def untrained() -> tuple[EventExtractor, Encoding]:
    """A model that finds much, nearly all of it wrong, and is sure of it."""
    heads, body = ModelConfig(max_width=3, head_size=8, hidden_size=16), CompactEncoderConfig(hidden_size=24)
    encoding = Encoding.build(conflict(), heads, body)
    set_seed(3)
    model = EventExtractor.build(heads, body, encoding)
    model.spans.ends.bias.data.fill_(-0.7)
    model.roles.of_filler.bias.data.fill_(0.0)
    return model, encoding


def test_scales_are_kept_in_the_model_and_change_nothing_but_scores(
    untrained: tuple[EventExtractor, Encoding], tmp_path: Path
) -> None:
    model, encoding = untrained
    before, version = list(predict(model, encoding, GOLD)), model_version(model)
    assert calibrate(model, encoding, GOLD) == before
    model.save_pretrained(str(tmp_path))
    encoding.save_pretrained(tmp_path)
    kept, same = load_model(tmp_path)
    after = list(predict(kept, same, GOLD))
    assert after == before
    assert model_version(kept) == version
    sure, unsure = (calibration(pair_documents(GOLD, side)).layers["entity"] for side in (before, after))
    assert sure.ece > 0.4
    assert unsure.ece < 0.1
    assert list(predict(kept, same, GOLD, scales=PLAIN)) == before


def test_a_layer_that_found_too_little_stays_as_it_is(untrained: tuple[EventExtractor, Encoding]) -> None:
    model, encoding = untrained
    model.spans.ends.bias.data.fill_(-5)
    calibrate(model, encoding, GOLD)
    assert model.config.scales == {}
