"""The visible text of a page, its offsets into the source, and the article's lines in it."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.articles.body import find_body
from annotation.articles.html import Extract, Page, article, decode_html, extract
from tests.strategies import texts

PARAGRAPHS = [
    "عاد الهدوء صباح الأحد إلى بلدة السنابل بعد ليلة من القصف المتبادل، وفق ما قال سكان تحدثوا إلى الوكالة.",
    "وأوضح رئيس المجلس المحلي سامر الوادي أن أحدا لم يصب، وأن الأضرار اقتصرت على المباني القريبة من الجسر.",
    "وتتواصل أعمال الإصلاح في شبكة الكهرباء، بينما فتحت المدارس أبوابها من جديد أمام التلاميذ.",
]
HEADLINE = "هدوء حذر في بلدة السنابل"

PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{HEADLINE} | وكالة الوادي</title>
<link rel="canonical" href="https://wadi.example/news/7"><meta property="article:published_time" content="2023-11-05">
<script>if (a < b) document.write("<p>نص</p>")</script><style>p {{ color: red }}</style></head>
<body><nav><a href="/">الرئيسية</a><a href="/x">أخبار</a></nav>
<article><h1>{HEADLINE}</h1><p>05.11.2023 | 09:15</p><figure><figcaption>صورة أرشيفية للجسر</figcaption></figure>
<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1].replace("سامر", "<b>سامر</b>")}</p><!-- ad --><p>{PARAGRAPHS[2]}</p></article>
<aside><h3>اقرأ أيضا</h3><ul><li>وفد يزور البلدة غدا</li><li>سعر الخبز يرتفع مرة أخرى</li></ul></aside>
<footer>جميع الحقوق محفوظة</footer></body></html>"""

MARKUP = (
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<br/>",
    "<div class='x'>",
    "<!-- a < b -->",
    "<script>x<y</script>",
    "<",
    ">",
    "&",
)
MARKUP += (
    "&amp;",
    "&nbsp;",
    "&#1488;",
    "&#x5d0;",
    "&quot",
    "&unknown;",
    "<!doctype html>",
    '<a href="a>b">',
    "<p title='",
    "&NotEqualTilde;",
)
sources = st.lists(st.sampled_from(MARKUP) | texts(max_size=3), max_size=20).map("".join)


@given(sources)
def test_every_visible_character_is_found_in_the_source(source: str) -> None:
    page = Page(source)
    last = 0
    for at, char in enumerate(page.text):
        start, end = page.to_source(at, at + 1)
        assert last <= end
        assert start < end <= len(source)
        last = start
        if char == "\n":
            assert source[start] == "<"
        elif char == " ":
            assert source[start:end].isspace() or source[start] == "&"
        else:
            assert char in html.unescape(source[start:end])


@given(sources)
def test_the_visible_text_has_no_blank_lines_and_no_double_spaces_of_its_own(source: str) -> None:
    text = Page(source).text
    assert "\n\n" not in text
    assert not text.startswith((" ", "\n"))
    assert "\r" not in text


@given(texts(min_size=0))
def test_escaped_text_is_seen_as_it_was_but_for_white_space(text: str) -> None:
    seen = Page(f"<p>{html.escape(text)}</p>").text
    assert "".join(seen.split()) == "".join(text.split())


def test_a_range_takes_in_the_markup_between_its_characters_only() -> None:
    source = "<p>قال&nbsp;<b>سامر</b> &quot;نعم&quot;</p>"
    page = Page(source)
    assert page.text == 'قال\u00a0سامر "نعم"\n'
    assert source[slice(*page.to_source(4, 8))] == "سامر"
    assert source[slice(*page.to_source(0, 8))] == "قال&nbsp;<b>سامر"
    assert source[slice(*page.to_source(9, 14))] == "&quot;نعم&quot;"
    assert page.to_source(3, 3) == (6, 6)
    assert page.to_source(99, 99) == (len(source), len(source))


def test_scripts_styles_and_comments_are_not_seen() -> None:
    assert "document" not in Page(PAGE).text
    assert "color" not in Page(PAGE).text
    assert " ad " not in Page(PAGE).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>א<!-- ב <p>ג", "א"),
        ("<p>א<script>ב<p>ג", "א"),
        ("<p>א<p class='ב>ג", "א\n"),
        ("<p>א</p", "א\n"),
        ("א < ב & ג", "א < ב & ג"),
        ("<p title=ב'ג>א</p>", "א\n"),
        ('<p data-x="<b>ב</b>">א</p>', "א\n"),
        ("א&#10;ב", "א ב"),
        ("&#" + "9" * 5000 + ";", "\ufffd" + "9" * 4993 + ";"),
        ("א<br><br/>\n  ב<b>ג</b>\t ד ", "א\nבג ד"),
    ],
)
def test_broken_markup_is_seen_as_browsers_show_it(source: str, text: str) -> None:
    assert Page(source).text == text


