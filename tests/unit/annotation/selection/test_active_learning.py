from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document, Provenance
from annotation.core.errors import UsageError
from annotation.selection.active_learning import queue

TOPICS = {
    "bridge": "הגשר הישן שמעל הנחל נסגר אתמול לתנועה אחרי שהמהנדסים מצאו בו סדקים עמוקים",
    "market": "בשוק הירקות של העיירה התלוננו הסוחרים על מחירי העגבניות ועל מחסור במלפפונים",
    "school": "תלמידי בית הספר התיכון הציגו בפני ההורים מחזה על ראשית ההתיישבות בעמק",
    "match": "הקבוצה המקומית ניצחה במשחק הכדורסל בתוצאה דחוקה לאחר שתי הארכות מותחות",
}


def article(id: str, text: str, unsure: float | None = None, language: str = "he") -> Document:
    return Document(id=id, text=text, language=language, provenance=Provenance(uncertainty=unsure))


def ids(*arguments: object, **options: object) -> list[str]:
    return [queued.id for queued in queue(*arguments, **options)]  # type: ignore[arg-type]


def test_uncertainty_alone_takes_the_least_sure_first() -> None:
    given = [article(id, text, unsure) for (id, text), unsure in zip(TOPICS.items(), (0.1, 0.4, 0.2, 0.3), strict=True)]
    assert ids(given, mix=1.0) == ["market", "match", "school", "bridge"]
    assert [(q.rank, q.uncertainty) for q in queue(given, mix=1.0, most=2)] == [(1, 0.4), (2, 0.3)]


def test_novelty_leaves_what_is_like_the_labelled_and_what_is_like_the_chosen_for_the_end() -> None:
    labelled = [article("known", TOPICS["bridge"])]
    candidates = [
        article("again", TOPICS["bridge"] + " לחלוטין"),
        article("market", TOPICS["market"]),
        article("copy", TOPICS["market"] + " גם השבוע"),
        article("school", TOPICS["school"]),
    ]
    order = queue(candidates, labelled, mix=0.0)
    assert len({"market", "copy"} & {q.id for q in order[:2]}) == 1
    assert {q.id for q in order[:2]} - {"market", "copy"} == {"school"}
    assert order[0].novelty > 0.9
    assert max(q.novelty for q in order[2:]) < 0.4


def test_what_is_mixed_is_between_the_two() -> None:
    labelled = [article("known", TOPICS["bridge"])]
    candidates = [
        article("again", TOPICS["bridge"] + " לחלוטין", 0.9),
        article("market", TOPICS["market"], 0.5),
        article("school", TOPICS["school"], 0.1),
    ]
    assert ids(candidates, labelled, mix=1.0)[0] == "again"
    assert ids(candidates, labelled, mix=0.4)[0] == "market"


def test_what_is_labelled_already_is_not_chosen() -> None:
    labelled = [article("market", TOPICS["market"])]
    order = ids([article(id, text, 0.5) for id, text in TOPICS.items()], labelled)
    assert sorted(order) == ["bridge", "match", "school"]


def test_who_is_silent_about_uncertainty_is_named_unless_it_does_not_count() -> None:
    given = [article("one", TOPICS["bridge"], 0.2), article("two", TOPICS["market"])]
    with pytest.raises(UsageError, match=r"1 of 2 predicted Documents \(two\) do not say how unsure"):
        queue(given)
    assert len(queue(given, mix=0.0)) == 2


@pytest.mark.parametrize("wrong", [{"mix": 1.5}, {"quota": {"he": 0.8, "ar": 0.4}}, {"quota": {"he": -0.1}}])
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        queue([], **wrong)  # type: ignore[arg-type]


@given(
    languages=st.lists(st.sampled_from(["he", "ar", "en"]), max_size=30),
    share=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    chance=st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_a_quota_is_kept_all_along_while_its_languages_last(languages: list[str], share: float, chance: object) -> None:
    given = [article(str(n), f"{n} {n} {n}", n * 0.37 % 1, language) for n, language in enumerate(languages)]
    order = queue(given, quota={"he": share})
    assert sorted(q.id for q in order) == sorted(document.id for document in given)
    lasting = min(
        [order.index(q) + 1 for q in order if q.language == "he"][-1:] or [0],
        [order.index(q) + 1 for q in order if q.language != "he"][-1:] or [0],
    )[0]
    for taken, hebrew in enumerate(accumulate(q.language == "he" for q in order[:lasting]), start=1):
        assert abs(hebrew - share * taken) <= 1
