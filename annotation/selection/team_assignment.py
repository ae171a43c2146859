"""Articles dealt out to teams, each with a project of its own. Pure.

What a team has it keeps. Near-duplicates go to the same team, new ones to the team that has the fewest of that
language, and a shared part to all, on which the teams can be measured against each other.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from annotation.core.document import Document
from annotation.core.near_duplicates import duplicate_clusters

Teams = frozenset[str]


def deal(
    documents: Sequence[Document], *, teams: Sequence[str], shared: int = 0, held: Mapping[str, Teams] | None = None
) -> dict[str, Teams]:
    """For the id of each document the teams that get it.

    `held` says which teams have an article already; such documents are among `documents` too, so that near-duplicates
    of them go the same way. About `shared` articles are everybody's, those before included: which of the new ones
    depends on nothing but their ids.
    """
    dealt = dict(held or {})
    groups: dict[int, list[Document]] = defaultdict(list)
    for document, cluster in zip(documents, duplicate_clusters(documents), strict=True):
        groups[cluster].append(document)
    everybody = frozenset(teams)
    fresh = []
    for group in groups.values():
        known = next((dealt[d.id] for d in group if d.id in dealt), None)
        if known is None:
            fresh.append(group)
        else:
            dealt.update({d.id: known for d in group if d.id not in dealt})
    missing = shared - sum(dealt[d.id] == everybody for d in documents if d.id in dealt)
    for group in sorted(fresh, key=_chance):
        if missing > 0 and len(teams) > 1:
            dealt.update(dict.fromkeys((d.id for d in group), everybody))
            missing -= len(group)
    load = Counter((team, d.language) for d in documents for team in dealt.get(d.id, ()))
    for group in fresh:
        if group[0].id not in dealt:
            least = min(teams, key=lambda team: (load[team, group[0].language], teams.index(team)))
            dealt.update(dict.fromkeys((d.id for d in group), frozenset([least])))
            load.update((least, d.language) for d in group)
    return dealt


def _chance(group: Sequence[Document]) -> str:
    return min(hashlib.sha256(document.id.encode("utf-8", "surrogatepass")).hexdigest() for document in group)
