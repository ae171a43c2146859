"""WikiEvents: tokens of a whole article found in its text, and groups of mentions from the file beside it."""

from __future__ import annotations

from pathlib import Path

from annotation.core.document import Argument, Link, Span
from annotation.formats import wikievents
from tests.unit.annotation.formats.event_samples import COREF, HEBREW, WIKIEVENTS, lines
from tests.unit.annotation.formats.reading import marked, read

MARKS = [("נועה לוי", "PER"), ("נעצרה", "Justice.ArrestJailDetain.Unspecified"), ("חיפה", "GPE"), ("היא", "PER")]


def test_an_article_its_arguments_and_the_groups_of_the_file_beside_it(tmp_path: Path) -> None:
    lines(tmp_path / "coref" / "dev.jsonlines", COREF, {"doc_key": "w9", "clusters": [["x", "y"]]})
    (document,), lost = read(wikievents.read, lines(tmp_path / "dev.jsonl", WIKIEVENTS))
    assert (document.id, document.text, marked(document)) == ("w1", HEBREW, MARKS)
    noa, haifa, she = Span(0, 8, "PER"), Span(16, 20, "GPE"), Span(22, 25, "PER")
    assert document.events[0].arguments == (Argument("Detainee", noa), Argument("Place", haifa))
    assert document.links == (Link("SameAs", noa, she),)
    assert [line.split(": ")[0] for line in lost] == ["noted", "lost", "wrong"]
    assert "dev.jsonlines, line 2: link w9: groups mentions of an article that is not in the file" in lost[-1]


def test_a_group_with_a_mention_that_is_not_there_keeps_the_rest(tmp_path: Path) -> None:
    lines(tmp_path / "coref" / "dev.jsonlines", {"doc_key": "w1", "clusters": [["w1-T1", "w1-T8", "w1-T3"]]})
    (document,), lost = read(wikievents.read, lines(tmp_path / "dev.jsonl", WIKIEVENTS))
    assert len(document.links) == 1
    assert "link w1-T8: groups a mention that is not there" in lost[0]


def test_without_characters_tokens_are_found_and_without_a_text_joined(tmp_path: Path) -> None:
    found = {**WIKIEVENTS, "sentences": [[[[token, 0, 0]], ""] for token in ("x",)]}
    bare = {key: value for key, value in WIKIEVENTS.items() if key != "text"}
    documents, lost = read(wikievents.read, lines(tmp_path / "w.jsonl", found, bare, {"doc_id": "n"}))
    assert [document.text for document in documents] == [HEBREW, "נועה לוי נעצרה ב חיפה .\nהיא שוחררה למחרת ."]
    assert [marked(document) for document in documents] == [MARKS, MARKS]
    assert [line.split(": ", 1)[1][:40] for line in lost] == [
        "w.jsonl: document: has no text of its own but"[:40],
        "w.jsonl, line 3: document: has no list o",
    ]
