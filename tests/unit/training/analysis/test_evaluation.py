"""One evaluation: what machines read keeps to its schema, and what cannot be scored is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from annotation import sample
from annotation.agreement import agreement
from annotation.core.document import Span
from annotation.core.errors import UsageError
from tests.builders import conflict
from training.analysis.evaluation import SCHEMA, Evaluation, evaluation, human_scores
from training.report.page import write_report

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
    )
    assert faults(result) == []
    assert {"before", "human"} <= result.as_dict().keys()


def test_so_does_one_with_nothing_beside_it_and_one_of_nothing_found() -> None:
    result = evaluation(GOLD[:2], [document.bare() for document in GOLD[:2]], ontology=conflict())
    assert faults(result) == []
    assert not {"before", "human", "ceilings"} & result.as_dict().keys()


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
