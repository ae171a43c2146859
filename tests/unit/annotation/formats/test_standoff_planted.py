"""What is planted in a standoff, JSON or XML file is either in the Document or in the report: nothing vanishes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.formats.base import Lost, Reader, ReadOptions, unit_counts
from annotation.formats.bioc import read as read_bioc
from annotation.formats.bionlp import read as read_bionlp
from annotation.formats.brat import read as read_brat
from annotation.formats.pubannotation import read as read_pubannotation

TEXT = "وصل رامي 📢 إلى דמשק ואז חזר."
EVENTS = frozenset({"Move", "Say"})
Mark = tuple[str, int, int, str, bool]
"""Id, range, quote, and whether it is an event's trigger."""


@st.composite
def articles(draw: st.DrawFn) -> tuple[list[Mark], list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Marks, arrows (label and two ids), attributes (name and id); some of each are wrong."""
    marks: list[Mark] = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(TEXT)))
        end = start + draw(st.integers(0, 9))
        quote = draw(st.sampled_from([TEXT[start:end], TEXT[start:end], "אחר", ""]))
        marks.append((f"T{number}", start, end, quote, draw(st.booleans())))
    ids = st.sampled_from([f"T{number}" for number in range(8)])
    arrows = draw(st.lists(st.tuples(st.sampled_from(["In", "SameAs"]), ids, ids), max_size=5))
    return marks, arrows, draw(st.lists(st.tuples(st.sampled_from(["Sure", "Mood"]), ids), max_size=4))


def label(mark: Mark) -> str:
    return ("Move" if mark[1] % 2 == 0 else "Say") if mark[4] else "PER"


def standoff(marks: list[Mark], arrows: list[tuple[str, str, str]], attributes: list[tuple[str, str]]) -> str:
    lines = [f"{m[0]}\t{label(m)} {m[1]} {m[2]}\t{m[3]}" for m in marks]
    events = {m[0]: f"E{m[0]}" for m in marks if m[4]}
    roles = {id: [a for a in arrows if a[1] == id and a[0] == "In"] for id in events}
    lines += [
        " ".join([f"{event}\t{label(m)}:{m[0]}", *(f"In:{events.get(other, other)}" for _, _, other in roles[m[0]])])
        for m in marks
        if m[4]
        for event in [events[m[0]]]
    ]
    rest = [a for a in arrows if a[0] != "In" or a[1] not in events]
    lines += [f"R{at}\t{name} Arg1:{one} Arg2:{other}\t" for at, (name, one, other) in enumerate(rest)]
    lines += [f"A{at}\t{name} {events.get(id, id)}" for at, (name, id) in enumerate(attributes)]
    lines += ["N1\tReference T0 W:1\tx", "#1\tAnnotatorNotes T0\ty"]
    return "\n".join(lines) + "\n"


def write_brat(folder: Path, *parts: list) -> Path:  # type: ignore[type-arg]
    (folder / "d.txt").write_text(TEXT, encoding="utf-8")
    (folder / "d.ann").write_text(standoff(*parts), encoding="utf-8")
    return folder


def write_bionlp(folder: Path, *parts: list) -> Path:  # type: ignore[type-arg]
    (folder / "d.txt").write_text(TEXT, encoding="utf-8")
    lines = standoff(*parts).splitlines(keepends=True)
    (folder / "d.a1").write_text("".join(line for line in lines if line[0] == "T"), encoding="utf-8")
    (folder / "d.a2").write_text("".join(line for line in lines if line[0] != "T"), encoding="utf-8")
    return folder


def write_pubannotation(folder: Path, marks: list[Mark], arrows: list, attributes: list) -> Path:  # type: ignore[type-arg]
    row = {
        "text": TEXT,
        "denotations": [{"id": m[0], "span": {"begin": m[1], "end": m[2]}, "obj": label(m)} for m in marks],
        "relations": [{"subj": one, "pred": name, "obj": other} for name, one, other in arrows],
        "attributes": [{"subj": id, "pred": name, "obj": "x"} for name, id in attributes],
        "one": 1,
        "two": [2],
    }
    (folder / "d.json").write_text(json.dumps(row), encoding="utf-8")
    return folder / "d.json"


def write_bioc(folder: Path, marks: list[Mark], arrows: list, attributes: list) -> Path:  # type: ignore[type-arg]
    """BioC has no attributes; they are infons, which are lost."""
    rows = [
        {
            "id": m[0],
            "infons": {
                "type": label(m),
                **{f"{name}{at}": "x" for at, (name, id) in enumerate(attributes) if id == m[0]},
            },
            "text": m[3],
            "locations": [{"offset": m[1], "length": m[2] - m[1]}],
        }
        for m in marks
    ]
    relations = [
        {"id": "R", "infons": {"type": name}, "nodes": [{"refid": ref, "role": "a"} for ref in ends]}
        for name, *ends in arrows
    ]
    passage = {"offset": 0, "text": TEXT, "annotations": rows, "relations": relations, "one": 1, "two": [2]}
    (folder / "d.json").write_text(json.dumps({"id": "d", "passages": [passage]}), encoding="utf-8")
    return folder / "d.json"


FORMATS: dict[str, tuple[Reader, Callable[..., Path]]] = {
    "brat": (read_brat, write_brat),
    "bionlp": (read_bionlp, write_bionlp),
    "pubannotation": (read_pubannotation, write_pubannotation),
    "bioc": (read_bioc, write_bioc),
}


TWICE = [("T0", 0, 3, "وصل", True)], [("In", "T0", "T0")], [("Sure", "T0"), ("Sure", "T0")]


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(parts=articles())
@example(parts=TWICE)
def test_everything_planted_is_in_the_document_or_in_the_report(name: str, parts: tuple) -> None:  # type: ignore[type-arg]
    read, write = FORMATS[name]
    with TemporaryDirectory() as folder:
        items = list(read(write(Path(folder), *parts), ReadOptions(events=EVENTS)))
    (document,) = (item for item in items if isinstance(item, Document))
    reported: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Lost) and item.kind != "noted":
            reported[item.unit] += item.count
    kept = unit_counts(document)
    marks, arrows, attributes = parts
    hung = [id for _, id in attributes if any(mark[0] == id for mark in marks)]
    planted = {
        "marks": len(marks),
        "arrows": len(arrows),
        "attributes": 0 if name == "bioc" else len(attributes),
        "other": 2 + (len(hung) if name == "bioc" else 0),
    }
    assert planted == {
        "marks": sum(kept[unit] + reported[unit] for unit in ("entity", "event")),
        "arrows": sum(kept[unit] + reported[unit] for unit in ("argument", "link")),
        "attributes": kept["attribute"] + reported["attribute"],
        "other": reported["other"],
    }
