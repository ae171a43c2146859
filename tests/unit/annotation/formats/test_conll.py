"""Columns of tags as other projects write them: schemes, nesting, several tags to a token, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.formats.base import Reader
from annotation.formats.conll import read as read_columns
from annotation.formats.conll_tags import Scheme, begins, chunks
from annotation.formats.conllu import read as read_universal
from tests.unit.annotation.formats import reading
from tests.unit.annotation.formats.reading import marked


def columns(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def read(reader: Reader, path: Path, content: str, **how: object) -> tuple[list[Document], list[str]]:
    """The Documents, and what is lost beside the line that tells the scheme."""
    documents, lost = reading.read(reader, path, content, **how)
    return documents, [line for line in lost if "tags are read as" not in line]


BIO = columns("רונית B-PER", "לביא I-PER", "הגיעה O", "לנתניה B-GPE", "", "חזרה O", "מחיפה B-GPE")


def test_a_sentence_is_a_document_and_tokens_are_joined_by_spaces(tmp_path: Path) -> None:
    documents, lost = read(read_columns, tmp_path / "a.bio", BIO)
    assert [document.text for document in documents] == ["רונית לביא הגיעה לנתניה", "חזרה מחיפה"]
    assert marked(documents[0]) == [("רונית לביא", "PER"), ("לנתניה", "GPE")]
    assert ([document.language for document in documents], lost) == (["he", "he"], [])


def test_sentences_are_grouped_on_demand_or_by_the_file_s_own_documents(tmp_path: Path) -> None:
    (whole,), _ = read(read_columns, tmp_path / "a.bio", BIO, group=2)
    assert whole.text == "רונית לביא הגיעה לנתניה\nחזרה מחיפה"
    assert marked(whole)[-1] == ("מחיפה", "GPE")
    own = "-DOCSTART- O\n\n" + BIO + "\n-DOCSTART- O\n\nשקט O\n"
    documents, _ = read(read_columns, tmp_path / "b.bio", own)
    assert [document.text.count("\n") for document in documents] == [1, 0]


def test_labels_of_events_become_triggers(tmp_path: Path) -> None:
    (document, _), _ = read(read_columns, tmp_path / "a.bio", BIO, events=frozenset({"GPE"}))
    assert [event.type for event in document.events] == ["GPE"]
    assert [span.label for span in document.entities] == ["PER"]


@pytest.mark.parametrize(
    "tags", [("B-A", "M-A", "E-A", "S-B"), ("B-A", "I-A", "L-A", "U-B"), ("B-A", "I-A", "E-A", "S-B")]
)
def test_every_scheme_spells_the_same_chunks(tags: tuple[str, ...]) -> None:
    found = chunks(tags, Scheme.of((tag[0] for tag in tags), opened=True))
    assert [(chunk.start, chunk.end, chunk.label, chunk.fault) for chunk in found] == [(0, 3, "A", ""), (3, 4, "B", "")]


def test_the_first_scheme_ever_begins_with_i() -> None:
    tags = ["I-A", "I-A", "B-A", "O", "I-B"]
    found = chunks(tags, Scheme.of("IB", opened=False))
    assert [(chunk.start, chunk.end, chunk.fault) for chunk in found] == [(0, 2, ""), (2, 3, ""), (4, 5, "")]


def test_broken_tags_are_named_by_line_and_taken_as_far_as_they_go(tmp_path: Path) -> None:
    rows = columns("دخلت O", "ريم B-PER", "وسالم E-ORG", "إلى O", "البصرة B-LOC", "اليوم O", "عمر X-PER")
    (document,), lost = read(read_columns, tmp_path / "a.bmes", rows * 6)
    assert lost[0] == "wrong: a.bmes, line 7: entity 'X-PER' of 'عمر': is no tag like B-PER or O; read as O"
    assert "noted: a.bmes, line 2: entity PER: does not end as the tags of this file do" in lost[6]
    assert [words for words, _ in marked(document)[:3]] == ["ريم", "وسالم", "البصرة"]


def test_columns_of_tags_are_layers_and_columns_of_phrases_are_none(tmp_path: Path) -> None:
    rows = (
        columns("עיריית NN B-NP S-ORG O", "יפו NN I-NP O S-GPE")
        .replace("S-ORG O", "B-ORG O")
        .replace("O S-GPE", "E-ORG S-GPE")
    )
    (document,), lost = read(read_columns, tmp_path / "a.txt", rows)
    assert (marked(document), lost) == ([("עיריית יפו", "ORG"), ("יפו", "GPE")], [])
    (one,), _ = read(read_columns, tmp_path / "a.txt", rows, columns=(5,))
    assert marked(one) == [("יפו", "GPE")]


def test_several_tags_to_a_token_begin_a_span_behind_its_proclitics(tmp_path: Path) -> None:
    rows = columns(
        "כשהגיע O^O", "לחולון O^S-GPE", "ישבה O", "בספריית O^B-FAC", "העירייה I-FAC^E-FAC", "שבבניין O^O^O^S-FAC"
    )
    (document,), lost = read(read_columns, tmp_path / "a.bmes", rows)
    assert marked(document) == [("חולון", "GPE"), ("ספריית העירייה", "FAC"), ("בניין", "FAC")]
    assert len(lost) == 3
    assert all("taken from behind its proclitics" in line for line in lost)


@pytest.mark.parametrize(
    ("word", "morphemes", "language", "length"),
    [
        ("לעכו", 0, "he", 0),
        ("לעכו", 1, "he", 1),
        ("בבית", 2, "he", 1),  # the article is swallowed by ב
        ("כשברמלה", 2, "he", 3),
        ("עכו", 1, "he", None),
        ("وبغزة", 2, "ar", 2),
        ("Acre", 1, "en", None),
    ],
)
def test_proclitics_are_counted_in_morphemes(word: str, morphemes: int, language: str, length: int | None) -> None:
    assert begins(word, morphemes, language) == length


def test_words_with_spaces_and_foreign_line_ends_are_read(tmp_path: Path) -> None:
    rows = "10 000 B-QTY\r\nنسمة I-QTY\r\n. O\r\n. O\r\n"
    (document,), lost = read(read_columns, tmp_path / "a.txt", rows)
    assert (document.text, marked(document), lost) == ("10 000 نسمة . .", [("10 000 نسمة", "QTY")], [])


def test_comments_are_no_words_but_a_number_sign_with_a_tag_is(tmp_path: Path) -> None:
    (document,), lost = read(read_columns, tmp_path / "a.txt", "# id 17 domain=he\n# O\nנועה B-PER\n")
    assert (document.text, lost) == ("# נועה", [])


def test_a_file_without_tags_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of its 2 columns none holds tags like B-PER and O; name them with --tags"):
        read(read_columns, tmp_path / "a.txt", "רונית שם\nהלכה פועל\n")


UNIVERSAL = columns(
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


def test_universal_words_are_as_written_and_a_document_said_twice_is_one(tmp_path: Path) -> None:
    (document,), lost = read(read_universal, tmp_path / "a.conllu", UNIVERSAL)
    assert (document.id, document.language) == ("d1", "ar")
    assert document.text == "وصلت ريم، أمس.\nوهنا بيت"
    assert len(lost) == 1
    assert lost[0].startswith("noted: a.conllu, line 12: document: its words do not make up the text its comment gives")
