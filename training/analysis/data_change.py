"""What changed in the data from one model to the next: articles, labels, and the ontology."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from annotation.core.messages import N_, Message
from annotation.core.ontology import EventType, Ontology, Type
from annotation.snapshot.snapshot import Snapshot, SnapshotDifference, compare_snapshots
from annotation.snapshot.splits import SPLITS

_GROUPS = {
    "entities": N_("entity"),
    "events": N_("event"),
    "roles": N_("role"),
    "attributes": N_("attribute"),
    "links": N_("link"),
}


@dataclass(frozen=True)
class DataChange:
    """From the snapshot `before` to the snapshot `now`, both named as "name (content)"."""

    before: str
    now: str
    difference: SnapshotDifference
    ontology: tuple[str, ...]

    @classmethod
    def between(cls, before: Snapshot, now: Snapshot) -> DataChange:
        """What `naba diff` says of the two, and what changed in the ontology, a line each."""
        return cls(
            before=_named(before),
            now=_named(now),
            difference=compare_snapshots(before, now),
            ontology=tuple(ontology_changes(before.ontology, now.ontology)),
        )

    @property
    def articles(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of articles by what happened to them."""
        found = self.difference
        return {"added": found.added, "removed": found.removed, "changed": found.changed, "moved": found.moved}

    @property
    def labels(self) -> list[tuple[str, tuple[tuple[int, int] | None, ...]]]:
        """The labels and roles whose count differs, with their counts before and after in each split of `SPLITS`.

        The largest change of the whole comes first. A split in which the count is the same has None.
        """
        found = self.difference.labels
        counts = {
            label: tuple(found[split].get(label) for split in SPLITS)
            for label in {k for row in found.values() for k in row}
        }
        return sorted(counts.items(), key=lambda row: (-sum(abs(b - a) for a, b in filter(None, row[1])), row[0]))

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return bool(self.difference)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, as `naba diff --json` has them."""
        names = {"from": self.before, "to": self.now}
        return {**names, **self.difference.as_dict(), "ontology": list(self.ontology)}


def ontology_changes(before: Ontology, now: Ontology) -> Iterator[str]:
    """What changed in the ontology, in words, a type at a time."""
    if (before.name, before.version) != (now.name, now.version):
        yield f"{before.name} {before.version} → {now.name} {now.version}"
    for group, kind in _GROUPS.items():
        yield from _types(kind, getattr(before, group), getattr(now, group))


def _types(kind: str, before: Mapping[str, Type], now: Mapping[str, Type]) -> Iterator[str]:
    renamed = {old: new for new, type_ in now.items() for old in type_.was if old in before and old not in now}
    for name in sorted(before.keys() - now.keys()):
        if name in renamed:
            yield Message("%(kind)s %(name)s renamed to %(new)s", kind=Message(kind), name=name, new=renamed[name])
        else:
            yield Message("%(kind)s %(name)s removed", kind=Message(kind), name=name)
    for name in sorted(now.keys() - before.keys() - set(renamed.values())):
        yield Message("%(kind)s %(name)s added", kind=Message(kind), name=name)
    for name in sorted(before.keys() & now.keys()):
        if before[name] != now[name]:
            changed = Message("%(kind)s %(name)s changed", kind=Message(kind), name=name)
            roles = _roles(before[name], now[name])
            yield Message("%(changed)s (roles %(roles)s)", changed=changed, roles=roles) if roles else changed


def _roles(before: Type, now: Type) -> str:
    """The roles that an event type got or lost."""
    if not (isinstance(before, EventType) and isinstance(now, EventType)):
        return ""
    groups = (("+", now.roles.keys() - before.roles.keys()), ("-", before.roles.keys() - now.roles.keys()))
    words = [f"{sign}{role}" for sign, roles in groups for role in sorted(roles)]
    return " ".join(words)


def _named(snapshot: Snapshot) -> str:
    return f"{snapshot.manifest.name} ({snapshot.manifest.content[:12]})"
