"""Thirty clean articles of the sample and faults put into them: each is found where it is, and nothing else is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import pytest

from annotation import sample
from annotation.checks.corpus_counts import MAJORITY, Corpus
from annotation.checks.finding import Finding
from annotation.checks.name_occurrences import comparable_name
from annotation.checks.run import check, check_file
from annotation.core.document import Document
from annotation.core.document_json import to_json
from annotation.core.proclitics import moved
from annotation.storage.documents_file import line
from tests import seeded_faults as faults
from tests.builders import conflict

ONTOLOGY = conflict()
ARTICLES = 30
WORST = 5
"""Warnings in the whole of the sample's gold, of which each is a thing to ask its annotator about."""


@pytest.fixture(scope="module")
def gold() -> list[Document]:
    return sample.gold()


@pytest.fixture(scope="module")
def clean(gold: list[Document]) -> list[Document]:
    corpus = Corpus(gold)
    faultless = [document for document in gold if not check(document, ONTOLOGY, corpus)]
    return random.Random(7).sample(faultless, ARTICLES)


@pytest.fixture(scope="module")
def counted(clean: list[Document]) -> Corpus:
    return Corpus(clean)


def test_the_gold_of_the_sample_has_no_errors_and_hardly_a_warning(gold: list[Document]) -> None:
    corpus = Corpus(gold)
    findings = [finding for document in gold for finding in check(document, ONTOLOGY, corpus)]
    assert [str(finding) for finding in findings if finding.severity == "error"] == []
    assert len(findings) <= WORST, "\n".join(map(str, findings))


def test_thirty_clean_articles_have_no_findings(clean: list[Document], counted: Corpus) -> None:
    assert len(clean) == ARTICLES
    assert [str(f) for document in clean for f in check(document, ONTOLOGY, counted)] == []


@pytest.mark.parametrize("kind", faults.KINDS)
def test_every_fault_is_found_where_it_is(clean: list[Document], counted: Corpus, kind: str) -> None:
    """An article is given the fault by itself, among the other clean ones; up to six of those that can have it are."""
    draw, seeded = random.Random(kind), 0
    for document in draw.sample(clean, ARTICLES):
        ways = list(islice(faults.KINDS[kind](document, ONTOLOGY), 20))
        if ways and seeded < 6:
            faulty, span = draw.choice(ways)
            seeded += 1
            found = check(faulty, ONTOLOGY, counted)
            assert (kind, span) in [(finding.kind, finding.span) for finding in found], (document.id, span)
    assert seeded


def test_a_name_that_is_marked_once_as_another_type_is_found(clean: list[Document], counted: Corpus) -> None:
    often = [
        (number, span)
        for number, document in enumerate(clean)
        for span in document.entities
        if counted.marked(span, document, words := comparable_name(span, document)) > MAJORITY
        and not words.startswith(("ה", "ال"))
    ]
    draw = random.Random(7)
    names = {comparable_name(span, clean[number]): (number, span) for number, span in draw.sample(often, len(often))}
    assert names
    for number, span in names.values():
        wrong = replace(span, label="Location" if span.label != "Location" else "Person")
        faulty = moved(clean[number], {span: wrong})
        corpus = Corpus([*clean[:number], faulty, *clean[number + 1 :]])
        assert [f.span for f in check(faulty, ONTOLOGY, corpus) if f.kind == "two-ways"] == [wrong]


Row: TypeAlias = dict[str, list[dict[str, int]]]


def _beyond(row: Row) -> str:
    row["entities"][0]["end"] = 99_999
    return "leaves the text"


def _reversed(row: Row) -> str:
    span = row["entities"][0]
    span["start"], span["end"] = span["end"], span["start"]
    return "is empty or reversed"


def _dangling(row: Row) -> str:
    row["entities"] = []
    return "neither an entity nor a trigger"


@pytest.mark.parametrize("spoil", [_beyond, _reversed, _dangling])
def test_offsets_that_are_none_are_found_and_the_rest_goes_on(
    clean: list[Document], tmp_path: Path, spoil: Callable[[Row], str]
) -> None:
    path, spoilt = tmp_path / "docs.jsonl", 3
    row = json.loads(json.dumps(to_json(clean[spoilt])))
    said = spoil(row)
    lines = [line(document) for document in clean]
    lines[spoilt] = json.dumps(row) + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    found: list[Finding] = list(check_file(path, ONTOLOGY))
    assert found
    assert {(finding.kind, finding.document) for finding in found} == {("offsets", clean[spoilt].id)}
    assert any(said in finding.message for finding in found)
