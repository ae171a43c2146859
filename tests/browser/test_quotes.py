"""What browsers do to a quote, on real marks: white space changes, nothing else, and just that is forgiven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.core.quoting import same_words
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.push import push
from tests.browser.editor import Editor

TEXTS = {
    "he": (
        "\U0001f4e2 עִדְכּוּן  מהשטח:\r\n\u200fמטוס\u00a0קרב תקף ב\u200eראמה\u200f,  ו\tנהרגו   בני אדם.\r\n\r\n"
        'Reuters: \U0001f1ee\U0001f1f1 מחסן\u200b של \u2067חטיבת\u2069 הנץ\u00ad צה"ל.\n'
        "  שורה\u2003אחת \u202eהפוך\u202c\rסוף \\n"
    ),
    "ar": (
        "\U0001f4e2 مُسْتَجِدّات  ميدانية:\r\n\u200fطائرة\u00a0حربية قصفت ب\u200eالرامة\u200f،  و\tقُتل   أشخاص.\r\n\r\n"
        "Reuters: \U0001f468\u200d\U0001f469\u200d\U0001f467 مستودع\u200b ل\u2067كتيبة\u2069 الـــخبر.\n"
        "  سطر\u2003آخر \u202eمعكوس\u202c\rنهاية \\n"
    ),
}
"""Marks, emoji, doubled blanks, tabs, no-break and wide spaces, bidi controls, each kind of line end, a backslash n."""
_CLEAR = "() => [...window.Htx.annotationStore.selected.regionStore.regions].forEach(region => region.deleteRegion())"


@pytest.mark.parametrize("language", TEXTS)
def test_a_quote_differs_from_its_text_in_white_space_alone(
    page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    text = TEXTS[language]
    document = Document("a", text, language)
    report = push(client, [document], project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    ((task,),) = pages(client, report.project_id, ["id"])
    editor = Editor(page, studio.url, text)
    editor.open(report.project_id, int(str(task["id"])))
    pairs = [_marked(editor, *mark) for mark in _marks(text)]
    found = [pair for pair in pairs if pair]
    assert len(found) > 0.8 * len(pairs)
    assert [pair for pair in found if not same_words(*pair)] == []
    assert {quoted == covered for quoted, covered in found} == {True, False}


def _marks(text: str) -> Iterator[tuple[int, int, int]]:
    """Clicks (0: a drag), and the first and last character: short and long drags, across lines, double and triple."""
    seen = [at for at, char in enumerate(text) if not char.isspace()]
    for place in range(0, len(seen) - 12, 5):
        for length in (1, 4, 11):
            yield 0, seen[place], seen[place + length]
    yield 0, seen[0], seen[-3]
    for clicks in (2, 3):
        yield from ((clicks, at, at) for at in seen[3::17])


def _marked(editor: Editor, clicks: int, first: int, last: int) -> tuple[str, str] | None:
    """The quote of the region that the mark made, and what its offsets cover; None where it made none."""
    mouse, keyboard = editor.page.mouse, editor.page.keyboard
    keyboard.press("Escape")
    keyboard.press("1")
    editor.box(first)  # scrolls it into view
    if clicks:
        left, right, middle = editor.box(first)
        mouse.click((left + right) / 2, middle, click_count=clicks)
    else:
        start, end = editor.edge(first, first=True), editor.edge(last, first=False)
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=4)
        mouse.up()
    editor.page.wait_for_timeout(50)
    values = [row["value"] for row in editor.result() if row.get("type") == "labels"]
    editor.page.evaluate(_CLEAR)
    if len(values) != 1:
        return None
    value = values[0]
    assert isinstance(value, dict)
    return str(value["text"]), editor.text[value["start"] : value["end"]]
