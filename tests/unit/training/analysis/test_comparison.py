"""One test says what changed between two models, and everything that shows a change reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.inline_markup import parse
from annotation.page.titles import Names
from tests.builders import conflict
from training.analysis.comparison import compare
from training.analysis.evaluation import Evaluation, evaluation
from training.analysis.leakage import Leakage
from training.analysis.score_changes import BETTER, UNCLEAR, WORSE, Comparison, DropsConfig
from training.release.gates import Findings, GatesConfig, Outcome, judge
from training.report.report_page import write_report
from training.report.summary import answers
from training.scoring.scores import Scores, score

HEBREW = "[Strike:trigger הפצצת] [Place>Strike:GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]"
GOLD = parse(HEBREW)
NO_PLACE = parse("[Strike:trigger הפצצת] [GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]")


def corpus(size: int, *, found: Sequence[bool], languages: Sequence[str] = ("he",)) -> list[Document]:
    """So many stories that share no wording; where a mark is not found, the place is missing."""
    documents = []
    for number in range(size):
        whole = GOLD if found[number % len(found)] else NO_PLACE
        own = "".join(chr(0x5D0 + (number * 7 + at * (number + 3)) % 22) for at in range(60))
        language = languages[number % len(languages)]
        documents.append(replace(whole, id=str(number), text=f"{whole.text} {own}", language=language))
    return documents


def compared(now: list[Document], before: list[Document], gold: list[Document]) -> Evaluation:
    return evaluation(gold, now, ontology=conflict(), before=("the last", before))


def drop_gate(result: Evaluation) -> list[Outcome]:
    """The gate of drops."""
    comparison = result.before.comparison if result.before else None
    findings = Findings({}, Leakage((), (), ()), alignment=1.0, calibration={}, comparison=comparison)
    return judge(GatesConfig(drops=DropsConfig()), findings, Names(conflict()))


def scores(documents: list[Document], gold: Document = GOLD) -> Scores:
    numbered = [replace(document, id=str(i)) for i, document in enumerate(documents)]
    return score([replace(gold, id=str(i), language="he") for i in range(len(documents))], numbered)


@pytest.mark.parametrize(("size", "worse"), [(12, 6), (12, 5), (12, 4), (8, 8), (8, 2), (40, 7), (5, 5)])
def test_first_screen_tables_gate_and_score_say_the_same(size: int, worse: int, tmp_path: Path) -> None:
    """Of 12 documents 6 got worse: no screen may say "worse" beside another's "nothing changed"."""
    gold = corpus(size, found=[True])
    now = corpus(size, found=[False] * worse + [True] * (size - worse))
    result = compared(now, gold, gold)
    assert result.before is not None
    comparison = result.before.comparison
    better, where, *_ = answers(result)
    (gate, *_) = drop_gate(result)
    headline = comparison.headline
    row = next(row for row in comparison.table() if row[0] == "Arg-C+")
    assert (headline.verdict == WORSE) == (worse >= 6)
    assert (better.words == "No, it is worse") == (headline.verdict == WORSE)
    assert (row[-1] == "worse") == (headline.verdict == WORSE)
    assert (gate.passed is False) == bool(comparison.losses) == (where.tone == WORSE)
    assert (where.words == "Nothing changed beyond chance") <= (headline.verdict == UNCLEAR)
    assert compare(result.scores, result.before.scores).headline.verdict == headline.verdict
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert ("No, it is worse" in page) == (headline.verdict == WORSE)
    shown = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["before"]
    assert shown["micro"]["Arg-C+"]["verdict"] == headline.verdict
    assert [shift["name"] for shift in shown["losses"]] == [change.key[1] for change in comparison.losses]


def test_better_in_two_of_eight_documents_is_not_called_better() -> None:
    gold = corpus(8, found=[True])
    before = corpus(8, found=[False, False, *[True] * 6])
    result = compared(gold, before, gold)
    better, where, *_ = answers(result)
    assert (better.words, where.words) == ("Too few to say", "Too few to say")
    assert "2 stories of 8 differ" in better.points[0].note
    assert drop_gate(result)[0].passed is None


