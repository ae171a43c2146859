"""Columns of tags as other projects write them: schemes, nesting, several tags to a token, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.formats.base import Reader, ReadOptions
from annotation.formats.conll import read as read_columns
from annotation.formats.conll_tags import Scheme, begins, chunks
from annotation.formats.source_text import TextLines
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
    assert marked(document) == [("עיריית יפו", "ORG"), ("יפו", "GPE")]
    assert lost == [f"lost: a.txt: other: is a value of column {at}, which Documents do not hold" for at in (2, 3)]
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
    assert document.text == "# נועה"
    assert lost == ["lost: a.txt: other: is a comment 'id', which Documents do not hold"]


def test_a_file_without_tags_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of its 2 columns none holds tags like B-PER and O; name them with --tags"):
        read(read_columns, tmp_path / "a.txt", "רונית שם\nהלכה פועל\n")


WORDS = ("רמי", "כהן", "נחת", "בחיפה", "אתמול")
FOUND = [("רמי כהן", "PER"), ("בחיפה", "LOC")]


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        ("B-PER I-PER O B-LOC O", "BIO"),
        ("I-PER I-PER O I-LOC O", "IOB1"),
        ("B-PER E-PER O S-LOC O", "BIOES"),
        ("B-PER L-PER O U-LOC O", "BILOU"),
        ("B-PER M-PER O S-LOC O", "BMES"),
        ("B-PER E-PER O W-LOC O", "BIOES"),
        ("B_PER I_PER O B_LOC O", "BIO"),
        ("B/PER I/PER O B/LOC O", "BIO"),
        ("B:PER I:PER 0 B:LOC 0", "BIO"),
        ("B-PER I-PER _ B-LOC _", "BIO"),
        ("b-PER i-PER o b-LOC o", "BIO"),
        ("PER-B PER-I O LOC-B O", "BIO, label first"),
        ("PER_B PER_E O LOC_S O", "BIOES, label first"),
        ("PER PER O LOC O", "bare labels: neighbours with the same label are one mention"),
    ],
)
def test_every_usual_way_to_write_tags_is_read_and_the_scheme_told(tmp_path: Path, tags: str, scheme: str) -> None:
    rows = columns(*map(" ".join, zip(WORDS, tags.split(), strict=True)), "")
    documents, lost = reading.read(read_columns, tmp_path / "a.txt", rows * 4)
    assert [marked(document) for document in documents] == [FOUND] * 4
    assert lost[-1] == f"noted: a.txt: other in column 2; words in column 1: tags are read as {scheme}"


def test_labels_keep_their_hyphens(tmp_path: Path) -> None:
    (document,), _ = read(read_columns, tmp_path / "a.txt", columns("כנס B-event-nom", "חירום I-event-nom", "נפתח O"))
    assert marked(document) == [("כנס חירום", "event-nom")]


def test_tags_without_labels_get_a_placeholder_or_the_option_s_label(tmp_path: Path) -> None:
    rows = columns("ليلى B", "عواد I", "سافرت O", "", "عادت O", "ليلى B")
    (one, _), lost = read(read_columns, tmp_path / "a.txt", rows)
    assert marked(one) == [("ليلى عواد", "Mention")]
    assert lost == [
        "noted: a.txt: other: tags have no labels; 'Mention' stands for it till --tag-label gives the right one"
    ]
    (one, _), lost = read(read_columns, tmp_path / "a.txt", rows, tag_label="PER")
    assert (marked(one), lost) == ([("ليلى عواد", "PER")], [])


NESTED = columns("زار O", "مدير B-OCC", "مستشفى I-OCC B-ORG", "الناصرة I-OCC I-ORG B-GPE", "حيفا B-GPE", "")


@pytest.mark.parametrize("between", [" ", "\t", "|", ",", ";"])
def test_further_tags_of_a_token_are_nested_mentions_and_never_text(tmp_path: Path, between: str) -> None:
    rows = columns(
        *(line.replace(" ", "\t" if between != " " else " ", 1).replace(" ", between) for line in NESTED.splitlines())
    )
    (document,), lost = read(read_columns, tmp_path / "a.txt", rows)
    assert document.text == "زار مدير مستشفى الناصرة حيفا"
    assert marked(document) == [
        ("مدير مستشفى الناصرة", "OCC"),
        ("مستشفى الناصرة", "ORG"),
        ("الناصرة", "GPE"),
        ("حيفا", "GPE"),
    ]
    assert lost == []


def test_an_inner_mention_goes_on_by_its_label_when_the_outer_one_has_ended(tmp_path: Path) -> None:
    rows = columns("مدير B-OCC", "بنك I-OCC B-ORG", "القدس I-ORG", "ثم O")
    (document,), lost = read(read_columns, tmp_path / "a.txt", rows)
    assert (marked(document), lost) == ([("مدير بنك", "OCC"), ("بنك القدس", "ORG")], [])


@pytest.mark.parametrize(
    "numbers",
    [("1", "2", "3", "1", "2"), ("0", "1", "2", "0", "1"), ("1", "2", "3", "4", "5"), ("7", "8", "9", "10", "11")],
)
def test_a_column_that_counts_is_no_text(tmp_path: Path, numbers: tuple[str, ...]) -> None:
    words = ("נועה\tB-PER\t-\t-", "גרה\tO\t-\t-", "בעכו\tB-LOC\t-\t-", "היא\tO\t_\t-", "שמחה\tO\t_\t-")
    lines = [f"{number}\t{word}" for number, word in zip(numbers, words, strict=True)]
    (one, two), lost = read(read_columns, tmp_path / "a.iob2", columns(*lines[:3], "", *lines[3:]))
    assert (one.text, two.text, lost) == ("נועה גרה בעכו", "היא שמחה", [])
    assert marked(one) == [("נועה", "PER"), ("בעכו", "LOC")]


def test_a_numbered_file_without_empty_lines_has_its_sentences_by_the_numbers(tmp_path: Path) -> None:
    restarts = columns("1 נועה B-PER", "2 גרה O", "1 טל B-PER", "2 נסע O")
    sentences = columns("1 נועה B-PER", "1 גרה O", "1 כאן O", "2 טל B-PER", "2 נסע O", "2 הלאה O")
    for rows in (restarts, sentences):
        documents, _ = read(read_columns, tmp_path / "a.txt", rows)
        assert [marked(document) for document in documents] == [[("נועה", "PER")], [("טל", "PER")]]


def test_words_written_as_one_are_one_word_and_a_mention_may_begin_inside(tmp_path: Path) -> None:
    rows = columns("1\tגרה\tO", "2-3\tבחדרה\tO", "2\tב\tO", "3\tחדרה\tB-LOC", "3.1\tהיא\tO", "4\tמזמן\tO")
    (document,), _ = read(read_columns, tmp_path / "a.iob2", rows)
    assert (document.text, marked(document)) == ("גרה בחדרה מזמן", [("חדרה", "LOC")])


TEXTS = columns("# sent_id = s1", "# text = דן גר בעכו.", "1\tדן\tB-PER", "2\tגר\tO", "3\tבעכו\tB-LOC", "4\t.\tO", "")


def test_the_text_beside_the_words_gives_the_white_space(tmp_path: Path) -> None:
    (document,), lost = read(read_columns, tmp_path / "a.iob2", TEXTS)
    assert (document.id, document.text, lost) == ("s1", "דן גר בעכו.", [])
    assert marked(document) == [("דן", "PER"), ("בעכו", "LOC")]


def test_a_sentence_whose_words_are_not_its_text_is_left_out_with_both(tmp_path: Path) -> None:
    (document,), lost = read(read_columns, tmp_path / "a.iob2", TEXTS + TEXTS.replace("בעכו.", "ביפו."))
    assert document.text == "דן גר בעכו."
    (line,) = lost
    assert line.startswith("wrong: a.iob2, line 10: document 'דן גר ביפו.', but the words are 'דן גר בעכו .'")


EXPORT = columns("-DOCSTART- -X- O", "أعلنت -X- _ O", "البلدية -X- _ B-ORG", "", "הגיע -X- _ O", "יואב -X- _ B-PER", "")


def test_one_docstart_before_several_blocks_is_label_studio_s_and_said(tmp_path: Path) -> None:
    documents, lost = read(read_columns, tmp_path / "a.conll", EXPORT)
    assert [(document.language, marked(document)) for document in documents] == [
        ("ar", [("البلدية", "ORG")]),
        ("he", [("יואב", "PER")]),
    ]
    (line,) = lost
    assert "-DOCSTART- stands once" in line
    assert "give --group 2" in line
    (whole,), lost = read(read_columns, tmp_path / "a.conll", EXPORT, group=2)
    assert (len(whole.entities), lost) == (2, [])


def test_a_file_without_empty_lines_ends_its_sentences_at_full_stops_and_says_so(tmp_path: Path) -> None:
    documents, lost = read(read_columns, tmp_path / "a.txt", columns("דן B-PER", *["גר O"] * 99, ". O") * 3)
    assert [len(document.entities) for document in documents] == [1, 1, 1]
    assert lost == ["noted: a.txt: document: has no empty lines between sentences; they are taken to end at full stops"]


def test_headers_marks_of_order_and_odd_cells_are_no_words(tmp_path: Path) -> None:
    rows = "\ufeffToken\tTag\r\nבאר\u00a0שבע\tB-LOC\r\nיפה\tO\r\n\tB-LOC\r\nמאוד\t\r\nשם\tO\r\nפה\tO\t\r\n\r\n\r\n"
    (document,), lost = read(read_columns, tmp_path / "a.txt", rows)
    assert (document.text, marked(document)) == ("באר\u00a0שבע יפה מאוד שם פה", [("באר\u00a0שבע", "LOC")])
    assert [line.split(":")[0] for line in lost] == ["wrong", "wrong", "noted"]


def test_tags_may_stand_before_the_words(tmp_path: Path) -> None:
    (document,), _ = read(read_columns, tmp_path / "a.txt", columns("O\tגרה", "B-LOC\tבעכו", "O\tנועה"))
    assert (document.text, marked(document)) == ("גרה בעכו נועה", [("בעכו", "LOC")])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("נועה נסעה לעכו אתמול.\nהיא חזרה.\nאין חדש.\n", "is no file of columns"),
        ('{"text": "נועה"}\n', "is JSON"),
        ("נועה,B-PER\nגרה,O\n", "has commas between its columns"),
        ("נועה (PERSON*\nלוי *)\n", "has mentions in brackets"),
        ("", "holds no lines of columns"),
    ],
)
def test_what_is_no_file_of_columns_is_refused_in_a_line(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read(read_columns, tmp_path / "a.txt", content)


def test_the_remedies_of_a_refusal_work(tmp_path: Path) -> None:
    rows = columns("x נועה שם", "y הלכה פועל")
    with pytest.raises(UsageError, match="name them with --tags"):
        read(read_columns, tmp_path / "a.txt", rows)
    with pytest.raises(UsageError, match=r"has 3 columns, not those named \(4\); name others"):
        read(read_columns, tmp_path / "a.txt", rows, columns=(4,))
    (document,), lost = read(read_columns, tmp_path / "a.txt", rows, columns=(3,), words=2)
    assert marked(document) == [("נועה", "שם"), ("הלכה", "פועל")]
    assert lost == ["lost: a.txt: other: is a value of column 1, which Documents do not hold"]


def test_a_file_is_read_as_far_as_its_documents_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, taken = tmp_path / "a.txt", []
    path.write_text(BIO * 2000, encoding="utf-8")
    original = TextLines.__iter__
    monkeypatch.setattr(TextLines, "__iter__", lambda self: (taken.append(line) or line for line in original(self)))
    items = read_columns(path, ReadOptions())
    next(items)
    assert len(taken) < 7 * 2000 + 100


def test_other_encodings_are_found_in_large_files_too(tmp_path: Path) -> None:
    for codec in ("cp1255", "utf-16", "utf-8-sig"):
        (tmp_path / "a.txt").write_bytes((BIO * 12_000).encode(codec))
        assert next(iter(read_columns(tmp_path / "a.txt", ReadOptions()))).text == "רונית לביא הגיעה לנתניה"
