"""Raw articles to learn from: what is left out, why, and what is refused."""

from __future__ import annotations

import pytest

from annotation.core.document import Document
from annotation.core.errors import ArticleError, UsageError
from tests.run.small import documents
from training.pretraining.raw_text import RawText, texts_hash

ARTICLES = documents(12)
LOST = ArticleError(path="a.pdf", reason="is a PDF, not text", remedy="leave it out, or mend it")


def test_each_text_is_used_once_and_what_cannot_be_read_is_counted() -> None:
    raw = RawText()
    assert list(raw.select([LOST, *ARTICLES, ARTICLES[3]])) == ARTICLES
    assert raw.used == {"he": 6, "ar": 6}
    assert raw.reasons() == f"1 not readable, 1 twice there; the first: {LOST}"


def test_articles_of_other_languages_are_left_out_and_nothing_left_is_refused() -> None:
    raw = RawText(["he"])
    assert {article.language for article in raw.select(ARTICLES)} == {"he"}
    assert raw.left_out == {"in ar": 6}
    arabic = [article for article in ARTICLES if article.language == "ar"]
    with pytest.raises(UsageError, match=r"no raw article is left to learn from \(6 in ar\)"):
        list(RawText(["he"]).select(arabic))
    with pytest.raises(UsageError, match="there was none"):
        list(RawText().select([]))


def test_copies_of_held_out_documents_are_left_out() -> None:
    held, text = ARTICLES[0], ARTICLES[0].text
    copy = Document(id="copy", text=f"{text}!", language=held.language)
    raw = RawText(held_out=[held])
    assert list(raw.select([copy, *ARTICLES])) == ARTICLES[1:]
    assert raw.left_out == {"near-duplicates of dev or test": 2}


def test_the_hash_of_texts_depends_on_where_each_ends() -> None:
    split = [Document(id=text, text=text, language="he") for text in ("אב", "ג")]
    other = [Document(id=text, text=text, language="he") for text in ("א", "בג")]
    assert texts_hash(split) != texts_hash(other)
