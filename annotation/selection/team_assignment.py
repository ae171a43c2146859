"""Assignment of articles to teams, each of which has its own project. No I/O.

Teams keep their articles. Near-duplicates go to the same team. New articles go to the team with the fewest in their
language; a shared part goes to all teams, to measure agreement between them.
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
    """The teams that get each document, by its id.

    held: the teams that have an article already, by id; `documents` must include these too, so that their
    near-duplicates go to the same teams. About `shared` articles, earlier ones included, go to all teams; which new
    ones depends only on their ids.
    """
    teams_by_id = dict(held or {})
    groups: dict[int, list[Document]] = defaultdict(list)
    for document, cluster in zip(documents, duplicate_clusters(documents), strict=True):
        groups[cluster].append(document)
    everybody = frozenset(teams)
    fresh = []
    for group in groups.values():
        assigned = next((teams_by_id[d.id] for d in group if d.id in teams_by_id), None)
        if assigned is None:
            fresh.append(group)
        else:
            teams_by_id.update({d.id: assigned for d in group if d.id not in teams_by_id})
    missing = shared - sum(teams_by_id[d.id] == everybody for d in documents if d.id in teams_by_id)
    for group in sorted(fresh, key=_id_hash):
        if missing > 0 and len(teams) > 1:
            teams_by_id.update(dict.fromkeys((d.id for d in group), everybody))
            missing -= len(group)
    load = Counter((team, d.language) for d in documents for team in teams_by_id.get(d.id, ()))
    for group in fresh:
        if group[0].id not in teams_by_id:
            least = min(teams, key=lambda team: (load[team, group[0].language], teams.index(team)))
            teams_by_id.update(dict.fromkeys((d.id for d in group), frozenset([least])))
            load.update((least, d.language) for d in group)
    return teams_by_id


def _id_hash(group: Sequence[Document]) -> str:
    """A sort key that depends only on the ids: the smallest SHA-256 of them."""
    return min(hashlib.sha256(document.id.encode("utf-8", "surrogatepass")).hexdigest() for document in group)
