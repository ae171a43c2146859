"""What is marked one way is marked that way everywhere; what only looks alike is left in peace."""

from __future__ import annotations

from annotation.checks.corpus_counts import Corpus
from annotation.checks.run import check
from annotation.core.document import Document
from tests.builders import build, conflict

ONTOLOGY = conflict()


def kinds(documents: list[Document], *, limit: int = 10_000) -> list[list[tuple[str, str]]]:
    corpus = Corpus(documents, limit=limit)
    return [[(f.kind, f.words) for f in check(document, ONTOLOGY, corpus)] for document in documents]


def test_a_prefix_is_found_across_articles_of_one_annotator_alone() -> None:
    bare, glued = build("ב[GPE סמירה]", by="noa"), build("[GPE בסמירה] אמש", by="noa")
    assert kinds([bare, glued]) == [[], [("prefix", "בסמירה")]]
    assert kinds([bare, build("[GPE בסמירה] אמש", by="dan")]) == [[], []]


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


def test_a_conjunction_marked_with_its_verb_is_found() -> None:
    text = "[Speaker>Statement:Person רן] [Statement:trigger אמר] "
    text += "[Speaker>Statement#2:Person דן] [Statement#2:trigger ואמר]"
    assert kinds([build(text, by="noa")]) == [[("prefix", "ואמר")]]


def test_a_name_left_out_is_found_behind_a_prefix_and_in_other_letters() -> None:
    document = build("[Person أبو ليث] وصل. قال ابو ليث، ولأبي غيره", language="ar")
    assert kinds([document]) == [[("repeat", "ابو ليث")]]
    document = build('[Organization צה"ל הצפוני] נסוג; ל\u05e6\u05d4\u05f4ל הצפוני אבדות', language="he")
    assert [kind for kind, _ in kinds([document])[0]] == ["repeat"]


def test_a_description_and_a_piece_of_another_word_are_no_names_left_out() -> None:
    assert kinds([build("[Facility המחסן] נשרף. המחסן היה ריק. [GPE סמירה] וסמירהו")]) == [[]]


def test_counts_seen_once_are_forgotten_when_there_are_too_many() -> None:
    many = [build(f"[Person אדם{'אבגדהוזחטי'[n % 10]}{n}] הלך", by="noa") for n in range(50)]
    glued = [build("ב[GPE סמירה]", by="noa")] * 2 + [build("[GPE בסמירה]", by="noa")]
    assert kinds([*glued, *many], limit=40)[2] == [("prefix", "בסמירה")]
