"""Raw exports of projects that naba did not make: any control, pages, envelopes, predictions, and bad regions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.core.document import Argument, Link, Span
from annotation.formats.hypertext import TextNodes, points
from annotation.formats.labelstudio import read as read_export
from tests.unit.annotation.formats.reading import marked, read

TEXT = "Omar hired Dana in Acre."
PAGE = "<div>\n<p>Omar <b>met 📢 D</b>ana</p><script>no</script><p>in &quot;Acre&quot;</p></div>"


def region(id: str, start: object, end: object, label: str | None, **more: object) -> dict[str, object]:
    value = {"start": start, "end": end, "labels": [label] if label else []}
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(TEXT):
        value["text"] = TEXT[start:end]
    return {"id": id, "from_name": "tags", "to_name": "doc", "type": "labels", "value": value, **more}


def arrow(a: str, b: str, *labels: str, **more: object) -> dict[str, object]:
    return {"type": "relation", "from_id": a, "to_id": b, "direction": "right", "labels": list(labels), **more}


OMAR, HIRED, DANA = region("o", 0, 4, "Per"), region("h", 5, 10, "Hire"), region("d", 11, 15, "Per")


def task(*results: object, id: int = 7, **more: object) -> dict[str, object]:
    annotation = {"id": 3, "completed_by": {"id": 1, "email": "tal@x.org"}, "result": list(results), "lead_time": 4.5}
    return {"id": id, "data": {"doc": TEXT}, "annotations": [annotation], **more}


def exported(folder: Path, *tasks: object, **how: object):  # type: ignore[no-untyped-def]
    return read(read_export, folder / "e.json", json.dumps(tasks), **how)


def test_regions_of_any_control_are_entities_and_who_marked_them_is_kept(tmp_path: Path) -> None:
    (document,), lost = exported(tmp_path, task(OMAR, DANA))
    assert (document.id, document.text, lost) == ("7", TEXT, [])
    assert marked(document) == [("Omar", "Per"), ("Dana", "Per")]
    by = document.provenance
    assert by
    assert (by.task, by.annotation, by.annotator, by.lead_time) == (7, 3, "tal@x.org", 4.5)


def test_arrows_from_events_are_arguments_and_others_links(tmp_path: Path) -> None:
    rows = [
        OMAR,
        HIRED,
        DANA,
        arrow("h", "d", "Who"),
        arrow("o", "h", "Boss"),
        arrow("o", "d", "Knows"),
    ]
    (document,), lost = exported(tmp_path, task(*rows), events=frozenset({"Hire"}))
    omar, dana = Span(0, 4, "Per"), Span(11, 15, "Per")
    assert document.events[0].arguments == (Argument("Boss", omar), Argument("Who", dana))
    assert document.links == (Link("Knows", omar, dana),)
    assert [line.split(": ", 1)[0] for line in lost] == ["noted"] * 2
    assert "relation o -> h: argument Boss: is drawn from its filler; turned round" in lost[0]


def test_choices_of_a_trigger_are_attributes_and_others_are_lost(tmp_path: Path) -> None:
    def choice(id: str, *values: str) -> dict[str, object]:
        return {"id": id, "from_name": "mood", "type": "choices", "value": {"choices": list(values)}}

    rows = [OMAR, HIRED, choice("h", "sure"), choice("o", "sure"), choice("z", "a", "b")]
    (document,), lost = exported(tmp_path, task(*rows), events=frozenset({"Hire"}))
    assert document.events[0].attributes == (("mood", "sure"),)
    assert [line.split("annotation 3, ")[1] for line in lost] == [
        "region o: other ['sure']: is of a kind Documents do not hold: choices",
        "region z: other ['a', 'b']: is of a kind Documents do not hold: choices",
    ]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (region("x", 3, 99, "Per"), "region x: entity Per [3:99] of 24: leaves the text, or is empty"),
        (region("x", 9, 2, "Per"), "region x: entity Per [9:2] of 24: leaves the text, or is empty"),
        (region("x", 1, 2, None), "region x: entity [1:2]: has no label; give it one"),
        (region("x", "a", None, "Per"), "region x: entity Per [a:None]: has no label or no offsets"),
        (arrow("o", "gone", "Knows"), "relation o -> gone: link Knows: hangs on a region that is not there"),
        (
            {**DANA, "id": "x", "value": {**DANA["value"], "text": "Acre"}},
            "quotes 'Acre' but covers 'Dana' (they stand at [19:23])",
        ),  # type: ignore[dict-item]
    ],
)
def test_each_bad_region_is_named_with_its_task_and_the_rest_taken(
    tmp_path: Path, bad: dict[str, object], said: str
) -> None:
    (document,), lost = exported(tmp_path, task(OMAR, bad))
    assert marked(document) == [("Omar", "Per")]
    assert len(lost) == 1
    assert lost[0].startswith("wrong: e.json, item 1, task 7, annotation 3, ")
    assert said in lost[0]


def test_every_annotation_is_a_document_and_skipped_ones_are_none(tmp_path: Path) -> None:
    two = [{"id": 1, "result": [OMAR], "completed_by": 5}, {"id": 2, "result": [], "was_cancelled": True}]
    two += [{"id": 4, "result": [DANA], "created_username": "noa"}]
    documents, lost = exported(
        tmp_path, {"id": 7, "data": {"doc": TEXT}, "annotations": two, "predictions": [{"result": []}]}
    )
    assert [d.provenance and d.provenance.annotator for d in documents] == ["5", "noa"]
    assert lost == [
        "lost: e.json, item 1, task 7, annotation 2: document: was skipped by its annotator",
        "lost: e.json, item 1, task 7: document: is a prediction for a task that people annotated",
    ]


def test_predictions_say_their_model_and_stand_in_where_nobody_annotated(tmp_path: Path) -> None:
    predicted = {"model_version": "m1", "result": [OMAR]}
    (document, bare), _ = exported(
        tmp_path, {"data": {"text": TEXT}, "predictions": [predicted]}, {"id": 9, "data": {"t": "x"}}
    )
    assert document.provenance
    assert (document.provenance.model_version, document.provenance.annotator) == ("m1", None)
    assert (bare.id, bare.text, bare.provenance) == ("9", "x", None)


@pytest.mark.parametrize("data", [{"url": "https://x.org/a.txt"}, {"image": "https://x.org/a.jpg"}, {}])
def test_a_task_without_text_of_its_own_is_named_with_what_hangs_on_it(tmp_path: Path, data: object) -> None:
    documents, lost = exported(tmp_path, {**task(OMAR), "data": data}, task())
    assert len(documents) == 1
    assert lost[0].startswith("wrong: e.json, item 1, task 7: document with 1 rows of results: has no text of its own")


def test_envelopes_lines_and_old_names_are_read(tmp_path: Path) -> None:
    old = {"id": 1, "data": {"doc": TEXT}, "completions": [{"id": 2, "result": [OMAR]}]}
    for content in (json.dumps({"tasks": [old]}), json.dumps(old), f"{json.dumps(old)}\nnot json\n"):
        documents, lost = read(read_export, tmp_path / "e.json", content)
        assert [marked(document) for document in documents] == [[("Omar", "Per")]]
        assert len(lost) == content.count("not json")


def hyper(
    id: str, start: str, at: int, end: str, to: int, text: str, places: tuple[int, int] | None
) -> dict[str, object]:
    value = {"start": start, "startOffset": at, "end": end, "endOffset": to, "text": text, "hypertextlabels": ["Per"]}
    if places:
        value["globalOffsets"] = {"start": places[0], "end": places[1]}
    return {"id": id, "from_name": "n", "to_name": "doc", "type": "hypertextlabels", "value": value}


def test_marks_in_a_page_are_found_by_offsets_in_either_unit_or_by_path(tmp_path: Path) -> None:
    bold, after = "/div[1]/p[1]/b[1]/text()[1]", "/div[1]/p[1]/text()[2]"
    last = "/div[1]/p[2]/text()[1]"
    rows = [
        hyper("a", "?", 0, "?", 0, "Omar", (1, 5)),
        hyper("b", "?", 0, "?", 0, "Dana", (13, 17)),  # UTF-16 units, the loudspeaker being two
        hyper("c", bold, 0, bold, 3, "met", None),
        hyper("d", bold, 7, after, 3, "Dana", None),
        hyper("e", last, 3, last, 9, '"Acre"', None),
    ]
    (document,), lost = exported(tmp_path, {**task(*rows), "data": {"doc": PAGE}})
    assert document.text == '\nOmar met 📢 Danain "Acre"'
    assert [words for words, _ in marked(document)] == ["Omar", "met", "Dana", '"Acre"']
    assert lost == [
        "lost: e.json, item 1, task 7, annotation 3, region d: entity Per [12:16]: is marked twice; one is kept"
    ]


def test_signs_of_html_in_plain_text_are_text(tmp_path: Path) -> None:
    text = "<b>Omar</b> &amp; Dana"
    row = {**OMAR, "value": {"start": 3, "end": 7, "labels": ["Per"], "text": "Omar"}}
    (document,), _ = exported(tmp_path, {**task(row), "data": {"doc": text}})
    assert (document.text, marked(document)) == (text, [("Omar", "Per")])


def test_paths_count_nodes_as_a_browser_does() -> None:
    page = TextNodes("<p>a<br>b<i>c</i>d</p><p>e</p>")
    assert page.nodes == {
        "/p[1]/text()[1]": 0,
        "/p[1]/text()[2]": 1,
        "/p[1]/i[1]/text()[1]": 2,
        "/p[1]/text()[3]": 3,
        "/p[2]/text()[1]": 4,
    }


def test_units_beyond_the_text_stay_beyond_it() -> None:
    assert [points("a📢b", units) for units in range(6)] == [0, 1, 2, 2, 3, 4]


def test_what_was_said_of_the_whole_article_on_nabas_page_is_kept(tmp_path: Path) -> None:
    about = {"to_name": "doc", "id": "x"}
    note = {**about, "from_name": "note_to_lead", "type": "textarea", "value": {"text": ["who is Omar?"]}}
    none = {**about, "from_name": "no_events", "type": "choices", "value": {"choices": ["no_events"]}}
    (document,), lost = exported(tmp_path, task(OMAR, note, none))
    assert lost == []
    assert document.provenance
    assert (document.provenance.note, document.provenance.no_events) == ("who is Omar?", True)
