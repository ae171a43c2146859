"""The licence of an article: what pages and rows say, kept with the Document on all its ways."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotation.articles.licence import licence_of_page
from annotation.articles.reader import read
from annotation.core.document import Document, Source
from annotation.core.document_json import from_json, to_json
from annotation.storage import parquet
from annotation.storage.documents_file import line

ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
TEXT = "נעצרו שלושה חשודים בחיפה. המשטרה מסרה כי הם ייחקרו מחר בבית המשפט."


@pytest.mark.parametrize(
    ("page", "licence"),
    [
        (f'<head><link rel="license" href="{ADDRESS}"></head>', ADDRESS),
        (f'<a rel="nofollow license" href="{ADDRESS}">CC</a>', ADDRESS),
        ('<meta name="DCTERMS.license" content="CC BY-SA 4.0">', "CC BY-SA 4.0"),
        ('<meta property="dc.rights" content=" CC BY \n 4.0 ">', "CC BY 4.0"),
        ('<script type="application/ld+json">{"@graph": [{"license": {"url": "u:l"}}]}</script>', "u:l"),
        (f'<meta name="rights" content="later"><link rel="license" href="{ADDRESS}">', ADDRESS),
        ('<meta name="copyright" content="עיתון"> rights', None),
        (f'<meta name="rights" content="{"x" * 400}">', None),
        ('<script type="application/ld+json">{"license": </script>', None),
        ('<script type="application/ld+json">{"license": 7}</script>', None),
        ("<p>license</p>", None),
        ("license", None),
        ("<!-- rights", None),
    ],
)
def test_what_a_page_says(page: str, licence: str | None) -> None:
    assert licence_of_page(page) == licence


def test_a_page_brings_its_licence_and_its_text_as_before(tmp_path: Path) -> None:
    body = f"<body><article><p>{TEXT}</p><p>{TEXT[::-1]}</p></article></body>"
    for name, head in (("with", f'<link rel="license" href="{ADDRESS}">'), ("without", "")):
        (tmp_path / f"{name}.html").write_text(f"<html><head>{head}</head>{body}</html>", encoding="utf-8")
    said, unsaid = read([tmp_path / "with.html", tmp_path / "without.html"])
    assert isinstance(said, Document)
    assert isinstance(unsaid, Document)
    assert said.source
    assert unsaid.source
    assert (said.source.licence, unsaid.source.licence) == (ADDRESS, None)
    assert said.text == unsaid.text


@pytest.mark.parametrize("key", ["licence", "license"])
def test_rows_bring_their_licence(key: str, tmp_path: Path) -> None:
    row = {"text": TEXT, key: "CC BY 4.0", "body": True}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "b.parquet")
    for document in read([tmp_path / "a.jsonl", tmp_path / "b.parquet"]):
        assert isinstance(document, Document)
        assert document.source
        assert document.source.licence == "CC BY 4.0"


def test_a_licence_stays_in_lines_and_columns_and_lines_without_one_are_as_before(tmp_path: Path) -> None:
    said = Document("a", TEXT, source=Source("paper", licence="CC BY 4.0"))
    unsaid = Document("b", TEXT, source=Source("paper"))
    assert from_json(to_json(said)) == said
    parquet.write_parquet(tmp_path / "a.parquet", [said, unsaid])
    assert list(parquet.read_parquet(tmp_path / "a.parquet")) == [said, unsaid]
    assert "licence" not in line(unsaid)
