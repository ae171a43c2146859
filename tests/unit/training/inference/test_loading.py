"""Which models may be scored on which gold, and how they may compute."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from tests.builders import build, conflict
from training.config.trained import PredictConfig
from training.inference.loading import load_predictor
from training.lineage.model_folder import READER
from training.scoring.compatibility import check_labels_known

GOLD = [
    build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]", id="a"),
    build("[Arrest:trigger נעצר] ליד [Place>Arrest:GPE מרעש]", id="b"),
]


def without(*labels: str) -> Ontology:
    whole = conflict()
    parts = {
        part: {name: value for name, value in getattr(whole, part).items() if name not in labels}
        for part in ("entities", "events", "roles")
    }
    return replace(whole, **parts)


def test_a_model_that_knows_all_that_gold_says_may_be_scored_on_it() -> None:
    said, whole = {"Arrest", "GPE", "Person", "Place"}, conflict()
    least = without(*({*whole.labels, *whole.roles} - said))
    assert {*least.labels, *least.roles} == said
    check_labels_known(least, GOLD, path="model")
    for label in said:
        with pytest.raises(UsageError, match=label):
            check_labels_known(without(label), GOLD, path="model")


def test_what_it_cannot_say_is_counted_and_named_in_one_line() -> None:
    with pytest.raises(UsageError) as caught:
        check_labels_known(without("GPE", "Place"), GOLD, path="outputs/old/model")
    said = str(caught.value)
    assert said.startswith("outputs/old/model: its ontology conflict")
    assert "lacks 2 of the 5 labels and roles that gold is marked in, 4 marks (>Place, GPE)" in said
    assert "\n" not in said


def test_exported_graphs_compute_as_they_were_exported(tmp_path: Path) -> None:
    (tmp_path / READER).touch()
    with pytest.raises(UsageError, match="precision=bf16 is for models, not graphs exported from them"):
        load_predictor(PredictConfig(model=str(tmp_path), input="a", output="b", precision="bf16"))
