"""An ontology and what it became: renamed, merged, split and removed, in every group of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import yaml

from annotation.core.ontology import Ontology

Tree: TypeAlias = dict[str, Any]
REMOVED = [
    *("entities.Vehicle", "events.Cooperation", "roles.Charge"),
    *("attributes.polarity", "attributes.certainty.values.denied"),
]


def edited(ontology: Ontology, change: Callable[[Tree], None], *, version: str = "2.0") -> Ontology:
    """The ontology after `change` was made to its file."""
    row: Tree = yaml.safe_load(ontology.source)
    change(row)
    return Ontology.parse(yaml.safe_dump({**row, "version": version}, allow_unicode=True, sort_keys=False))


def evolved(ontology: Ontology) -> Ontology:
    """A next version with every kind of change at once."""
    return edited(ontology, _evolve)


def renamed(row: Tree, group: str, old: str, new: str) -> None:
    """Give a label another name, wherever the file says it."""
    row[group] = {new if name == old else name: entry for name, entry in row[group].items()}
    row[group][new]["was"] = [old]
    for roles in _signatures(row):
        for name in [name for name in roles if group == "roles" and name == old]:
            roles[new] = roles.pop(name)
        for role in roles.values():
            role["fillers"] = [new if f == old and group != "roles" else f for f in role["fillers"]]


def dropped(row: Tree, group: str, name: str, into: Iterable[str] = ()) -> None:
    """Take a label out; what is `into` takes its place."""
    gone = row[group].pop(name)
    for heir in into:
        entry = row[group].setdefault(heir, {**gone, "title": {k: f"{v} {heir}" for k, v in gone["title"].items()}})
        entry["was"] = [*entry.get("was", ()), name]
    for roles in _signatures(row):
        if group == "roles":
            old = roles.pop(name, None)
            roles.update({heir: old for heir in into if old})
        for role in roles.values():
            fillers = [n for f in role["fillers"] for n in (into if f == name and group != "roles" else [f])]
            role["fillers"] = list(dict.fromkeys(fillers)) or ["Person"]


def _evolve(row: Tree) -> None:
    renamed(row, "entities", "Facility", "Site")
    renamed(row, "events", "Bombing", "Explosion")
    renamed(row, "roles", "Agent", "Doer")
    dropped(row, "events", "Clash", ["Raid"])
    dropped(row, "events", "Injure", ["Die"])
    dropped(row, "entities", "Location", ["GPE"])
    dropped(row, "events", "Strike", ["Airstrike", "Shelling"])
    dropped(row, "roles", "Target", ["Aim", "Damage"])
    for event in ("Raid", "Explosion"):
        row["events"][event]["roles"].pop("Damage")
    row["events"]["Escape"] = {**row["events"]["ReleaseOrEscape"], "was": ["ReleaseOrEscape"]}
    row["events"]["Escape"]["title"] = {"ar": "هروب", "he": "הימלטות", "en": "Escape"}
    dropped(row, "entities", "Vehicle")
    dropped(row, "events", "Cooperation")
    dropped(row, "roles", "Charge")
    row["roles"]["Victim"]["title"] = {"ar": "المتضرر", "he": "הקורבן", "en": "Sufferer"}
    attributes = row["attributes"]
    attributes["reality"] = {**attributes.pop("realis"), "was": ["realis"]}
    certainty = attributes["certainty"]["values"]
    certainty["sourced"] = {**certainty.pop("reported"), "was": ["reported", "unconfirmed"]}
    certainty["rumoured"] = {**certainty.pop("unconfirmed"), "was": ["unconfirmed"]}
    del certainty["denied"], attributes["polarity"]
    row["removed"] = REMOVED


def _signatures(row: Tree) -> list[Tree]:
    for event in row["events"].values():
        event.pop("expects", None)
    return [row["common_roles"], *(event.setdefault("roles", {}) for event in row["events"].values())]
