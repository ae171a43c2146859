"""The report in a real browser: nothing runs but its own, nothing is cut off, arcs are drawn, filters filter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation import sample
from annotation.core.document import Document, Provenance, Source
from tests.builders import conflict
from training.analysis.evaluation import evaluation
from training.report.report_page import write_report

EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def documents(count: int) -> list[Document]:
    """The sample over and over, with what an article's title may hold."""
    gold = sorted(sample.gold(), key=lambda document: document.id)  # by hash: the languages mixed
    return [
        replace(gold[i % len(gold)], id=f"d{i}", source=Source("s", title=EVIL), provenance=Provenance(task=i + 1))
        for i in range(count)
    ]


def found(gold: list[Document]) -> list[Document]:
    """Every second event of each document."""
    some = []
    for document in gold:
        events = document.events[::2]
        known = {*document.entities, *(event.trigger for event in events)}
        kept = (replace(e, arguments=tuple(a for a in e.arguments if a.filler in known)) for e in events)
        some.append(replace(document, events=tuple(kept), links=()))
    return some


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    gold = documents(40)
    result = evaluation(
        gold,
        found(gold),
        ontology=conflict(),
        train=gold[:4],
        before=("the last", gold),
        title=EVIL,
        studio="http://studio.example/projects/7",
    )
    return write_report(result, tmp_path_factory.mktemp("report"))


@pytest.fixture
def page(silent: Page) -> Page:
    """Tests of a file need no server."""
    return silent


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280, 1920])
def test_nothing_is_cut_off_and_the_decision_is_on_the_first_screen(
    page: Page, report: Path, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    shown = page.locator(".answer h2").all_inner_texts()
    assert shown == ["Is it better?", "Where?", "How sure is that?", "What would a human reach?", "What to label next?"]
    ends = page.evaluate("[...document.querySelectorAll('.answer')].map(e => e.getBoundingClientRect().bottom)")
    assert max(ends[:3] if width > 400 else ends[:1]) <= 1000
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (sum(map(int, ink[4:-1].split(","))) > sum(map(int, paper[4:-1].split(",")))) == (scheme == "dark")


def test_what_stands_in_an_article_is_shown_and_not_run(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    assert page.title() == EVIL
    assert page.locator("img").count() == 0
    expect(page.locator("h1")).to_have_text(EVIL)


def test_an_arc_goes_from_each_trigger_to_its_filler(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    drawing = page.locator(".drawing").first
    arcs = drawing.evaluate("node => JSON.parse(node.dataset.arcs).length")
    assert arcs > 0
    expect(drawing.locator(".arc")).to_have_count(arcs)
    event = page.locator(".side").first.locator("li").filter(has=page.locator(".chip")).first
    event.hover()
    number = event.get_attribute("data-n")
    shown = drawing.locator(".role:visible")
    assert set(shown.evaluate_all("all => all.map(role => role.dataset.n)")) == {number}
    assert shown.count() == event.locator(".chip").count()
    ends = drawing.evaluate(
        """(node, number) => {
            const [trigger, filler] = JSON.parse(node.dataset.arcs).find(arc => String(arc[0]) === number);
            const box = node.querySelector(`mark[data-n="${filler}"]`).getClientRects()[0];
            const arc = node.querySelector(`.arc[data-n="${number}"] path.head`).getBoundingClientRect();
            return [(box.left + box.right) / 2 - (arc.left + arc.right) / 2, box.top - arc.bottom];
        }""",
        number,
    )
    assert max(map(abs, ends)) < 2


def test_the_filters_show_what_they_say(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    all_ = page.locator(".example").count()
    expect(page.locator("#filter output")).to_have_text(f"{all_} of {all_} shown")
    page.select_option("select[name=language]", label="Arabic")
    shown = page.locator(".example:visible")
    assert 0 < shown.count() < all_
    assert all(text.startswith("Arabic") for text in page.locator(".example:visible .id").all_text_contents())
    page.select_option("select[name=type]", label="Strike")
    expect(page.locator("#filter output")).to_have_text(f"{shown.count()} of {all_} shown")
    assert shown.count() > 0
    assert all(node.locator(".missed", has_text="Strike").count() for node in shown.all())
    page.click("#filter button")
    expect(page.locator(".example:visible")).to_have_count(all_)


def test_each_document_links_to_its_task(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    links = page.locator(".example .id a").evaluate_all("all => all.map(a => a.href)")
    assert len(links) == page.locator(".example").count()
    assert all(link.startswith("http://studio.example/projects/7/data?task=") for link in links)


def test_it_prints(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    assert page.pdf().count(b"/Type /Page\n") in range(3, 40)


def test_arcs_are_printed_where_the_words_are(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.locator(".example").first.evaluate("node => node.open = true")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # drawn on the screen, as the browser does it
    page.emulate_media(media="print")
    off = (
        page.locator(".example")
        .first.locator(".drawing")
        .first.evaluate(
            """drawing => {
          const tops = new Set([...drawing.querySelectorAll("mark[data-n]")].map(m => m.getClientRects()[0].top));
          const tips = [...drawing.querySelectorAll("path.head")].map(p => p.getBoundingClientRect().bottom);
          return tips.map(tip => Math.min(...[...tops].map(top => Math.abs(top - tip))));
        }"""
        )
    )
    assert off
    assert max(off) < 3
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html.printing, .cut").count() == 0


def test_of_two_thousand_documents_few_are_drawn_at_first_and_all_are_listed_when_asked(
    page: Page, tmp_path: Path
) -> None:
    gold = documents(2000)
    path = write_report(evaluation(gold, found(gold), ontology=conflict(), title="many"), tmp_path)
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_function("document.querySelectorAll('.arc').length > 0")
    assert page.locator(".example:visible").count() <= 50
    page.locator("summary", has_text="The other 1950 documents with errors").click()
    lines = page.locator(".others .example:visible")
    expect(lines).to_have_count(1950)
    page.select_option("select[name=language]", label="Hebrew")
    assert 0 < lines.count() < 1950
    assert all(text.startswith("Hebrew") for text in lines.locator(".ways").all_text_contents())
