"""Export, then import: what comes back is what went out, as far as the format carries it; the rest was said."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings

from annotation.core.document import Argument, Document, Event, Provenance, Span
from annotation.core.errors import UsageError
from annotation.formats.base import UNITS, Lost, ReadOptions, WriteOptions, unit_counts
from annotation.formats.registry import FORMATS, reader, writer
from annotation.formats.trim_whitespace import trim
from tests.builders import build, conflict
from tests.strategies import documents

ONTOLOGY = conflict()
HOW = ReadOptions(events=frozenset(ONTOLOGY.events), links=frozenset(ONTOLOGY.links))
WHOLE = ("labelstudio", "spacy", "re3d")
"""Formats that carry everything."""


WIDE, NARROW = Span(0, 3, "Strike"), Span(1, 3, "Strike")
MET = Document("9", " ובמחוז", "he", events=(Event(WIDE), Event(NARROW, (Argument("Attacker", WIDE),))))
"""Two events that are one without white space, of which one filled a role of the other."""


def trip(name: str, *before: Document, how: ReadOptions = HOW) -> tuple[list[Document], list[Lost], list[Lost]]:
    """The Documents that come back, what the writer said was lost, and what the reader said."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out.spacy"
        lost = list(writer(name)(before, out, WriteOptions()))
        items = list(reader(name)(out, how))
    documents = [item for item in items if isinstance(item, Document)]
    return documents, lost, [item for item in items if isinstance(item, Lost)]