@pytest.mark.parametrize("piece", ["<", "<a", "<!--", "<p class='", "<script", "<script>", "&a", "<!", '<p "x'])
def test_markup_that_never_closes_takes_no_longer(piece: str) -> None:
    some, many = seconds(piece * 1_000), seconds(piece * 30_000)
    assert many < max(0.05, 150 * some), "30 times as long takes 30 times the time; the square of that would be 900"


def seconds(source: str) -> float:
    """The processor's, to see a page."""
    began = time.process_time()
    page = Page(source)
    took = time.process_time() - began
    assert len(page.text) <= len(source)
    return took


def test_the_article_is_its_headline_and_paragraphs() -> None:
    page = Page(PAGE)
    body = find_body(page.text, article(page, extract(PAGE)))
    assert body is not None
    assert body.text(page.text).split("\n") == [HEADLINE, *PARAGRAPHS]
    assert body.title == HEADLINE


def test_what_the_page_says_of_itself() -> None:
    found = extract(PAGE)
    assert (found.url, found.published) == ("https://wadi.example/news/7", "2023-11-05")


def test_where_no_article_is_found_all_lines_are_looked_at() -> None:
    page = Page("<p>" + "</p><p>".join(PARAGRAPHS) + "</p>")
    assert len(article(page, Extract())) == len(PARAGRAPHS) + 1


def test_an_article_in_other_words_than_the_page_is_not_believed() -> None:
    page = Page("<p>" + "</p><p>".join(PARAGRAPHS) + "</p>")
    assert len(article(page, Extract(text="نص آخر تماما لا علاقة له بهذه الصفحة ولا بما فيها"))) == len(PARAGRAPHS) + 1


def test_a_paragraph_broken_by_br_is_found_in_its_lines() -> None:
    page = Page("<div>قائمة</div><p>" + PARAGRAPHS[0].replace(" بعد ", "<br>بعد ") + "</p>")
    chosen = article(page, Extract(text=PARAGRAPHS[0]))
    assert " ".join(page.text[start:end] for start, end in chosen) == PARAGRAPHS[0]


def test_of_two_places_the_one_that_goes_on_is_the_article() -> None:
    teaser = f"<div>{PARAGRAPHS[0]}</div><div>قائمة</div>"
    page = Page(teaser + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS))
    chosen = article(page, Extract(text="\n".join(PARAGRAPHS)))
    assert [page.text[start:end] for start, end in chosen] == PARAGRAPHS
    assert chosen[0][0] > page.text.index("قائمة")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("windows-1256", "cp1256"),
        ("WINDOWS-1255", "cp1255"),
        ("iso-8859-8-i", "iso8859-8"),
        ("ISO-8859-6", "iso8859-6"),
        ("utf-8", "utf-8"),
    ],
)
def test_the_page_says_its_encoding(name: str, codec: str) -> None:
    text = "שלום" if "8" in codec[-1] or "1255" in codec else "سلام"
    raw = f'<html><head><meta charset="{name}"></head><p>{text}</p>'.encode(codec)
    assert decode_html(raw) == (raw.decode(codec), codec)


@pytest.mark.parametrize("name", ["utf-8", "klingon", "utf-16", "hex"])
def test_a_page_wrong_about_its_encoding_is_read_all_the_same(name: str) -> None:
    raw = f'<meta http-equiv="Content-Type" content="text/html; charset={name}"><p>قال متحدث إن القوة عادت</p>'
    assert decode_html(raw.encode("cp1256")) == (raw, "cp1256")


def test_a_bom_is_stronger_than_the_page() -> None:
    raw = '<meta charset="windows-1256"><p>سلام</p>'
    assert decode_html(raw.encode("utf-8-sig")) == (raw, "utf-8-sig")


@settings(deadline=None)  # the first page loads trafilatura's rules
@given(st.binary(max_size=80) | sources.map(lambda s: s.encode("utf-8", "surrogatepass")))
def test_any_page_is_read_or_refused(raw: bytes) -> None:
    try:
        text, _ = decode_html(raw)
    except ValueError:
        return
    page = Page(text)
    ends = [0, *(offset for line in article(page, extract(text)) for offset in line), len(page.text)]
    assert ends == sorted(ends)
