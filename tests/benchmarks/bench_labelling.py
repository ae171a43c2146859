"""What labelling an article costs: actions and seconds in Chromium for 30 spans and 19 roles, by list and by keys.

    python -m tests.benchmarks.bench_labelling [--model outputs/NAME/model]

An action is a key, a click, a drag, or a pointer put on something. The list is Label Studio's own way to a role, which
a server without naba's script has; seconds are the editor's and the machine's, without a person's reading and aiming.
With a model the roles are also taken from what it proposes for each trigger, and the rest is drawn by keys: once where
every span is marked, and once where only the triggers are, and its proposals bring spans along.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from annotation.core.document import Document, Event, Span
from annotation.labelstudio.live.connection import Connection
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.suggestions.model_versions import shown_version
from annotation.labelstudio.sync.pull import pull
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.browser.conftest import FLAGS
from tests.browser.editor import Editor
from tests.builders import build, conflict
from tests.live_backend import PASSWORD, serving
from tests.studio.support import tasks
from training.config.trained import PredictConfig
from training.inference.loading import load_predictor
from training.serving.live_model import LiveModel

ONTOLOGY = conflict()
ARTICLES = {
    "he": build(
        "[Time>Strike,Time>Die:Time לפנות בוקר] [Strike:trigger תקפו] [Attacker>Strike:Vehicle מטוסי קרב] "
        "[Target>Strike:Facility מחסן תחמושת] ב[Place>Strike,Place>Die:GPE כפר רימון] "
        "ב[Instrument>Strike:Weapon טילים מונחים].\n"
        "[Victim>Die:Quantity שני לוחמים] [Die:trigger נהרגו] ו[Victim>Injure:Quantity חמישה אזרחים] "
        "[Injure:trigger נפצעו], מסר [Facility בית החולים נזר] ל[Organization סוכנות הידיעות גל].\n"
        "ב[Place>Arrest:Location ואדי הזית] [Arrest:trigger עצרו] [Agent>Arrest:Organization כוחות המשטרה] את "
        "[Person>Arrest:Person מוראד כהן] [Time>Arrest:Time בשעות הערב], סמוך ל[GPE בירה].\n"
        "[Agent>Movement:ArmedGroup חטיבת הנץ] [Movement:trigger נסוגה] מ[Origin>Movement:Facility גשר הברזל] אל "
        "[Destination>Movement:GPE העיר אלסבאח] [Time>Movement:Time למחרת], ו[Quantity עשרות תושבים] יצאו לרחובות.\n"
        "[Speaker>Statement:Person סאלם חדאד], [Position ראש המועצה], [Statement:trigger אמר] "
        "[Time>Statement:Time אתמול] לצד [Person נועה לוי] מ[Organization משרד הבריאות] כי המצב נרגע.",
        id="he",
        language="he",
    ),
    "ar": build(
        "[Time>Strike,Time>Die:Time فجر الثلاثاء] [Strike:trigger قصفت] [Attacker>Strike:Vehicle طائرات حربية] "
        "[Target>Strike:Facility مستودع ذخيرة] في [Place>Strike,Place>Die:GPE بلدة الرمان] "
        "ب[Instrument>Strike:Weapon صواريخ موجهة].\n"
        "و[Die:trigger قُتل] [Victim>Die:Quantity مقاتلان] و[Injure:trigger أُصيب] [Victim>Injure:Quantity خمسة مدنيين]، "
        "كما أفاد [Facility مستشفى النجاة] [Organization وكالة موج للأنباء].\n"
        "وفي [Place>Arrest:Location وادي الزيتون] [Arrest:trigger اعتقلت] [Agent>Arrest:Organization الشرطة] "
        "[Person>Arrest:Person مراد الحموي] [Time>Arrest:Time مساء الأربعاء] قرب [GPE العاصمة].\n"
        "و[Movement:trigger انسحب] [Agent>Movement:ArmedGroup لواء الصقر] من [Origin>Movement:Facility جسر الحديد] إلى "
        "[Destination>Movement:GPE مدينة الصباح] [Time>Movement:Time في اليوم التالي]، وخرج [Quantity عشرات السكان].\n"
        "و[Statement:trigger قال] [Speaker>Statement:Person سالم حداد]، [Position رئيس المجلس]، "
        "[Time>Statement:Time أمس] إلى جانب [Person نور الخطيب] من [Organization وزارة الصحة] إن الوضع هادئ.",
        id="ar",
        language="ar",
    ),
}
SPANS, ROLES = 30, 19


class Counted:
    """An editor whose actions are counted while something is done."""

    def __init__(self, editor: Editor) -> None:
        self.editor, self.actions, self.proposed = editor, 0, 0

    def spans(self, document: Document) -> None:
        """Mark every span: a key and a drag."""
        for span in document.spans():
            type_ = ONTOLOGY.events.get(span.label) or ONTOLOGY.entities[span.label]
            self.editor.mark(span, str(type_.hotkey))
            self.actions += 2

    def by_keys(self, document: Document) -> None:
        """Each event, Alt+R, and then a click for each filler, with a digit where several roles are possible."""
        for event in document.events:
            fillers = [
                (argument.filler, _number(event, argument.role, argument.filler)) for argument in event.arguments
            ]
            self.editor.draw(event.trigger, fillers)
            self.actions += 2 + sum(1 + (number is not None) for _, number in fillers) + 1

    def by_list(self, document: Document) -> None:
        """Each arrow with Label Studio's list of relations, which stays in front."""
        page, titles = self.editor.page, relation_titles(ONTOLOGY, document.language)
        self._do(lambda: self.editor.panel("Relations"))
        for event in document.events:
            for argument in event.arguments:
                self._do(lambda event=event: self.editor.choose(event.trigger))  # type: ignore[misc]
                self._do(lambda: page.keyboard.press("Alt+r"))
                self._do(lambda argument=argument: self.editor.choose(argument.filler))  # type: ignore[misc]
                arrow = page.locator(".lsf-relations__item").last
                self._do(arrow.hover)
                self._do(arrow.get_by_label("Show Relation Labels").click)
                self._do(arrow.locator(".lsf-relation-meta button").click)
                self._do(page.get_by_test_id(f"select-option-{titles[argument.role]}").click)
                self._do(lambda: page.keyboard.press("Escape"))
                arrow.get_by_label("Hide Relation Labels").click()  # for the next to be the last; a person goes on

    def triggers(self, document: Document) -> None:
        """Mark the triggers alone."""
        for event in document.events:
            self.editor.mark(event.trigger, str(ONTOLOGY.events[event.type].hotkey))
            self.actions += 2

    def by_proposals(self, document: Document) -> None:
        """Each event: click it, take what is right of the proposals (all of them with Enter), and draw the rest."""
        for event in document.events:
            self._do(lambda event=event: self.editor.choose(event.trigger))  # type: ignore[misc]
            self.proposed += self._take(document, event)
            self.missing(document, event)

    def missing(self, document: Document, event: Event) -> None:
        """Mark the fillers that are not on the page, and draw the arrows that are not."""
        rows = self.editor.result()
        there = {_span(row): str(row["id"]) for row in rows if row["type"] == "labels"}
        ids = {id: span for span, id in there.items()}
        drawn = {(ids[str(row["from_id"])], ids[str(row["to_id"])]) for row in rows if row["type"] == "relation"}
        left = [argument for argument in event.arguments if (event.trigger, argument.filler) not in drawn]
        unmarked = [filler for filler in dict.fromkeys(argument.filler for argument in left) if filler not in there]
        if unmarked:
            self._do(lambda: self.editor.page.keyboard.press("Escape"))  # else the key changes the event's label
        for filler in unmarked:
            self.editor.mark(filler, str(ONTOLOGY.entities[filler.label].hotkey))
            self.actions += 2
        if left:
            self.by_keys(replace(document, events=(replace(event, arguments=tuple(left)),)))

    def other_spans(self, document: Document) -> None:
        """Mark the spans that no event has."""
        there = {_span(row) for row in self.editor.result() if row["type"] == "labels"}
        for span in document.entities:
            if span not in there:
                self.editor.mark(span, str(ONTOLOGY.entities[span.label].hotkey))
                self.actions += 2

    def _take(self, document: Document, event: Event) -> int:
        """Take the proposals that are right, and return their number: Enter for all, else Alt and a digit each."""
        page, titles = self.editor.page, relation_titles(ONTOLOGY, document.language)
        offers = page.locator("#naba-arguments button:has(b)")
        try:
            offers.first.wait_for(timeout=3000)
        except PlaywrightTimeout:
            return 0
        wanted = {(titles[a.role], a.filler.quote(document.text)) for a in event.arguments}
        right = [_offer(text) in wanted for text in offers.all_inner_texts()]
        if all(right):
            self._do(lambda: page.keyboard.press("Enter"))
            return len(right)
        for taken, at in enumerate(at for at, is_right in enumerate(right) if is_right):
            self._do(lambda at=at, taken=taken: page.keyboard.press(f"Alt+{at - taken + 1}"))  # type: ignore[misc]
        self._do(lambda: page.keyboard.press("Escape"))
        return sum(right)

    def ends_by_dragging(self, document: Document) -> None:
        """Mend an end: click the mark and drag its line."""
        for span in _long(document):
            self.editor.resize(span, span.end - 1)
            self.editor.page.keyboard.press("Escape")
            self.actions += 2

    def ends_by_marking_anew(self, document: Document) -> None:
        """Mend an end: click the mark, delete it, and mark again."""
        for span in _long(document):
            self.editor.select(span)
            self.editor.page.keyboard.press("Backspace")
            expect(self.editor.page.locator(".lsf-detailed-region")).to_have_count(0)
            self.editor.mark(Span(span.start, span.end - 1, span.label), str(ONTOLOGY.entities[span.label].hotkey))
            self.actions += 5

    def _do(self, action: Callable[[], None]) -> None:
        action()
        self.actions += 1


