"""By source, month, annotator and nearness: what articles say is read, and a group that is worse is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotation.core.document import Document, Provenance, Source
from tests.builders import build, conflict
from tests.unit.training.analysis.test_comparison import corpus
from training.analysis.document_groups import annotator, month, nearness, thirds
from training.analysis.evaluation import Evaluation, evaluation
from training.report.report_page import write_report


def of(name: str = "", url: str | None = None, published: str | None = None) -> Document:
    return Document("d", "טקסט", source=Source(name, url=url, published=published))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2023-04-09", "2023-04"),
        ("2023-04-09T10:00:00+03:00", "2023-04"),
        ("2023/4/9", "2023-04"),
        ("9.4.2023", "2023-04"),
        ("25/12/2023 10:00", "2023-12"),
        ("Sun, 09 Apr 2023 10:00:00 +0300", "2023-04"),
        ("2023-13-09", ""),
        ("אתמול", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_months_as_articles_say_them(said: str | None, read: str) -> None:
    assert month(of(published=said)) == read


def test_the_nearest_article_is_the_one_that_shares_rare_words() -> None:
    train = [build("הצבא הודיע כי המחסום נפתח"), build("השר הודיע כי התקציב אושר"), build("قال الجيش إن المعبر أُغلق")]
    near, far, other = nearness([build("המחסום נפתח שוב"), build("הודיע כי גשם ירד"), build("شيء آخر تماما")], train)
    assert near > far > other == 0.0
    assert nearness(train, train) == pytest.approx([1.0, 1.0, 1.0])


def test_thirds_name_their_range_and_few_have_none() -> None:
    names = thirds(np.linspace(0.1, 0.9, 9))
    assert names[0] == "far, 0.10 to 0.30"
    assert [name.partition(",")[0] for name in names] == ["far"] * 3 + ["middle"] * 3 + ["near"] * 3
    assert thirds(np.ones(8)) == [""] * 8


def dressed(documents: list[Document]) -> list[Document]:
    """Two papers, two months and two annotators in turn, so that halves are not the same halves."""
    return [
        replace(
            document,
            source=Source(f"paper {at % 2}", published=f"2023-0{1 + (at // 2) % 2}-01"),
            provenance=Provenance(annotator=("rina", "samir")[(at // 4) % 2]),
        )
        for at, document in enumerate(documents)
    ]


def evaluated(found: list[bool], size: int = 80) -> Evaluation:
    gold = dressed(corpus(size, found=[True]))
    said = dressed(corpus(size, found=found))
    return evaluation(gold, said, ontology=conflict(), train=corpus(3, found=[True]))


def test_the_paper_that_is_worse_is_found_and_nothing_else() -> None:
    groups = evaluated([True, True, True, False]).groups.by_kind
    assert groups.keys() == {"source", "month", "annotator", "nearness"}
    worse = {group.slice_.name: group.slice_.significant for kind in ("annotator",) for group in groups[kind]}
    assert worse == {"rina": False, "samir": False}
    paper = {group.slice_.name: group for group in groups["source"]}
    assert paper["paper 1"].slice_.significant
    assert paper["paper 1"].slice_.delta < 0 < paper["paper 0"].slice_.delta
    assert paper["paper 1"].scores["Trig-C"].f1 == 1.0
    assert [group.slice_.name for group in groups["month"]] == ["2023-01", "2023-02"]
    assert sum(group.slice_.documents for group in groups["month"]) == 80


def test_the_scores_of_groups_are_those_of_their_documents() -> None:
    result = evaluated([True, False, False])
    own = [pair for pair in result.pairs if annotator(pair.gold) == "rina"]
    gold = sum(len(pair.gold_units["Arg-C+"]) for pair in own)
    correct = sum(len(pair.shared_units["Arg-C+"]) for pair in own)
    (group,) = [g for g in result.groups.by_kind["annotator"] if g.slice_.name == "rina"]
    assert (group.scores["Arg-C+"].gold, group.scores["Arg-C+"].correct) == (gold, correct)


def test_what_articles_do_not_say_is_said_to_be_lacking(tmp_path: Path) -> None:
    gold = corpus(12, found=[True])
    page = write_report(evaluation(gold, gold, ontology=conflict()), tmp_path).read_text(encoding="utf-8")
    assert "Not shown, as the articles do not say it" in page
    shown = write_report(evaluated([True, False]), tmp_path).read_text(encoding="utf-8")
    assert "paper 1" in shown
    assert "2023-02" in shown
