"""The whole trip from raw articles to suggestions, as `naba demo` makes it, with a model trained for a moment only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation import sample
from annotation.articles.reader import read
from annotation.core.document import Document
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.paging import pages
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import read_documents
from tests.run.small import TINY
from training.commands import demo

pytestmark = pytest.mark.timeout(1800)  # where others are at work too, a trip takes its time

MOMENT = (*TINY, "fit.epochs=4", "fit.evaluate_every=4")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the demo ran, its server still up."""
    workspace = tmp_path_factory.mktemp("demo")
    try:
        demo.run(workspace, training=MOMENT)
        yield workspace / "demo"
    finally:
        embedded.stop(workspace)


def marks(documents: list[Document]) -> dict[str, Document]:
    return {document.text: document for document in documents}


def test_gold_is_character_for_character_what_the_seniors_marked(place: Path) -> None:
    gold = marks(list(read_documents(place / "gold.jsonl")))
    assert len(gold) == len(sample.gold())
    for senior in sample.gold():
        found = gold[senior.text]
        assert (found.entities, found.events, found.links) == (senior.entities, senior.events, senior.links)


def test_the_snapshot_holds_all_of_it(place: Path) -> None:
    snapshot = Snapshot.open(place / "snapshot")
    frozen = [document for name in ("train", "dev", "test") for document in snapshot.split(name)]
    assert marks(frozen).keys() == marks(sample.gold()).keys()


def test_the_report_is_there(place: Path) -> None:
    assert "<html" in (place / "report" / "report.html").read_text(encoding="utf-8")
    assert json.loads((place / "report" / "metrics.json").read_text(encoding="utf-8"))


def test_the_day_published_goes_from_the_raw_file_to_the_page_and_to_the_months_of_the_report(place: Path) -> None:
    days = {
        document.text: day for document in read(sample.raw()) if document.source and (day := document.source.published)
    }
    assert len(days) > 60
    gold = marks(list(read_documents(place / "gold.jsonl")))
    assert {text: document.source.published for text, document in gold.items() if document.source} == {
        text: days.get(text) for text in gold
    }
    running = embedded.find_server(place.parent)
    assert running is not None
    client = Client(running.url, running.token)
    shown = {
        row(task["data"])["text"]: str(row(task["data"])["article_heading"])
        for page in pages(client, 1, ("id", "data"))
        for task in page
    }
    assert all(f"{day} · " in shown[text] for text, day in days.items())

    tested = Snapshot.open(place / "snapshot").test
    months = Counter(days[document.text][:7] for document in tested if document.text in days)
    assert len(months) > 1
    metrics = json.loads((place / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert {group["name"]: group["documents"] for group in metrics["groups"]["kinds"]["month"]} == months
    report = (place / "report" / "report.html").read_text(encoding="utf-8")
    assert all(month in report for month in months)


def test_the_predictions_are_in_front_of_the_annotators(place: Path) -> None:
    predicted = list(read_documents(place / "predicted.jsonl"))
    assert len(predicted) == len(sample.unlabelled())
    assert any(document.entities or document.events for document in predicted)
    running = embedded.find_server(place.parent)
    assert running is not None
    shown = Client(running.url, running.token).get("api/predictions/", project=1)
    assert len(shown) == len(predicted)  # type: ignore[arg-type]


def test_a_second_run_adds_nothing_and_breaks_nothing(place: Path) -> None:
    demo.run(place.parent, training=MOMENT)
    running = embedded.find_server(place.parent)
    assert running is not None
    project = Client(running.url, running.token).get("api/projects/1/")
    assert project["task_number"] == len(sample.raw()) + len(sample.unlabelled())  # type: ignore[index]


def test_it_fine_tunes_where_it_can_and_says_what_is_missing_where_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.training_overrides() == ("experiment=bundled",)
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    assert demo.training_overrides() == ("experiment=demo",)
    assert "pip install 'naba[bundled]'" in capsys.readouterr().out
