"""WebAnno TSV as INCEpTION's guide describes it and INCEpTION writes it, and every way it goes wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.errors import UsageError
from annotation.formats.base import Lost, ReadOptions, WriteOptions
from annotation.formats.opening import Opening
from annotation.formats.webanno import read as read_webanno
from annotation.formats.webanno import recognises
from annotation.formats.webanno_write import write
from tests.builders import build
from tests.unit.annotation.formats.reading import marked, read

ENTITIES = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value"
EVENTS = (
    "#T_SP=webanno.custom.Act|kind|tense|ROLE_webanno.custom.Act:roles_webanno.custom.ActRolesLink|uima.tcas.Annotation"
)
CHAIN = "#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|referenceRelation"
FAMILY = "#T_RL=webanno.custom.Family|label|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
TAGS = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue"


def file(*layers: str, body: str) -> str:
    """A file with these layers; a blank in the body stands for a tab, and a middle dot for a blank."""
    return "\n".join(["#FORMAT=WebAnno TSV 3.3", *layers, "", "", body.replace(" ", "\t").replace("·", " "), ""])


FULL = file(
    TAGS,
    ENTITIES,
    EVENTS,
    CHAIN,
    FAMILY,
    body="""#Text=📢·נעמה·כהן·פגשה
#Text=את·אחיה·אורי.
1-1 0-2 📢 _ _ _ _ _ _ _ _ _ _ _
1-2 3-7 נעמה NNP *[1] PER[1] _ _ _ _ _ _ _ _
1-3 8-11 כהן NNP *[1] PER[1] _ _ _ _ _ _ _ _
1-4 12-16 פגשה VB _ _ מפגש עבר מי;עם\\_מי 1-2[1];1-7[2] _ _ _ _
1-5 17-19 את _ _ _ _ _ _ _ _ _ _ _
1-6 20-24 אחיה _ _ _ _ _ _ _ _ _ _ _
1-6.1 20-22 אח _ _ _ _ _ _ _ שם[1] זהה->1-1 _ _
1-7 25-29 אורי _ Q1[2] PER[2] _ _ _ _ שם[1] *->1-2 אחות 1-2[1_2]
1-8 29-30 . _ _ _ _ _ _ _ _ _ _ _

#Text=הוא·שמח.
2-1 32-35 הוא _ _ _ _ _ _ _ _ _ _ _
2-2 36-39 שמח _ _ _ שמחה _ _ * _ _ _ _""",
)


def test_spans_slots_chains_relations_and_parts_of_words_are_read(tmp_path: Path) -> None:
    (document,), lost = read(read_webanno, tmp_path / "d.tsv", FULL)
    text = "📢 נעמה כהן פגשה\nאת אחיה אורי.\n הוא שמח."
    assert (document.id, document.text, document.language) == ("d", text, "he")
    assert marked(document) == [
        ("נעמה כהן", "PER"),
        ("פגשה", "מפגש"),
        ("אח", "שם"),
        ("אורי", "PER"),
        ("אורי", "שם"),
        ("שמח", "שמחה"),
    ]
    met, glad = document.events
    naama, uri = (span for span in document.entities if span.label == "PER")
    assert met.arguments == (Argument("מי", naama), Argument("עם_מי", uri))
    assert (met.attributes, glad.arguments) == ((("tense", "עבר"),), ())
    brother, him = (span for span in document.entities if span.label == "שם")
    assert document.links == (Link("אחות", naama, uri), Link("זהה", brother, him))
    assert lost == [
        "noted: d.tsv: other 1 characters: stands between sentences, where the file has no text; spaces are put there",
        "lost: d.tsv: other POS: is grammar, which Documents do not hold",
        "noted: d.tsv: other Act: kind of kind, tense: has several features; the first is its label",
        "lost: d.tsv, line 18: attribute identifier Q1: hangs on an entity; only events have attributes",
        "noted: d.tsv, line 18: link אחות from [2:10] to [24:28]: is kept without its direction, "
        "which links do not have",
    ]


def test_one_mark_over_rows_and_several_on_a_row(tmp_path: Path) -> None:
    body = """#Text=נמל·אשדוד·נסגר
1-1 0-3 נמל FAC[1]|NOM[2]
1-2 4-9 אשדוד FAC[1]|GPE\\[a\\][3]
1-3 10-14 נסגר *"""
    (document,), lost = read(read_webanno, tmp_path / "d.tsv", file("#T_SP=webanno.custom.Place|sort", body=body))
    assert marked(document) == [("נמל", "NOM"), ("נמל אשדוד", "FAC"), ("אשדוד", "GPE[a]"), ("נסגר", "Place")]
    assert lost == []


def test_a_relation_that_starts_at_a_trigger_is_a_role_unless_its_label_is_a_link(tmp_path: Path) -> None:
    layers = ("#T_SP=webanno.custom.All|value", "#T_RL=webanno.custom.Arc|label|BT_webanno.custom.All")
    body = """#Text=وصل·رامي·وليد
1-1 0-3 وصل Move _ _
1-2 4-8 رامي PER[1] Agent 1-1[0_1]
1-3 9-13 وليد PER[2] Agent|SameAs 1-1[0_2]|1-2[1_2]"""
    (document,), lost = read(read_webanno, tmp_path / "d.tsv", file(*layers, body=body), events=frozenset({"Move"}))
    rami, walid = Span(4, 8, "PER"), Span(9, 13, "PER")
    assert document.events == (Event(Span(0, 3, "Move"), (Argument("Agent", rami), Argument("Agent", walid))),)
    assert document.links == (Link("SameAs", rami, walid),)
    assert len(lost) == 1


def test_offsets_in_code_points_are_read_so_where_all_words_prove_it(tmp_path: Path) -> None:
    body = "#Text=📢·דנה·בעכו\n1-1 0-1 📢 _\n1-2 2-5 דנה PER\n1-3 6-10 בעכו _"
    (document,), lost = read(read_webanno, tmp_path / "d.tsv", file("#T_SP=webanno.custom.All|value", body=body))
    assert marked(document) == [("דנה", "PER")]
    assert lost == ["noted: d.tsv: document code points: counts its offsets in another unit, as all its words prove"]


def test_what_does_not_fit_is_named_and_the_rest_read(tmp_path: Path) -> None:
    body = """#Text=📢·דנה·בעכו·היום
