"""The standoff of the BioNLP shared tasks: entities given in .a1, events found in .a2, relations in .rel."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.document import Argument, Link, Span
from annotation.core.errors import UsageError
from annotation.formats.bionlp import read as read_bionlp
from annotation.formats.bionlp import recognises
from annotation.formats.opening import Opening
from tests.unit.annotation.formats.reading import read

NEWS = "وصل رامي حداد إلى دمشق.\nثم غادر الوفد الأممي\nالكبير المدينة.\n"
GIVEN = "T1\tPER 4 13\tرامي حداد\nT3\tORG 32 37\tالوفد\n"
FOUND = (
    "T2\tMove 0 3\tوصل\nT4\tMove 27 31\tغادر\nE1\tMove:T2 Agent:T1\nE2\tMove:T4 Agent:T3 Cause:E1\n"
    "M1\tSpeculation E2\n*\tEquiv T1 T3\n"
)


def article(folder: Path, **files: str) -> Path:
    for name, content in {"txt": NEWS, **files}.items():
        (folder / f"d.{name.replace('_', '.')}").write_text(content, encoding="utf-8")
    return folder


def test_entities_events_and_modifications_come_from_their_files(tmp_path: Path) -> None:
    (document,), lost = read(read_bionlp, article(tmp_path, a1=GIVEN, a2=FOUND, rel="R1\tMember Arg1:T1 Arg2:T3\n"))
    rami, envoy = Span(4, 13, "PER"), Span(32, 37, "ORG")
    came, left = document.events
    assert (document.id, document.text, document.entities) == ("d", NEWS, (rami, envoy))
    assert (came.trigger, came.arguments) == (Span(0, 3, "Move"), (Argument("Agent", rami),))
    assert left.arguments == (Argument("Agent", envoy), Argument("Cause", came.trigger))
    assert left.attributes == (("Speculation", "true"),)
    assert document.links == (Link("Equiv", rami, envoy), Link("Member", rami, envoy))
    assert len(lost) == 1  # the direction of R1


@pytest.mark.parametrize("name", ["d.a1", "d.a2", "d.txt"])
def test_any_file_of_an_article_stands_for_it(tmp_path: Path, name: str) -> None:
    article(tmp_path, a1=GIVEN, a2=FOUND)
    (tmp_path / "e.a1").write_text("", encoding="utf-8")
    (document,), lost = read(read_bionlp, tmp_path / name)
    assert (document.id, len(document.events), lost) == ("d", 2, [])
    assert recognises(Opening(tmp_path / name))


def test_a_fault_says_its_file_and_line_and_what_is_not_read_is_named(tmp_path: Path) -> None:
    article(tmp_path, a1=GIVEN, a2_t1="T2\tMove 0 3\tقفز\n", a2_t12="T2\tMove 1 3\tوصل\n", tok="tokens")
    (tmp_path / "README.txt").write_text("corpus", encoding="utf-8")
    (tmp_path / "e.a1").write_text(GIVEN, encoding="utf-8")
    documents, lost = read(read_bionlp, tmp_path)
    assert [document.id for document in documents] == ["d"]
    assert [line.split(": ")[:2] for line in lost] == [
        ["lost", "README.txt"],
        ["lost", "d.tok"],
        ["lost", "d, d.a2.t1"],
        ["wrong", "d, .t12 line 1"],
        ["wrong", "e"],
    ]


def test_a_folder_without_such_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.a1 or \.a2 files"):
        read(read_bionlp, tmp_path)
