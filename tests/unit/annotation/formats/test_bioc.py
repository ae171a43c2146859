"""BioC in XML and JSON: offsets of the document in each unit that tools count, events, gaps between passages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from annotation.core.document import Argument, Document, Link, Source, Span
from annotation.core.errors import UsageError
from annotation.formats.bioc import read as read_bioc
from annotation.formats.bioc import recognises
from annotation.formats.opening import Opening
from tests.unit.annotation.formats.reading import marked, read

TITLE, BODY = "📢 וועידה בחיפה", 'שרת החוץ נועה כהן נפגשה עם עומר & יוסי, מנכ"ל "דרור"'
Count = Callable[[str], int]


def mark(id: str, words: str, label: str, *, count: Count = len, base: int = 0) -> dict[str, object]:
    title = words in TITLE
    text, start = (TITLE, 0) if title else (BODY, count(TITLE) + 1)
    pieces = words.split("…")
    places = [
        {"offset": base + (start if base >= 0 else 0) + count(text[: text.index(piece)]), "length": count(piece)}
        for piece in pieces
    ]
    return {"id": id, "infons": {"type": label}, "text": " ".join(pieces), "locations": places}


def relation(id: str, label: str, *ids: str, role: str = "a") -> dict[str, object]:
    nodes = [{"refid": ref, "role": role if at == 0 else "b"} for at, ref in enumerate(ids)]
    return {"id": id, "infons": {"type": label}, "nodes": nodes}


def document(count: Count = len) -> dict[str, object]:
    body = [
        mark("T2", "נועה כהן", "Person", count=count),
        mark("T3", "נפגשה", "Meet", count=count),
        mark("T4", "עומר", "Person", count=count),
        mark("T5", "שרת החוץ", "Role", count=count),
    ]
    return {
        "id": "n1",
        "infons": {},
        "passages": [
            {"offset": 0, "infons": {}, "text": TITLE, "annotations": [mark("T1", "חיפה", "City", count=count)]},
            {"offset": count(TITLE) + 1, "infons": {}, "text": BODY, "annotations": body},
        ],
        "relations": [
            {
                "id": "E1",
                "infons": {"type": "Meet"},
                "nodes": [
                    {"refid": "T3", "role": "Trigger"},
                    {"refid": "T2", "role": "Agent"},
                    {"refid": "T4", "role": "Agent"},
                ],
            },
            {
                "id": "R1",
                "infons": {"type": "Is"},
                "nodes": [{"refid": "T2", "role": "a"}, {"refid": "T5", "role": "b"}],
            },
            {
                "id": "R2",
                "infons": {"type": "Place"},
                "nodes": [{"refid": "E1", "role": "a"}, {"refid": "T1", "role": "b"}],
            },
        ],
    }


def collection(*documents: dict[str, object]) -> dict[str, object]:
    return {"source": "עיתון", "documents": list(documents or [document()])}


def load(tmp_path: Path, row: object, **how: object) -> tuple[list[Document], list[str]]:
    return read(read_bioc, tmp_path / "d.json", json.dumps(row), **how)


def xml(name: str, row: dict[str, object]) -> str:
    """The object as BioC's XML."""
    attributes, inner = "", ""
    for key, value in row.items():
        if key == "infons":
            inner += "".join(f"<infon key={quoteattr(k)}>{escape(v)}</infon>" for k, v in value.items())  # type: ignore[attr-defined]
        elif isinstance(value, list):
            inner += "".join(xml(key[:-1], item) for item in value)
        elif name in ("annotation", "relation", "location", "node") and key != "text":
            attributes += f" {key}={quoteattr(str(value))}"
        else:
            inner += f"<{key}>{escape(str(value))}</{key}>"
    return f"<{name}{attributes}>{inner}</{name}>"


def check_whole(found: Document) -> None:
    assert (found.id, found.source, found.text) == ("n1", Source("עיתון"), f"{TITLE}\n{BODY}")
    assert marked(found) == [
        ("חיפה", "City"),
        ("שרת החוץ", "Role"),
        ("נועה כהן", "Person"),
        ("נפגשה", "Meet"),
        ("עומר", "Person"),
    ]
    (event,) = found.events
    assert [(a.role, a.filler.quote(found.text)) for a in event.arguments] == [
        ("Agent", "נועה כהן"),
        ("Agent", "עומר"),
        ("Place", "חיפה"),
    ]
    assert [(k.label, k.a.quote(found.text), k.b.quote(found.text)) for k in found.links] == [
        ("Is", "שרת החוץ", "נועה כהן")
    ]


def test_json_is_read(tmp_path: Path) -> None:
    (found,), lost = load(tmp_path, collection())
    check_whole(found)
    assert len(lost) == 1  # the direction of R1
    assert recognises(Opening(tmp_path / "d.json"))


def test_xml_says_the_same(tmp_path: Path) -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n'
    (found,), lost = read(read_bioc, tmp_path / "d.xml", head + xml("collection", collection()))
    check_whole(found)
    assert len(lost) == 1
    assert recognises(Opening(tmp_path / "d.xml"))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("bytes of UTF-8", lambda text: len(text.encode())),
        ("UTF-16 units", lambda text: len(text.encode("utf-16-le")) // 2),
    ],
)
def test_offsets_in_another_unit_are_read_so_where_all_quotes_prove_it(tmp_path: Path, name: str, count: Count) -> None:
    (found,), lost = load(tmp_path, collection(document(count)))
    check_whole(found)
    reason = "counts its offsets in another unit, as all its quotes prove; they are read so"
    assert lost[0] == f"noted: d.json, item 1, document n1: document {name}: {reason}"


