"""What a model costs to run: rates from passes, the first of which is not counted, and what disturbed them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.page.wording import Wording
from tests.builders import build, conflict
from tests.learnt import BODY, HEADS
from training.encoding.encoding import Encoding
from training.inference import running_cost
from training.inference.running_cost import MOST_PASSES, CostMeter, Machine, RunningCost, shown
from training.model.event_extractor import EventExtractor
from training.report.cost_table import cost_notes, cost_rows, size

ENGLISH, BUSY = Wording(), "Others were at work"
QUIET = Machine(processor="one", cores=2, threads=1, device="cpu", load=0.5)
COST = RunningCost(
    documents=10,
    words=2000,
    seconds=(4.0, 1.0, 2.0, 0.5),
    memory=900_000_000,
    held=800_000_000,
    gpu=None,
    parameters=2_000_000,
    file=8_000_000,
    machine=QUIET,
)


def test_the_first_pass_is_not_among_those_that_count() -> None:
    assert COST.articles_a_second == (10.0, 5.0, 20.0)
    assert COST.words_a_second == (2000.0, 1000.0, 4000.0)
    assert replace(COST, seconds=(4.0,)).articles_a_second == (2.5, 2.5, 2.5)


@pytest.mark.parametrize(("most", "passes"), [(0.0, 1), (math.inf, MOST_PASSES)])
def test_a_model_is_measured_again_while_that_takes_little(
    most: float, passes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_cost, "_SECONDS", most)
    model = EventExtractor.build(HEADS, BODY, Encoding.build(conflict(), HEADS, BODY))
    meter = CostMeter(model, tmp_path, [build("[Person דוד] נעצר אתמול")])
    assert list(meter.passes()) == list(range(passes))
    cost = meter.cost
    assert (cost.documents, cost.words, len(cost.seconds)) == (1, 3, passes)
    assert all(seconds > 0 for seconds in cost.seconds)


def test_the_rows_say_how_much_it_varied_and_where_it_was_measured() -> None:
    rows = {row.name: row for row in cost_rows(COST, ENGLISH)}
    assert (rows["Articles a second"].value, rows["Words a second"].value) == ("10", "2,000")
    assert rows["Articles a second"].note == ("slowest pass 5.0, fastest 20; the first pass, not counted: 4.00 s")
    assert (rows["Memory"].value, rows["Size of the model"].value) == ("900 MB", "8.0 MB")
    assert "Memory of the GPU" not in rows
    with_gpu = {row.name for row in cost_rows(replace(COST, gpu=10**9), ENGLISH)}
    assert "Memory of the GPU" in with_gpu


def test_a_busy_machine_is_said() -> None:
    assert BUSY not in cost_notes(COST, ENGLISH)
    assert BUSY in cost_notes(replace(COST, machine=replace(QUIET, load=3.0)), ENGLISH)
    assert BUSY not in cost_notes(replace(COST, machine=replace(QUIET, load=None)), ENGLISH)
    assert cost_notes(COST, ENGLISH).startswith(
        "Measured while the 10 scored articles (2,000 words) were predicted (passes: 4). "
    )


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.0123, "0.012"), (0.5, "0.50"), (3.21, "3.2"), (45.6, "46"), (12345, "12,345")]
)
def test_rates_have_as_many_digits_as_they_are_worth(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("count", "text"), [(12, "12 B"), (1500, "1.5 kB"), (8_212_114, "8.2 MB"), (2 * 10**11, "200 GB")]
)
def test_sizes_are_in_the_unit_that_suits_them(count: int, text: str) -> None:
    assert size(count) == text
