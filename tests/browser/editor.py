"""Label Studio's editor as an annotator uses it: with the mouse, the keyboard, and what is on the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from annotation.core.document import Span

_TEXT = ".naba-text .lsf-richtext__container"

# Where the code point `at` of the text stands on the screen, scrolled into view. A line break counts as one.
_BOX = """([at]) => {
  const root = document.querySelector('.naba-text .lsf-richtext__container');
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  let before = 0;
  for (let node; (node = walker.nextNode()); ) {
    if (node.nodeName === 'BR') before += 1;
    if (node.nodeType !== Node.TEXT_NODE) continue;
    const points = [...node.data];
    if (at < before + points.length) {
      const start = points.slice(0, at - before).join('').length;
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + points[at - before].length);
      node.parentElement.scrollIntoView({ block: 'center' });
      const box = range.getBoundingClientRect();
      return [box.left, box.right, (box.top + box.bottom) / 2];
    }
    before += points.length;
  }
  throw new Error(`the text ends before ${at}`);
}"""

# What the editor would send if Submit were pressed now.
_RESULT = "() => JSON.parse(JSON.stringify(window.Htx.annotationStore.selected.serializeAnnotation()))"

# The text shows a little before the annotation behind it can take marks.
_READY = "() => window.Htx?.annotationStore?.selected?.names?.get('text')?.isReady === true"


class Editor:
    """The labelling page of one task."""

    def __init__(self, page: Page, url: str, text: str) -> None:
        self.page, self.url, self.text = page, url, text

    def open(self, project: int, task: int) -> None:
        """Open the task and close the instructions, which the project shows first."""
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        expect(self.page.locator(_TEXT)).to_be_visible()
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(_READY)
        instructions = self.page.get_by_role("dialog")
        if instructions.count():
            self.page.keyboard.press("Escape")
            expect(instructions).to_have_count(0)

    def box(self, at: int) -> tuple[float, float, float]:
        """Left, right and middle of the character at a code point offset, in pixels."""
        left, right, middle = self.page.evaluate(_BOX, [at])
        return left, right, middle

    def edge(self, at: int, *, first: bool) -> tuple[float, float]:
        """Just inside the edge of a character where reading it begins, or ends."""
        left, right, middle = self.box(at)
        backwards = unicodedata.bidirectional(self.text[at]) in ("R", "AL")
        return (right - 1 if first == backwards else left + 1), middle

    def mark(self, span: Span, key: str) -> None:
        """Press the label's key and drag over the span, from its first character to its last."""
        before = self.regions.count()
        self.page.keyboard.press(key)
        expect(self.page.locator(".lsf-label_selected")).to_have_count(1)
        self.edge(span.start, first=True)
        start, end = self.edge(span.start, first=True), self.edge(span.end - 1, first=False)
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        self.page.mouse.move(*end, steps=3)
        self.page.mouse.up()
        expect(self.regions).not_to_have_count(before)
        self.page.keyboard.press("Escape")

    def choose(self, span: Span) -> None:
        """Click on the region that begins with the span."""
        left, right, middle = self.box(span.start)
        self.page.mouse.click((left + right) / 2, middle)

    def select(self, span: Span) -> None:
        """Make its region the selected one."""
        self.choose(span)
        expect(self.page.locator(".lsf-detailed-region").first).to_be_visible()

    def say(self, title: str) -> None:
        """Choose a value of an attribute for the selected trigger."""
        self.page.locator(f".lsf-choices input[name='{title}']:visible").click()

    def connect(self, source: Span, target: Span, title: str) -> None:
        """Draw an arrow from an event to a region and give it its role, unless it is the only possible one."""
        self.page.keyboard.press("Escape")
        self.select(source)
        self.page.keyboard.press("Alt+r")
        self.choose(target)
        expect(self.roles).to_be_visible()
        offered = [text.strip("0123456789 \n") for text in self.roles.locator("button").all_inner_texts()]
        if offered:
            self.page.keyboard.press(f"Digit{offered.index(title) + 1}")
        expect(self.roles.locator("button")).to_have_count(0)
        self.page.keyboard.press("Escape")
        expect(self.roles).to_have_count(0)

    def draw(self, trigger: Span, fillers: Sequence[tuple[Span, int | None]]) -> None:
        """Draw the arrows of one event in a row: each to a filler, and the number of its role where that is asked."""
        self.page.keyboard.press("Escape")
        self.select(trigger)
        self.page.keyboard.press("Alt+r")
        for filler, number in fillers:
            arrows = self.arcs.count()
            self.choose(filler)
            if number is not None:
                expect(self.roles.locator("button").first).to_be_visible()
                self.page.keyboard.press(f"Digit{number}")
            expect(self.arcs).to_have_count(arrows + 1)
            expect(self.roles.locator("button")).to_have_count(0)
        self.page.keyboard.press("Escape")
        expect(self.roles).to_have_count(0)

    @property
    def roles(self) -> Locator:
        """The list of roles for a new arrow, from which a digit chooses."""
        return self.page.locator("#naba-roles")

    def resize(self, span: Span, end: int) -> None:
        """Select its region and drag the line at its end to another one."""
        self.select(span)
        target = self.edge(end - 1, first=False)
        handle = self.page.locator(".htx-highlight area.__resize_right").bounding_box()
        assert handle is not None
        self.page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(target[0], target[1], steps=4)
        self.page.mouse.move(*target)
        self.page.mouse.up()

    def panel(self, name: str) -> None:
        """Bring a tab of the side panel to the front."""
        self.page.get_by_text(name, exact=True).locator("visible=true").first.click()

    def submit(self) -> None:
        """Press Submit and wait until the server has the annotation."""
        with self.page.expect_response(lambda r: r.request.method == "POST" and "/annotations" in r.url) as answer:
            self.page.get_by_role("button", name="Submit").click()
        assert answer.value.ok, answer.value.text()

    @property
    def regions(self) -> Locator:
        """The coloured stretches of text."""
        return self.page.locator(".htx-highlight")

    @property
    def arcs(self) -> Locator:
        """The arrows drawn between regions."""
        return self.page.locator(".relations-overlay path[marker-end]")

    @property
    def arc_titles(self) -> list[str]:
        """What is written on the arrows."""
        return self.page.locator(".relations-overlay text").all_text_contents()

    def result(self) -> list[dict[str, object]]:
        """The rows the editor holds."""
        rows: list[dict[str, object]] = self.page.evaluate(_RESULT)
        return rows
