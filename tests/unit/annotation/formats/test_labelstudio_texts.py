"""Which of a task's texts its regions stand on: told by names, by the configuration, or by where they fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from annotation.formats.labelstudio import read as read_export
from annotation.formats.labelstudio_texts import keys_of_config
from tests.unit.annotation.formats.reading import marked, read

BODY = "הודיעה חברת אור כי נפתח סניף בעכו ביום שני."
NOTE = "הערה לבודקת: לוודא את השם"


def region(to_name: str, start: int, end: int, text: str | None, *, id: str = "r") -> dict[str, object]:
    quote = {} if text is None else {"text": text}
    value = {"start": start, "end": end, "labels": ["ORG"], **quote}
    return {"id": id, "type": "labels", "from_name": "l", "to_name": to_name, "value": value}


def task(data: dict[str, object], *regions: object, **more: object) -> dict[str, object]:
    return {"id": 1, "data": data, "annotations": [{"id": 2, "result": list(regions)}], **more}


def imported(folder: Path, *tasks: object, **how: object):  # type: ignore[no-untyped-def]
    return read(read_export, folder / "e.json", json.dumps(tasks), **how)


@pytest.mark.parametrize(
    ("data", "to_name", "quote"),
    [
        ({"content": BODY, "note": NOTE}, "content", None),  # the object is called as the key
        ({"content": BODY, "note": NOTE}, "text", "חברת אור"),  # the quote stands in one of the texts alone
        ({"content": BODY, "text": NOTE[:5]}, "article", None),  # the region is inside one of the texts alone
        ({"content": BODY, "text": NOTE}, "text", "חברת אור"),  # an object called as a key, with another's words
        ({"content": BODY, "link": "https://x.example/a"}, "text", None),  # an address is no text
    ],
)
def test_the_text_is_the_one_the_regions_stand_on(
    data: dict[str, object], to_name: str, quote: str | None, tmp_path: Path
) -> None:
    (document,), lost = imported(tmp_path, task(data, region(to_name, 7, 15, quote)))
    assert (document.text, marked(document)) == (BODY, [("חברת אור", "ORG")])
    others = {key for key, value in data.items() if value != BODY}
    assert all(any(repr(key) in line for line in lost) for key in others)


def test_what_cannot_be_told_is_asked_for_and_the_option_helps(tmp_path: Path) -> None:
    unsure = task({"a": BODY, "b": BODY[::-1]}, region("text", 7, 15, None))
    nothing, lost = imported(tmp_path, unsure)
    assert nothing == []
    assert "its regions stand on 'text', which is no key of its data; say --text-key a or --text-key b" in lost[0]
    (document,), _ = imported(tmp_path, unsure, text_key="a")
    assert marked(document) == [("חברת אור", "ORG")]
    keys = keys_of_config('<View><Text name="text" value="$a"/><Labels name="l" toName="text"/></View>')
    (document,), _ = imported(tmp_path, unsure, text_keys=keys)
    assert marked(document) == [("חברת אור", "ORG")]
    (document,), _ = (
        imported(tmp_path, task({"a": BODY, "b": "x"}, region("text", 7, 15, None), id=3), unsure)[0][1:],
        0,
    )
    assert marked(document) == [("חברת אור", "ORG")]  # an earlier task told it


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    _, lost = imported(tmp_path, task({"a": BODY}, region("text", 7, 15, None)), text_key="body")
    assert "its data has no text under 'body'; it has a" in lost[0]


def test_a_configuration_that_is_no_xml_is_refused() -> None:
    with pytest.raises(UsageError, match="the labelling configuration is no XML"):
        keys_of_config("<View>")


def test_each_marked_text_is_a_document_and_arrows_between_them_are_named(tmp_path: Path) -> None:
    rows = [
        region("body", 7, 15, None, id="b"),
        region("title", 8, 11, "עכו", id="t"),
        {"type": "relation", "from_id": "b", "to_id": "t", "labels": ["near"]},
    ]
    (body, title), lost = imported(tmp_path, task({"title": "סניף חדש עכו"[1:], "body": BODY}, *rows))
    assert (body.id, title.id) == ("1#body", "1#title")
    assert (marked(body), marked(title)) == ([("חברת אור", "ORG")], [("עכו", "ORG")])
    assert ["joins two texts, which Documents cannot" in line for line in lost] == [True]


def test_marks_in_a_dialogue_stand_in_its_paragraphs(tmp_path: Path) -> None:
    def paragraph(at: str, start: int, end: int, quote: str) -> dict[str, object]:
        value = {"start": at, "end": at, "startOffset": start, "endOffset": end, "text": quote}
        value["paragraphlabels"] = ["GPE"]
        return {"id": f"p{at}", "type": "paragraphlabels", "from_name": "l", "to_name": "talk", "value": value}

    talk = [{"author": "מראיין", "phrase": "איפה 📢 נפתח הסניף?"}, {"author": "דוברת", "phrase": "בעכו 📢 וביפו"}]
    rows = [paragraph("1", 1, 4, "עכו"), paragraph("1", 10, 13, "יפו"), paragraph("0", 0, 4, "יפו")]
    (document,), lost = imported(tmp_path, task({"talk": talk, "title": "ריאיון"}, *rows))
    assert document.text == "איפה 📢 נפתח הסניף?\nבעכו 📢 וביפו"
    assert marked(document) == [("עכו", "GPE"), ("יפו", "GPE")]  # the second counts UTF-16 units
    assert ["is a dialogue" in line for line in lost] == [False, True] or ["is a dialogue" in x for x in lost].count(
        True
    )
    assert [line for line in lost if "quotes 'יפו' but covers 'איפה'" in line]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([{"text": BODY, "id": 3, "label": [], "annotator": 1, "annotation_id": 4, "lead_time": 1.0}]),
        "text,id,label,annotator,annotation_id,created_at,updated_at,lead_time\nx,1,[],1,2,,,\n",
        "text\tid\tannotator\tannotation_id\tlead_time\nx\t1\t1\t2\t3\n",
    ],
)
def test_an_export_of_less_is_refused_with_the_one_to_choose(content: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is Label Studio's .* export; .* export the project again, as JSON"):
        read(read_export, tmp_path / "e.json", content)
