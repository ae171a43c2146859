"""The pages of a team in a real browser: each person's own findings, and what annotators wrote to the lead."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotation.commands.check import check
from annotation.commands.projects import progress
from annotation.core.document import Document, Provenance, Source
from annotation.core.errors import Refused
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from tests.builders import build
from tests.studio.support import tasks

NOA, DAN, RANA = "noa@example.org", "dan@example.org", "rana@example.org"
EVIL = "<img src=x onerror=document.title=1>"
WORK = {
    "he": {
        NOA: "[Arrest:trigger נעצר] חשוד ב[Place>Arrest:GPE רמלה ]אמש, ליד [Facility תחנת הדלק].",
        DAN: "[Arrest:trigger נעצר] [Person>Arrest:Person חשוד] ב[Place>Arrest:GPE רמלה] אמש, "
        "ליד [Facility תחנת ]הדלק.",
        RANA: "[Arrest:trigger נעצר] [Person>Arrest:Person חשוד] ב[Place>Arrest:GPE רמלה] אמש, ליד תחנת הדלק.",
    },
    "ar": {
        NOA: "[Arrest:trigger اعتُقل] مشتبه به في [Place>Arrest:GPE الرملة ]أمس، قرب [Facility محطة الوقود].",
        DAN: "[Arrest:trigger اعتُقل] [Person>Arrest:Person مشتبه به] في [Place>Arrest:GPE الرملة] أمس، "
        "قرب [Facility محطة ]الوقود.",
        RANA: "[Arrest:trigger اعتُقل] [Person>Arrest:Person مشتبه به] في [Place>Arrest:GPE الرملة] أمس، "
        "قرب محطة الوقود.",
    },
}
NOTES = {
    "he": {NOA: f"האם תחנת דלק היא מתקן? \U0001f914\n{EVIL}", DAN: "الصياغة هنا غريبة."},
    "ar": {NOA: f"هل محطة الوقود منشأة؟ \U0001f914\n{EVIL}", DAN: "הניסוח כאן מוזר."},
}
OWN = {"he": "הכתבות שלך: על מה לעבור שוב", "ar": "مقالاتك: ما ينبغي أن تراجعه"}
NOTHING = {"he": "לא נמצא דבר: אין מה לתקן.", "ar": "لم يُعثر على شيء: لا شيء يحتاج إلى عمل."}
MARKED = {"he": {NOA: "רמלה", DAN: "תחנת"}, "ar": {NOA: "الرملة", DAN: "محطة"}}
TO_THE_LEAD = {"he": "הערות למנהל הפרויקט", "ar": "ملاحظات إلى مدير المشروع"}


@dataclass(frozen=True)
class Pages:
    """The pages of one article's project: `own` by the person's address, and `notes`. task: the number of its task."""

    language: str
    text: str
    project: int
    task: int
    own: dict[str, Path]
    notes: Path


def article(markup: str, language: str, note: str | None = None) -> Document:
    source = Source("radio.html", title=f"{EVIL} רמלה", published="2026-03-12")
    return replace(build(markup, id="a", language=language), source=source, provenance=Provenance(note=note))


@pytest.fixture(scope="module", params=WORK)
def pages(
    request: pytest.FixtureRequest, studio: Server, ontology: Ontology, tmp_path_factory: pytest.TempPathFactory
) -> Pages:
    """Three people hand in an article, two with a note to the lead; a fourth is still waited for."""
    language, folder = str(request.param), tmp_path_factory.mktemp("team")
    title, client = f"team {folder.name}", Client(studio.url, studio.token)
    bare = article(WORK[language][RANA], language).bare()
    report = push(
        client,
        [bare],
        project=title,
        ontology=ontology,
        ui_language=language,
        workspace=studio.workspace,
        annotators=4,
    )
    for name, markup in WORK[language].items():
        done = article(markup, language, NOTES[language].get(name))
        submit(ensure_annotator(client, name), project=title, documents=[done])
    out, own = folder / "docs.jsonl", folder / "own"
    pull(client, project=title, out=out, workspace=studio.workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABEL_STUDIO_URL", studio.url)
        patch.setenv("LABEL_STUDIO_API_KEY", studio.token)
        with contextlib.suppress(Refused):
            check(out, project=title, mine=own, workspace=studio.workspace)
        progress([title], notes=folder / "notes.html", workspace=studio.workspace)
    number = tasks(client, title)["a"]
    files = {name: own / f"{name}.html" for name in WORK[language]}
    return Pages(language, bare.text, report.project_id, number, files, folder / "notes.html")


def at_every_width(page: Page) -> None:
    """It runs right to left and fits, and axe finds nothing in it."""
    assert page.locator("html").evaluate("html => getComputedStyle(html).direction") == "rtl"
    looks: tuple[tuple[int, Literal["dark", "light"]], ...] = ((400, "dark"), (1280, "light"), (1920, "dark"))
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if width < 1920:
            violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            assert not violations, [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in violations]
    aligned = page.locator("h2, .name, .words").evaluate_all("all => all.map(e => getComputedStyle(e).textAlign)")
    assert set(aligned) <= {"right"}, "a title in Latin letters too"
    assert page.locator("img").count() == 0, "what an annotator or an article says is no HTML"


def test_a_page_shows_its_person_their_own_findings_and_no_marks_of_others(silent: Page, pages: Pages) -> None:
    for name in (NOA, DAN):
        silent.goto(pages.own[name].as_uri())
        expect(silent.get_by_role("heading", level=1)).to_have_text(OWN[pages.language])
        expect(silent.locator("summary .name")).to_have_text(f"{EVIL} רמלה")
        expect(silent.locator("li.error")).to_have_count(1)
        shown = {words.strip() for words in silent.locator(".quoted b").all_inner_texts()}
        other = DAN if name == NOA else NOA
        assert MARKED[pages.language][name] in shown
        assert MARKED[pages.language][other] not in shown
        whole = silent.locator("body").inner_text()
        assert not any(person in whole for person in {NOA, DAN, RANA} - {name})
        at_every_width(silent)


def test_who_did_all_well_is_told_so(silent: Page, pages: Pages) -> None:
    silent.goto(pages.own[RANA].as_uri())
    expect(silent.locator("main")).to_have_text(NOTHING[pages.language])
    at_every_width(silent)


def test_the_notes_are_read_as_they_were_written_the_newest_article_first(silent: Page, pages: Pages) -> None:
    silent.goto(pages.notes.as_uri())
    expect(silent.get_by_role("heading", level=1)).to_have_text(TO_THE_LEAD[pages.language])
    notes = silent.locator(".notes li")
    expect(notes.locator("small > bdi:first-child")).to_have_text([NOA, DAN])
    assert notes.locator(".words").all_inner_texts() == list(NOTES[pages.language].values())
    ways = notes.locator(".words").evaluate_all("all => all.map(words => words.matches(':dir(rtl)'))")
    assert ways == [True, True]
    expect(silent.locator("h3 .name")).to_have_text(f"{EVIL} רמלה")
    at_every_width(silent)


@pytest.mark.parametrize("pages", ["he"], indirect=True)
def test_both_pages_lead_to_the_task(page: Page, studio: Server, pages: Pages) -> None:
    for file in (pages.own[NOA], pages.notes):
        page.goto(file.as_uri())
        link = page.get_by_role("link", name="Label Studio")
        expect(link).to_have_attribute("href", f"{studio.url}/projects/{pages.project}/data?task={pages.task}")
    page.get_by_role("link", name="Label Studio").click()
    expect(page.locator(".naba-text")).to_contain_text(pages.text[:20])
