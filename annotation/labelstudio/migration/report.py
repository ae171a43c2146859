"""Report of a migration: what it changed in a project, or would change, counted by label."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from annotation.labelstudio.migration.relabel import Relabelled
from annotation.labelstudio.migration.results import Marked, ResultKind
from annotation.migration.mapping import WHAT, Migration, touched_in_words

HEADER = ("change", "articles", "annotations", "drafts", "suggestions", "what is touched")


@dataclass
class MigrationCounts:
    """Counts by path of an old label: results of each kind, tasks, and how often each change happened.

    kinds: changed results of each kind. changed: tasks with a change. waiting: tasks with something to decide. stored:
    the undecided strings, as stored.
    """

    results: dict[str, Counter[ResultKind]] = field(default_factory=lambda: defaultdict(Counter))
    tasks: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    touched: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    kinds: Counter[ResultKind] = field(default_factory=Counter)
    changed: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)

    def add(self, marked: Marked, done: Relabelled) -> None:
        """Count one result."""
        for path in {path for path, _ in done.touched}:
            self.results[path][marked.kind] += 1
            self.tasks[path].add(marked.task)
        for (path, what), count in done.touched.items():
            self.touched[path][what] += count
        if done.changed:
            self.kinds[marked.kind] += 1
            self.changed.add(marked.task)
        if done.asked and marked.kind == "annotation":
            self.waiting.add(marked.task)
            self.stored |= done.stored


@dataclass
class MigrateReport:
    """What a migration changes. `undo` is the file to undo it with; None when nothing was changed.

    `already` is whether the project had the new ontology before.
    """

    project: str
    url: str
    migration: Migration
    tally: MigrationCounts = field(default_factory=MigrationCounts)
    undo: Path | None = None
    already: bool = False

    def table(self) -> list[tuple[object, ...]]:
        """A row for each label that changes, in the order of `HEADER`."""
        descriptions = {change.path: str(change) for change in self.migration.changes()}
        return [
            (
                descriptions.get(path, f"{path} stays"),
                *self._figures(path).values(),
                touched_in_words(self.tally.touched[path]),
            )
            for path in self._paths()
        ]

    def as_dict(self) -> dict[str, object]:
        """The counts as plain JSON values."""
        changes = {change.path: change for change in self.migration.changes()}
        rows: list[dict[str, object]] = []
        for path in self._paths():
            kind, becomes = (changes[path].kind, list(changes[path].becomes)) if path in changes else ("kept", [path])
            counts = {what: self.tally.touched[path][what] for what in WHAT}
            rows.append({"label": path, "kind": kind, "becomes": becomes, **self._figures(path), **counts})
        return {
            "project": self.project,
            "changes": rows,
            "changed": {
                "articles": len(self.tally.changed),
                **{str(kind): count for kind, count in self.tally.kinds.items()},
            },
            "to_decide": sorted(self.tally.waiting),
            "undo": str(self.undo) if self.undo else None,
        }

    def __str__(self) -> str:
        kinds = self.tally.kinds
        what = f"{kinds['annotation']:,} annotations, {kinds['draft']:,} drafts and {kinds['prediction']:,} suggestions"
        return f"{what} of {len(self.tally.changed):,} articles"

    def _paths(self) -> list[str]:
        return list(dict.fromkeys([*(change.path for change in self.migration.changes()), *self.tally.touched]))

    def _figures(self, path: str) -> dict[str, int]:
        results = self.tally.results[path]
        return {
            "articles": len(self.tally.tasks[path]),
            "annotations": results["annotation"],
            "drafts": results["draft"],
            "suggestions": results["prediction"],
        }
