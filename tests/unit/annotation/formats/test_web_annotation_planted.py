"""A key that the reader of Web Annotations does not use is named, wherever in the JSON it stands."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from annotation.formats.web_annotation import read as read_file
from tests.unit.annotation.formats.reading import marked, read
from tests.unit.annotation.formats.test_labelstudio_planted import places

TEXT = "נחת רמי כהן בעכו"
ANNOTATION = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "id": "urn:a:1",
    "type": "Annotation",
    "body": {"type": "TextualBody", "value": "Person", "purpose": "tagging"},
    "target": {
        "source": "a.txt",
        "selector": [
            {"type": "TextPositionSelector", "start": 4, "end": 11},
            {"type": "TextQuoteSelector", "exact": "רמי כהן"},
        ],
    },
}


@pytest.mark.parametrize("path", list(places(ANNOTATION)), ids=str)
def test_a_key_that_nobody_reads_is_named_wherever_it_stands(path: tuple[object, ...], tmp_path: Path) -> None:
    row = copy.deepcopy(ANNOTATION)
    at: object = row
    for step in path:
        at = at[step]  # type: ignore[index]
    assert isinstance(at, dict)
    at["planted"] = "x"
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (document,), lost = read(read_file, tmp_path / "a.json", json.dumps([row]))
    assert marked(document) == [("רמי כהן", "Person")]
    assert [line for line in lost if "planted" in line]
    _, nothing = read(read_file, tmp_path / "a.json", json.dumps([ANNOTATION]))
    assert nothing == []
