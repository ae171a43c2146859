"""The day published, as a page's metadata gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.articles.page_metadata import day_published
from annotation.articles.reader import read
from annotation.core.document import Document
from tests.unit.annotation.articles.test_publication_date import HEBREW

LD = '<script type="application/ld+json">{}</script>'
PAGES = {
    '<meta property="article:published_time" content="2022-02-10T08:00:00+02:00">': "2022-02-10",
    '<meta name="pubdate" content="20220210">': "2022-02-10",
    '<meta name="DC.date.issued" content="2022-02-10">': "2022-02-10",
    '<meta name="date" content="10/02/2022">': "2022-02-10",
    '<meta itemprop="datePublished" content="2022-02-10">': "2022-02-10",
    '<span itemprop="datePublished">10 בפברואר 2022</span>': "2022-02-10",
    LD.format('{"@type": "NewsArticle", "datePublished": "2022-02-10T10:00:00Z"}'): "2022-02-10",
    LD.format(
        '{"@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, {"@type": "NewsArticle", '
        '"datePublished": "2022-02-10"}]}'
    ): "2022-02-10",
    LD.format('[{"@type": "BlogPosting", "datePublished": "2022-02-10"}]'): "2022-02-10",
    '<article><time datetime="2022-02-10T10:00">לפני שעה</time></article><time datetime="2021-01-01">': "2022-02-10",
    '<time datetime="2020-01-01">x</time><h1>כותרת</h1><time datetime="2022-02-10">y</time>': "2022-02-10",
    '<time datetime="2022-02-10">היום</time>': "2022-02-10",
    '<link rel="canonical" href="https://wadi.example/2022/02/10/news-7">': "2022-02-10",
}
NO_DAY = [
    "",
    "<p>ב-10.02.2022 נסגר הגשר.</p>",
    '<meta property="article:modified_time" content="2022-02-10">',
    '<meta property="article:published_time" content="2999-01-01">',
    '<meta property="article:published_time" content="yesterday">',
    '<meta name="copyrightyear" content="2022"><footer>© 2022</footer>',
    '<time datetime="2022-02-10">x</time><time datetime="2022-02-11">y</time>',
    '<article><time class="updated" datetime="2022-02-10">x</time></article>',
    LD.format("{not json"),
    LD.format('{"datePublished": 7}'),
]


@pytest.mark.parametrize(("head", "day"), PAGES.items())
def test_a_page_says_its_day(head: str, day: str) -> None:
    assert day_published(f"<html><body>{head}<p>{HEBREW[1]}</p></body></html>") == day


@pytest.mark.parametrize("head", NO_DAY)
def test_what_is_not_the_day_published_is_not_taken(head: str) -> None:
    assert day_published(f"<html><body>{head}</body></html>" if head else "") is None


def test_of_several_the_surest_counts() -> None:
    page = (
        '<link rel="canonical" href="https://wadi.example/2022/02/09/x"><time datetime="2022-02-08">x</time>'
        '<meta name="date" content="2022-02-11"><meta property="article:published_time" content="2022-02-10">'
    )
    assert day_published(page) == "2022-02-10"


@pytest.mark.parametrize(
    ("head", "day"),
    [('<meta property="article:published_time" content="2022-02-09">', "2022-02-09"), ("", "2022-02-10")],
)
def test_metadata_is_stronger_than_the_dateline_on_the_page(tmp_path: Path, head: str, day: str) -> None:
    lines = [f"<h1>{HEBREW[0]}</h1>", "<p>10.02.2022 | 14:05</p>", *(f"<p>{line}</p>" for line in HEBREW[1:] * 2)]
    (tmp_path / "a.html").write_text(f"<html><head>{head}</head><body>{''.join(lines)}</body></html>", encoding="utf-8")
    (document,) = read([tmp_path / "a.html"])
    assert isinstance(document, Document)
    assert document.source is not None
    assert document.source.published == day
