"""CoNLL-U with entities in brackets, expressions and columns of tags: what is read, and what is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from annotation.formats.conllu import read as read_universal
from tests.unit.annotation.formats.reading import marked, read


def universal(*rows: str) -> str:
    """Rows like `1 word Entity=(x)`, in CoNLL-U's ten columns; others as they are."""
    cells = [row.split(" ") for row in rows]
    return "".join(
        "\t".join([one[0], one[1], *["_"] * 7, one[2] if len(one) > 2 else "_"]) + "\n"
        if one[0][:1].isdigit()
        else row + "\n"
        for row, one in zip(rows, cells, strict=True)
    )


def test_declared_brackets_nest_and_mentions_of_an_entity_are_linked(tmp_path: Path) -> None:
    rows = universal(
        "# newdoc id = d1",
        "# global.Entity = eid-etype-head-infstat",
        "1 סמדר Entity=(e1-person-1-new(e2-name)",
        "2 גיל Entity=e1)|SpaceAfter=No",
        "3 ,",
        "4 ראש Entity=(e1-person-1-giv",
        "5 עיריית Entity=(e3-org",
        "6 ערד Entity=(e4-place)e3)e1)",
    )
    (document,), lost = read(read_universal, tmp_path / "a.conllu", rows)
    assert document.text == "סמדר גיל, ראש עיריית ערד"
    assert set(marked(document)) == {
        ("סמדר גיל", "person"),
        ("סמדר", "name"),
        ("ראש עיריית ערד", "person"),
        ("עיריית ערד", "org"),
        ("ערד", "place"),
    }
    (link,) = document.links
    assert {span.quote(document.text) for span in (link.a, link.b)} == {"סמדר גיל", "ראש עיריית ערד"}
    assert lost == [
        "lost: a.conllu: other: is a head in Entity=, which Documents do not hold",
        "lost: a.conllu: other: is a infstat in Entity=, which Documents do not hold",
    ]


@pytest.mark.parametrize(
    ("names", "opening", "closing"),
    [
        ("", "(ORG", "ORG)"),
        ("", "(e7-ORG-1", "e7)"),
        ("", "(ORG-7-giv", "7)"),
        ("", "(ORG-7", "ORG-7)"),
        ("entity-GRP-MIN", "(ORG-7-1,2", "7)"),
        ("etype-identity", "(ORG-Acre", "ORG)"),
    ],
)
def test_brackets_close_by_id_or_type(tmp_path: Path, names: str, opening: str, closing: str) -> None:
    head = (f"# global.Entity = {names}",) if names else ()
    rows = universal(*head, f"1 עיריית Entity={opening}", "2 עכו", f"3 החדשה Entity={closing}", "4 נבחרה")
    (document,), lost = read(read_universal, tmp_path / "a.conllu", rows)
    assert marked(document) == [("עיריית עכו החדשה", "ORG")]
    assert not [line for line in lost if line.startswith("wrong")]


def test_brackets_that_do_not_fit_are_named(tmp_path: Path) -> None:
    rows = universal("1 בנק Entity=(ORG", "2 חדש Entity=PER)", "3 נפתח Entity=LOC", "3.1 הוא Entity=(PER)")
    (document,), lost = read(read_universal, tmp_path / "a.conllu", rows)
    assert marked(document) == []
    assert sorted(line.removeprefix("wrong: a.conllu, ") for line in lost) == [
        "line 1: entity (ORG: opens a mention that is never closed; close or remove it",
        "line 2: entity PER): closes a mention that was never opened; open or remove it",
        "line 3: entity LOC: is no bracket that opens or closes a mention",
        "line 4: entity הוא: stands on an empty node, which is not written in the text",
    ]


def test_of_a_mention_in_pieces_the_longest_is_kept_and_said(tmp_path: Path) -> None:
    rows = universal("1 רב Entity=(e1[1/2]-person", "2 העיר Entity=e1[1/2])", "3 אמר", "4 כהן Entity=(e1[2/2]-person)")
    (document,), lost = read(read_universal, tmp_path / "a.conllu", rows)
    assert marked(document) == [("רב העיר", "person")]
    assert lost == ["noted: a.conllu, line 1: entity person: is in several pieces; only the longest is kept"]


def test_entities_without_types_get_a_placeholder_or_the_option_s_label(tmp_path: Path) -> None:
    rows = universal("# global.Entity = eid-head", "1 ירושלים Entity=(e1-1)")
    (document,), lost = read(read_universal, tmp_path / "a.conllu", rows)
    assert marked(document) == [("ירושלים", "Mention")]
    assert "noted: a.conllu: entity: has no type; 'Mention' stands for it, or what --tag-label gives" in lost
    (document,), _ = read(read_universal, tmp_path / "a.conllu", rows, tag_label="Thing")
    assert marked(document) == [("ירושלים", "Thing")]


