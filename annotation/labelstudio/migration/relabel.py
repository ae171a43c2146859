"""Relabelling of an annotation's rows to the next ontology, as `annotation.migration` does for a Document. Pure.

Rows without labels of the old ontology stay as they are, faults included. A second run changes nothing more. What an
annotator has to decide is stored as described in `annotation.labelstudio.migration.undecided`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from annotation.core.errors import OntologyError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.migration.regions import Regions, of_kind, strings, with_values
from annotation.labelstudio.migration.undecided import either, pieces, resolved
from annotation.labelstudio.project.labeling_config import relation_titles
from annotation.migration.mapping import AttributeValue, Migration, Touched, value_path


@dataclass(frozen=True, slots=True)
class Relabelled:
    """The new rows. `changed` is whether they differ from the input.

    touched: counts of changes by label path. asked: ids of regions an annotator has to decide about. stored: the
    undecided strings, as stored.
    """

    rows: list[object]
    changed: bool
    touched: Touched
    asked: frozenset[str]
    stored: frozenset[str]


class Relabelling:
    """A migration applied to rows, in a project whose labels are displayed in `ui_language`.

    `again` states that the migration was done before and the rows were submitted later. A label that was split and is
    still present may then be an annotator's choice, and stays.
    """

    def __init__(self, migration: Migration, ui_language: str, *, again: bool = False) -> None:
        self.migration, self.again = migration, again
        self.titles = relation_titles(migration.new, ui_language)
        self.codes = {title: code for code, title in relation_titles(migration.old, ui_language).items()}

    def __call__(self, rows: Sequence[object], decided: Collection[str] = ()) -> Relabelled:
        """The new rows. Regions in `decided` were split before, and annotators may have decided since: they stay."""
        return _Rows(self, decided).run(rows)

    def check(self) -> None:
        """Raise OntologyError when a new title was the title of another role.

        Arrows are stored by title, so such a title would mean both.
        """
        faults = [
            f"{self.migration.new_arrow_path(code)}: its title {title!r} was that of "
            f"{self.migration.arrow_path(owner)}, and Label Studio stores arrows by title; give it another title"
            for code, title in self.titles.items()
            if (owner := self.codes.get(title)) is not None and code not in self.migration.arrows[owner]
        ]
        if faults:
            raise OntologyError(path=self.migration.new.name, faults=faults)

    def arrow_parts(self, title: str, starts: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The old code of a stored title, and the codes it becomes between regions with these new labels."""
        if (code := self.codes.get(title)) is not None:
            parts = self.migration.arrow(code, starts, ends)
            return code, (code,) if self.again and code in parts else parts
        codes = [self.codes.get(piece) for piece in pieces([title])]
        targets = {target for code in codes if code for target in self.migration.arrow(code, starts, ends)}
        return title, tuple(targets) if len(targets) == 1 and None not in codes else (title,)


