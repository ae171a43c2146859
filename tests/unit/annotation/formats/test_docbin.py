"""What spaCy keeps of a text that Documents do not hold is named; a DocBin is known by its first bytes."""

from __future__ import annotations

from pathlib import Path

from annotation.formats.docbin import read as read_docbin
from annotation.formats.docbin import recognises
from annotation.formats.opening import Opening
from tests.unit.annotation.formats.reading import marked, read


def test_ids_extensions_categories_and_values_of_tokens_are_named(tmp_path: Path) -> None:
    from spacy.tokens import Doc, DocBin, Span, SpanGroup
    from spacy.vocab import Vocab

    doc = Doc(Vocab(), words=["נועה", "טסה", "לרומא"], lemmas=["נועה", "טס", "רומא"])
    doc.ents = [Span(doc, 0, 1, label="PER", kb_id="Q7", span_id="m1")]
    doc.spans["places"] = SpanGroup(doc, name="places", attrs={"by": "טל"}, spans=[Span(doc, 2, 3, label="GPE")])
    doc.user_data["._.", "rel", None, None] = {(0, 2): {"origin": 1.0}}
    doc.user_data["note"] = "בדיקה"
    doc.cats = {"news": 1.0}
    path = tmp_path / "a.spacy"
    DocBin(docs=[doc], store_user_data=True, attrs=["LEMMA", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID"]).to_disk(
        path
    )
    (document,), lost = read(read_docbin, path)
    assert marked(document) == [("נועה", "PER"), ("לרומא", "GPE")]
    reasons = [line.rsplit(": ", 1)[1].removesuffix(", which Documents do not hold") for line in lost]
    assert sorted(reasons) == [
        "is a category of the whole text",
        "is a custom extension ._.rel",
        "is a token's LEMMA",
        "is a value of a group of spans",
        "is a value of user_data",
        "is an entry of a knowledge base",
        "is the id of a span",
    ]
    assert recognises(Opening(path))


def test_other_packed_files_are_no_docbin(tmp_path: Path) -> None:
    import zlib

    (tmp_path / "a.spacy").write_bytes(zlib.compress(b"another format"))
    assert not recognises(Opening(tmp_path / "a.spacy"))
    (tmp_path / "b.spacy").write_text("נועה B-PER\n", encoding="utf-8")
    assert not recognises(Opening(tmp_path / "b.spacy"))
