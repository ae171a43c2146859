"""What the checks find is read on the task, in the annotator's language, and gone once it is mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.checks.run import check_file
from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert.convert import to_result
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.repair.apply import mend_all
from annotation.labelstudio.repair.show_findings import show
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.browser.editor import Editor
from tests.builders import build
from tests.studio.support import hand_in, tasks

ARTICLES = {
    "he": build("<b>שוטרים</b> [Arrest:trigger עצרו] ב[GPE רמלה ]ארבעה בני אדם.", id="he", language="he"),
    "ar": build("<b>شرطة</b> [Arrest:trigger اعتقلت] في [GPE الرامة ]أربعة أشخاص.", id="ar", language="ar"),
}
SAID = {
    "he": ("בקצה הסימון יש רווח", 'לאירוע "מעצר" חסר "האדם הנדון"', "«רמלה »"),
    "ar": ("في طرف التحديد مسافة", "ينقص الحدث «اعتقال» دور «الشخص المعني»", "«الرامة »"),
}


@pytest.mark.parametrize("language", ARTICLES)
def test_findings_are_seen_on_the_task_until_they_are_mended(
    page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    article, out = ARTICLES[language], tmp_path / "docs.jsonl"

    def checked(*, fix: bool = False) -> None:
        pull(client, project=title, out=out, workspace=tmp_path)
        found = list(check_file(out, ontology))
        if fix:
            mend_all(client, found, project=title, workspace=tmp_path)
        show(client, found, project=title, workspace=tmp_path)

    push(client, [article], project=title, ontology=ontology, ui_language=language, workspace=tmp_path)
    project, task = find_project(client, title), tasks(client, title)[article.id]
    editor, panel = Editor(page, studio.url, article.text), page.locator(".naba-findings")
    editor.open(project.id, task)
    expect(panel).to_be_hidden()

    hand_in(client, task, to_result(article, titles=project.titles))
    checked(fix=True)
    editor.open(project.id, task)
    expect(panel).to_be_visible()
    assert all(said in panel.inner_text() for said in SAID[language])
    lines = panel.locator(".lsf-richtext__line")
    assert lines.first.evaluate("line => getComputedStyle(line).direction") == "rtl"
    assert lines.nth(1).bounding_box()["width"] > 300  # type: ignore[index]
    assert panel.bounding_box()["height"] < 0.31 * 900  # type: ignore[index]
    shown = page.locator(".naba-text").inner_text()
    assert shown.startswith("<b>")

    checked()
    editor.open(project.id, task)
    assert SAID[language][0] not in panel.inner_text()
    (mended,) = _documents(out)
    assert [span.quote(mended.text) for span in mended.entities] == [SAID[language][2].strip("«» ")]

    count = editor.text.index(SAID[language][2].strip("«» "))
    trigger, place = mended.triggers[0], mended.entities[0]
    assert place.start == count
    people = type(place)(place.end + 1, len(article.text) - 1, "Quantity")
    editor.mark(people, str(ontology.entities["Quantity"].hotkey))
    editor.connect(trigger, people, project.titles["Person"])
    with page.expect_response(lambda r: r.request.method == "PATCH" and "/annotations" in r.url) as answer:
        page.locator("button", has_text="Update").click()
    assert answer.value.ok
    checked()
    editor.open(project.id, task)
    expect(panel).to_be_hidden()
    (mine,) = _documents(out)
    assert mine.provenance is not None
    assert mine.provenance.mended_from is not None
    assert people in mine.entities


def _documents(out: Path) -> list[Document]:
    return list(read_documents(out))
