"""One evaluation: what machines read keeps to its schema, and what cannot be scored is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from markupsafe import escape

from annotation import sample
from annotation.agreement import agreement
from annotation.core.document import Event, Span
from annotation.core.errors import UsageError
from tests.builders import conflict
from training.analysis.evaluation import SCHEMA, Evaluation, evaluation
from training.analysis.human_agreement import human_scores
from training.inference.running_cost import Machine, RunningCost
from training.report.report_page import write_report

GOLD = sample.gold()
FOUND = [
    replace(
        document,
        events=tuple(
            replace(event, arguments=tuple(a for a in event.arguments if a.filler in document.entities))
            for event in document.events[1:]
        ),
        links=(),
    )
    for document in GOLD
]


def faults(result: Evaluation) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    row = json.loads(json.dumps(result.as_dict()))
    return [
        f"{list(error.path)}: {error.message}" for error in jsonschema.Draft202012Validator(schema).iter_errors(row)
    ]


def test_a_full_evaluation_keeps_to_the_schema() -> None:
    told = agreement(document for _, document in sample.annotated()).as_dict()
    result = evaluation(
        GOLD,
        FOUND,
        ontology=conflict(),
        train=GOLD[:5],
        before=("last", GOLD),
        agreement=told,
        title="t",
        meta={"a": "b"},
        phrases_of=GOLD[:5],
        cost=RunningCost(80, 9000, (1.0, 0.5), 2, 1, None, 3, 4, Machine("one", 2, 1, "cpu", None)),
    )
    assert faults(result) == []
    assert {"before", "human", "phrases", "cost"} <= result.as_dict().keys()


def test_so_does_one_with_nothing_beside_it_and_one_of_nothing_found() -> None:
    result = evaluation(GOLD[:2], [document.bare() for document in GOLD[:2]], ontology=conflict())
    assert faults(result) == []
    assert not {"before", "human", "ceilings", "phrases"} & result.as_dict().keys()


def test_the_schema_can_fail() -> None:
    result = evaluation(GOLD[:1], GOLD[:1], ontology=conflict(), meta={"x": "y"})
    assert faults(replace(result, meta={"x": 1}))  # type: ignore[dict-item]


def test_every_wrong_argument_is_among_the_causes_of_its_document() -> None:
    result = evaluation(GOLD, FOUND, ontology=conflict())
    assert {error.document for error in result.diagnosis.errors} == set(result.causes)


def test_an_agreement_of_nobody_is_no_ceiling() -> None:
    assert human_scores(None) == {}
    assert human_scores({"documents": 0, "overall": {}}) == {}


@pytest.mark.parametrize(
    ("gold", "predicted", "said"),
    [
        (GOLD[:0], GOLD[:0], "0 gold Documents"),
        (GOLD[:3], GOLD[:2], "1 only in gold"),
        (GOLD[:2], [GOLD[0], GOLD[0]], "1 more than once in predicted"),
        (GOLD[:1], [replace(GOLD[0].bare(), text="else")], "1 with another text"),
    ],
)
def test_sides_that_do_not_fit_are_told_in_one_line_with_counts(gold: list, predicted: list, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        evaluation(gold, predicted, ontology=conflict())
    assert "\n" not in str(caught.value)


def test_a_page_that_cannot_be_made_leaves_the_one_before_it_as_it_was(tmp_path: Path) -> None:
    result = evaluation(GOLD[:1], GOLD[:1], ontology=conflict(), title="good")
    write_report(result, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(TypeError):
        write_report(replace(result, meta={"x": Span(0, 1, "X")}), tmp_path)  # type: ignore[dict-item]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


STRANGE = [
    replace(document.bare(), entities=(Span(0, 1, "LOC", 0.9),), events=(Event(Span(2, 4, "Attack", 0.8)),))
    for document in GOLD
]
BARE = [document.bare() for document in GOLD]


@pytest.mark.parametrize("gold", [GOLD[:6], BARE[:6]], ids=["gold", "no gold"])
@pytest.mark.parametrize("before", [None, GOLD[:6], BARE[:6], STRANGE[:6]], ids=["alone", "gold", "bare", "strange"])
@pytest.mark.parametrize("predicted", [BARE[:6], STRANGE[:6], FOUND[:6]], ids=["bare", "strange", "found"])
def test_every_degenerate_pair_has_a_report_that_says_what_it_is(
    gold: list, predicted: list, before: list | None, tmp_path: Path
) -> None:
    other = ("last", before) if before else None
    dev = (gold[:2], predicted[:2])
    result = evaluation(gold, predicted, ontology=conflict(), before=other, dev=dev)
    assert faults(result) == []
    assert bool(result.notes) == (gold[0] in BARE or predicted[0] not in FOUND)
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert "nan" not in (tmp_path / "metrics.json").read_text(encoding="utf-8").lower()
    for note in result.notes:
        assert str(escape(note)) in page
    if not any(document.events for document in (*gold, *predicted)):
        assert "Nothing to find" in page
        assert "there is nothing to find" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_development_documents_are_what_to_label_next_and_thresholds_are_read_off() -> None:
    alone = evaluation(GOLD[:10], FOUND[:10], ontology=conflict())
    perfect = evaluation(GOLD[:10], FOUND[:10], ontology=conflict(), dev=(GOLD[10:20], GOLD[10:20]))
    assert alone.wanted
    assert alone.dev is None
    assert perfect.wanted == []
    assert perfect.as_dict()["dev"] == {"documents": 10}
    assert perfect.scores.arg_c_plus == alone.scores.arg_c_plus
    assert faults(perfect) == []


def test_what_humans_reach_has_the_interval_and_the_articles_it_was_measured_with() -> None:
    told = agreement(document for _, document in sample.annotated()).as_dict()
    result = evaluation(GOLD, FOUND, ontology=conflict(), agreement=told)
    low, high = result.human[""].interval or (0, 0)
    assert 0 < low < result.human[""].f1 < high < 1
    assert result.human_articles == told["documents"]
    same = (result.human_same or {})[""]
    assert same.articles == told["documents"]  # every article is scored here
    assert same.human == result.human[""]
    assert {*(result.human_same or {})} == {"", "ar", "he"}
    shared = [pair for pair in result.pairs if pair.gold.id in told["articles"]]  # type: ignore[operator]
    assert same.model.gold == sum(len(pair.gold_units["Arg-C+"]) for pair in shared)
    low, high = same.difference or (0, 0)
    assert low < same.model.f1 - same.human.f1 < high


def test_a_snapshot_that_does_not_tell_which_articles_several_marked_compares_no_same_ones() -> None:
    told = agreement(document for _, document in sample.annotated()).as_dict()
    del told["articles"]
    result = evaluation(GOLD[:6], FOUND[:6], ontology=conflict(), agreement=told)
    assert result.human_same is None
    assert result.human
    assert faults(result) == []


def test_the_baseline_learns_from_train_alone(tmp_path: Path) -> None:
    held, train = GOLD[:8], GOLD[8:]
    result = evaluation(held, held, ontology=conflict(), phrases_of=train)
    assert result.phrases is not None
    assert 0.2 < result.phrases.micro["Entity"].f1 < 0.9
    assert result.phrases.documents == 8
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert "phrases, Trig-C" in page
    assert "The baseline without a model" in (tmp_path / "report.md").read_text(encoding="utf-8")
