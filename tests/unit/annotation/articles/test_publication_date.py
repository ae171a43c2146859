"""The day an article was published: from datelines as papers write them, never from running text."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.articles.body import find_body
from annotation.articles.months import MONTHS
from annotation.articles.publication_date import day_of, day_of_dateline
from annotation.articles.reader import read
from annotation.core.document import Document
from tests.strategies import texts

HEADLINE = "هدوء حذر في بلدة السنابل بعد ليلة طويلة"
ARABIC = [
    HEADLINE,
    "عاد الهدوء صباح الأحد إلى بلدة السنابل، وكان القصف قد بدأ في 3 مارس 2019 وفق سكان.",
    "وأوضح رئيس المجلس المحلي سامر الوادي أن أحدا لم يصب.",
]
HEBREW = [
    "שקט מתוח בעיירה גבעת אלה אחרי ליל ההפגזות",
    "תושבי גבעת אלה שבו הבוקר אל בתיהם, שנבנו אחרי הסכם שנחתם ב-3 במרץ 2019.",
    "ראש המועצה, אורן שדה, אמר שאיש לא נפגע.",
]
DATELINES = {
    "2022.02.10 | 10:00 دمشق": "2022-02-10",
    "2022-02-10": "2022-02-10",
    "2022-02-10T10:00:00+02:00": "2022-02-10",
    "19 ديسمبر/كانون الأول 2024": "2024-12-19",
    "19 كانون الأول / ديسمبر 2024": "2024-12-19",
    "الخميس 12 شباط 2015 - 14:30": "2015-02-12",
    "نشر في: 5 غشت 2022": "2022-08-05",
    "5 جانفي 2022": "2022-01-05",
    "٥ أوت ٢٠٢١": "2021-08-05",
    "١٠/٢/٢٠٢٢": "2022-02-10",
    "7 يونيه 2020، القاهرة": "2020-06-07",
    "الأربعاء 9 رجب 1443 - 10 فبراير 2022": "2022-02-10",
    "10 من فبراير 2022": "2022-02-10",
    "فبراير 10, 2022": "2022-02-10",
    "10 בפברואר 2022": "2022-02-10",
    "יום חמישי, 10 בפברואר 2022, 14:05": "2022-02-10",
    "פורסם ב-10 בפברואר 2022": "2022-02-10",
    "10.02.2022": "2022-02-10",
    "10/2/22 | 14:05": "2022-02-10",
    "7.6.98": "1998-06-07",
    "11 במרס 2024": "2024-03-11",
    "עודכן: 12.02.2022 | פורסם: 10.02.2022": "2022-02-10",
    "פורסם: 10.02.2022 | עודכן: 12.02.2022": "2022-02-10",
    "Thu, 10 Feb 2022 10:00:00 GMT": "2022-02-10",
}
NONE = [
    "10:00",
    "אתמול, 14:05",
    "قبل ساعتين",
    "2022",
    "10 בפברואר",
    "31.04.2022",
    "2/13/2022",
    "19 ديسمبر/شباط 2024",
    "3.5.1989",
    "9/7/1443",
    "עודכן: 12.02.2022",
    "آخر تحديث 12/2/2022",
    "1.2.3.2022",
    "גרסה 110.02.20223",
]


@pytest.mark.parametrize(("line", "day"), DATELINES.items())
def test_a_day_is_read_as_papers_write_it(line: str, day: str) -> None:
    assert day_of(line) == day
    assert day_of(f"\u200f{line} \u200e") == day


@pytest.mark.parametrize("line", NONE)
def test_what_is_no_day_or_of_no_article_is_not_taken(line: str) -> None:
    assert day_of(line) is None


def test_a_day_to_come_is_not_taken() -> None:
    today = date.today()
    assert day_of(today.strftime("%d.%m.%Y")) == today.isoformat()
    assert day_of((today + timedelta(days=2)).strftime("%d.%m.%Y")) is None


def test_every_name_of_a_month_is_its_own() -> None:
    names = [name for month in MONTHS for name in month.split(", ")]
    assert len(names) == len(set(names))
    for number, month in enumerate(MONTHS, 1):
        for name in month.split(", "):
            assert day_of(f"7 {name} 2021") == f"2021-{number:02}-07", name


@given(
    st.dates(date(1990, 1, 1), date(2025, 12, 31)), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%y"])
)
def test_any_day_comes_back_from_its_figures(day: date, form: str) -> None:
    assert day_of(day.strftime(form)) == day.isoformat()


@given(texts(min_size=0))
def test_no_text_is_too_odd(text: str) -> None:
    day_of(text)


def found(page: list[str]) -> str | None:
    text = "\n".join(page)
    body = find_body(text)
    return day_of_dateline(text, body) if body else None


@pytest.mark.parametrize("article", [ARABIC, HEBREW], ids=["ar", "he"])
@pytest.mark.parametrize("line", ["2022.02.10 | 10:00 دمشق", "10/2/22 | 14:05", "19 ديسمبر/كانون الأول 2024"])
def test_a_dateline_under_the_headline_above_it_or_at_the_end(line: str, article: list[str]) -> None:
    day = day_of(line)
    assert found([article[0], line, *article[1:]]) == day
    assert found([article[0], "", "", line, "", *article[1:]]) == day
    assert found([line, *article]) == day
    assert found(["الرئيسية", line, "", *article]) == day
    assert found([*article, "", line]) == day
    assert found([*article, "---------", line, "© 2023"]) == day


def test_running_text_gives_no_day() -> None:
    assert found(ARABIC) is None
    assert found(HEBREW) is None
    assert found([*HEBREW[:2], "מאז 10.02.2022 איש לא שב אל הבתים שליד הגדר, אמר.", *HEBREW[2:]]) is None


def test_a_dateline_between_paragraphs_is_another_article_s() -> None:
    assert found([*ARABIC[:2], "10.02.2022", *ARABIC[2:]]) is None


def test_the_day_of_another_headline_below_is_not_the_article_s() -> None:
    below = ["כתבות נוספות", "הגשר הישן ייסגר לשיפוצים בקיץ", "10.02.2022", "הכביש נפתח", "11.02.2022"]
    assert found([*HEBREW, *below]) is None


def test_under_the_headline_is_surer_than_above_and_that_than_below() -> None:
    assert found(["1.1.2024", HEBREW[0], "2.1.2024", *HEBREW[1:], "3.1.2024"]) == "2024-01-02"
    assert found(["1.1.2024", *HEBREW, "3.1.2024"]) == "2024-01-01"


def test_a_document_has_the_day_and_its_text_has_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join([ARABIC[0], "2022.02.10 | 10:00 دمشق", *ARABIC[1:]]), encoding="utf-8")
    (document,) = read([tmp_path / "a.txt"])
    assert isinstance(document, Document)
    assert document.source is not None
    assert document.source.published == "2022-02-10"
    assert document.text == "\n".join(ARABIC)


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ("19 ديسمبر 2024", "2024-12-19"),
        ("10.02.2022 14:05", "2022-02-10"),
        ("2022-02-10T10:00:00Z", "2022-02-10T10:00:00Z"),
        ("last week", "last week"),
        (None, "2021-05-06"),
    ],
)
def test_what_a_row_states_is_stronger_than_its_dateline(tmp_path: Path, stated: str | None, published: str) -> None:
    row = {"text": "\n".join([HEBREW[0], "6.5.2021", *HEBREW[1:]]), "published": stated}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (document,) = read([tmp_path / "a.jsonl"])
    assert isinstance(document, Document)
    assert document.source is not None
    assert document.source.published == published
