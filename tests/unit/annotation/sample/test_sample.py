"""The bundled corpus: whole, well-formed, within the ontology, and what the reader makes of the raw files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation import sample
from annotation.articles.reader import read
from annotation.core.document import Document, Span, text_id
from annotation.core.near_duplicates import duplicate_clusters
from annotation.core.ontology import Ontology
from annotation.core.text import on_grapheme
from tests.builders import ONTOLOGY_PATH

ONTOLOGY = Ontology.load(ONTOLOGY_PATH)
LANGUAGES = sorted(sample.ANNOTATORS)
HOME = Path(sample.__file__).parent
STORIES = {
    17: ("תל זיתון", "تل الزيتون"),
    18: ("מחנה אל-ע'דיר", "مخيم الغدير"),
    19: ("מעבר אל-ג'סר", "معبر الجسر"),
    20: ("אם א-שעיר", "أم الشعير"),
    21: ("מרג' סאלם", "مرج سالم"),
    22: ("סכר א-רעד", "سد الرعد"),
}
"""The places of the stories that an outlet of each language tells in its own way, by the number of the articles."""


@pytest.fixture(scope="module")
def marked() -> list[tuple[str, Document]]:
    return list(sample.annotated())


@pytest.fixture(scope="module")
def articles() -> list[Document]:
    found = list(read(sample.raw()))
    return [article for article in found if isinstance(article, Document)]


def spans(marked: list[tuple[str, Document]]) -> Iterator[tuple[str, Document, Span]]:
    for name, document in marked:
        for span in document.spans():
            yield name, document, span


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_forty_articles_and_a_dozen_that_all_annotators_marked(language: str) -> None:
    by = {name: {path.stem for path in (HOME / language / name).iterdir()} for name in sample.ANNOTATORS[language]}
    senior, second, third = by.values()
    assert len(senior) == sum(path.parent.parent.name == language for path in sample.raw()) == 40
    assert len(second) == 12
    assert second == third
    assert second < senior
    assert sum(path.parent.parent.name == language for path in sample.unlabelled()) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_type_is_there_a_dozen_times_and_every_role_of_it_five(language: str) -> None:
    events = [event for d in sample.gold() if d.language == language for event in d.events]
    types = Counter(event.type for event in events)
    roles = Counter((event.type, argument.role) for event in events for argument in event.arguments)
    assert {type_: types[type_] for type_ in ONTOLOGY.events if types[type_] < 12} == {}
    asked = [(type_, role) for type_, event in ONTOLOGY.events.items() for role in event.roles]
    assert {pair: roles[pair] for pair in asked if roles[pair] < 5} == {}


def test_articles_are_as_long_as_news_is(marked: list[tuple[str, Document]]) -> None:
    words = {document.text.split("\n")[0]: len(document.text.split()) for _, document in marked}
    assert {headline: count for headline, count in words.items() if not 120 <= count <= 400} == {}


@pytest.mark.parametrize("number", STORIES)
def test_a_story_is_told_in_both_languages(number: int) -> None:
    told = {path.stem: d.text for path, d in zip(sample.raw(), sample.gold(), strict=True)}
    hebrew, arabic = STORIES[number]
    assert hebrew in told[f"he{number}"]
    assert arabic in told[f"ar{number}"]


def test_documents_are_known_by_their_text_and_annotator(marked: list[tuple[str, Document]]) -> None:
    for name, document in marked:
        assert document.id == text_id(document.text)
        assert document.provenance is not None
        assert document.provenance.annotator == name
        assert name in sample.ANNOTATORS[document.language]


def test_marks_keep_to_the_ontology(marked: list[tuple[str, Document]]) -> None:
    assert {span.label for _, _, span in spans(marked)} <= set(ONTOLOGY.labels)
    wrong = []
    for name, document in marked:
        for event in document.events:
            wrong += [
                (name, document.id, event.type, a.role, a.filler.label, a.filler.quote(document.text))
                for a in event.arguments
                if not ONTOLOGY.permits(event.type, a.role, a.filler.label)
            ]
            wrong += [
                (name, document.id, event.type, role.name, role.maximum, event.trigger.quote(document.text))
                for role in ONTOLOGY.events[event.type].roles.values()
                if role.maximum is not None and sum(a.role == role.name for a in event.arguments) > role.maximum
            ]
        wrong += [(name, document.id, link.label) for link in document.links if link.label not in ONTOLOGY.links]
    assert not wrong


def test_attributes_are_said_only_where_they_differ(marked: list[tuple[str, Document]]) -> None:
    for _, document in marked:
        for event in document.events:
            for attribute, value in event.attributes:
                assert value in ONTOLOGY.attributes[attribute].values
                assert value != ONTOLOGY.attributes[attribute].default, (document.id, event.trigger)


def test_spans_begin_and_end_where_they_may(marked: list[tuple[str, Document]]) -> None:
    wrong = []
    for name, document, span in spans(marked):
        words = span.quote(document.text)
        whole = on_grapheme(document.text, span.start) and on_grapheme(document.text, span.end)
        clean = words == words.strip() and words[0].isalnum() and words[-1] not in ".,:;!?()[]«»،؛؟-/"
        if not (whole and clean):
            wrong.append((name, document.id, words))
    assert not wrong


def test_no_span_crosses_another(marked: list[tuple[str, Document]]) -> None:
    for _, document in marked:
        every = sorted(document.spans())
        assert [(a, b) for i, a in enumerate(every) for b in every[i + 1 :] if a.crosses(b)] == []


def test_some_spans_begin_inside_a_word(marked: list[tuple[str, Document]]) -> None:
    for language in LANGUAGES:
        glued = [
            span
            for _, document, span in spans(marked)
            if document.language == language and document.text[max(span.start - 1, 0) : span.start].isalpha()
        ]
        assert len(glued) > 20


def test_the_reader_finds_in_each_raw_file_exactly_what_was_marked(articles: list[Document]) -> None:
    assert [Path(a.source.name).stem for a in articles if a.source] == [path.stem for path in sample.raw()]
    for article, gold in zip(articles, sample.gold(), strict=True):
        assert article.text == gold.text
        assert article.id == gold.id
        assert article.language == gold.language


def test_raw_files_come_as_they_do_from_the_web(articles: list[Document]) -> None:
    raw = b"".join(path.read_bytes() for path in sample.raw())
    assert {path.suffix for path in sample.raw()} == {".txt", ".html"}
    assert b"\r\n" in raw
    assert b"\xef\xbb\xbf" in raw
    assert len({article.source.encoding for article in articles if article.source}) > 2
    text = "".join(article.text for article in articles)
    assert "\N{NO-BREAK SPACE}" in text
    assert any(ord(char) > 0xFFFF for char in text)


def test_unlabelled_articles_are_read_and_new() -> None:
    known = {document.text for document in sample.gold()}
    found = list(read(sample.unlabelled()))
    assert len(found) == len(sample.unlabelled()) > 0
    assert all(isinstance(article, Document) and article.text not in known for article in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_articles_were_published_twice(language: str, articles: list[Document]) -> None:
    count = Counter(duplicate_clusters([article for article in articles if article.language == language]))
    assert sorted(count.values())[-3:] == [1, 2, 2]


def test_annotators_differ_on_the_same_text(marked: list[tuple[str, Document]]) -> None:
    gold = {document.id: document for document in sample.gold()}
    seniors = {names[0] for names in sample.ANNOTATORS.values()}
    for name, document in marked:
        if name not in seniors:
            assert document.text == gold[document.id].text
            assert document != gold[document.id]
