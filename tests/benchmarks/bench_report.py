"""How long a report of many documents takes to write, and to open in Chromium. The size may be given as an argument."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from annotation import sample
from annotation.core.document import Document
from tests.browser.conftest import FLAGS, chromium_path
from tests.builders import conflict
from tests.releases import weaker
from training.analysis.evaluation import evaluation
from training.report.report_page import write_report

SIZE, TIMES = 2_000, 5


def documents(size: int) -> list[Document]:
    """The bundled articles over and over, each under an id of its own."""
    gold = sample.gold()
    return [replace(gold[number % len(gold)], id=f"d{number}") for number in range(size)]


def opening(browser: Browser, path: Path) -> tuple[float, float, float]:
    """Seconds until it is laid out, and until its arcs are drawn and its filter answers; MB of the script's heap."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    page.goto(path.as_uri(), wait_until="load")
    page.evaluate("document.body.getBoundingClientRect().height")
    laid_out = time.perf_counter() - began
    page.wait_for_function("document.querySelectorAll('.arc').length > 0")
    page.locator("#filter output").inner_text()
    ready = time.perf_counter() - began
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    page.close()
    return laid_out, ready, heap


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    gold = documents(size)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        before = ("1.0", weaker(gold, 0.5, seed=2))
        path = write_report(evaluation(gold, weaker(gold, 0.7), ontology=conflict(), before=before), Path(folder))
        written = time.perf_counter() - began
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
            rows = [opening(browser, path) for _ in range(TIMES)]
            browser.close()
        laid_out, ready, heap = (statistics.median(column) for column in zip(*rows, strict=True))
        slowest = max(ready for _, ready, _ in rows)
        print("documents  page       scored and written  laid out  ready   slowest  script's heap")
        megabytes = path.stat().st_size / 1e6
        times = f"{laid_out:>6.2f} s  {ready:.2f} s  {slowest:.2f} s"
        print(f"{size:>9,}  {megabytes:>4.1f} MB  {written:>16.1f} s  {times}  {heap:>8.1f} MB")


if __name__ == "__main__":
    main()
