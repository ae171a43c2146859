"""The first screen: what it says of a better, a worse, an equal and an uncompared model, and of too little data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from annotation import sample
from annotation.core.document import Document, Event
from annotation.core.matching import UNITS
from annotation.core.near_duplicates import story_names
from tests.builders import conflict
from training.analysis.evaluation import evaluation
from training.analysis.score_changes import BETTER, UNCLEAR, WORSE
from training.report.summary import Answer, answers

GOLD = [replace(document, id=f"{turn}-{document.id}") for turn in range(2) for document in sample.gold()]
Keep = Callable[[Document, Event, str], bool]


def found(keep: Keep) -> list[Document]:
    """Gold without the arguments that are not kept."""
    return [
        replace(
            document,
            events=tuple(
                replace(event, arguments=tuple(a for a in event.arguments if keep(document, event, a.role)))
                for event in document.events
            ),
        )
        for document in GOLD
    ]


def noise(seed: int, share: float = 0.7) -> list[Document]:
    dice = random.Random(seed)
    return found(lambda document, event, role: dice.random() < share)


def asked(
    predicted: Sequence[Document], before: Sequence[Document] | None = None, agreement: dict[str, object] | None = None
) -> list[Answer]:
    other = ("the last", before) if before is not None else None
    gold = GOLD[: len(predicted)]
    return answers(evaluation(gold, predicted, ontology=conflict(), train=GOLD[:8], before=other, agreement=agreement))


def test_a_role_that_is_never_predicted_in_one_language_is_named_first() -> None:
    before = noise(1)
    now = [
        replace(
            document,
            events=tuple(
                replace(
                    event,
                    arguments=tuple(a for a in event.arguments if document.language != "ar" or a.role != "Agent"),
                )
                for event in document.events
            ),
        )
        for document in before
    ]
    better, where, *_ = asked(now, before)
    assert better.tone == where.tone == WORSE
    agent = conflict().roles["Agent"].title["en"]
    assert where.points[0].title == f"{agent} (role), Arabic"
    assert where.words.startswith(f"{agent} (role), Arabic fell")
    assert where.points[0].note.endswith("→ 0.0")


def test_a_model_that_finds_more_is_better_and_one_that_finds_less_is_worse() -> None:
    some, more = noise(1, 0.5), noise(2, 0.8)
    better, where, *_ = asked(more, some)
    assert (better.words, better.tone, where.tone) == ("Yes, better", BETTER, BETTER)
    worse, where, *_ = asked(some, more)
    assert (worse.words, worse.tone, where.tone) == ("No, it is worse", WORSE, WORSE)


def test_chance_is_not_called_a_change() -> None:
    better, where, *_ = asked(noise(3), noise(4))
    assert (better.words, better.tone) == ("No clear change", UNCLEAR)
    assert (where.words, where.points) == ("Nothing changed beyond chance", ())


def test_the_same_model_again_has_not_changed() -> None:
    same = noise(3)
    better, where, *_ = asked(same, same)
    assert (better.words, where.words) == ("No clear change", "Nothing changed beyond chance")


def test_without_a_model_before_it_says_so_and_where_this_one_is_weak() -> None:
    better, where, *_ = asked(found(lambda document, event, role: document.language == "he"))
    assert better.words == "Compared with nothing yet"
    assert (where.question, where.tone) == ("Where is it weak?", "plain")
    assert "language: Arabic" in [point.title for point in where.points]


def test_four_documents_are_too_few_to_say() -> None:
    few = evaluation(GOLD[:4], GOLD[:4], ontology=conflict(), before=("the last", GOLD[:4]))
    better, where, sure, *_ = answers(few)
    assert better.words == where.words == "Too few to say"
    assert "too few to say" in better.points[0].note
    assert "from 4 documents" in sure.words


def test_a_human_is_told_in_the_same_units() -> None:
    agreement: dict[str, object] = {
        "documents": 3,
        "overall": {"Arg-C+": {"a": 10, "b": 10, "both": 8}},
        "languages": {"ar": {"Arg-C+": {"a": 4, "b": 4, "both": 4}}},
    }
    human = asked(GOLD[:24], agreement=agreement)[3]
    assert human.words == "80.0; the model is at 125% of it"
    assert [(point.title, point.words) for point in human.points] == [
        ("All documents", "100.0 of 80.0"),
        ("Arabic", "100.0 of 100.0"),
    ]
    assert "on the 3 articles of all splits that several have marked" in human.note
    assert "scored on 24 documents" in human.note
    assert asked(GOLD[:4])[3].words == "Not measured"


def test_a_human_has_an_interval_where_one_was_measured() -> None:
    agreement: dict[str, object] = {
        "documents": 30,
        "overall": {"Arg-C+": {"a": 100, "b": 100, "both": 80, "interval": [0.75, 0.85]}},
    }
    assert asked(GOLD[:4], agreement=agreement)[3].points[0].note == "95% 75.0 to 85.0 for humans"


def test_what_to_label_next_says_how_many_examples_there_are() -> None:
    following = asked(noise(1)[:16])[4]
    assert len(following.points) == 5
    assert all("trained on" in point.note for point in following.points)
    assert "First is the largest gain for each example trained on (and 10 more)." in following.note
    assert "There are no dev predictions" in following.note
    assert asked(GOLD[:4])[4].words == "Nothing stands out"


def test_what_to_label_next_is_read_off_dev_and_marks_what_is_too_few() -> None:
    gold, marked = GOLD[:40], noise(1)
    few = answers(evaluation(gold, gold, ontology=conflict(), train=gold, dev=(GOLD[:1], marked[:1])))[4]
    assert few.words == f"Too few to say; first would be {few.points[0].title}"
    assert {point.tone for point in few.points} == {UNCLEAR}
    assert all("too few to say, " in point.note for point in few.points)
    assert "of the 1 dev document would gain" in few.note
    assert "no dev predictions" not in few.note
    many = answers(evaluation(gold, gold, ontology=conflict(), dev=(GOLD, marked)))[4]
    assert many.words == many.points[0].title
    assert many.points[0].note == ""
    assert "First is the largest gain." in many.note
    for point in many.points:
        assert (point.tone == UNCLEAR) == ("too few to say" in point.note)


def test_where_too_few_documents_can_be_judged_no_bar_is_drawn_as_if_they_could() -> None:
    where = answers(evaluation(GOLD[:4], noise(1)[:4], ontology=conflict()))[1]
    assert where.words == "Too few documents to say"
    assert where.points
    assert {point.tone for point in where.points} == {UNCLEAR}
    assert "grey: too few to say" in where.note


def test_a_model_before_it_that_was_trained_with_the_documents_is_named_first() -> None:
    ids = [document.id for document in GOLD[:3]]
    result = evaluation(GOLD, noise(1), ontology=conflict(), before=("the last", noise(2)), before_seen=ids)
    point = answers(result)[0].points[0]
    assert (point.title, point.words) == ("the last was trained with", f"3 of {len(GOLD)} documents")
    assert result.as_dict()["before"]["seen"] == ids  # type: ignore[index]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_numbers_and_nouns_agree(count: int) -> None:
    sure = answers(evaluation(GOLD[: count + 1], GOLD[: count + 1], ontology=conflict()))[2]
    assert sure.words.endswith(["from 1 document", "from 2 documents", "from 3 documents, 2 stories"][count])


def marked_by_two(documents: Sequence[Document], first: int, second: int) -> dict[str, object]:
    """An agreement that found so many arguments of each and 4 of both in each of the documents."""
    counts = {unit: [first, second, 4] for unit in UNITS}
    overall = {"Arg-C+": {"a": 20, "b": 20, "both": 10}}
    articles = {document.id: counts for document in documents}
    return {"documents": len(documents), "overall": overall, "languages": {}, "articles": articles}


def test_people_and_model_are_compared_on_the_same_articles_where_enough_are_scored() -> None:
    gold = GOLD[:24]
    human = asked(gold, agreement=marked_by_two(gold[:12], 5, 5))[3]
    stories = len(set(story_names(gold[:12])))
    assert human.words == "80.0; the model is at 125% of it"
    assert [(point.title, point.words, point.tone) for point in human.points] == [
        ("The same articles", "100.0 of 80.0", "plain"),
    ]
    assert "the model less them +20.0 to +20.0" in human.points[0].note
    assert f"that several people have marked (12 documents, {stories} stories)" in human.note
    assert "On all 12 articles that several have marked people reach 50.0" in human.note


def test_with_too_few_of_the_same_articles_the_first_screen_says_that_they_are_others() -> None:
    human = asked(GOLD[:24], agreement=marked_by_two(GOLD[:2], 5, 5))[3]
    assert human.words == "50.0; the model is at 200% of it"
    assert (human.points[-1].title, human.points[-1].tone) == ("The same articles", UNCLEAR)
    assert "too few to say" in human.points[-1].note
    assert human.note.endswith("may be easier. 2 scored articles were marked by several.")
    none = asked(GOLD[:24], agreement=marked_by_two([], 5, 5) | {"documents": 3})[3]
    assert none.note.endswith("0 scored articles were marked by several.")
