"""Every line of a raw file is in the article, blank, or told as cut with its reason."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given

from annotation import sample
from annotation.articles import boilerplate
from annotation.articles.body import find_body
from annotation.articles.cuts import OUTSIDE, REASONS, cuts_of
from annotation.articles.reader import read, read_explained, readable
from annotation.core.document import Document
from annotation.core.errors import ArticleError
from annotation.core.text import lines
from tests.strategies import texts
from tests.unit.annotation.articles.test_publication_date import ARABIC, HEBREW

REASONS_OF_PLACE = {"name", "after the article", "repeated", OUTSIDE}


@given(texts(min_size=0))
def test_what_is_kept_and_what_is_cut_are_the_whole_text(text: str) -> None:
    body = find_body(text)
    cuts = cuts_of(text, body)
    places = [(cut.start, cut.end) for cut in cuts] + list(body.ranges if body else ())
    assert {place for place in lines(text) if text[slice(*place)].strip()} <= set(places)
    assert len(places) == len(set(places))
    assert all(cut.text == text[cut.start : cut.end] for cut in cuts)
    assert all(text.split("\n")[cut.line - 1] == cut.text for cut in cuts if "\r" not in text)


def test_every_reason_has_words() -> None:
    assert set(boilerplate._RULES) | REASONS_OF_PLACE == set(REASONS)


def test_the_sample_s_cuts_are_told_and_its_documents_are_the_same() -> None:
    explained = list(read_explained(sample.raw()))
    assert [found for found, _ in explained] == list(read(sample.raw()))
    assert {cut.reason for _, cuts in explained for cut in cuts} <= set(REASONS)
    assert sum(bool(cuts) for _, cuts in explained) > len(explained) / 2


def test_a_page_of_html_tells_also_what_was_left_out_as_a_whole(tmp_path: Path) -> None:
    body = "".join(f"<p>{line}</p>" for line in (*HEBREW, "צילום: דובר המועצה", *HEBREW[1:]))
    page = f"<html><body><nav><a>ראשי</a></nav><article>{body}</article><footer>תקנון</footer></body></html>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    ((document, cuts),) = read_explained([tmp_path / "a.html"])
    assert isinstance(document, Document)
    text = readable(page.encode(), "a.html")
    assert {cut.text: cut.reason for cut in cuts}["צילום: דובר המועצה"] == "caption"
    assert {"ראשי", "תקנון"} <= {cut.text for cut in cuts}
    assert all(text[cut.start : cut.end] == cut.text for cut in cuts)


def test_a_file_without_an_article_tells_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-----\n12:30\nصورة: سامر\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("\n".join(ARABIC), encoding="utf-8")
    (first, cuts), (second, none) = read_explained([tmp_path])
    assert isinstance(first, ArticleError)
    assert [(cut.line, cut.reason) for cut in cuts] == [(1, "separator"), (2, "date or byline"), (3, "caption")]
    assert isinstance(second, Document)
    assert none == ()
