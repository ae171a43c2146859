"""What is marked one way is marked that way everywhere; what only looks alike is left in peace."""

from __future__ import annotations

import pytest

from annotation.checks.corpus_counts import Corpus
from annotation.checks.run import check
from annotation.core.document import Document
from tests.builders import build, conflict

ONTOLOGY = conflict()


def kinds(documents: list[Document], *, limit: int = 10_000) -> list[list[tuple[str, str]]]:
    corpus = Corpus(documents, limit=limit)
    return [[(f.kind, f.words) for f in check(document, ONTOLOGY, corpus)] for document in documents]


@pytest.mark.parametrize("second", ["noa", "dan"])
def test_a_prefix_is_found_across_articles_and_people(second: str) -> None:
    bare, glued = build("ב[GPE סמירה]", by="noa"), build("[GPE בסמירה] אמש", by=second)
    assert kinds([bare, glued]) == [[], [("prefix", "בסמירה")]]


@pytest.mark.parametrize(
    ("language", "bare", "glued"),
    [
        ("he", "[GPE מחוז אידליב] הופצץ שוב", "הקרב [GPE במחוז אידליב] נמשך"),
        ("he", "אתמול ב[GPE מחוז אידליב]", "אתמול [GPE במחוז אידליב]"),
        ("ar", "شهدت [GPE محافظة إدلب] هدوءا", "وقع انفجار [GPE بمحافظة إدلب] أمس"),
        ("ar", "تقدّم [ArmedGroup الجيش الوطني] غربا", "قافلة [ArmedGroup للجيش الوطني] وصلت"),
    ],
)
def test_a_longer_name_is_found_with_its_prefix_even_where_more_mark_it_so(
    language: str, bare: str, glued: str
) -> None:
    right = build(bare, by="noa", language=language)
    wrong = [build(glued, by=name, language=language) for name in ("dan", "tal", "dan")]
    found = kinds([right, *wrong])
    assert [[kind for kind, _ in each] for each in found] == [[], *[["prefix"]] * 3]


def test_what_several_people_mark_whole_is_no_prefix_for_one_who_cut_it() -> None:
    whole = [build("[GPE לבנון הדרומית] ו[GPE לבנון]", by=name) for name in ("noa", "dan", "tal")] * 3
    assert kinds([*whole, build("ל[GPE בנון הדרומית] ול[GPE בנון]", by="gil")])[:9] == [[]] * 9
    assert kinds([build("[Person רון] הגיע", by="noa"), *[build("[Person שרון] הגיע", by="dan")] * 2]) == [[]] * 3


def test_a_first_letter_that_is_no_prefix_is_missed_where_it_was_cut_off() -> None:
    whole, cut = build("[GPE לבנון] ו[GPE לבנון]", by="noa"), build("ל[GPE בנון]", by="noa")
    assert kinds([whole, cut]) == [[], [("no-prefix", "בנון")]]


def test_the_article_and_the_infinitive_are_no_prefixes() -> None:
    assert kinds([build("[Location הנהר] ליד [Location נהר] ירדן", by="noa")]) == [[]]
    verbs = (
        "[Person>PersonnelEnd:Person רן] [PersonnelEnd:trigger התפטר] או [PersonnelEnd#2,realis=planned:trigger להתפטר]"
    )
    assert kinds([build(verbs, by="noa")]) == [[]]
    elided = build("في [ArmedGroup التنظيم] و[ArmedGroup لتنظيم]", by="layla", language="ar")
    assert kinds([elided]) == [[]]
    rank = [build(f"وصل [Person {name}] أمس", by="layla", language="ar") for name in ("اللواء سالم", "لواء سالم")]
    assert kinds(rank) == [[], []]


def test_a_conjunction_marked_with_its_verb_is_found() -> None:
    text = "[Speaker>Statement:Person רן] [Statement:trigger אמר] "
    text += "[Speaker>Statement#2:Person דן] [Statement#2:trigger ואמר]"
    assert kinds([build(text, by="noa")]) == [[("prefix", "ואמר")]]


def test_a_name_left_out_is_found_behind_a_prefix_and_in_other_letters() -> None:
    document = build("[Person أبو ليث] وصل. قال ابو ليث، ولأبي غيره", language="ar")
    assert kinds([document]) == [[("repeat", "ابو ليث")]]
    document = build('[Organization צה"ל הצפוני] נסוג; ל\u05e6\u05d4\u05f4ל הצפוני אבדות', language="he")
    assert [kind for kind, _ in kinds([document])[0]] == ["repeat"]


def test_a_name_is_not_missed_inside_a_longer_one_that_is_marked_anywhere() -> None:
    article = "[GPE רמלה הישנה] רחוקה. [Organization נאמני רמלה הישנה] נפגשו, ורבים מנאמני רמלה הישנה הלכו"
    assert kinds([build(article)]) == [[("repeat", "נאמני רמלה הישנה")]]
    short = build("[GPE רמלה הישנה] רחוקה. החברים (נאמני רמלה הישנה) יצאו לרמלה הישנה.", by="noa")
    assert kinds([short]) == [[("repeat", "רמלה הישנה")] * 2]
    other = build("הקול של [Organization נאמני רמלה הישנה]", by="dan")
    assert kinds([short, other]) == [[("repeat", "רמלה הישנה")], []]


def test_an_arabic_name_is_not_missed_inside_a_longer_one() -> None:
    article = "[GPE ريف إدلب] هادئ. قصف [Facility مشفى ريف إدلب]، ثم وصلوا لمشفى ريف إدلب من ريف إدلب"
    found = kinds([build(article, language="ar")])
    assert found == [[("repeat", "مشفى ريف إدلب"), ("repeat", "ريف إدلب")]]


def test_a_description_and_a_piece_of_another_word_are_no_names_left_out() -> None:
    assert kinds([build("[Facility המחסן] נשרף. המחסן היה ריק. [GPE סמירה] וסמירהו")]) == [[]]


def test_counts_seen_once_are_forgotten_when_there_are_too_many() -> None:
    many = [build(f"[Person אדם{'אבגדהוזחטי'[n % 10]}{n}] הלך", by="noa") for n in range(50)]
    glued = [build("ב[GPE סמירה]", by="noa")] * 2 + [build("[GPE בסמירה]", by="noa")]
    assert kinds([*glued, *many], limit=40)[2] == [("prefix", "בסמירה")]