def bare_of(document: Document, **change: object) -> Document:
    return replace(document, source=None, provenance=None, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=25, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
def test_a_format_that_carries_all_gives_the_same_document(name: str, document: Document) -> None:
    back, lost, said = trip(name, document)
    assert (back, lost, said) == ([document], [], [])


@settings(max_examples=60, deadline=None)
@given(document=documents(ONTOLOGY))
def test_columns_carry_every_span_and_the_white_space_between_words(document: Document) -> None:
    kept, _ = trim(document)
    events = tuple(Event(event.trigger) for event in kept.events)
    (back,), lost, said = trip("conll", document)
    assert (back, said) == (bare_of(kept, events=events, links=()), [])
    told = {unit: sum(i.count for i in lost if i.unit == unit and i.kind == "lost") for unit in unit_counts(document)}
    assert told == {unit: number - unit_counts(back)[unit] for unit, number in unit_counts(document).items()}


@settings(max_examples=60, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
@example(document=MET)
def test_standoff_carries_all_but_the_source(document: Document) -> None:
    kept, trims = trim(document)
    (back,), lost, said = trip("brat", document, how=replace(HOW, language=document.language))
    assert (back, said) == (bare_of(kept), [])
    assert lost[: len(trims)] == trims
    assert [item.unit for item in lost[len(trims) :]] == ["source"] * (document.source is not None)


@settings(max_examples=60, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
@example(document=MET)
def test_webanno_carries_all_but_the_source_and_links_between_layers(document: Document) -> None:
    kept, trims = trim(document)
    (back,), lost, said = trip("webanno", document, how=replace(HOW, language=document.language))
    layers = kept.entities, kept.triggers
    links = [link for link in kept.links if any(link.a in layer and link.b in layer for layer in layers)]
    assert (back, said) == (bare_of(kept, links=tuple(links)), [])
    gone = ["source"] * (document.source is not None) + ["link"] * (len(kept.links) - len(links))
    assert [item.unit for item in lost if item.kind == "lost" and item not in trims] == gone


@settings(max_examples=40, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
def test_windows_carry_all_but_the_source(document: Document) -> None:
    kept, trims = trim(document)
    (back,), lost, said = trip("textee", document)
    doc_id, _, wnd_id = document.id.partition("#")
    id = document.id if wnd_id else doc_id
    assert (back, said) == (bare_of(kept, id=id), [])
    assert len(lost) == len(trims) + (document.source is not None)


@pytest.mark.parametrize("name", ["doccano", "prodigy"])
@settings(max_examples=40, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
def test_spans_and_arrows_carry_all_but_attributes_and_the_source(name: str, document: Document) -> None:
    (back,), lost, said = trip(name, document, how=ReadOptions())
    events = tuple(replace(event, attributes=()) for event in document.events)
    assert (back, said) == (bare_of(document, events=events), [])
    losses = [item for item in lost if item.kind == "lost"]
    assert len(losses) == unit_counts(document)["attribute"] + (document.source is not None)


@settings(max_examples=60, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
@example(document=MET)
def test_tokens_in_sentences_carry_every_entity_and_nothing_that_was_not_there(document: Document) -> None:
    kept, trims = trim(document)
    (back,), lost, said = trip("dygie", document, how=replace(HOW, language=document.language))
    assert (back.text, back.entities, lost[: len(trims)]) == (kept.text, kept.entities, trims)
    before = {event.trigger: event for event in kept.events}
    for event in back.events:
        assert set(event.arguments) <= set(before[event.trigger].arguments)
    chained = {item.detail for item in lost if item.unit == "link" and item.kind == "noted"}
    assert {link for link in back.links if link.label not in chained} <= set(kept.links)
    assert {item.kind for item in said} <= {"noted"}


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.read and kind.write])
@settings(max_examples=25, deadline=None)
@given(document=documents(ONTOLOGY, forbidden_fillers=True))
def test_what_does_not_come_back_was_reported(name: str, document: Document) -> None:
    (back,), lost, said = trip(name, document, how=replace(HOW, language=document.language))
    reported = {unit: sum(i.count for i in lost + said if i.unit == unit and i.kind == "lost") for unit in UNITS}
    returned, all_items = unit_counts(back), unit_counts(document)
    assert {unit: all_items[unit] - returned[unit] for unit in all_items} == {u: reported[u] for u in all_items}


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.read and kind.write])
def test_several_documents_stay_apart_and_in_order(name: str) -> None:
    one = build("[Person רמי כהן] ב[GPE חיפה]\n\n[Strike:trigger תקיפה] ב[Place>Strike:GPE עכו]", id="a1")
    two = replace(build("", id="b 2/é"), text="  \n")
    three = build('[Organization צה"ל] הודיע', id="c3")
    back, _, _ = trip(name, one, two, three, how=replace(HOW, language="he"))
    assert sorted(document.id for document in back) == ["a1", "b 2/é", "c3"]
    assert {document.id: document.text for document in back} == {d.id: d.text for d in (one, two, three)}
    entities: Sequence[object] = sorted(back, key=lambda document: document.id)[0].entities
    assert entities == one.entities


@pytest.mark.parametrize("name", ["conll", "labelstudio", "prodigy"])
def test_annotators_come_back_where_the_format_has_them(name: str) -> None:
    markup = "[Person רמי כהן] נחת"
    pair = [replace(build(markup, id="a"), provenance=Provenance(annotator=by)) for by in ("x@y.z", "טל")]
    back, _, _ = trip(name, *pair)
    assert [document.provenance and document.provenance.annotator for document in back] == ["x@y.z", "טל"]


def test_words_of_spacy_s_tokens_are_the_entities_it_sees() -> None:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    document = build('[Strike:trigger הפצצת]  ב[GPE אידליב] של [Organization צה"ל]', id="d")
    with TemporaryDirectory() as folder:
        writer("spacy")([document], Path(folder) / "d.spacy", WriteOptions())
        (doc,) = DocBin().from_disk(Path(folder) / "d.spacy").get_docs(Vocab())
    assert [(span.text, span.label_) for span in doc.ents] == [("אידליב", "GPE"), ('צה"ל', "Organization")]
    assert [span.text for span in doc.spans["triggers"]] == ["הפצצת"]
    assert doc.text == document.text


def test_without_spacy_its_format_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    for use in (
        lambda: writer("spacy")([], tmp_path / "d", WriteOptions()),
        lambda: list(reader("spacy")(tmp_path / "d", HOW)),
    ):
        with pytest.raises(UsageError, match=r"spaCy is not installed.*'naba.spacy.'"):
            use()


def test_what_is_no_docbin_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.spacy").write_bytes(b"no DocBin")
    with pytest.raises(UsageError, match="spaCy cannot read it as a DocBin"):
        list(reader("spacy")(tmp_path / "d.spacy", HOW))


def test_marks_changed_in_spacy_are_taken_and_the_loss_of_roles_said(tmp_path: Path) -> None:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    document = build("[Strike:trigger הפצצת] [Place>Strike:GPE אידליב]", id="d")
    writer("spacy")([document], tmp_path / "d.spacy", WriteOptions())
    (doc,) = DocBin().from_disk(tmp_path / "d.spacy").get_docs(Vocab())
    doc.ents, doc.spans["entities"] = (), []
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "d.spacy")
    back, said = reader("spacy")(tmp_path / "d.spacy", HOW)
    assert isinstance(back, Document)
    assert (back.entities, back.events) == ((), (Event(document.triggers[0]),))
    assert "changed since naba wrote it" in str(said)


def test_a_second_version_of_an_article_has_a_file_of_its_own_in_standoff() -> None:
    pair = [build("[Person רמי] נחת", id="a"), build("רמי [GPE נחת]", id="a")]
    back, lost, _ = trip("brat", *pair)
    assert [document.id for document in back] == ["a", "a~2"]
    assert [str(item) for item in lost] == ["a: other id: is there more than once; the next has a number"]
