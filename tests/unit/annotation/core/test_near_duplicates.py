"""Near-duplicates share a cluster; other articles on the same matter do not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.core.near_duplicates import alike, duplicate_clusters, fingerprint
from tests.generated import articles
from tests.strategies import texts

REPORT = (
    "عاد الهدوء صباح الأحد إلى بلدة السنابل بعد ليلة من القصف المتبادل، وفق ما قال سكان. وأوضح رئيس المجلس المحلي "
    "سامر الوادي أن أحدا لم يصب وأن الأضرار اقتصرت على المباني القريبة من الجسر. "
    "وتتواصل أعمال الإصلاح في شبكة الكهرباء."
)
OTHER = (
    "أعلنت بلدية السنابل صباح الأحد إغلاق الجسر القديم أمام حركة السير أسبوعين كاملين لإجراء أعمال صيانة، ودعت "
    "السائقين إلى سلوك الطريق الشرقي. وأوضح المهندس فارس العلي أن الحركة ستعود تدريجيا بعد انتهاء المرحلة الأولى."
)


def of(*texts: str) -> list[int]:
    return duplicate_clusters([Document(str(number), text) for number, text in enumerate(texts)])


def test_a_copy_with_a_new_word_and_other_spelling_is_a_near_duplicate() -> None:
    copy = (
        REPORT.replace("الأحد", "الاحد")
        .replace("أحدا", "أَحَداً")
        .replace("سكان", "سكان محليون")
        .replace(" ", "\u00a0", 3)
    )
    assert of(REPORT, OTHER, copy) == [0, 1, 0]
    assert fingerprint(REPORT).jaccard(fingerprint(copy)) > 0.9
    assert fingerprint(REPORT).jaccard(fingerprint(OTHER)) < 0.2


def test_each_document_comes_with_the_earlier_ones_it_resembles() -> None:
    documents = [Document(str(number), text) for number, text in enumerate((REPORT, OTHER, REPORT + " تابع."))]
    assert [(document.id, others) for document, others in alike(documents)] == [("0", []), ("1", []), ("2", [0])]


def test_a_chain_of_near_duplicates_is_one_cluster() -> None:
    words = [f"كلمة{number}" for number in range(120)]
    versions = [" ".join([f"جديد{i}" for i in range(step)] + words[step:]) for step in (0, 12, 24, 36)]
    assert fingerprint(versions[0]).jaccard(fingerprint(versions[-1])) < 0.7
    assert of(*versions) == [0, 0, 0, 0]


def test_clusters_are_numbered_as_they_first_come() -> None:
    assert of(OTHER, REPORT, OTHER, REPORT, "שלום") == [0, 1, 0, 1, 2]
    assert of() == []


@pytest.mark.parametrize("text", ["", "א", "אבגד", " \n "])
def test_texts_shorter_than_a_shingle_have_a_cluster_too(text: str) -> None:
    assert of(text, REPORT, text) == [0, 1, 0]


@settings(deadline=None, max_examples=30)
@given(st.lists(texts(), max_size=6), st.randoms(use_true_random=False))
def test_the_same_documents_cluster_together_in_any_order(found: list[str], chance: random.Random) -> None:
    order = list(range(len(found)))
    chance.shuffle(order)
    first, second = of(*found), of(*(found[i] for i in order))
    for a in range(len(found)):
        for b in range(len(found)):
            assert (first[order[a]] == first[order[b]]) == (second[a] == second[b])
            assert found[a] != found[b] or first[a] == first[b]


def test_the_threshold_is_how_alike_they_must_be() -> None:
    words = [f"كلمة{number}" for number in range(100)]
    half = [" ".join(words), " ".join(words[:75] + [f"غيرها{number}" for number in range(25)])]
    pair = [Document("a", half[0]), Document("b", half[1])]
    assert duplicate_clusters(pair, threshold=0.95) == [0, 1]
    assert duplicate_clusters(pair, threshold=0.3) == [0, 0]


def test_many_made_up_articles_are_told_apart() -> None:
    made = list(articles(60, characters=800))
    assert len(set(duplicate_clusters(made))) == 60
    assert duplicate_clusters([*made, *made]) == [*range(60), *range(60)]
