"""Encoding of an undecided label: the possible labels joined as ``One / Other``.

This is no valid label, so it cannot be mistaken for a decision: a pull quarantines it. The editor preserves it, shows
the region without a label, and a click on a label decides. (With two labels in one region, a click on one removes
both.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

OR = " / "
_T = TypeVar("_T")


def either(names: Iterable[str]) -> str:
    """A single name as it is; several joined as an undecided one."""
    return OR.join(names)


def pieces(names: Iterable[str]) -> tuple[str, ...]:
    """All names, with each undecided one split into its possible names."""
    return tuple(piece for name in names for piece in name.split(OR))


def resolved(name: str, becomes: Callable[[str], tuple[_T, ...]]) -> tuple[_T, ...]:
    """The new names for a name, by `becomes`.

    An undecided name is resolved when all its possible names become the same single name.
    """
    targets = {target for piece in name.split(OR) for target in becomes(piece)} if OR in name else set()
    return tuple(targets) if len(targets) == 1 else becomes(name)
