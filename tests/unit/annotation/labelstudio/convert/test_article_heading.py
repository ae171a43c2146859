"""What stands above an article: nothing that an article's own title or address could turn into something else."""

from __future__ import annotations

import pytest

from annotation.core.document import Source
from annotation.labelstudio.convert.article_heading import article_heading


def test_title_day_source_and_link_are_shown() -> None:
    source = Source("רדיו הגליל", "שלושה הרוגים", "https://news.example/he/1?a=1&b=2", "2026-03-12T10:00:00")
    assert article_heading(source) == {
        "article_heading": "שלושה הרוגים\n2026-03-12 · רדיו הגליל\n",
        "article_link": "[news.example](https://news.example/he/1?a=1&b=2)",
    }


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2024-01-02 00:00:00+00:00", "2024-01-02"),
        ("2024-01-02T08:00", "2024-01-02"),
        ("2024-01-02", "2024-01-02"),
        ("2 بـTكانون", "2 بـTكانون"),
    ],
)
def test_the_time_of_day_is_left_out(said: str, shown: str) -> None:
    assert article_heading(Source("s", published=said)) == {"article_heading": f"{shown} · s\n"}


def test_what_is_not_known_is_left_out() -> None:
    assert article_heading(None) == {}
    assert article_heading(Source("file.txt")) == {"article_heading": "file.txt\n"}
    assert article_heading(Source("s", published="19 ديسمبر")) == {"article_heading": "19 ديسمبر · s\n"}
    assert article_heading(Source("", title="a\n\n  b")) == {"article_heading": "a b\n"}


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x", "https://", "http://[", "news", ""],
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert "article_link" not in article_heading(Source("s", url=url))


@pytest.mark.parametrize(
    "url", ['https://h/"><img src=x onerror=alert(1)>', "https://h/a)b<script>", "http://h/a b\n[c](d)"]
)
def test_an_address_cannot_leave_its_link(url: str) -> None:
    link = str(article_heading(Source("s", url=url))["article_link"])
    assert link.startswith("[h](http")
    assert not set(link.removeprefix("[h](").removesuffix(")")) & set("<>()[]\"' \n`")