def _span(row: dict[str, Any]) -> Span:
    value = row["value"]
    return Span(value["start"], value["end"], value["labels"][0])


def _offer(text: str) -> tuple[str, str]:
    """Role and filler of a proposal: the lines after the key."""
    _, role, filler = text.split("\n")
    return role, filler


def _number(event: Event, role: str, filler: Span) -> int | None:
    """The digit of a role in the list for this pair of labels; None where only one role is possible."""
    fitting = [r.name for r in ONTOLOGY.events[event.type].roles.values() if filler.label in r.fillers]
    return None if len(fitting) == 1 else fitting.index(role) + 1


def _long(document: Document) -> list[Span]:
    """Some entities whose last letter is cut off to have an end to mend."""
    return [span for span in document.entities if span.label == "Person" and span.end - span.start > 4]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, help="one that has seen neither article, to propose roles")
    options = parser.parse_args()
    print("| article | what | actions each | seconds each |\n| --- | --- | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.start(Path(folder), port=0)
        try:
            with _page(server) as page:
                for language, article in ARTICLES.items():
                    for script in (False, True):
                        _article(page, server, article, language, script=script, workspace=Path(folder))
                if options.model:
                    _proposals(page, server, options.model, Path(folder))
        finally:
            embedded.stop(Path(folder))


@contextmanager
def _page(server: Server) -> Iterator[Page]:
    """A page of a browser that is logged in."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{server.url}/user/login/")
        page.fill("input[name=email]", server.username)
        page.fill("input[name=password]", server.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url, timeout=30_000)
        yield page
        browser.close()


def _article(page: Page, server: Server, article: Document, language: str, *, script: bool, workspace: Path) -> None:
    """Label one article in one way, and print what it cost; what arrives must be the article."""
    assert len(list(article.spans())) == SPANS
    assert sum(len(event.arguments) for event in article.events) == ROLES
    client, title = Client(server.url, server.token), f"labelling {language} {script}"
    report = push(client, [article.bare()], project=title, ontology=ONTOLOGY, ui_language=language, workspace=workspace)
    page.unroute_all()
    if not script:
        page.route("**/naba/roles.js*", lambda route: route.abort())
    editor = Editor(page, server.url, article.text)
    editor.open(report.project_id, tasks(client, title)[article.id])
    told = Counted(editor)
    _told(language, "a span", told, SPANS, lambda: told.spans(article))
    way = told.by_keys if script else told.by_list
    _told(language, f"a role, {'by keys' if script else 'by the list'}", told, ROLES, lambda: way(article))
    editor.submit()
    pull(client, project=title, out=workspace / "out.jsonl", workspace=workspace)
    (arrived,) = read_documents(workspace / "out.jsonl")
    if arrived != article:
        wrong = {*arrived.spans()} ^ {*article.spans()}, {*arrived.events} ^ {*article.events}
        raise SystemExit(f"another article arrived: {wrong}")
    editor.open(report.project_id, tasks(client, title)[article.id])
    editor.panel("Regions")
    mend = told.ends_by_dragging if script else told.ends_by_marking_anew
    what = f"an end, {'dragged' if script else 'marked anew'}"
    _told(language, what, told, len(_long(article)), lambda: mend(article))


def _proposals(page: Page, server: Server, model: Path, workspace: Path) -> None:
    """The same articles with a model that is asked, from where all spans are marked, and from the triggers alone."""
    settings = PredictConfig(model=str(model), input="-", output="-", threads=1)
    live = LiveModel(model, lambda: load_predictor(settings))
    with serving(live.current) as url:
        for language, article in ARTICLES.items():
            for spans_first in (True, False):
                _proposed(page, server, article, language, workspace, url, live.model.version, spans_first)


def _proposed(
    page: Page,
    server: Server,
    article: Document,
    language: str,
    workspace: Path,
    url: str,
    version: str,
    spans_first: bool,
) -> None:
    client, title = Client(server.url, server.token), f"proposals {language} {spans_first}"
    report = push(client, [article.bare()], project=title, ontology=ONTOLOGY, ui_language=language, workspace=workspace)
    task = tasks(client, title)[article.id]
    client.create(f"api/tasks/{task}/annotations/", {"result": []})  # else the page opens with the whole suggestion
    Connection(client, title, url=url, password=PASSWORD, workspace=workspace).show(shown_version(version))
    page.unroute_all()
    editor = Editor(page, server.url, article.text)
    editor.open(report.project_id, task)
    told, what = Counted(editor), "all spans marked" if spans_first else "triggers marked"
    before = told.spans if spans_first else told.triggers
    _told(language, f"{what} first", told, SPANS, lambda: before(article))
    _told(language, f"a role, proposals, {what}", told, ROLES, lambda: told.by_proposals(article))
    _told(language, "spans of no event", told, SPANS, lambda: told.other_spans(article))
    print(f"| {language} | proposals taken, {what}: {told.proposed}; actions in all: {told.actions} | | |", flush=True)


def _told(language: str, what: str, told: Counted, count: int, work: Callable[[], None]) -> None:
    before, start = told.actions, time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"| {language} | {what} | {(told.actions - before) / count:.1f} | {seconds / count:.2f} |", flush=True)


if __name__ == "__main__":
    main()
