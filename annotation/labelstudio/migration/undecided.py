"""What a person has to decide, as it is stored: ``One / Other``.

That is no label, so nobody takes it for decided: a pull quarantines it, and the editor keeps it, shows the region
without a label, and takes a click for the decision. (Of two labels in one region a click on one takes both away.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

OR = " / "
_T = TypeVar("_T")


def either(names: Iterable[str]) -> str:
    """One name as it is, several as what is to be decided."""
    return OR.join(names)


def pieces(names: Iterable[str]) -> tuple[str, ...]:
    """Every name, and all that each undecided one may be."""
    return tuple(piece for name in names for piece in name.split(OR))


def resolved(name: str, becomes: Callable[[str], tuple[_T, ...]]) -> tuple[_T, ...]:
    """What becomes of the name; of an undecided one, what all it may be have become, where that is one and the same."""
    heirs = {heir for piece in name.split(OR) for heir in becomes(piece)} if OR in name else set()
    return tuple(heirs) if len(heirs) == 1 else becomes(name)
