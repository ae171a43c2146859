"""Standoff as brat and its users write it, and every way it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annotation.core.document import Argument, Link, Span
from annotation.core.errors import UsageError
from annotation.formats.brat import read as read_brat
from annotation.formats.brat import recognises
from annotation.formats.opening import Opening
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
    assert lost[0].startswith("noted: d.ann, line 1: entity Per [5 9;14 18;0 4], kept: 'Dana': is in several pieces")


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
    assert "lost: d.ann, line 16: event Meet E3 with E1: shares trigger and type with another; they become one" in lost


def test_ids_are_the_names_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "north").mkdir()
    article(tmp_path / "north", GOOD)
    (tmp_path / "e.txt").write_text("نص", encoding="utf-8")
    (tmp_path / "e.ann").write_text("", encoding="utf-8")
    documents, _ = read(read_brat, tmp_path)
    assert [(document.id, len(document.events)) for document in documents] == [("e", 0), ("north/d", 2)]


def test_texts_alone_are_bare_articles(tmp_path: Path) -> None:
    (tmp_path / "e.txt").write_text("نص", encoding="utf-8")
    documents, lost = read(read_brat, tmp_path)
    assert ([document.id for document in documents], lost) == (["e"], [])


def test_what_stands_alone_beside_articles_is_named_and_no_article(tmp_path: Path) -> None:
    article(tmp_path, GOOD)
    (tmp_path / "b.ann").write_text("T1\tPer 0 4\tDana\n", encoding="utf-8")
    for name in ("README.txt", "annotation.conf", "list.csv"):
        (tmp_path / name).write_text("about this corpus", encoding="utf-8")
    documents, lost = read(read_brat, tmp_path)
    assert [document.id for document in documents] == ["d"]
    assert lost[:3] == [
        "lost: list.csv: other: is neither an article nor its annotations; passed over",
        "wrong: b.ann: document: has no .txt with its text beside it; add it",
        "lost: README.txt: document: has no .ann beside it, so it is no article; add an empty one where it is",
    ]
    with pytest.raises(UsageError, match=r"b\.ann: its text is not beside it; add b\.txt"):
        read(read_brat, tmp_path / "b.ann")


def test_annotations_in_another_format_are_refused(tmp_path: Path) -> None:
    article(tmp_path, "Dana\tB-PER\nTel\tB-LOC\nin\tO\n")
    with pytest.raises(UsageError, match="none of its lines is brat's"):
        read(read_brat, tmp_path / "d.ann")
    documents, lost = read(read_brat, tmp_path)
    assert (documents, len(lost)) == ([], 1)
    assert not recognises(Opening(tmp_path))


NEWS = "وصل رامي حداد إلى دمشق.\nثم غادر الوفد الأممي\nالكبير المدينة.\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("T1\tPER 4 8;8 13\tرامي حداد", "رامي حداد"),
        ("T1\tPER 4 8;8 13\tرامي  حداد", "رامي حداد"),
        ("T1\tPER 4 6;6 8\tرا مي", "رامي"),
        ("T1\tPER 4 8;9 13\tرامي حداد", "رامي حداد"),
        ("T1\tORG 32 44;45 51\tالوفد الأممي الكبير", "الوفد الأممي\nالكبير"),
        ("T1\tORG 32 37;38 44;45 51\tالوفد الأممي الكبير", "الوفد الأممي\nالكبير"),
        ("T1\tPER 4 8;9 13", "رامي حداد"),
    ],
)
def test_pieces_with_only_white_space_between_them_are_one_stretch(tmp_path: Path, line: str, words: str) -> None:
    (document,), lost = read(read_brat, article(tmp_path, line + "\n", NEWS))
    assert ([span.quote(NEWS) for span in document.entities], lost) == ([words], [])


def test_pieces_quote_their_words(tmp_path: Path) -> None:
    marks = "T1\tPER 4 8;32 37\tدمشق المدينة\nT2\tPER 4 8;32 37\tرامي الوفد\nT3\tPER 4 8;99 110\tرامي\n"
    (document,), lost = read(read_brat, article(tmp_path, marks, NEWS))
    assert marked(document) == [("الوفد", "PER")]
    assert [line.split(": ")[0] for line in lost] == ["wrong", "noted", "wrong"]
    assert "line 1: entity PER [4 8;32 37] quotes 'دمشق المدينة' but covers 'رامي الوفد'" in " ".join(lost)


SHARED = """T1\tPER 4 13\tرامي حداد
T2\tMove 27 31\tغادر
T3\tGPE 18 22\tدمشق
T4\tORG 32 37\tالوفد
E1\tMove:T2 Agent:T1
E2\tMove:T2 Agent:T4 Cause:E1
E3\tExit:T2 Agent:T1 Cause:E2
A1\tNegation E1
A2\tTense E1 past
A3\tTense E2 present
M4\tNegation E2
R1\tLocatedIn Arg1:T4 Arg2:T3\t
A5\tSure R1
*\tEquiv T1 T4 T9 T3
N1\tReference T3 Wikidata:Q3766\tDamascus
"""


def test_events_that_share_trigger_and_type_become_one_and_all_of_it_is_said(tmp_path: Path) -> None:
    (document,), lost = read(read_brat, article(tmp_path, SHARED, NEWS))
    rami, left, envoy = Span(4, 13, "PER"), Span(27, 31, "Move"), Span(32, 37, "ORG")
    leave, move = document.events
    assert move.arguments == (Argument("Agent", rami), Argument("Agent", envoy))
    assert move.attributes == (("Negation", "true"), ("Tense", "past"))
    assert leave.arguments == (Argument("Agent", rami), Argument("Cause", left))
    assert {(link.label, link.a.start, link.b.start) for link in document.links} == {
        ("LocatedIn", 18, 32),
        ("Equiv", 4, 32),
        ("Equiv", 18, 32),
    }
    one, all_of = "that became one", "and is now of all of them"
    assert [line.removeprefix("d.ann, ") for line in lost] == [
        "lost: d.ann, line 6: event Move E2 with E1: shares trigger and type with another; they become one",
        "noted: d.ann, line 7: event Exit: has another type than its trigger; the event's is kept",
        "lost: d.ann, line 6: argument Cause:E1: is filled by an event that became one with its own",
        f"noted: d.ann, line 8: attribute Negation E1: was given to one of the events {one}, {all_of}",
        f"noted: d.ann, line 9: attribute Tense E1 past: was given to one of the events {one}, {all_of}",
        f"lost: d.ann, line 10: attribute Tense E2 present: differs between events {one}; the first value is kept",
        f"lost: d.ann, line 11: attribute Negation E2: is the same on events {one}; it is kept once",
        "noted: d.ann, line 12: link LocatedIn from [32:37] to [18:22]: "
        "is kept without its direction, which links do not have",
        "lost: d.ann, line 13: attribute Sure R1: hangs on a relation; only events have attributes",
        "wrong: d.ann, line 14: link Equiv T1 T4 T9 T3: joins a mark that is not there or was not taken over",
        "lost: d.ann, line 15: other N1: is a normalization, which Documents do not hold",
    ]


def test_what_hangs_on_an_event_that_failed_is_named_with_it(tmp_path: Path) -> None:
    marks = (
        "T1\tPER 4 13\tرامي حداد\nT2\tMove 29 33\tغادر\nE1\tMove:T2 Agent:T1\nE2\tMove:T2\nA1\tSure E1\nT1\tGPE 18 22\n"
    )
    (document,), lost = read(read_brat, article(tmp_path, marks, NEWS))
    assert marked(document) == [("رامي حداد", "PER")]
    assert [line.split(": ")[2].split()[0] for line in lost] == ["entity", "event", "event", "argument", "attribute"]
    assert all(line.startswith("wrong: ") for line in lost)


WIDE = "ראיתי 📢📢 את דנה לוי בעכו.\r\nוגם את עומר.\r\n"


@pytest.mark.parametrize(
    ("name", "content", "counted"),
    [
        ("UTF-16 units", WIDE, lambda text: [2 if char > "\uffff" else 1 for char in text]),
        ("bytes of UTF-8", WIDE, lambda text: [len(char.encode()) for char in text]),
        ("code points, a line end of two characters as one", WIDE, lambda text: [int(char != "\r") for char in text]),
        (
            "code points, a line end of one character as two",
            WIDE.replace("\r", ""),
            lambda text: [1 + (char == "\n") for char in text],
        ),
        ("code points without the byte order mark", "\ufeff" + WIDE, lambda text: [0] + [1] * (len(text) - 1)),
    ],
)
def test_offsets_in_another_unit_are_read_so_where_all_quotes_prove_it(
    tmp_path: Path, name: str, content: str, counted: Callable[[str], list[int]]
) -> None:
    widths = counted(content)
    rows = []
    for number, words in enumerate(("דנה לוי", "עומר"), start=1):
        at = content.index(words)
        start, end = sum(widths[:at]), sum(widths[: at + len(words)])
        rows.append(f"T{number}\tPer {start} {end}\t{words}\n")
    (document,), lost = read(read_brat, article(tmp_path, "".join(rows), content))
    assert marked(document) == [("דנה לוי", "Per"), ("עומר", "Per")]
    reason = "counts its offsets in another unit, as all its quotes prove; they are read so"
    assert lost == [f"noted: d.ann: document {name}: {reason}"]
    (document,), lost = read(read_brat, article(tmp_path, "".join([*rows, "T9\tPer 0 5\tדני\n"]), content))
    assert all(span.quote(content) in ("דנה לוי", "עומר") for span in document.entities)
    assert {line.split(":")[0] for line in lost} == {"wrong"}


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.txt files"):
        read(read_brat, tmp_path)
