"""The packages that naba runs with: its requirements, and what they require, as they are installed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_LONGEST = 80
"""Characters of a licence's name; some packages put its whole text there."""


@dataclass(frozen=True)
class Package:
    """An installed package. licence: as its author says, None where that is no name."""

    name: str
    version: str
    licence: str | None


def installed(roots: Iterable[str] = ("naba",)) -> list[Package]:
    """The packages of these names and all that they require, sorted by name.

    What is required for another system or by an extra is not among them, nor what is missing.
    """
    found: dict[str, Package] = {}
    waiting: list[str] = [canonicalize_name(name) for name in roots]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = Package(name, package.version, _licence(package))
        waiting += _required(package)
    return [found[name] for name in sorted(found)]


def _required(package: Distribution) -> list[str]:
    needed: list[str] = []
    for line in package.requires or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed.append(canonicalize_name(requirement.name))
    return needed


def _licence(package: Distribution) -> str | None:
    stated = next(iter(_said(package, "License-Expression") or _said(package, "License")), "")
    if stated.strip().upper() not in ("", "UNKNOWN") and len(stated) <= _LONGEST and "\n" not in stated.strip():
        return stated.strip()
    named = [line for line in _said(package, "Classifier") if line.startswith("License ::")]
    return named[0].rpartition(" :: ")[2] if named else None


def _said(package: Distribution, field: str) -> list[str]:
    return package.metadata.get_all(field) or []
