"""The regions of an annotation that is being relabelled: their labels before and after, and which come to be one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import cast

from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.undecided import resolved
from annotation.migration.mapping import Migration


class Regions:
    """What is known of each region, by its id, once all have been noted.

    `old` and `labels` are its labels before and after; `folded` says of one that is dropped which one it is now.
    """

    def __init__(self, migration: Migration, decided: Collection[str], *, again: bool) -> None:
        self.migration, self.decided, self.again = migration, decided, again
        self.old: dict[str, tuple[str, ...]] = {}
        self.labels: dict[str, tuple[str, ...]] = {}
        self.folded: dict[str, str] = {}

    def note(self, rows: Sequence[Row]) -> None:
        """Take in all the rows that are regions."""
        for row in rows:
            id, labels = str(row.get("id")), strings(row, "labels")
            self.old[id] = (*self.old.get(id, ()), *labels)
            after = dict.fromkeys(part for label in labels for part in self.parts(id, label))
            self.labels[id] = (*self.labels.get(id, ()), *after)
        self._fold(rows)

    def parts(self, id: str, label: str) -> tuple[str, ...]:
        """What a label of the region becomes. One that was split and is still there may be somebody's choice."""
        parts = resolved(label, self.migration.label)
        known = self.again or id in self.decided
        return (label,) if len(parts) > 1 and label in parts and known else parts

    def gone(self, id: str) -> bool:
        """Whether the region had labels and has none left."""
        return id in self.labels and bool(self.old[id]) and not self.labels[id]

    def turned(self, row: Row) -> tuple[str, str]:
        """The ends of an arrow, event and filler, as far as their labels tell."""
        ends = str(row.get("from_id")), str(row.get("to_id"))
        turned = (ends[1], ends[0])
        events = self.migration.old.events
        able = [way for way in (ends, turned) if any(label in events for label in self.old.get(way[0], ()))]
        backwards = row.get("direction") == "left"
        return (able[-1] if backwards else able[0]) if able else ends

    def _fold(self, rows: Sequence[Row]) -> None:
        """Regions that come to be the same are one, and what hangs on the later ones hangs on the first."""
        places: dict[object, str] = {}
        for row in rows:
            id, value = str(row.get("id")), cast(Row, row["value"])
            place = (row.get("from_name"), value.get("start"), value.get("end"), self.labels[id])
            first = places.setdefault(place, id)
            if first != id and len(self.labels[id]) == 1 and self.old[first] != self.old[id]:
                self.folded[id] = first


def of_kind(row: object, kind: str) -> bool:
    """Whether it is such a row, as far as relabelling must know; whatever else it is stays as it is."""
    if not isinstance(row, dict) or row.get("type") != kind:
        return False
    if kind == "relation":
        return True
    ours = kind != "labels" or row.get("from_name") in (schemas.TRIGGER, schemas.ENTITY)
    return ours and isinstance(row.get("value"), dict) and isinstance(row["value"].get(kind), list)


def strings(row: Row, key: str) -> list[str]:
    """The list in the row's value under that key."""
    return [str(item) for item in cast(Row, row["value"])[key]]  # type: ignore[attr-defined]


def with_values(row: Row, key: str, values: Iterable[str]) -> Row:
    """The row with another list there."""
    return {**row, "value": {**cast(Row, row["value"]), key: list(values)}}