def test_offsets_from_each_passage_s_beginning_are_read_so(tmp_path: Path) -> None:
    row = document()
    row["passages"][1]["annotations"] = [mark("T2", "נועה כהן", "Person", base=-len(TITLE) - 1)]  # type: ignore[index]
    for place in row["passages"][1]["annotations"][0]["locations"]:  # type: ignore[index]
        place["offset"] = BODY.index("נועה")
    (found,), lost = load(tmp_path, collection({**row, "relations": []}))
    assert marked(found) == [("חיפה", "City"), ("נועה כהן", "Person")]
    assert "code points of the passage" in lost[0]


def test_gaps_between_passages_are_said_and_do_not_move_the_marks(tmp_path: Path) -> None:
    row = document()
    for part in row["passages"][1:]:  # type: ignore[index]
        part["offset"] += 40
        for item in part["annotations"]:
            item["locations"][0]["offset"] += 40
    (found,), lost = load(tmp_path, collection(row))
    check_whole(found)
    assert "41 characters" in lost[0]


def test_sentences_have_the_text_where_passages_have_none(tmp_path: Path) -> None:
    row = document()
    first, second = row["passages"]  # type: ignore[misc]
    row["passages"] = [{"offset": 0, "infons": {}, "sentences": [first, second]}]
    (found,), _ = load(tmp_path, collection(row))
    assert found.text == f"{TITLE} {BODY}"
    assert [words for words, _ in marked(found)] == ["חיפה", "שרת החוץ", "נועה כהן", "נפגשה", "עומר"]


def test_ids_that_each_passage_counts_from_one_are_kept_apart(tmp_path: Path) -> None:
    row = {**document(), "relations": []}
    for part in row["passages"]:  # type: ignore[attr-defined]
        for at, item in enumerate(part["annotations"]):
            item["id"] = str(at)
    both = [{"refid": "0", "role": "a"}, {"refid": "3", "role": "b"}]
    row["passages"][1]["relations"] = [{"id": "R", "infons": {"type": "Is"}, "nodes": both}]  # type: ignore[index]
    (found,), lost = load(tmp_path, collection(row))
    assert len(found.entities) == 5
    assert found.links == (Link("Is", *(s for s in found.entities if s.quote(found.text) in ("נועה כהן", "שרת החוץ"))),)
    assert len(lost) == 1


def test_an_event_in_the_words_of_bioc_s_own_converter(tmp_path: Path) -> None:
    nodes = [{"refid": "T3", "role": "Meet"}, {"refid": "T2", "role": "Agent"}]
    event = {"id": "E1", "infons": {"type": "Meet", "trigger_id": "T3"}, "nodes": nodes}
    (found,), lost = load(tmp_path, {**document(), "relations": [event]})
    assert found.events[0].arguments == (Argument("Agent", Span(24, 32, "Person")),)
    assert lost == []


def test_what_does_not_fit_is_named_and_the_rest_read(tmp_path: Path) -> None:
    row = document()
    body = row["passages"][1]  # type: ignore[index]
    body["annotations"] += [
        {
            "id": "X1",
            "infons": {"type": "Person", "kb": "Q5"},
            "text": "דנה",
            "locations": [{"offset": 30, "length": 3}],
        },
        {"id": "X2", "infons": {"type": "Person"}, "locations": []},
        {"id": "X3", "infons": {"type": "Person"}, "locations": [{"offset": 990, "length": 3}]},
        mark("X4", "נועה…יוסי", "Person"),
        {"id": "X5", "infons": {}, "text": "נועה", "locations": [{"offset": 24, "length": 4}]},
    ]
    row["relations"] = [
        relation("R3", "Three", "T1", "T2", "T4"),
        relation("R4", "Is", "T2", "T9"),
        relation("E9", "Is", "T9", "T2", role="trigger"),
    ]
    (found,), lost = load(tmp_path, collection(row))
    assert len(found.entities) == 6  # X4 by its first piece
    assert [line.replace("d.json, item 1, document n1, ", "").split(": ")[:2] for line in lost] == [
        ["lost", "annotation X1"],  # its kb
        ["wrong", "annotation X1"],
        ["wrong", "annotation X2"],
        ["wrong", "annotation X3"],
        ["noted", "annotation X4"],
        ["wrong", "annotation X5"],
        ["lost", "relation R3"],
        ["wrong", "relation R4"],
        ["wrong", "relation E9"],  # the event
        ["wrong", "relation E9"],  # its argument
    ]
    assert "quotes 'דנה' but covers" in lost[1]


BOMB = """<!DOCTYPE collection [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<collection><document><passage><offset>0</offset><text>&b;</text></passage></document></collection>"""


def test_xml_that_declares_entities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="declares entities, which are not read for safety"):
        read(read_bioc, tmp_path / "d.xml", BOMB)
    outside = BOMB.replace('a "aaaa"', 'a SYSTEM "file:///etc/hostname"')
    with pytest.raises(UsageError, match="declares entities"):
        read(read_bioc, tmp_path / "d.xml", outside)


@pytest.mark.parametrize("content", ["<collection><document>", "<collection/>", "{}", "[]", "<a>", '{"documents": []}'])
def test_what_holds_no_documents_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError, match=r"holds no BioC documents|is not XML"):
        read(read_bioc, tmp_path / "d.xml", content)
