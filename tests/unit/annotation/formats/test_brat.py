"""Standoff as brat and its users write it, and every way it goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.document import Argument, Link, Span
from annotation.core.errors import UsageError
from annotation.formats.brat import read as read_brat
from tests.unit.annotation.formats.reading import marked, read

TEXT = "Dana Levi and Omar\nmet in Acre. She hired him."
GOOD = """T1\tPer 0 9\tDana Levi
T2\tPer 14 18\tOmar
T3\tMeet 19 22\tmet
T4\tPlace 26 30\tAcre
T5\tHire 36 41\thired
T6\tPer 32 35\tShe
T7\tPair 0 18;19 22\tDana Levi and Omar met
E1\tMeet:T3 Who:T1 Who2:T2 Where:T4
E2\tHire:T5 Boss:T6 After1:E1
A1\tMood E1 sure
A2\tNegated E2
R1\tKnows Arg1:T1 Arg2:T2
*\tEquiv T1 T6
#1\tAnnotatorNotes T1\ta remark
"""


def article(folder: Path, marks: str, text: str = TEXT) -> Path:
    (folder / "d.txt").write_text(text, encoding="utf-8", newline="")
    (folder / "d.ann").write_text(marks, encoding="utf-8", newline="")
    return folder


def test_marks_events_attributes_and_links_are_taken_over(tmp_path: Path) -> None:
    (document,), lost = read(read_brat, article(tmp_path, GOOD))
    dana, omar, she = Span(0, 9, "Per"), Span(14, 18, "Per"), Span(32, 35, "Per")
    meet, hire = document.events
    assert (document.id, document.text) == ("d", TEXT)
    assert meet.arguments == (Argument("Where", Span(26, 30, "Place")), Argument("Who", dana), Argument("Who", omar))
    assert hire.arguments == (Argument("After1", meet.trigger), Argument("Boss", she))
    assert (meet.attributes, hire.attributes) == ((("Mood", "sure"),), (("Negated", "true"),))
    assert document.links == (Link("Equiv", dana, she), Link("Knows", dana, omar))
    assert Span(0, 22, "Pair") in document.entities  # broken only because a line ends
    assert lost == [
        "noted: d.ann, line 12: link Knows from [0:9] to [14:18]: "
        "is kept without its direction, which links do not have",
        "lost: d.ann, line 14: other #1: is a note, which Documents do not hold",
    ]


def test_of_several_pieces_the_longest_is_kept_and_it_is_said(tmp_path: Path) -> None:
    (document,), lost = read(
        read_brat, article(tmp_path, "T1\tPer 5 9;14 18;0 4\tLevi Omar Dana\nT2\tPer 0 4;10 18\tDana and Omar\n")
    )
    assert marked(document) == [("Dana", "Per"), ("and Omar", "Per")]
    assert lost[0].startswith("noted: d.ann, line 1: entity T1 Per [5 9;14 18;0 4]: is in several pieces")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("T9\tPer 40 99\tnobody", "line 2: entity Per [40:99] of 46: leaves the text, or is empty"),
        ("T9\tPer 5 5\t", "line 2: entity Per [5:5] of 46: leaves the text, or is empty"),
        ("T9\tPer 13 17\tOmar", "Per [13:17] quotes 'Omar' but covers ' Oma' (they stand at [14:18]): does not cover"),
        ("T9\tPer zero four\tDana", "line 2: entity T9: has no offsets like `Label 0 4`"),
        ("E9\tMeet:T8", "line 2: event Meet:T8: has no trigger among the marks"),
        ("R9\tKnows Arg1:T1 Arg2:T8", "line 2: link Knows Arg1:T1 Arg2:T8: joins a mark that is not there"),
        ("*\tEquiv T1 T1", "line 2: link Equiv: joins a span to itself"),
        ("A9\tMood T8 sure", "line 2: attribute Mood T8 sure: hangs on a mark that is not there"),
        ("T9\tMeet 19 22\tmet\nE9\tMeet:T9 Who:T8", "line 3: argument Who:T8: is filled by a mark that is not there"),
        ("T9\tMeet 19 22\tmet\nE9\tMeet:T9 Who:E9", "line 3: argument Who: an event fills a role of itself"),
    ],
)
def test_one_bad_line_is_named_and_the_rest_taken_over(tmp_path: Path, line: str, said: str) -> None:
    (document,), lost = read(read_brat, article(tmp_path, f"T1\tPer 0 9\tDana Levi\n{line}\n"))
    assert document.entities == (Span(0, 9, "Per"),)
    assert len(lost) == 1
    assert lost[0].startswith("wrong: d.ann, ")
    assert said in lost[0]


def test_attributes_of_entities_and_second_events_of_a_trigger_are_lost_and_said(tmp_path: Path) -> None:
    marks = GOOD + "A3\tGender T1 f\nE3\tMeet:T3 Where:T4\n"
    (document,), lost = read(read_brat, article(tmp_path, marks))
    assert len(document.events) == 2
    assert "lost: d.ann, line 15: attribute Gender T1 f: hangs on an entity; only events have attributes" in lost
    assert "lost: d.ann, line 16: event Meet: shares trigger and type with another; they become one" in lost


def test_ids_are_the_names_below_the_folder_and_text_without_marks_is_bare(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    article(tmp_path / "north", GOOD)
    (tmp_path / "e.txt").write_text("نص", encoding="utf-8")
    documents, _ = read(read_brat, tmp_path)
    assert [(document.id, len(document.events)) for document in documents] == [("e", 0), ("north/d", 2)]


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.txt files"):
        read(read_brat, tmp_path)