def test_worse_in_arabic_alone_is_refused_and_named() -> None:
    languages = ("he", "ar")
    gold = corpus(40, found=[True], languages=languages)
    now = corpus(40, found=[True, False], languages=languages)
    outcomes = drop_gate(compared(now, gold, gold))
    assert all(outcome.passed is False for outcome in outcomes)
    assert any("in Arabic" in outcome.said for outcome in outcomes)
    assert not [outcome for outcome in outcomes if "Hebrew" in outcome.said]


def test_copies_of_one_report_are_one_story() -> None:
    """Twelve documents of which six got worse, but these six are one report."""
    gold = corpus(12, found=[True])
    gold = [replace(gold[0], id=document.id) if at < 6 else document for at, document in enumerate(gold)]
    now = [NO_PLACE if at < 6 else document for at, document in enumerate(gold)]
    now = [replace(document, id=g.id, text=g.text, language="he") for g, document in zip(gold, now, strict=True)]
    result = compared(now, gold, gold)
    assert (result.scores.documents, result.scores.overall.stories) == (12, 7)
    assert result.before is not None
    assert (result.before.comparison.headline.differing, result.before.comparison.headline.verdict) == (1, UNCLEAR)
    assert "12 documents, 7 stories" in answers(result)[2].words


def test_a_role_lost_is_found_with_its_size_and_where() -> None:
    comparison = compare(scores([NO_PLACE] * 20 + [GOLD] * 20), scores([GOLD] * 40))
    place = comparison.by_type["role"]["Place"]
    assert (place.before, place.now) == (1.0, pytest.approx(2 / 3))
    assert place.interval is not None
    assert place.interval[0] < place.delta < place.interval[1] < 0
    assert (place.verdict, place.stories, place.differing) == (WORSE, 40, 20)
    assert place.p < 0.001
    assert comparison.by_language["he"].types["role"]["Place"] == place
    victim = comparison.by_type["role"]["Victim"]
    assert (victim.delta, victim.interval, victim.verdict, victim.p) == (0, (0, 0), UNCLEAR, 1)


def test_a_rise_is_the_drop_of_the_other_way_round() -> None:
    worse, same = scores([NO_PLACE] * 10 + [GOLD] * 10), scores([GOLD] * 20)
    there, back = compare(worse, same), compare(same, worse)
    assert [change.verdict for change in there.losses] == [WORSE] * len(back.gains)
    assert {change.key for change in there.losses} == {change.key for change in back.gains}
    assert there.headline.p == back.headline.p
    assert back.headline.verdict == BETTER


def test_what_is_tolerated_is_no_change() -> None:
    sides = scores([NO_PLACE] * 30), scores([GOLD] * 30)
    assert compare(*sides).losses
    assert not compare(*sides, DropsConfig(tolerate=1.0)).losses


def test_the_same_predictions_differ_in_nothing() -> None:
    comparison = compare(scores([NO_PLACE] * 20), scores([NO_PLACE] * 20))
    assert {change.delta for change in comparison.changes} == {0.0}
    assert not comparison.testable
    assert comparison.headline.enough
    assert not compare(scores([GOLD] * 4), scores([GOLD] * 4)).headline.enough


def test_scores_of_different_documents_are_refused_with_counts() -> None:
    with pytest.raises(UsageError, match=r"different documents: 1 only in the new scores \(4\); score both"):
        compare(scores([GOLD] * 5), scores([GOLD] * 4))
    with pytest.raises(UsageError, match=r"2 with other gold \(0, 1\)"):
        compare(scores([GOLD] * 2), scores([GOLD] * 2, gold=NO_PLACE))


def test_documents_are_matched_by_id_not_by_place() -> None:
    now = scores([NO_PLACE] * 5 + [GOLD] * 25)
    ids = [str(i) for i in reversed(range(30))]
    gold = [replace(GOLD, id=id, language="he") for id in ids]
    same = score(gold, [replace(NO_PLACE if int(id) < 5 else GOLD, id=id) for id in ids])
    assert compare(now, same).headline.differing == 0


def test_it_is_plain_json() -> None:
    comparison: Comparison = compare(scores([NO_PLACE] * 6), scores([GOLD] * 6))
    row = json.loads(json.dumps(comparison.as_dict()))
    assert row["languages"]["he"]["types"]["role"]["Place"]["delta"] == -1
    assert row["test"]["level"] == 0.05
    assert row["micro"]["Arg-C+"]["before"] == 1.0
