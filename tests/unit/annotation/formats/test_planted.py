"""Whatever is put into a file of events is in the Document or in the report, counted by unit."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.formats.base import Lost, ReadOptions, unit_counts
from annotation.formats.file_marks import SAME
from annotation.formats.registry import reader
from tests.unit.annotation.formats.event_samples import SAMPLES, lines

TEXT = {"doc_id", "text", "document", "tokens", "sentences", "sentence", "words", "content", "id", "answer"}
"""Keys of the article itself, which are left as they are."""
DERIVED = {"tokens", "negative_triggers"}
"""Objects that repeat the text, or that are recorded as a whole."""
PLANTS = st.sampled_from([999, -1, None, "x", "", True, "1", 2.0])
EMPTY = (None, "", [], {})


def go(name: str, row: object) -> tuple[list[Document], list[Lost]]:
    with TemporaryDirectory() as folder:
        items = list(reader(name)(lines(Path(folder) / "f.jsonl", row), ReadOptions()))
    return [i for i in items if isinstance(i, Document)], [i for i in items if isinstance(i, Lost)]


def objects(value: object) -> Iterator[dict[str, object]]:
    """Every JSON object that a reader goes through."""
    if isinstance(value, dict):
        yield value
        for key in value:
            yield from () if key in DERIVED else objects(value[key])
    for item in value if isinstance(value, list) else ():
        yield from objects(item)


def marks(name: str, row: Mapping[str, object], unit: str) -> int:
    """How many of the unit stand in the file."""
    found = list(objects(row))

    def of(key: str) -> int:
        return sum(len(o[key]) for o in found if isinstance(o.get(key), list))  # type: ignore[arg-type]

    if name == "dygie":
        layers: dict[str, list[list[list[object]]]] = row  # type: ignore[assignment]
        events = [event for sentence in layers["events"] for event in sentence]
        layer = {"entity": "ner", "link": "relations"}.get(unit, "")
        by_unit = {"event": len(events), "argument": sum(len(event) - 1 for event in events)}
        return by_unit.get(unit, sum(map(len, layers.get(layer, []))))
    if unit == "attribute":
        return sum(o.get("realis") not in EMPTY for o in found)
    keys = {
        "wikievents": {"entity": "entity_mentions", "event": "event_mentions", "argument": "arguments"},
        "ace-json": {"entity": "golden-entity-mentions", "event": "golden-event-mentions", "argument": "arguments"},
        "maven": {"event": "mention"},
        "maven-arg": {"entity": "entities", "event": "events", "argument": "Agent"},
        "casie": {"entity": "argument", "event": "events", "argument": "argument"},
        "doccano": {"entity": "entities", "link": "relations"},
        "prodigy": {"entity": "spans", "link": "relations"},
    }[name]
    more = of("Location") if (name, unit) == ("maven-arg", "argument") else 0
    return more + (of(keys[unit]) if unit in keys else 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_key_that_no_reader_knows_is_named_at_every_level(name: str) -> None:
    row = copy.deepcopy(SAMPLES[name])
    inner = list(objects(row))
    for item in inner:
        item["planted"] = "here"
    _, lost = go(name, row)
    found = [i for i in lost if "'planted'" in i.reason]
    assert len(found) == len(inner)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_each_mark_is_kept_or_reported(name: str, data: st.DataObject) -> None:
    row = copy.deepcopy(SAMPLES[name])
    for _ in range(data.draw(st.integers(0, 4))):
        holder, key = data.draw(st.sampled_from(list(leaves(row))))
        holder[key] = data.draw(PLANTS)  # type: ignore[index]
    (document,), lost = go(name, row)
    kept = {**unit_counts(document), "link": sum(link.label != SAME for link in document.links)}
    kept["entity"] -= sum(i.unit == "entity" and "becomes an entity" in i.reason for i in lost)
    for unit in ("entity", "event", "argument", "attribute", "link"):
        reported = sum(i.count for i in lost if i.unit == unit and i.kind != "noted")
        stand = marks(name, row, unit)
        clusters = unit == "link" and name not in ("doccano", "prodigy")  # clusters are recorded as links too
        assert kept[unit] + reported >= stand if clusters else kept[unit] + reported == stand, (unit, lost)


def leaves(value: object, outermost: bool = True) -> Iterator[tuple[object, object]]:
    """Where each single value stands, but for those of the article itself."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if outermost and (key in TEXT or key.startswith("_")):
                continue
            yield from leaves(inner, outermost=False) if isinstance(inner, (dict, list)) else [(value, key)]
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, outermost=False) if isinstance(inner, (dict, list)) else [(value, at)]
