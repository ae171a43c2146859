"""What was marked once is suggested wherever it stands again, and nowhere inside anything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation import sample
from annotation.core.document import Document, Event
from annotation.core.errors import UsageError
from annotation.drafting.article_words import ArticleWords, key
from annotation.drafting.phrases import PhraseTable
from annotation.drafting.repeats import repeated
from annotation.drafting.role_habits import RoleHabits
from annotation.drafting.word_lists import read_word_list
from tests.builders import build, conflict


def found(example: str, text: str, language: str = "he") -> list[tuple[str, str]]:
    """Quotes and labels of what is drafted in a text after one marked example."""
    table = PhraseTable.learn([build(example, language=language)])
    draft = table.draft(Document("a", text, language))
    return [(span.quote(text), span.label) for span in sorted(draft.spans())]


@pytest.mark.parametrize(
    ("example", "text", "language", "expected"),
    [
        ("ב[GPE מחוז תמורה]", "הם חזרו ממחוז תמורה.", "he", [("מחוז תמורה", "GPE")]),
        ("[GPE מחוז תמורה]", "נסעו אל מחוז  תמורה", "he", [("מחוז  תמורה", "GPE")]),
        ("[Organization צה\"ל] הודיע", "דובר צה״ל אמר שצה״ל נסוג", "he", [("צה״ל", "Organization")] * 2),
        ("[Person רון] דיבר", "הוא שמע רונית וגם מרוני", "he", []),
        ("[Person צה] בא", 'מפי צה"ל', "he", []),
        ("[GPE תל] נבנה", "גר בתל-אביב ובדיר-תל", "he", []),
        ("قال [GPE التحالف]", "تابع للتحالف وبالتحالف", "ar", [("لتحالف", "GPE"), ("التحالف", "GPE")]),
        ("[Strike:trigger غارة] أمس", "وَبِغارَة أخرى", "ar", [("غارَة", "Strike")]),
        ("ה[Strike:trigger תקיפה] נמשכה", "התקיפה נגמרה", "he", [("תקיפה", "Strike")]),
        ("[Person מפקד] בא", "המפקד בא", "he", []),
    ],
)  # fmt: skip
def test_a_phrase_stands_as_whole_words_behind_proclitics_at_most(
    example: str, text: str, language: str, expected: list[tuple[str, str]]
) -> None:
    assert found(example, text, language) == expected


def test_a_name_is_not_suggested_inside_a_longer_one() -> None:
    example = "[GPE תמורה] היא עיר. [Person אבו תמורה] נעצר"
    assert found(example, "אבו תמורה בתמורה") == [("אבו תמורה", "Person"), ("תמורה", "GPE")]


def test_what_was_marked_inside_a_longer_name_is_suggested_there() -> None:
    example = "[Position דובר [Organization הצבא]] מסר"
    assert found(example, "כך אמר דובר הצבא") == [("דובר הצבא", "Position"), ("הצבא", "Organization")]


def test_the_commonest_type_counts() -> None:
    assert found("[Person רימון] [GPE רימון] [Person רימון]", "על רימון") == [("רימון", "Person")]


def test_a_phrase_that_mostly_stood_unmarked_is_left_out() -> None:
    assert found("ה[Strike:trigger ירי] כאן, אבל ירי שם וגם ירי אחר", "ירי נשמע") == []


def test_drafts_say_who_made_them_and_how_sure_it_is() -> None:
    table = PhraseTable.learn([build("[Person דן כהן] בא")])
    draft = table.draft(Document("a", "דן כהן הלך", "he"))
    assert draft.provenance is not None
    assert draft.provenance.model_version == table.version
    assert table.version.startswith("draft phrases ")
    assert draft.entities[0].score == pytest.approx(2 / 3, abs=1e-4)
    assert PhraseTable.learn([build("[GPE דן כהן] בא")]).version != table.version


def test_every_mark_of_the_sample_is_found_again_by_its_quote() -> None:
    """Word boundaries of the drafter are those that the sample's seniors kept to."""
    missed = []
    for document in sample.gold():
        words = ArticleWords(document.text, quoted=True)
        for span in document.spans():
            if (span.start, span.end) not in words.places(key(span.quote(document.text))):
                missed.append(span.quote(document.text))
    assert missed == []


def test_roles_that_a_pair_of_types_has_are_filled_in() -> None:
    ontology = conflict()
    examples = [build(f"[Place>Strike#1:GPE עיר{n}] [Strike#1:trigger הופצצה].") for n in range(5)]
    habits = RoleHabits.learn(examples, ontology)
    draft = build("[GPE כפר זהרה] [Strike:trigger הותקפה]. [GPE דיר נעמאן] שקטה.")
    filled = habits.fill(draft)
    assert [(a.role, a.filler.quote(draft.text)) for e in filled.events for a in e.arguments] == [("Place", "כפר זהרה")]
    assert habits.fill(build("[GPE כפר זהרה] [Die:trigger מתו]")).events[0].arguments == ()
    assert RoleHabits.learn(examples[:4], ontology).fill(draft) == draft


def test_repeats_keep_the_annotators_marks_and_add_the_other_places() -> None:
    document = build("[Person עומר סעיד] [Arrest:trigger נעצר]. לעומר סעיד יש אח, ו[GPE עומר סעיד] היא עיירה")
    again = repeated(document)
    assert again is not None
    assert set(document.spans()) < set(again.spans())
    assert [s.quote(document.text) for s in again.spans() if s.score is not None] == ["עומר סעיד"]
    assert repeated(again) is None
    assert repeated(replace(document, entities=(), events=(Event(document.triggers[0]),))) is None


def test_lists_of_a_team_take_precedence(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    rows = 'Person\tOrganization\r\nדן כהן\t"צה""ל"\r\n\tתע"ש\r\n!\tדן כהן\r\n'
    path.write_bytes(rows.encode("utf-8-sig"))
    phrases, faults = read_word_list(path, conflict())
    assert {words: phrase.label for words, phrase in phrases.items()} == {
        ("דן", "כהן"): "Person",
        ('צה"ל',): "Organization",
        ('תע"ש',): "Organization",
    }
    assert [fault.partition(": ")[0] for fault in faults] == [f"{path}, line 4"] * 2
    learned = PhraseTable.learn([build("[GPE דן כהן] היא עיירה")]).with_lists(phrases)
    assert learned.draft(Document("a", "דן כהן", "he")).entities[0].label == "Person"


@pytest.mark.parametrize(("content", "told"), [("Persn\nדן", "mean Person"), ("", "is empty"), ("\0\0", "binary")])
def test_a_list_that_cannot_be_used_is_refused(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_word_list(path, conflict())
