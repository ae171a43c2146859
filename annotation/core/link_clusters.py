"""What links join: the mentions of one thing, and the links that are drawn through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias

from annotation.core.document import Link, Span

Cluster: TypeAlias = frozenset[Span]


def link_clusters(links: Iterable[Link]) -> list[Cluster]:
    """What hangs together by these links, in text order."""
    joined: dict[Span, set[Span]] = {}
    for link in links:
        both = joined.get(link.a, {link.a}) | joined.get(link.b, {link.b})
        joined |= dict.fromkeys(both, both)
    return [frozenset(cluster) for cluster in {id(c): c for _, c in sorted(joined.items())}.values()]


def chain(label: str, cluster: Iterable[Span]) -> Iterator[Link]:
    """Each mention joined to the one before, as annotators are asked to."""
    return (Link(label, a, b) for a, b in pairwise(sorted(cluster)))
