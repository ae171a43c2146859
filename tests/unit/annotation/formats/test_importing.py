"""Files of any format made Documents of naba's: ids, annotators, labels, and a first ontology."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.formats.base import Lost, ReadOptions
from annotation.formats.importing import Import
from annotation.formats.label_codes import legal, original, renamed
from annotation.formats.registry import reader, writer
from annotation.formats.starter_ontology import Starter
from tests.builders import build, conflict
from tests.strategies import documents

ROWS = "ריקי B-PER\nנחה O\n\nשקט O\n\nשקט O\n"


def imported(files: list[Path], annotators: tuple[str, ...] = ()) -> tuple[list[Document], Import]:
    run = Import(files, reader("conll"), ReadOptions(), annotators)
    return list(run.documents()), run


def test_two_annotators_files_of_the_same_sentences_have_the_same_ids(tmp_path: Path) -> None:
    a, b = tmp_path / "a.bio", tmp_path / "b.bio"
    a.write_text(ROWS, encoding="utf-8")
    b.write_text(ROWS.replace("B-PER", "O"), encoding="utf-8")
    found, run = imported([a, b], ("noa", "tal"))
    ids = [document.id for document in found]
    assert ids[:3] == ids[3:]
    assert ids[2] == f"{ids[1]}-2"  # the same words again are another sentence
    assert [d.provenance and d.provenance.annotator for d in found] == ["noa"] * 3 + ["tal"] * 3
    assert (run.tally.over["entity"], dict(run.languages)) == (1, {"he": 6})


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    good = tmp_path / "a.bio"
    good.write_text(ROWS, encoding="utf-8")
    found, run = imported([tmp_path / "gone.bio", good])
    assert (len(found), run.tally.of("wrong", "document")) == (3, 1)
    with pytest.raises(UsageError, match="cannot be read"):
        imported([tmp_path / "gone.bio"])


def test_articles_of_one_id_are_told_apart_by_their_text(tmp_path: Path) -> None:
    rows = [{"id": 1, "text": text, "label": []} for text in ("ריקי נחה", "רמי נח", "ריקי נחה")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run = Import([tmp_path / "a.jsonl"], reader("doccano"), ReadOptions())
    assert [(d.id, d.text) for d in run.documents()] == [("1", "ריקי נחה"), ("1-2", "רמי נח"), ("1", "ריקי נחה")]
    assert [str(item) for item in run.tally.lost] == [
        "1: document 1-2: has the id of an article with another text; numbered"
    ]


def test_as_many_annotators_as_files_or_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2 annotators for 1 files; name one for all, or one for each"):
        imported([tmp_path / "a"], ("x", "y"))


@pytest.mark.parametrize(
    ("name", "usable"),
    [
        ("PER", "PER"),
        ("DocumentReference", "DocumentReference"),
        ("Conflict:Attack", "Conflict:Attack"),
        ("Life.Die", "Life.Die"),
        ("שם פרטי", "שם פרטי"),
        ('אנשי צה"ל', 'אנשי צה"ל'),
        ("<b>", "%3Cb%3E"),
        (" x ", "%20x%20"),
        ("50%", "50%25"),
        ("%FF", "%25FF"),
    ],
)
def test_labels_survive_and_what_has_a_meaning_elsewhere_is_written_so_that_it_comes_back(
    name: str, usable: str
) -> None:
    assert legal(name) == legal(usable) == usable
    assert original(usable) == name


def test_no_name_at_all_becomes_one() -> None:
    assert legal("") == "Unnamed"


@given(name=st.text(min_size=1))
def test_every_label_comes_back(name: str) -> None:
    if not re.search("%[0-9a-fA-F]{2}", name):
        assert original(legal(name)) == name
    assert legal(legal(name)) == legal(name)


def test_labels_that_become_the_same_merge_their_events() -> None:
    who, where = Span(3, 5, "A"), Span(6, 8, "A")
    events = tuple(Event(Span(0, 2, label), (Argument("R", f),)) for label, f in (("x|y", who), ("x%7Cy", where)))
    document = Document("d", "aa bb cc", "en", (who, where), events, (Link("s=s", who, where),))
    whole, changed = renamed(document)
    assert changed == {"x|y": "x%7Cy", "s=s": "s%3Ds"}
    assert whole.events == (Event(Span(0, 2, "x%7Cy"), (Argument("R", who), Argument("R", where))),)
    assert renamed(replace(document, events=(), links=()))[1] == {}


def test_renamed_labels_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "a.bio").write_text(ROWS.replace("PER", "P=ER") * 2, encoding="utf-8")
    _, run = imported([tmp_path / "a.bio"])
    assert [str(item) for item in run.tally.lost if item.where == "labels"] == [
        "labels: other 'P=ER' -> 'P%3DER': is a label that other files and pages cannot hold; written so"
    ]


@settings(max_examples=30, deadline=None)
@given(found=st.lists(documents(conflict(), forbidden_fillers=True), max_size=3))
def test_a_starter_ontology_is_valid_and_permits_all_that_was_found(found: list[Document]) -> None:
    starter = Starter()
    for document in found:
        starter.add(document)
    ontology = Ontology.parse(starter.yaml("corpus"))
    for document in found:
        assert {span.label for span in document.entities} <= set(ontology.entities)
        assert {link.label for link in document.links} <= set(ontology.links)
        for event in document.events:
            assert all(ontology.permits(event.type, a.role, a.filler.label) for a in event.arguments)
            assert all(value in ontology.attributes[name].values for name, value in event.attributes)


def test_a_corpus_without_events_gets_something_in_their_place_and_says_so() -> None:
    starter = Starter()
    starter.add(build("[Person רמי] נחת"))
    assert starter.placeholders() == {"events": "Happening", "roles": "Participant", "attributes": "status"}
    assert Ontology.parse(starter.yaml("names")).labels == ("Person", "Happening")


def test_a_label_of_both_families_is_refused_by_name() -> None:
    starter = Starter()
    starter.add(Document("d", "ab", entities=(Span(0, 1, "X"),), events=(Event(Span(0, 2, "X")),)))
    with pytest.raises(UsageError, match="X: an entity's and an event's label at once"):
        starter.yaml("x")


def test_unknown_formats_and_ways_are_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="'ace' is none of the formats that can do this: conll, conllu, brat"):
        reader("ace")
    with pytest.raises(UsageError, match="'conllu' is none of the formats"):
        writer("conllu")


def test_a_line_of_loss_says_where_what_and_why() -> None:
    assert (
        str(Lost("entity", "a.ann, line 3", "leaves the text", "Per [1:99]"))
        == "a.ann, line 3: entity Per [1:99]: leaves the text"
    )
