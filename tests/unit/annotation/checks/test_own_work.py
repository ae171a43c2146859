"""A page for each person: everything about their own work, and nothing that others did changes it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.checks.own_work import file_name, own_works, write_pages
from annotation.commands.check import check
from annotation.core.document import Document, Source
from annotation.core.errors import Refused, UsageError
from annotation.storage.documents_file import write_documents
from tests.builders import build, conflict

NOA, LAYLA = "noa@example.org", "layla@example.org"
WIDE = build("[Arrest:trigger נעצר] חשוד ב[Place>Arrest:GPE רמלה ]אמש", id="a", by=NOA)
EMPTY = build("نُقل المصابون إلى المستشفى مساء أمس", id="b", language="ar", by=LAYLA)
FULL = build("[Strike:trigger נפגע] בית ב[Place>Strike:GPE רמלה], ו[GPE רמלה] שקטה", id="a", by=LAYLA)


def written(documents: list[Document], folder: Path, language: str = "en") -> dict[str, str]:
    """The pages of these documents, by name."""
    path = folder / "docs.jsonl"
    folder.mkdir(exist_ok=True)
    write_documents(path, documents)
    works = own_works(path, conflict())
    pages = write_pages(works, folder / "pages", ontology=conflict(), language=language, studio="http://studio/p/1")
    return {name: page.read_text(encoding="utf-8") for name, page in pages.items()}


def test_each_person_sees_their_own_findings_and_no_others(tmp_path: Path) -> None:
    pages = written([WIDE, EMPTY], tmp_path)
    assert "white space at its edge" in pages[NOA]
    assert "<b>רמלה </b>" in pages[NOA]
    assert 'class="error"' in pages[NOA]
    assert "white space at its edge" not in pages[LAYLA]
    assert "layla" not in pages[NOA]
    assert "noa" not in pages[LAYLA].replace("noarchive", "")


def test_what_others_did_changes_no_byte(tmp_path: Path) -> None:
    empty = build(WIDE.text, id="a", by=NOA)
    glued = build("תושבי [GPE ברמלה] נרגעו", id="d", by=NOA)
    others = [replace(WIDE, provenance=replace(FULL.provenance, annotator=LAYLA)), replace(FULL, id="c")]  # type: ignore[type-var]
    alone = written([empty, glued], tmp_path / "alone")
    assert written([empty, *others, glued], tmp_path / "among")[NOA] == alone[NOA]


@pytest.mark.parametrize(("language", "heading"), [("he", "הכתבות שלך"), ("ar", "مقالاتك"), ("en", "Your articles")])
def test_the_page_is_in_the_language_of_the_people(tmp_path: Path, language: str, heading: str) -> None:
    page = written([WIDE], tmp_path, language)[NOA]
    assert heading in page
    assert ('dir="rtl">' in page.partition("<head>")[0]) == (language != "en")


def test_an_article_is_taken_as_it_was_submitted_last_and_leads_to_its_task(tmp_path: Path) -> None:
    assert WIDE.provenance
    source = Source(name="a.html", title="מעצר <ברמלה>", url="https://example.org/a")
    early = replace(WIDE, source=source, provenance=replace(WIDE.provenance, task=7, updated_at="2026-11-01T08:00:00Z"))
    mended = build(WIDE.text.strip(), id="a", by=NOA)
    assert mended.provenance
    page = written([early], tmp_path)[NOA]
    assert "מעצר &lt;ברמלה&gt;" in page
    assert 'href="http://studio/p/1/data?task=7"' in page
    late = replace(mended, provenance=replace(mended.provenance, updated_at="2026-11-02T08:00:00Z"))
    assert "white space at its edge" not in written([early, late], tmp_path)[NOA]
    assert re.search(r"last submission</dt><dd>2026-11-02<", written([late, early], tmp_path)[NOA])


def test_a_name_becomes_a_file_and_only_that() -> None:
    assert file_name(NOA) == "noa@example.org.html"
    assert file_name("../../x") == "..%2F..%2Fx.html"
    assert len(file_name("נ" * 300)) < 130
    assert file_name("נ" * 300) != file_name("נ" * 301)


def test_the_command_writes_a_page_a_person_and_ends_as_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs.jsonl"
    write_documents(docs, [WIDE, EMPTY])
    with pytest.raises(Refused):
        check(docs, mine=tmp_path / "pages", ui_language="he")
    said = capsys.readouterr().out
    assert f"{NOA}: 1 articles, 1 errors" in said
    assert sorted(page.name for page in (tmp_path / "pages").iterdir()) == [f"{LAYLA}.html", f"{NOA}.html"]
    write_documents(docs, [build("רמלה", id="x")])
    with pytest.raises(UsageError, match="no line says who annotated it"):
        check(docs, mine=tmp_path / "pages")
    write_documents(docs, [])
    check(docs, mine=tmp_path / "none")
    assert list((tmp_path / "none").iterdir()) == [], "nobody has submitted yet"
