"""Tables of events: a row for each event and each argument, whole in a spreadsheet, and nothing in it is run."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from annotation.core.document import Argument, Document, Event, Link, Provenance, Source, Span
from annotation.formats.base import WriteOptions
from annotation.formats.event_table import arguments_file, write_csv, write_parquet
from tests.builders import build

STRIKE = replace(
    build(
        "[Strike,certainty=reported:trigger תקיפה] ב[Place>Strike:GPE עכו] וב[Place>Strike:GPE יפו], אמר [Person רמי]",
        id="a1",
        language="he",
    ),
    source=Source("עיתון", title="=כותרת", url="https://x.example/1", published="2024-05-01"),
    provenance=Provenance(annotator="noa@x.example"),
)
HIT = Span(0, 3, "Hit", 0.5)
ODD = Document(
    "b",
    "ضرب علي خصمه",
    "ar",
    (Span(4, 7, "Person"), Span(8, 12, "Person")),
    (Event(HIT, (Argument("type", Span(4, 7, "Person"), 0.25),), (("trigger", "yes"),)),),
    (Link("SameAs", Span(4, 7, "Person"), Span(8, 12, "Person")),),
)


def table(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))


def test_one_row_an_event_and_one_column_a_role(tmp_path: Path) -> None:
    lost = write_csv([STRIKE, ODD], tmp_path / "events.csv", WriteOptions())
    first, second = table(tmp_path / "events.csv")
    assert (first["article"], first["type"], first["trigger"], first["start"], first["end"]) == (
        "a1",
        "Strike",
        "תקיפה",
        "0",
        "5",
    )
    assert (first["Place"], first["certainty"], first["published"]) == ("עכו; יפו", "reported", "2024-05-01")
    assert (second["trigger"], second["score"], second["type (role)"], second["trigger (attribute)"]) == (
        "ضرب",
        "0.5",
        "علي",
        "yes",
    )
    assert [(item.unit, item.count) for item in lost] == [("entity", 1), ("entity", 1), ("link", 1)]


def test_one_row_an_argument_with_the_event_it_belongs_to(tmp_path: Path) -> None:
    write_csv([STRIKE, ODD], tmp_path / "events.csv", WriteOptions())
    rows = table(arguments_file(tmp_path / "events.csv"))
    assert [(row["type"], row["role"], row["filler"], row["filler_start"]) for row in rows] == [
        ("Strike", "Place", "עכו", "7"),
        ("Strike", "Place", "יפו", "13"),
        ("Hit", "type", "علي", "4"),
    ]
    assert rows[2]["argument_score"] == "0.25"


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    write_csv([STRIKE], tmp_path / "events.csv", WriteOptions())
    assert table(tmp_path / "events.csv")[0]["title"] == "'=כותרת"


def test_parquet_holds_numbers_and_lists(tmp_path: Path) -> None:
    write_parquet([STRIKE, ODD], tmp_path / "e.parquet", WriteOptions())
    first, second = pq.read_table(tmp_path / "e.parquet").to_pylist()
    assert (first["Place"], first["start"], first["title"]) == (["עכו", "יפו"], 0, "=כותרת")
    assert (second["Place"], second["score"]) == ([], 0.5)
    assert pq.read_table(arguments_file(tmp_path / "e.parquet")).num_rows == 3


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_articles_without_events_leave_headings_and_are_named(tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    lost = write([build("שקט", id="q")], tmp_path / "e.x", WriteOptions())
    assert [str(item) for item in lost] == ["q: document: has no events, so no row"]
    assert (tmp_path / "e.x").stat().st_size > 20
