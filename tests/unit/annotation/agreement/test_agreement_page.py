"""The page of disagreements: complete in itself, loud where people differ, and never run by what it shows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.agreement.agreement_page import write_page
from annotation.agreement.disagreements import articles, causes, confused
from annotation.agreement.item_alignment import BOUNDARY, LABEL, MISSED, PREFIX
from annotation.core.document import Document, Provenance
from tests.builders import build, conflict

RAID = "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה] <script>alert(1)</script>"
GLUED = RAID.replace("ב[Place>Raid:GPE רמלה]", "[Place>Raid:GPE ברמלה]")
STRIKE = RAID.replace("Raid", "Strike")
NO_PLACE = RAID.replace("[Place>Raid:GPE רמלה]", "רמלה")


def marked(markup: str, by: str, id: str) -> Document:
    task = Provenance(task=7, annotator=by)
    return replace(build(markup, id=id), provenance=task)


DOCUMENTS = [
    *(marked(RAID, by, "same") for by in ("noa", "dan")),
    *(marked(m, by, "glued") for m, by in ((RAID, "noa"), (GLUED, "dan"), (RAID, "tal"))),
    *(marked(m, by, "types") for m, by in ((RAID, "noa"), (STRIKE, "dan"), (NO_PLACE, "tal"))),
]


def page(folder: Path, documents: list[Document], studio: str | None = None) -> str:
    return write_page(documents, folder / "a.html", ontology=conflict(), studio=studio).read_text(encoding="utf-8")


def test_the_most_contested_come_first_and_causes_and_confusions_are_counted() -> None:
    found = articles(DOCUMENTS, conflict())
    assert [article.document.id for article in found] == ["types", "glued", "same"]
    counted = causes(found)
    assert (counted[PREFIX]["entity"], counted[LABEL]["event"], counted[MISSED]["entity"]) == (1, 1, 1)
    assert sum(counted[BOUNDARY].values()) == 0
    (row,) = confused(found)
    assert (row.layer, row.a, row.b, row.times, row.of) == ("event", "Raid", "Strike", 1, 3)


def test_the_page_shows_all_versions_and_runs_nothing_of_theirs(tmp_path: Path) -> None:
    html = page(tmp_path, DOCUMENTS)
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)") == 2 + 6, "in the title and the versions of two articles"
    assert html.index("<bdi>types</bdi>") < html.index("<bdi>glued</bdi>")
    assert "<bdi>same</bdi>" not in html
    assert len(re.findall(r'class="side"', html)) == 6
    assert 'mark class="entity agreed"' in html
    assert 'mark class="trigger contested"' in html
    assert "dan: Country or town on “ברמלה”" in html
    assert not re.search(r'(src|href)="(?!https?://)', html)


@pytest.mark.parametrize(
    ("studio", "links"), [("http://127.0.0.1:8080/projects/1", 6), (None, 0), ("javascript:alert(1)", 0)]
)
def test_tasks_are_linked_where_the_project_is_known(tmp_path: Path, studio: str | None, links: int) -> None:
    html = page(tmp_path, DOCUMENTS, studio)
    assert html.count("/data?task=7") == links
    assert "javascript:" not in html


def test_where_there_is_nothing_to_hold_against_each_other_it_says_so(tmp_path: Path) -> None:
    assert "nothing to hold against each other" in page(tmp_path, DOCUMENTS[:1])
    assert "All agree everywhere" in page(tmp_path, DOCUMENTS[:2])


def test_notes_to_the_lead_stand_above_the_versions_and_are_only_shown(tmp_path: Path) -> None:
    first, *rest = DOCUMENTS[5:]
    assert first.provenance
    noted = replace(first, provenance=replace(first.provenance, note="<b>תקיפה</b> או פשיטה?"))
    html = page(tmp_path, [noted, *rest])
    assert "&lt;b&gt;תקיפה&lt;/b&gt; או פשיטה?" in html
    assert html.count('class="note"') == 1


@pytest.mark.parametrize(
    ("language", "heading"), [("he", "עד כמה המתייגים מסכימים"), ("ar", "إلى أي حد يتفق الموسِّمون")]
)
def test_the_page_is_in_the_language_asked_for(language: str, heading: str, tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    html = write_page(DOCUMENTS, out, ontology=conflict(), language=language).read_text(encoding="utf-8")
    assert f'<html lang="{language}" dir="rtl">' in html
    assert f"<h1>{heading}</h1>" in html
    shown = re.sub(r"<[^>]*>", " ", re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL))
    known = {
        "types",
        "glued",
        "same",
        "noa",
        "dan",
        "tal",
        "script",
        "alert",
        "triggers",
    }  # ids, names, what was marked
    assert set(re.findall(r"\b[a-z]{3,}", shown)) <= known
