"""CAS files of INCEpTION, made with dkpro-cassis as it exports them: XMI, JSON, zipped, and whole projects."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import pytest

from annotation.core.document import Argument, Document, Link
from annotation.core.errors import UsageError
from annotation.formats.inception import read as read_inception
from annotation.formats.inception import recognises
from annotation.formats.opening import Opening
from tests.unit.annotation.formats.reading import marked, read

TEXT = "📢 פגשה נעמה את אורי. היא שמחה."
DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
ANNOTATION, STRING = "uima.tcas.Annotation", "uima.cas.String"
TSV = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.All|value\n\n\n#Text=דנה\n1-1\t0-3\tדנה\tPER\t\n"


def cas_files(folder: Path) -> Path:
    """d.xmi, d.json and TypeSystem.xml with every sort of layer."""
    from cassis import Cas, TypeSystem

    types = TypeSystem()

    def layer(name: str, base: str = ANNOTATION, **features: str) -> object:
        created = types.create_type(name, base)
        for feature, kind in features.items():
            types.create_feature(created, feature, kind)
        return created

    token, sentence = layer(DKPRO + "segmentation.type.Token"), layer(DKPRO + "segmentation.type.Sentence")
    pos = layer(DKPRO + "lexmorph.type.pos.POS", PosValue=STRING)
    entity = layer(DKPRO + "ner.type.NamedEntity", identifier=STRING, value=STRING)
    slot = layer("webanno.custom.ActRolesLink", "uima.cas.TOP", role=STRING, target=ANNOTATION)
    act = layer("webanno.custom.Act", sure="uima.cas.Boolean", kind=STRING)
    types.create_feature(act, "roles", "uima.cas.FSArray", elementType=slot)  # type: ignore[arg-type]
    name = DKPRO + "ner.type.NamedEntity"
    family = layer("webanno.custom.Family", Governor=name, Dependent=name, label=STRING)
    link = layer(DKPRO + "coref.type.CoreferenceLink", referenceType=STRING, referenceRelation=STRING)
    types.create_feature(link, "next", link)  # type: ignore[arg-type]
    metadata = layer("de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata", username=STRING)
    cas = Cas(types)
    cas.sofa_string, cas.sofa_mime = TEXT, "text/plain"

    def add(layer: object, words: str, **features: object) -> object:
        start = TEXT.index(words)
        mark = layer(begin=start, end=start + len(words), **features)  # type: ignore[operator]
        cas.add(mark)
        return mark

    add(metadata, TEXT, username="salma")
    add(sentence, TEXT)
    for word in re.findall(r"\w+", TEXT):
        add(token, word)
    add(pos, "פגשה", PosValue="VB")
    naama, uri = add(entity, "נעמה", value="PER"), add(entity, "אורי", value="PER", identifier="Q2")
    roles = [slot(role="מי", target=naama), slot(target=uri)]  # type: ignore[operator]
    array = types.get_type("uima.cas.FSArray")
    add(act, "פגשה", kind="מפגש", sure=True, roles=array(elements=roles))  # type: ignore[operator]
    add(act, "שמחה")
    add(family, "אורי", Governor=naama, Dependent=uri, label="אחות")
    she = add(link, "היא", referenceType="כינוי")
    add(link, "נעמה", referenceType="שם", referenceRelation="זהה", next=she)
    cas.to_xmi(folder / "d.xmi")
    cas.to_json(folder / "d.json")
    types.to_xml(folder / "TypeSystem.xml")
    return folder


def check_whole(document: Document, lost: list[str], by: str = "salma") -> None:
    assert document.text == TEXT
    assert document.provenance is not None
    assert document.provenance.annotator == by
    assert marked(document) == [
        ("פגשה", "מפגש"),
        ("נעמה", "PER"),
        ("נעמה", "שם"),
        ("אורי", "PER"),
        ("היא", "כינוי"),
        ("שמחה", "Act"),
    ]
    naama, name, uri, she = document.entities
    met, glad = document.events
    assert met.arguments == (Argument("roles", uri), Argument("מי", naama))
    assert (met.attributes, glad.attributes) == ((("sure", "True"),), ())
    assert document.links == (Link("אחות", naama, uri), Link("זהה", name, she))
    reasons = sorted(line.split(": ")[0] + ": " + line.rsplit(": ", 1)[-1] for line in lost)
    assert reasons == [
        "lost: hangs on an entity; only events have attributes",
        "lost: is grammar, which Documents do not hold",
        "noted: has several features; the first is its label",
        "noted: is kept without its direction, which links do not have",
    ]


@pytest.mark.parametrize("name", ["d.xmi", "d.json"])
def test_spans_slots_relations_and_chains_are_read(tmp_path: Path, name: str) -> None:
    (document,), lost = read(read_inception, cas_files(tmp_path) / name)
    assert document.id == "d"
    check_whole(document, lost)
    assert recognises(Opening(tmp_path / name))


def test_a_zip_with_a_document_and_its_types_is_read(tmp_path: Path) -> None:
    folder = cas_files(tmp_path)
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for name in ("d.xmi", "TypeSystem.xml"):
            archive.write(folder / name, name)
    (document,), lost = read(read_inception, tmp_path / "d.zip")
    check_whole(document, lost)
    assert recognises(Opening(tmp_path / "d.zip"))


def test_a_project_gives_each_document_in_each_annotator_s_version(tmp_path: Path) -> None:
    folder = cas_files(tmp_path)
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.write(folder / "d.xmi", "d.xmi")
        inner.write(folder / "TypeSystem.xml", "TypeSystem.xml")
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        archive.writestr("exportedproject.json", "{}")
        archive.writestr("source/d.txt", TEXT)
        archive.write(tmp_path / "inner.zip", "annotation/d.txt/omar.zip")
        archive.write(folder / "d.json", "annotation/d.txt/salma.json")
        archive.writestr("annotation/e.txt/omar.tsv", TSV)
        archive.writestr("annotation/e.txt/bad.tsv", "no tsv")
        archive.writestr("annotation/e.txt/INITIAL_CAS.tsv", TSV)
        archive.writestr("curation/e.txt/CURATION_USER.tsv", TSV)
    documents, lost = read(read_inception, tmp_path / "project.zip")
    assert [(document.id, document.provenance and document.provenance.annotator) for document in documents] == [
        ("d", "omar"),
        ("d", "salma"),
        ("e", "omar"),
        ("e", "CURATION_USER"),
    ]
    assert [line for line in lost if line.startswith("wrong")] == [
        "wrong: project.zip, annotation/e.txt/bad.tsv: document: project.zip, annotation/e.txt/bad.tsv: "
        "its first line is not #FORMAT=WebAnno TSV 3.x; export it from INCEpTION as WebAnno TSV 3"
    ]
    assert recognises(Opening(tmp_path / "project.zip"))


def test_an_offset_within_a_character_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    folder = cas_files(tmp_path)
    content = (folder / "d.xmi").read_text(encoding="utf-8")
    entity = re.search(r'NamedEntity xmi:id="\d+" sofa="1" begin="(\d+)" end="(\d+)" value="PER"/', content)
    assert entity is not None
    (folder / "d.xmi").write_text(
        content.replace(entity[0], entity[0].replace(f'"{entity[1]}"', '"1"')), encoding="utf-8"
    )
    (document,), lost = read(read_inception, folder / "d.xmi")
    assert [words for words, label in marked(document) if label == "PER"] == ["אורי"]
    assert sum("begins or ends within a character or outside the text" in line for line in lost) == 1
    assert sum(line.startswith("wrong") for line in lost) == 3  # with its argument and its relation


def test_what_cannot_be_read_is_refused_in_a_line(tmp_path: Path) -> None:
    folder = cas_files(tmp_path)
    (tmp_path / "other").mkdir()
    (folder / "d.xmi").rename(tmp_path / "other" / "d.xmi")
    with pytest.raises(UsageError, match=r"needs the TypeSystem\.xml"):
        read(read_inception, tmp_path / "other" / "d.xmi")
    for content in ("{", "[]", '{"%TYPES": {}}', '{"%FEATURE_STRUCTURES": 1}', '<?xml version="1.0"?><a/>', "", "{}"):
        (folder / "d.json").write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=r"cannot be read as a CAS|has no text"):
            read(read_inception, folder / "d.json")
    (folder / "d.xmi").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', encoding="utf-8")
    with pytest.raises(UsageError, match="declares entities"):
        read(read_inception, folder / "d.xmi")
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("readme", "")
    with pytest.raises(UsageError, match=r"holds no \.xmi, \.json or \.tsv of INCEpTION"):
        read(read_inception, tmp_path / "e.zip")
    assert not recognises(Opening(tmp_path / "e.zip"))


def test_without_cassis_its_format_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cassis", None)
    (tmp_path / "d.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"dkpro-cassis is not installed.*'naba.inception.'"):
        read(read_inception, tmp_path / "d.json")
