"""Every page that naba makes, by the rules of axe-core, and by key alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from annotation import sample
from annotation.agreement.agreement_page import write_page
from annotation.core.matching import UNITS
from annotation.snapshot.snapshot import build
from tests.builders import conflict
from tests.releases import put, record, weaker
from training.analysis.data_change import DataChange
from training.analysis.evaluation import AGAINST, Evaluation, evaluation
from training.analysis.learning_curve import Curve, TrainingPoint
from training.analysis.since_before import SinceBefore
from training.analysis.test_sets import Predictions
from training.lineage.release_record import Gate
from training.report.learning_curve_page import write_curve
from training.report.release_history import write_history
from training.report.report_page import write_report
from training.scoring.scores import score

LANGUAGES = ("en", "he", "ar")
CURVE = Curve(
    [
        TrainingPoint(share, 1, round(40 * share), {"Strike": round(60 * share)}, score(part, weaker(part, share)))
        for part in [sample.gold()[:6]]
        for share in (0.25, 0.5, 0.75, 1.0)
    ]
)
GOLD = sorted(sample.gold(), key=lambda document: document.id)[::16]
RULES = {"resultTypes": ["violations"]}
OPEN_A_FEW = """
for (const kind of ["compared", "example", "data", "more", ""]) {
  const parts = [...document.querySelectorAll("details")].filter((part) => part.classList.value === kind);
  parts.forEach((part, at) => part.open = at === 0);
}
"""
"""One of each kind is opened: the others are alike, and to look at every word of them takes minutes."""


def report(folder: Path) -> Evaluation:
    """With everything that a page may have: a model before, its own test set, gates, and what changed."""
    half = len(GOLD) // 2
    now, before = weaker(GOLD, 0.7), weaker(GOLD, 0.5, seed=2)
    old = build(GOLD[half:], folder / "old", ontology=conflict())
    new = build(GOLD, folder / "new", ontology=conflict())
    sets = [
        Predictions("new, test", "now", GOLD, now, before, [GOLD[0].id]),
        Predictions("old, test", "before", GOLD[half:], now[half:], before[half:]),
    ]
    since = SinceBefore(
        learned=DataChange.between(old, new),
        settings={"fit.epochs": ("3", "30")},
        packages={"torch": ("1", "2")},
        code_changed=True,
        test_sets=tuple(scores for part in sets for scores in part.scores()),
        remarks=("something could not be opened",),
    )
    result = evaluation(
        GOLD,
        now,
        ontology=conflict(),
        train=GOLD[:4],
        before=("1.0", before),
        before_seen=[GOLD[0].id],
        since=since,
        title="1.1",
        notes=["a remark"],
        studio="http://studio.example/projects/7",
    )
    gates = (Gate(gate="floor", passed=True, said="fine"), Gate(gate="drop", passed=False, said="fell"))
    return replace(result, gates=gates, pages={AGAINST: "../1.0/report.html"})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    put(folder, record("1.0"))
    put(folder, record("1.1", created="2026-01-02T00:00:00+00:00", f1=0.6))
    (folder / "refused").mkdir()
    refused = record("1.2").model_copy(update={"gates": (Gate(gate="drop", passed=False, said="Arg-C+ in Arabic"),)})
    put(folder / "refused", refused)
    annotated, made = [document for _, document in sample.annotated()][:8], {}
    evaluated = report(folder)
    for code in LANGUAGES:
        out = folder / code
        made[f"report {code}"] = write_report(evaluated, out, code)
        made[f"history {code}"] = write_history(folder, code).rename(folder / f"history-{code}.html")
        made[f"agreement {code}"] = write_page(annotated, out / "agreement.html", ontology=conflict(), language=code)
        made[f"curve {code}"] = write_curve(CURVE, out, ontology=conflict(), language=code)
    return made


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("report en", 1280, "light"),
        ("report he", 400, "dark"),
        ("report ar", 1280, "dark"),
        ("history en", 400, "dark"),
        ("history ar", 1280, "light"),
        ("agreement en", 1280, "dark"),
        ("agreement he", 400, "light"),
        ("curve ar", 1280, "dark"),
        ("curve he", 400, "light"),
    ],
)
def test_axe_finds_nothing(
    page: Page, pages: dict[str, Path], name: str, width: int, scheme: Literal["dark", "light"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pages[name].as_uri())
    page.evaluate(OPEN_A_FEW)
    page.wait_for_timeout(100)
    violations = Axe().run(page, options=RULES).response["violations"]
    faults = [(fault["id"], len(fault["nodes"]), fault["nodes"][0]["html"][:200]) for fault in violations]
    assert not faults, faults


def test_axe_finds_what_is_wrong(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["history en"].as_uri())
    page.evaluate("document.documentElement.removeAttribute('lang'); document.querySelector('h1').style.color = '#ddd'")
    violations = Axe().run(page, options=RULES).response["violations"]
    assert {fault["id"] for fault in violations} >= {"html-has-lang"}


def test_by_key_a_document_opens_and_an_event_shows_its_arcs(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["report en"].as_uri())
    shut = page.locator("details.compared:not([open])").first
    shut.locator("summary").focus()
    page.keyboard.press("Enter")
    opened = page.locator("details.compared[open]").last
    expect(opened.locator(".side").first).to_be_visible()
    opened = page.locator("details.example[open]").first
    event = opened.locator("li[data-n]").filter(has=page.locator(".chip")).first
    opened.locator("summary").focus()
    for _ in range(30):
        if event.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    assert event.evaluate("node => node === document.activeElement")
    assert opened.locator(".role:visible").count() == event.locator(".chip").count()


def test_a_wide_table_is_scrolled_by_key(page: Page, pages: dict[str, Path]) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(pages["history en"].as_uri())
    box = page.locator(".scroll").first
    expect(box).to_have_attribute("tabindex", "0")
    expect(box).to_have_attribute("aria-label", "Scores of the releases, the newest first")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.scroll').scrollLeft > 0")
    page.set_viewport_size({"width": 1920, "height": 900})
    expect(box).not_to_have_attribute("tabindex", "0")


def test_every_chart_has_a_table_and_every_heading_its_place(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["report en"].as_uri())
    assert page.locator("figure:has(svg.chart)").count() > 3
    alone = "figure:has(svg.chart):not(:has(table))"
    assert (
        page.locator(alone).count() == page.locator(".grid:has(table.causes) figure").count()
    )  # its table is beside it
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(node => Number(node.localName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_history_leads_from_release_to_release(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["history en"].as_uri())
    links = page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert {"1.0/report.html", "1.1/report.html", "refused/1.2/report.html"} <= set(links)
    assert page.locator("text=Arg-C+ in Arabic").is_visible()
    assert set(UNITS) <= set(" ".join(page.locator("thead th").all_inner_texts()).replace(",", "").split())
