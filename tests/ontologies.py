"""Variants of an ontology."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from annotation.core.ontology import Ontology


def _row(ontology: Ontology) -> dict[str, Any]:
    row: dict[str, Any] = yaml.safe_load(ontology.source)
    return row


def _parsed(row: dict[str, Any]) -> Ontology:
    return Ontology.parse(yaml.safe_dump(row, allow_unicode=True, sort_keys=False))


def reordered(ontology: Ontology) -> Ontology:
    """The same types, listed the other way round."""
    row = _row(ontology)
    for part in ("entities", "events", "roles", "attributes", "links"):
        row[part] = dict(reversed(row[part].items()))
    for attribute in row["attributes"].values():
        attribute["values"] = dict(reversed(attribute["values"].items()))
    return _parsed(row)


def with_event(ontology: Ontology, name: str) -> Ontology:
    """With one event type more, which comes first and is like Arrest."""
    row = _row(ontology)
    title = dict.fromkeys(("ar", "he", "en"), name)
    row["events"] = {name: {**row["events"]["Arrest"], "title": title}, **row["events"]}
    return _parsed(row)


def without_event(ontology: Ontology, name: str) -> Ontology:
    """With one event type less."""
    row = _row(ontology)
    del row["events"][name]
    return _parsed(_with_fillers(row, lambda labels: [label for label in labels if label != name]))


def with_event_renamed(ontology: Ontology, old: str, new: str) -> Ontology:
    """With another name for an event type, which lists the old one under `was`."""
    row = _row(ontology)
    events = row["events"].items()
    row["events"] = {
        new if name == old else name: {**kind, "was": [old]} if name == old else kind for name, kind in events
    }
    return _parsed(_with_fillers(row, lambda labels: [new if label == old else label for label in labels]))


def _with_fillers(row: dict[str, Any], change: Callable[[list[str]], list[str]]) -> dict[str, Any]:
    """The same with a change to what may fill each role."""
    for kind in (row, *row["events"].values()):
        for role in (kind.get("common_roles") or (kind.get("roles") if kind is not row else None) or {}).values():
            role["fillers"] = change(role["fillers"])
    return row
