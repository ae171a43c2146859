"""Each rule finds its fault, says the remedy, and stays quiet on a clean document."""

import pytest

from annotation.checks.run import check
from annotation.core.document import Document, Event, Provenance, Span
from tests.builders import build, conflict

ONTOLOGY = conflict()
CLEAN = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE רמלה] [Person>Arrest:Person דוד כהן] ב[Time>Arrest:Time 3.4.2024]."


def messages(document: Document) -> list[str]:
    return [finding.message for finding in check(document, ONTOLOGY)]


def test_a_clean_document_has_no_findings() -> None:
    assert messages(build(CLEAN)) == []


def test_a_role_the_ontology_does_not_allow_is_named() -> None:
    document = build("[Arrest:trigger נעצר] [Person>Arrest:Person דוד כהן] עם [Attacker>Arrest:Person אבי חסון]")
    assert messages(document) == ["Arrest has no role Attacker (it has Agent, Charge, Person, Place, Time)"]


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("[Planet רמלה]", "Planet is no entity type of this ontology"),
        ("[Party:trigger חגגו]", "Party is no event type of this ontology"),
        ("ב[GPE רמלה ]היום", "white space at its edge"),
        ("ב[GPE רמלה,] היום", "punctuation at its edge"),
        ("[Arrest:trigger נעצר] [Person>Arrest:GPE רמלה]", "GPE cannot be the Person of Arrest"),
        ("[Arrest:trigger נעצר] [Time>Arrest:Time אמש] [Time>Arrest:Time בשבת]", "Arrest takes at most 1 Time"),
        ("[mood=sad,Arrest:trigger נעצר]", "mood is no attribute"),
        ("[certainty=maybe,Arrest:trigger נעצר]", "maybe is no value of certainty"),
        ("[Charge>Arrest,Arrest:trigger נעצר]", "Arrest is its own argument"),
    ],
)
def test_each_fault_is_found(markup: str, message: str) -> None:
    assert any(found.startswith(message) for found in messages(build(markup))), messages(build(markup))


@pytest.mark.parametrize("words", ['צה"ל', "ד'", "(2024", "20%"])
def test_marks_that_belong_to_a_word_are_no_loose_punctuation(words: str) -> None:
    assert ("punctuation at its edge" in messages(build(f"[Quantity {words}]"))) == words.startswith("(")


def test_crossing_entities_are_found() -> None:
    document = Document("a", "אבי חסון כהן", entities=(Span(0, 8, "Person"), Span(4, 12, "Person")))
    assert messages(document) == ["crosses Person 'חסון כהן' [4:12]"]


def test_a_span_that_cuts_a_letter_from_its_marks_is_found() -> None:
    text = "ذهب عَلِيّ"
    assert messages(Document("a", text, entities=(Span(4, 9, "Person"),))) == ["cuts a letter from its marks"]


def test_a_line_names_article_task_annotator_region_words_and_remedy() -> None:
    trigger = Span(0, 4, "Arrest")
    document = Document(
        "a1",
        "נעצר",
        events=(Event(trigger, attributes=(("certainty", "maybe"), ("realis", "generic"))),),
        provenance=Provenance(task=7, annotator="noa", regions=((trigger, "r9"),)),
    )
    [finding] = check(document, ONTOLOGY)
    assert str(finding) == (
        "error: article a1, task 7, by noa, region r9, 'נעצר' [0:4]: maybe is no value of certainty "
        "(it has confirmed, reported, unconfirmed, denied); choose one of those"
    )