1-1 0-2 📢 _ _ _
1-2 3-6 רמי PER a *
1-3 7-11 בעכו GPE b 1-9
1-4 12-16 היום DAY
nothing"""
    layers = ("#T_SP=webanno.custom.All|value", "#T_RL=webanno.custom.Arc|label|BT_webanno.custom.All")
    (document,), lost = read(read_webanno, tmp_path / "d.tsv", file(*layers, body=body))
    assert marked(document) == [("בעכו", "GPE"), ("היום", "DAY")]
    assert [line.removeprefix("wrong: d.tsv, ") for line in lost] == [
        "line 10: other: has fewer cells than the header has columns; mend the line",
        "line 11: other: is neither text nor a token with its offsets; mend the line",
        "line 8: other רמי: has words that do not stand at its offsets; mend it",
        "line 8: entity PER [2:5] quotes 'רמי' but covers 'דנה': does not cover the words it quotes; mend its offsets",
        "line 8: link a: joins a mark that is not there or was not taken over",
        "line 9: link b: joins a mark that is not there or was not taken over",
    ]


def test_marks_on_no_character_and_relations_between_words_are_lost_and_said(tmp_path: Path) -> None:
    layers = (
        "#T_SP=webanno.custom.All|value",
        "#T_RL=webanno.custom.Arc|label|BT_de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token",
    )
    body = "#Text=דנה·בעכו\n1-1 0-3 דנה _ _ _\n1-1.1 3-3  x _ _\n1-2 4-8 בעכו _ in 1-1"
    (document,), lost = read(read_webanno, tmp_path / "d.tsv", file(*layers, body=body))
    assert marked(document) == []
    assert lost == [
        "lost: d.tsv, line 8: entity x [3]: stands between two characters, on none",
        "lost: d.tsv, line 9: link in: joins words, which are no marks of a Document",
    ]


@pytest.mark.parametrize("start", ["", "#FORMAT=WebAnno TSV 2.0\n", "#id=1\n#text=a\n1\ta\t_\n"])
def test_another_version_is_refused(tmp_path: Path, start: str) -> None:
    with pytest.raises(UsageError, match="is not #FORMAT=WebAnno TSV 3"):
        read(read_webanno, tmp_path / "d.tsv", start)
    assert not recognises(Opening(tmp_path / "d.tsv"))


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_files_that_went_through_windows_are_read(tmp_path: Path, change: object) -> None:
    (tmp_path / "d.tsv").write_text(change(FULL), encoding="utf-8", newline="")  # type: ignore[operator]
    assert recognises(Opening(tmp_path / "d.tsv"))
    (document,), lost = read(read_webanno, tmp_path / "d.tsv")
    assert (len(document.events), len(document.entities), len(lost)) == (2, 4, 5)


def test_the_table_that_is_written(tmp_path: Path) -> None:
    markup = "[Meet:trigger וכשפגש] את [Guest>Meet:Person 📢אורי]"
    document = replace(build(markup, id="a"), text=build(markup).text)
    document = replace(document, events=(replace(document.events[0], attributes=(("Mood", "a_b"), ("x-y", "1"))),))
    lost = write([document], tmp_path, WriteOptions())
    assert (tmp_path / "a.tsv").read_text(encoding="utf-8") == file(
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value",
        "#T_SP=webanno.custom.Event|value|Mood|ROLE_webanno.custom.Event:arguments_webanno.custom.EventArgumentsLink"
        "|uima.tcas.Annotation",
        body="#Text=וכשפגש·את·📢אורי\n"
        "1-1 0-6 וכשפגש _ Meet[2] a\\_b[2] Guest[2] 1-3[1] \n"
        "1-2 7-9 את _ _ _ _ _ \n"
        "1-3 10-12 📢 Person[1] _ _ _ _ \n"
        "1-4 12-16 אורי Person[1] _ _ _ _ ",
    )
    assert [str(item) for item in lost] == ["a: attribute x-y 1: has a name that no feature can have"]


CELLS = st.sampled_from(
    [
        *("_", "*", "PER", "a|b", "PER[1]", "*[1]|b[2]", "r;q", "1-1;1-2[1]", "1-1[0_1]"),
        *("x->1-1", "x->1", "\\", "a\\", "", "[", "]["),
    ]
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=0, max_size=13), max_size=4), data=st.data())
def test_cells_of_any_content_are_taken_apart_without_a_crash(rows: list[list[str]], data: st.DataObject) -> None:
    body = "\n".join(f"1-{at + 1}\t{2 * at}-{2 * at + 1}\ta\t" + "\t".join(row) for at, row in enumerate(rows))
    content = file(TAGS, ENTITIES, EVENTS, CHAIN, FAMILY, body="#Text=a·a·a·a") + body
    content = data.draw(st.sampled_from([content, content.replace("1-2", "9-9"), content.replace("#T_SP=", "#T_RL=")]))
    with TemporaryDirectory() as folder, suppress(UsageError):
        (Path(folder) / "d.tsv").write_text(content, encoding="utf-8")
        items = list(read_webanno(Path(folder), ReadOptions()))
        assert all(isinstance(item, (Document, Lost)) for item in items)
