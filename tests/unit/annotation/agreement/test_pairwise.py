"""Annotators against each other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from annotation import sample
from annotation.agreement import agreement, pairwise
from annotation.agreement.pair_counts import EXACT, TOLERANT
from annotation.core.document import Document, Provenance
from annotation.core.errors import UsageError
from annotation.core.matching import UNITS
from tests.builders import build, conflict

FULL = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]"
LESS = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] אבו חפס"
ARABIC = "[Raid:trigger اقتحمت] قوة [Place>Raid:GPE الدانا]"


def test_two_who_marked_the_same_agree_wholly() -> None:
    found = agreement([build(FULL, by="dana", id="a"), build(FULL, by="omar", id="a")])
    assert {prf.f1 for prf in found.overall.values()} == {1.0}
    assert tuple(found.overall) == UNITS
    assert (found.documents, found.single) == (1, 0)


def test_what_one_of_them_left_out_costs_both() -> None:
    found = agreement([build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")])
    assert found.overall["Trig-C"].f1 == 1.0
    assert found.overall["Arg-C+"].f1 == pytest.approx(2 / 3)
    assert found.overall["Entity"].f1 == pytest.approx(2 / 3)


def test_three_annotators_are_three_pairs_and_each_language_is_its_own() -> None:
    documents = [build(FULL, by=name, id="a") for name in ("dana", "omar")]
    documents += [build(LESS, by="yael", id="a")]
    documents += [build(ARABIC, by=name, id="b", language="ar") for name in ("omar", "dana")]
    documents += [build(FULL, by="dana", id="alone")]
    found = agreement(documents)
    assert list(found.pairs) == [("dana", "omar"), ("dana", "yael"), ("omar", "yael")]
    assert found.pairs["dana", "omar"].scores[EXACT]["Arg-C+"].gold == 3
    assert found.languages["ar"].scores[EXACT]["Arg-C+"].f1 == 1.0
    assert found.languages["he"].scores[EXACT]["Arg-C+"].f1 == pytest.approx(2 * 4 / (2 + 2 + 2 + 1 + 2 + 1))
    assert found.annotators["yael"].scores[EXACT]["Arg-C+"].f1 == pytest.approx(2 / 3)
    assert (found.documents, found.single) == (2, 1)


def test_who_is_named_first_does_not_matter() -> None:
    one, two = build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")
    assert agreement([one, two]).as_dict() == agreement([two, one]).as_dict()


def test_the_later_of_two_by_one_annotator_counts() -> None:
    def at(time: str, markup: str) -> Document:
        return replace(build(markup, id="a"), provenance=Provenance(annotator="dana", updated_at=time))

    documents = [at("2025-03-02T10:00:00Z", FULL), at("2025-03-01T10:00:00Z", LESS), build(FULL, by="omar", id="a")]
    assert agreement(documents).overall["Arg-C+"].f1 == 1.0


def test_gold_and_predictions_have_no_annotator_and_are_left_out() -> None:
    found = agreement([build(FULL, id="a"), build(FULL, by="dana", id="a")])
    assert (found.documents, found.overall, found.table()) == (0, {}, [("", *UNITS)])


def test_one_id_with_two_texts_is_refused() -> None:
    with pytest.raises(UsageError, match=r"1 Documents have another text .* \(a\)"):
        agreement([build(FULL, by="dana", id="a"), build(ARABIC, by="omar", id="a")])


def test_attributes_are_compared_on_triggers_of_one_type_and_the_default_goes_without_saying() -> None:
    said = build(
        "[Die,certainty=confirmed:trigger נהרג] אתמול, ו[Injure,certainty=denied:trigger נפצע] אחר", by="dana", id="a"
    )
    unsaid = build("[Die:trigger נהרג אתמול], ו[Raid,certainty=denied:trigger נפצע] אחר", by="omar", id="a")
    certainty = agreement([said, unsaid], ontology=conflict()).attributes["certainty"]
    assert (certainty.triggers, certainty.observed) == (1, 1.0)
    assert agreement([said, unsaid]).attributes["certainty"].observed == 0.0


def test_a_proclitic_more_or_less_is_forgiven_in_the_tolerant_scores_alone() -> None:
    glued = "[Arrest:trigger נעצר] [Place>Arrest:GPE באטמה] [Person>Arrest:Person אבו חפס]"
    found = agreement([build(FULL, by="dana", id="a"), build(glued, by="omar", id="a")]).whole
    assert found is not None
    assert (found.scores[EXACT]["Arg-C+"].correct, found.scores[TOLERANT]["Arg-C+"].correct) == (1, 2)
    assert (found.scores[EXACT]["Entity"].f1, found.scores[TOLERANT]["Entity"].f1) == (0.5, 1.0)
    assert found.types[TOLERANT]["entity"]["GPE"].f1 == 1.0
    assert found.types[EXACT]["role"]["Place"].f1 == 0.0


def test_arguments_are_also_counted_where_the_triggers_are_matched() -> None:
    wider = "[Arrest:trigger נעצר ב][Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]"
    other = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Agent>Arrest:Person אבו חפס]"
    found = agreement([build(wider, by="dana", id="a"), build(other, by="omar", id="a")]).whole
    assert found is not None
    assert found.scores[EXACT]["Arg-C+"].correct == 0
    assert (found.given[EXACT].gold, found.given[EXACT].predicted, found.given[EXACT].correct) == (2, 2, 1)


def test_intervals_come_from_the_articles_and_few_articles_say_too_little() -> None:
    pairs = [(FULL, LESS) if number % 3 else (FULL, FULL) for number in range(12)]
    stories = [article.text[:150] for article in sample.gold()[:12]]
    documents = [
        build(f"{markup} {stories[number]}", by=name, id=str(number))
        for number, pair in enumerate(pairs)
        for name, markup in zip(("dana", "omar"), pair, strict=True)
    ]
    enough, few = agreement(documents), agreement(documents[:8])
    assert enough.whole is not None
    assert few.whole is not None
    score = enough.whole.scores[EXACT]["Entity"]
    assert score.interval is not None
    assert score.interval[0] < score.f1 < score.interval[1]
    assert agreement(documents).as_dict() == enough.as_dict()
    assert enough.whole.enough(enough.whole.scores[EXACT]["Entity"]) is False
    assert (
        agreement([build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")]).overall["Entity"].interval is None
    )
    assert few.table()[1][-1].endswith("?")


def test_it_is_plain_json_and_a_table_with_a_column_a_score() -> None:
    found = agreement([build(FULL, by="dana", id="a"), build(LESS, by="omar", id="a")], ontology=conflict())
    row = json.loads(json.dumps(found.as_dict()))
    told = {"f1": pytest.approx(2 / 3), "a": 2, "b": 1, "both": 1, "interval": None, "enough": False}
    assert row["overall"]["Arg-C+"] == row["tolerant"]["overall"]["Arg-C+"] == told
    assert row["pairs"][0]["annotators"] == ["dana", "omar"]
    scores = ("100.0 ?", "100.0 ?", "66.7 ?", "66.7 ?", "66.7 ?", "66.7 ?", "66.7 ?")
    assert found.table() == [("", *UNITS), *((name, *scores) for name in ("all", "he", "dana / omar"))]
    assert [row[0] for row in found.intervals()] == ["", *UNITS, "Arg-C+, triggers matched"]


def test_near_duplicates_are_one_story_and_what_each_article_has_is_kept() -> None:
    text = (
        "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] אבו חפס " + "המקומי שעבד שם שנים רבות בחנות ליד השוק הישן " * 3
    )
    marked = [build(text, by=name, id=id) for id in ("a", "b") for name in ("dana", "omar")]
    marked += [build(FULL, by=name, id="c") for name in ("dana", "omar")]
    found = agreement(marked)
    assert found.whole is not None
    assert (found.whole.articles, found.whole.stories) == (3, 2)
    counts = found.as_dict()["articles"]
    assert counts["a"]["Arg-C+"] == [1, 1, 1]  # type: ignore[index]
    assert counts["c"]["Arg-C+"] == [2, 2, 2]  # type: ignore[index]


def test_copies_of_one_story_make_no_interval_narrower() -> None:
    def marked(copies: int) -> list[Document]:
        articles = [document for _, document in sample.annotated()]
        return [replace(document, id=f"{copy}-{document.id}") for copy in range(copies) for document in articles]

    once, often = agreement(marked(1)), agreement(marked(3))
    assert often.overall["Arg-C+"].interval == pytest.approx(once.overall["Arg-C+"].interval, abs=1e-4)


def test_of_many_annotators_each_is_held_against_all_others_and_no_pair_has_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = [build(FULL if n % 2 else LESS, by=f"a{n}", id=id) for n in range(5) for id in ("x", "y")]
    few = agreement(documents)
    monkeypatch.setattr(pairwise, "MOST_PAIRS", 9)
    many = agreement(documents)
    assert len(few.pairs) == 10
    assert many.pairs == {}
    assert (many.whole, many.languages, many.annotators) == (few.whole, few.languages, few.annotators)
    assert [str(name) for name, _ in many.groups()][2:] == [f"a{n} / all others" for n in range(5)]
