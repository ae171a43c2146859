"""Licences of articles, as ids that the Hugging Face hub knows, and what a dataset of several says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import regex

from annotation.core.document import Document

_CREATIVE_COMMONS = regex.compile(
    r"(?:creativecommons\.org/licenses/|\bcc[\s-]|creative commons )(?P<terms>by(?:-(?:nc|sa|nd)){0,2})"
    r"(?:[/\s-]+(?P<version>[1-4]\.[05]))?(?![\w.])"
)
_WORDS = (
    (regex.compile(r"attribution"), "by"),
    (regex.compile(r"non-?\s?commercial"), "nc"),
    (regex.compile(r"share-?\s?alike"), "sa"),
    (regex.compile(r"no-?\s?deriv\w*"), "nd"),
)
_ZERO = regex.compile(r"creativecommons\.org/publicdomain/zero|\bcc-?\s?0\b|\bcc zero\b")
_KNOWN = frozenset(
    [
        "cc-by-2.0",
        "cc-by-2.5",
        "cc-by-3.0",
        "cc-by-4.0",
        "cc-by-sa-3.0",
        "cc-by-sa-4.0",
        "cc-by-nc-2.0",
        "cc-by-nc-3.0",
        "cc-by-nc-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-nd-3.0",
        "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0",
        "cc0-1.0",
        "apache-2.0",
        "cdla-permissive-1.0",
        "cdla-permissive-2.0",
        "cdla-sharing-1.0",
        "etalab-2.0",
        "gfdl",
        "mit",
        "odbl",
        "odc-by",
        "pddl",
    ]
)
"""Ids of the hub that texts and data are given under (huggingface.co/docs/hub/repositories-licenses)."""
OTHER, UNKNOWN = "other", "unknown"


def hub_id(licence: str) -> str | None:
    """The hub's id of a licence given as an id, an address or words, such as cc-by-sa-4.0; None where it has none.

    Where no version is given none is assumed: they differ in what they ask for.
    """
    stated = " ".join(licence.lower().split()).rstrip("/")
    if _ZERO.search(stated):
        return "cc0-1.0"
    found = _CREATIVE_COMMONS.search(_short(stated))
    id = f"cc-{found['terms']}-{found['version']}" if found else stated
    return id if id in _KNOWN else None


def _short(stated: str) -> str:
    """Creative Commons' long names in the letters of the short ones, which stay as they are."""
    if "creative commons" not in stated or "attribution" not in stated:
        return regex.sub(r"(?<=\bby)[\s]+(?=nc|sa|nd)|(?<=\bnc)[\s]+(?=sa|nd)", "-", stated)
    terms = "-".join(letters for name, letters in _WORDS if name.search(stated))
    version = regex.search(r"[1-4]\.[05]", stated)
    return f"cc {terms} {version[0] if version else ''}".strip()


@dataclass(frozen=True)
class Licences:
    """How many articles are under each licence as they state it, the most frequent first; `unsaid` do not say."""

    stated: Mapping[str, int]
    unsaid: int

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Licences:
        """The licences of these articles."""
        counts = Counter(document.source.licence if document.source else None for document in documents)
        unsaid = counts.pop(None, 0)
        by_count = sorted(((name or "", number) for name, number in counts.items()), key=lambda row: (-row[1], row[0]))
        return cls(dict(by_count), unsaid)

    @property
    def ids(self) -> list[str]:
        """Each licence as the hub's id, `other` for one that has none there, `unknown` where articles do not say."""
        ids = [hub_id(stated) or OTHER for stated in self.stated]
        return list(dict.fromkeys([*ids, *([UNKNOWN] if self.unsaid else [])]))

    @property
    def single(self) -> str | None:
        """The one licence that all of the articles are under, as they state it; None where there is no such one."""
        return next(iter(self.stated)) if len(self.stated) == 1 and not self.unsaid else None
