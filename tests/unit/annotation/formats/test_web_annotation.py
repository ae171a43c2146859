"""W3C Web Annotations as the data model has them and browsers write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Link, Source
from annotation.core.errors import UsageError
from annotation.formats.opening import Opening
from annotation.formats.web_annotation import read as read_web
from annotation.formats.web_annotation import recognises
from tests.unit.annotation.formats.reading import marked, read

TEXT = "📢 זלמן שזר ביקר בצפת. זלמן נאם בצפת."
PAGE = "https://news.example/2024/visit.html"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def note(
    id: str, words: str, *tags: str, quote: bool = True, position: bool = True, **more: object
) -> dict[str, object]:
    start = TEXT.index(words)
    selectors: list[object] = []
    if quote:
        selectors.append({"type": "TextQuoteSelector", "exact": words, "prefix": TEXT[max(0, start - 4) : start]})
    if position:
        selectors.append({"type": "TextPositionSelector", "start": start, "end": start + len(words)})
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": id,
        "type": "Annotation",
        "body": [{"type": "TextualBody", "value": tag, "purpose": "tagging"} for tag in tags],
        "target": {"source": PAGE, "selector": selectors},
        **more,
    }


def arrow(one: str, label: str, other: str) -> dict[str, object]:
    body = [{"type": "TextualBody", "value": label, "purpose": "tagging"}]
    return {"type": "Annotation", "motivation": "linking", "body": body, "target": [{"id": one}, {"id": other}]}


ROWS = [
    note("#1", "זלמן שזר", "Person"),
    note("#2", "ביקר", "Visit", "Verb"),
    note("#3", "צפת", "City", position=False),
    note("#4", "נאם", "Speech", quote=False),
    arrow("#2", "Agent", "#1"),
    arrow("#1", "In", "#3"),
]


def load(tmp_path: Path, rows: object, text: str | None = TEXT, **how: object) -> tuple[list[Document], list[str]]:
    if text is not None:
        (tmp_path / "d.txt").write_text(text, encoding="utf-8")
    return read(read_web, tmp_path / "d.json", json.dumps(rows), **how)


def test_positions_quotes_tags_and_relations_are_read(tmp_path: Path) -> None:
    (document,), lost = load(tmp_path, ROWS, events=frozenset({"Visit"}))
    assert (document.id, document.source) == ("d", Source("news.example", url=PAGE))
    assert marked(document) == [
        ("זלמן שזר", "Person"),
        ("ביקר", "Verb"),
        ("ביקר", "Visit"),
        ("צפת", "City"),
        ("נאם", "Speech"),
    ]
    (zalman, _, city, _) = document.entities
    assert document.events[0].arguments == (Argument("Agent", zalman),)
    assert document.links == (Link("In", zalman, city),)
    assert len(lost) == 1  # the direction of the link


@pytest.mark.parametrize("shape", ["list", "page", "collection", "lines", "one"])
def test_every_container_is_recognised_and_read(tmp_path: Path, shape: str) -> None:
    (tmp_path / "d.txt").write_text(TEXT, encoding="utf-8")
    page = {"type": "AnnotationPage", "items": ROWS}
    content = {
        "list": json.dumps(ROWS),
        "page": json.dumps(page),
        "collection": json.dumps({"type": "AnnotationCollection", "first": page}),
        "lines": "\n".join(map(json.dumps, ROWS)),
        "one": json.dumps(ROWS[0]),
    }[shape]
    (document,), _ = read(read_web, tmp_path / "d.json", content)
    assert recognises(Opening(tmp_path / "d.json"))
    assert len(document.entities) == (1 if shape == "one" else 5)


def test_utf16_positions_of_browsers_are_read_so_where_all_quotes_prove_it(tmp_path: Path) -> None:
    rows = [note("#1", "זלמן שזר", "Person"), note("#2", "נאם", "Speech")]
    for row in rows:
        position = row["target"]["selector"][1]  # type: ignore[index]
        position["start"], position["end"] = position["start"] + 1, position["end"] + 1
    (document,), lost = load(tmp_path, rows)
    assert marked(document) == [("זלמן שזר", "Person"), ("נאם", "Speech")]
    assert "UTF-16 units: counts its offsets in another unit" in lost[0]


def test_the_text_is_that_in_the_file_or_one_named_like_the_source(tmp_path: Path) -> None:
    source = {"id": PAGE, "type": "Text", "value": TEXT}
    row = {**ROWS[0], "target": {**ROWS[0]["target"], "source": source}}  # type: ignore[dict-item]
    (document,), _ = load(tmp_path, [row], text=None)
    assert (document.text, document.source) == (TEXT, Source("news.example", url=PAGE))
    with pytest.raises(UsageError, match=r"has no text of the article; put it beside the file as d\.txt"):
        load(tmp_path, ROWS, text=None)
    (tmp_path / "visit.txt").write_text(TEXT, encoding="utf-8")
    documents, _ = load(tmp_path, ROWS, text=None)
    assert len(documents) == 1


def test_each_annotator_and_article_has_a_document_and_one_without_text_is_named(tmp_path: Path) -> None:
    other = {**ROWS[0], "id": "#9", "target": "https://news.example/2024/other.html"}
    rows = [note("#1", "נאם", "Speech", creator={"name": "נעמה"}), note("#2", "נאם", "Talk", creator="omar"), other]
    (tmp_path / "visit.txt").write_text(TEXT, encoding="utf-8")
    documents, lost = load(tmp_path, rows, text=None)
    assert [(d.id, d.provenance and d.provenance.annotator) for d in documents] == [(PAGE, "נעמה"), (PAGE, "omar")]
    assert lost == [
        "wrong: d.json, https://news.example/2024/other.html: document: "
        "has no text; put it beside the file as other.txt"
    ]


def test_what_does_not_fit_is_named_and_the_rest_read(tmp_path: Path) -> None:
    twice = note("#1", "זלמן", "Person", position=False)
    del twice["target"]["selector"][0]["prefix"]  # type: ignore[attr-defined]
    wrong = note("#2", "נאם", "Speech")
    wrong["target"]["selector"][0]["exact"] = "שר"  # type: ignore[index]
    comment = note("#4", "נאם", "Speech", created="2024-05-01")
    doubt = {"type": "TextualBody", "value": "בטוח?", "purpose": "commenting"}
    comment["body"].append(doubt)  # type: ignore[attr-defined]
    comment["target"]["selector"].append({"type": "XPathSelector", "value": "/p[1]"})  # type: ignore[index]
    rows = [twice, wrong, note("#3", "שזר"), comment, arrow("#4", "In", "#8"), {**arrow("#4", "In", "#3"), "body": []}]
    (document,), lost = load(tmp_path, rows)
    assert marked(document) == [("נאם", "Speech")]
    assert [line.removeprefix("d.json, ").split(": ")[0:2] for line in lost] == [
        ["lost", "d.json, annotation #4"],  # the selector
        ["wrong", "d.json, annotation #1"],
        ["wrong", "d.json, annotation #2"],
        ["wrong", "d.json, annotation #3"],
        ["lost", "d.json, annotation #4"],  # created
        ["lost", "d.json, annotation #4"],  # the comment
        ["wrong", "d.json, annotation d.json, item 5"],
        ["lost", "d.json, annotation d.json, item 6"],
    ]
    assert "quotes words that stand in the text 2 times" in lost[1]