def test_a_mention_may_begin_at_a_word_inside_a_written_one(tmp_path: Path) -> None:
    rows = universal("1-2 וחולון", "1 ו", "2 חולון Entity=(place)", "3 יפה")
    (document,), _ = read(read_universal, tmp_path / "a.conllu", rows)
    assert marked(document) == [("חולון", "place")]


def test_a_mention_across_sentences_needs_them_in_one_document(tmp_path: Path) -> None:
    rows = universal("1 גן Entity=(e1-place", "", "1 העיר Entity=e1)")
    _, lost = read(read_universal, tmp_path / "a.conllu", rows)
    assert len(lost) == 2
    (document,), lost = read(read_universal, tmp_path / "a.conllu", rows, group=2)
    assert (marked(document), lost) == ([("גן\nהעיר", "place")], [])


def test_tags_in_columns_of_their_own_and_under_keys_are_read(tmp_path: Path) -> None:
    plus = "# global.columns = ID FORM UPOS NER\n1\tיעל\tPROPN\tB-PER\n2\tשרה\tVERB\tO\n"
    (document,), lost = read(read_universal, tmp_path / "a.conllup", plus)
    assert marked(document) == [("יעל", "PER")]
    assert lost[-1] == "lost: a.conllup: other: is a value of UPOS, which Documents do not hold"
    misc = universal("1 יעל start_char=0|ner=B-PER", "2 רון ner=E-PER", "3 שרה ner=O")
    (document,), lost = read(read_universal, tmp_path / "a.conllu", misc)
    assert marked(document) == [("יעל רון", "PER")]
    assert "a value start_char= of MISC" in lost[-1]


def test_expressions_of_several_words_are_mentions(tmp_path: Path) -> None:
    head = "# global.columns = ID FORM PARSEME:MWE\n"
    rows = head + "1\tהרים\t1:VID\n2\tידיים\t1\n3\tושם\t2:LVC;3:VID\n4\tלב\t3\n5\tהיום\t*\n"
    (document,), lost = read(read_universal, tmp_path / "a.cupt", rows)
    assert (marked(document), lost) == ([("הרים ידיים", "VID"), ("ושם", "LVC"), ("ושם לב", "VID")], [])


def test_a_file_without_numbered_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no words numbered from 1"):
        read(read_universal, tmp_path / "a.conllu", "נועה\tשם\n")


UNIVERSAL = "\n".join(
    (
        "# newdoc id = d1",
        "# sent_id = s1",
        "# text = وصلت ريم، أمس.",
        "1\tوصلت\t_\tVERB\t_\t_\t0\troot\t_\t_",
        "2\tريم\t_\tPROPN\t_\t_\t1\tnsubj\t_\tSpaceAfter=No",
        "3\t،\t_\tPUNCT\t_\t_\t1\tpunct\t_\t_",
        "4\tأمس\t_\tADV\t_\t_\t1\tadvmod\t_\tSpaceAfter=No",
        "5\t.\t_\tPUNCT\t_\t_\t1\tpunct\t_\t_",
        "",
        "# newdoc id = d1",
        "# text = وهنا بيتها",
        "1-2\tوهنا\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\tو\t_\tCCONJ\t_\t_\t0\troot\t_\t_",
        "2\tهنا\t_\tADV\t_\t_\t1\tx\t_\t_",
        "2.1\tكان\t_\tVERB\t_\t_\t_\t_\t_\t_",
        "3\tبيت\t_\tNOUN\t_\t_\t1\tx\t_\t_",
        "",
    )
)


def test_universal_words_are_as_written_and_a_document_said_twice_is_one(tmp_path: Path) -> None:
    (document,), lost = read(read_universal, tmp_path / "a.conllu", UNIVERSAL)
    assert (document.id, document.language) == ("d1", "ar")
    assert document.text == "وصلت ريم، أمس."
    assert lost[0].startswith("wrong: a.conllu, line 12: document 'وهنا بيتها', but the words are 'وهنا بيت'")
    assert [line for line in lost if "UPOS" in line] == [
        "lost: a.conllu: other: is a value of UPOS, which Documents do not hold"
    ]
    (document,), _ = read(read_universal, tmp_path / "a.conllu", UNIVERSAL.replace("بيتها", "بيت"))
    assert document.text == "وصلت ريم، أمس.\nوهنا بيت"
