"""Which format files and folders are in, and what is said where that cannot be told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from annotation.formats.base import ReadOptions
from annotation.formats.importing import Import
from annotation.formats.recognition import Recognised, recognised

COLUMNS = "רמי B-PER\nנחת O\n"
DOCCANO = json.dumps({"id": 1, "text": "רמי נחת", "label": [[0, 3, "PER"]]}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "more").mkdir(parents=True)
    (tmp_path / "in" / "a.bio").write_text(COLUMNS, encoding="utf-8")
    (tmp_path / "in" / "more" / "b.bio").write_text(COLUMNS, encoding="utf-8")
    (tmp_path / "in" / "LICENSE").write_text("Take it and use it as you like.\n", encoding="utf-8")
    return tmp_path / "in"


def test_a_folder_is_opened_and_what_is_of_no_format_is_named(folder: Path) -> None:
    inputs = Recognised.of([folder])
    run = Import(list(inputs.formats), inputs.read, ReadOptions())
    assert len(list(run.documents())) == 2
    assert str(inputs) == "conll"
    assert [str(item) for item in run.tally.lost if item.kind == "wrong"] == [
        f"{folder / 'LICENSE'}: document: is in no format naba reads; left out"
    ]


def test_several_formats_in_a_folder_are_read_only_when_told(folder: Path) -> None:
    (folder / "c.jsonl").write_text(DOCCANO, encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"several formats: conll \(2\), doccano \(1\); .* --format, or all with --mixed"
    ):
        Recognised.of([folder])
    inputs = Recognised.of([folder], mixed=True)
    assert str(inputs) == "conll 2, doccano 1"
    assert str(Recognised.of([folder], "doccano")) == "doccano"
    assert sum(kind is not None for kind in Recognised.of([folder], "doccano").formats.values()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ('[{"id": 1, "text', "begins like JSON, but its first object is not whole"),
        ("Plain words of an article.\n", "looks like none of the formats naba reads; where it is one, say --format: "),
        ('{"schema": 1, "id": "a", "text": "x"}\n', "holds naba's own Documents already"),
        ("\0\1\2", "looks like none of the formats"),
    ],
)
def test_what_is_of_no_format_is_refused_with_the_reason(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="x: ") as error:
        recognised(path)
    assert said in str(error.value)


def test_a_path_that_is_not_there_and_a_folder_of_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gone: is not there"):
        Recognised.of([tmp_path / "gone"])
    with pytest.raises(UsageError, match="none of its files is in a format naba reads"):
        Recognised.of([tmp_path])
