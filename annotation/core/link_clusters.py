"""Clusters of linked mentions, and chains of links through a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias

from annotation.core.document import Link, Span

Cluster: TypeAlias = frozenset[Span]


def link_clusters(links: Iterable[Link]) -> list[Cluster]:
    """The connected components of the links: each the mentions of one thing, ordered by the first mention."""
    joined: dict[Span, set[Span]] = {}
    for link in links:
        members = joined.get(link.a, {link.a}) | joined.get(link.b, {link.b})
        joined |= dict.fromkeys(members, members)
    return [frozenset(cluster) for cluster in {id(cluster): cluster for _, cluster in sorted(joined.items())}.values()]


def chain(label: str, cluster: Iterable[Span]) -> Iterator[Link]:
    """Links that join each mention of a cluster to the one before it in the text, as annotators draw them."""
    return (Link(label, a, b) for a, b in pairwise(sorted(cluster)))