class _Rows:
    """The relabelling of one annotation."""

    def __init__(self, relabelling: Relabelling, decided: Collection[str]) -> None:
        self.relabelling, self.migration = relabelling, relabelling.migration
        self.regions = Regions(relabelling.migration, decided, again=relabelling.again)
        self.touched: Touched = Counter()
        self.asked: dict[str, set[str]] = {}
        self.choices: dict[tuple[str, str], Row] = {}
        self.merged_values: dict[tuple[str, str], dict[str, str]] = {}
        self.arrows: dict[tuple[str, str], Row] = {}

    def run(self, rows: Sequence[object]) -> Relabelled:
        """Relabel all rows: regions are read first, since arrows and choices depend on them."""
        self.regions.note([cast(Row, row) for row in rows if of_kind(row, "labels")])
        out = [new for row in rows for new in self._row(row)]
        stored = frozenset(text for texts in self.asked.values() for text in texts)
        return Relabelled(out, out != list(rows), self.touched, frozenset(self.asked), stored)

    def _row(self, row: object) -> Iterable[object]:
        if of_kind(row, "labels"):
            return self._region(cast(Row, row))
        if of_kind(row, "choices"):
            return self._choice(cast(Row, row))
        return self._relation(cast(Row, row)) if of_kind(row, "relation") else (row,)

    def _region(self, row: Row) -> Iterable[Row]:
        id, labels = str(row.get("id")), strings(row, "labels")
        after: dict[str, None] = {}
        for label in labels:
            becomes = self.regions.parts(id, label)
            if becomes != (label,):
                self.touched[self.migration.label_path(label), "mark"] += 1
            if len(becomes) > 1:
                self._ask(self.migration.label_path(label), id, either(becomes))
            after |= dict.fromkeys([either(becomes)] if becomes else ())
        if list(after) == labels:
            return [] if id in self.regions.folded else [row]
        return [] if not after or id in self.regions.folded else [with_values(row, "labels", after)]

    def _choice(self, row: Row) -> Iterable[Row]:
        id, name, values = str(row.get("id")), str(row.get("from_name")), strings(row, "choices")
        if self.regions.gone(id):
            self._dropped(id, "dropped choice")
            return
        renamed: dict[str, dict[str, str]] = {}
        for value in values:
            parts, path = self._values(name, value), value_path((name, value))
            if parts != ((name, value),):
                self.touched[path, "choice"] += 1
            new = either(part for _, part in parts)
            if len(parts) > 1:
                self._ask(path, id, new)
            for new_name, _ in parts[:1]:  # all parts are values of one attribute
                renamed.setdefault(new_name, {})[new] = path
        for new_name, new_values in renamed.items():
            yield from self._merged_choice(row, self.regions.folded.get(id, id), new_name, new_values)

    def _values(self, name: str, value: str) -> tuple[AttributeValue, ...]:
        parts = resolved(value, lambda piece: self.migration.value(name, piece))
        return ((name, value),) if self.relabelling.again and (name, value) in parts else parts

    def _merged_choice(self, row: Row, id: str, name: str, values: Mapping[str, str]) -> Iterable[Row]:
        """The row under its new name. The choices of merged regions become one row with the values of all."""
        new = with_values({**row, "id": id, "from_name": name}, "choices", values)
        if id not in self.regions.folded.values():
            yield row if new == row else new
        elif (id, name) not in self.choices:
            self.choices[id, name], self.merged_values[id, name] = new, dict(values)
            yield new
        else:
            merged = self.merged_values[id, name]
            first, more = next(iter(merged.values())), values.keys() - merged.keys()
            merged |= values
            if more:
                self._ask(first, id, either(merged))
            cast(Row, self.choices[id, name]["value"])["choices"] = [either(merged)]

    def _relation(self, row: Row) -> Iterable[Row]:
        ends = str(row.get("from_id")), str(row.get("to_id"))
        if gone := [end for end in ends if self.regions.gone(end)]:
            self._dropped(gone[0], "dropped arrow")
            return
        start, end = (self.regions.folded.get(id, id) for id in ends)
        titles = row.get("labels")
        before = [str(title) for title in titles] if isinstance(titles, list) else []
        after = list(dict.fromkeys(new for title in before for new in self._title(title, row)))
        if (start == end and ends[0] != ends[1]) or (before and not after):
            return
        new = row if after == before and (start, end) == ends else {**row, "from_id": start, "to_id": end}
        new = {**new, "labels": after} if after != before else new
        if not self.regions.folded:
            yield new
            return
        new = dict(new)  # the input must stay unchanged: it is written to the undo file
        first = self.arrows.setdefault((start, end), new)
        if first is new:
            yield new
        else:
            first["labels"] = list(dict.fromkeys([*_list(first), *after]))

    def _title(self, title: str, row: Row) -> Iterable[str]:
        """The stored titles for one label of an arrow."""
        ends = self.regions.turned(row)
        code, parts = self.relabelling.arrow_parts(title, *(pieces(self.regions.labels.get(end, ())) for end in ends))
        path = self.migration.arrow_path(code)
        new = either(self.relabelling.titles.get(part, part) for part in parts)
        if new != title or self.migration.arrows.get(code, (code,)) != (code,):
            self.touched[path, "arrow"] += 1
        old_labels, new_labels = (
            [self.regions.old.get(end, ()) for end in ends],
            [self.regions.labels.get(end, ()) for end in ends],
        )
        if all(len(labels) == 1 for labels in (*old_labels, *new_labels)) and self.migration.forbids(
            code, (old_labels[0][0], old_labels[1][0]), parts, (new_labels[0][0], new_labels[1][0])
        ):
            self.touched[path, "forbidden"] += 1
        if len(parts) > 1:
            self._ask(path, ends[1], new)
        return [new] if parts else []

    def _dropped(self, id: str, what: str) -> None:
        self.touched[self.migration.label_path(self.regions.old[id][0]), what] += 1

    def _ask(self, path: str, region: str, stored: str) -> None:
        self.touched[path, "undecided"] += 1
        self.asked.setdefault(region, set()).add(stored)


def _list(row: Row) -> list[str]:
    return cast(list[str], row.get("labels") or [])
