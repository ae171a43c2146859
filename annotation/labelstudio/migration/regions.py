"""Regions of an annotation during relabelling: their labels before and after, and which of them merge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import cast

from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.undecided import resolved
from annotation.migration.mapping import Migration


class Regions:
    """The regions of one annotation by id, filled by `note`.

    `old` and `labels` are a region's labels before and after. `folded` maps a dropped region to the one it merges into.
    Regions in `decided` were split by an earlier run; `again` states that the migration was done before.
    """

    def __init__(self, migration: Migration, decided: Collection[str], *, again: bool) -> None:
        self.migration, self.decided, self.again = migration, decided, again
        self.old: dict[str, tuple[str, ...]] = {}
        self.labels: dict[str, tuple[str, ...]] = {}
        self.folded: dict[str, str] = {}

    def note(self, rows: Sequence[Row]) -> None:
        """Read all rows that are regions."""
        for row in rows:
            id, labels = str(row.get("id")), strings(row, "labels")
            self.old[id] = (*self.old.get(id, ()), *labels)
            after = dict.fromkeys(part for label in labels for part in self.parts(id, label))
            self.labels[id] = (*self.labels.get(id, ()), *after)
        self._fold(rows)

    def parts(self, id: str, label: str) -> tuple[str, ...]:
        """The new labels for a label of the region.

        A label that was split and is still present may be an annotator's choice: it stays in a region that was split
        before.
        """
        parts = resolved(label, self.migration.label)
        split_before = self.again or id in self.decided
        return (label,) if len(parts) > 1 and label in parts and split_before else parts

    def gone(self, id: str) -> bool:
        """Whether the region had labels and has none left."""
        return id in self.labels and bool(self.old[id]) and not self.labels[id]

    def turned(self, row: Row) -> tuple[str, str]:
        """The ends of an arrow as (event, filler), as far as their labels determine the direction."""
        ends = str(row.get("from_id")), str(row.get("to_id"))
        turned = (ends[1], ends[0])
        events = self.migration.old.events
        from_event = [way for way in (ends, turned) if any(label in events for label in self.old.get(way[0], ()))]
        backwards = row.get("direction") == "left"
        return (from_event[-1] if backwards else from_event[0]) if from_event else ends

    def _fold(self, rows: Sequence[Row]) -> None:
        """Merge regions that become equal: choices and arrows of the later ones move to the first."""
        places: dict[object, str] = {}
        for row in rows:
            id, value = str(row.get("id")), cast(Row, row["value"])
            place = (row.get("from_name"), value.get("start"), value.get("end"), self.labels[id])
            first = places.setdefault(place, id)
            if first != id and len(self.labels[id]) == 1 and self.old[first] != self.old[id]:
                self.folded[id] = first


def of_kind(row: object, kind: str) -> bool:
    """Whether the row has this type and the structure relabelling needs; all other rows stay unchanged."""
    if not isinstance(row, dict) or row.get("type") != kind:
        return False
    if kind == "relation":
        return True
    is_label_control = kind != "labels" or row.get("from_name") in (schemas.TRIGGER, schemas.ENTITY)
    return is_label_control and isinstance(row.get("value"), dict) and isinstance(row["value"].get(kind), list)


def strings(row: Row, key: str) -> list[str]:
    """The list of strings under that key in the row's value."""
    return [str(item) for item in cast(Row, row["value"])[key]]  # type: ignore[attr-defined]


def with_values(row: Row, key: str, values: Iterable[str]) -> Row:
    """The row with another list under that key in its value."""
    return {**row, "value": {**cast(Row, row["value"]), key: list(values)}}
