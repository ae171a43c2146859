"""Filters of a page of documents: by language, by event type and by cause of an error or disagreement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from annotation.page.titles import Names


class Filtered(Protocol):
    """A document as one entry of a page. `types` are the event types with something wrong in it."""

    @property
    def language(self) -> str:
        """The code of its language."""

    @property
    def types(self) -> frozenset[str]:
        """The event types it is chosen by."""

    @property
    def causes(self) -> frozenset[str]:
        """The causes it is chosen by."""


def filters(
    documents: Collection[Filtered], names: Names, *, shown_types: Iterable[str], causes: Iterable[str]
) -> Mapping[str, object]:
    """The template variables `numbers`, by kind and value, and `choices`, (number, title) by filter.

    A value has a number because codes may hold any character. `shown_types` are the event types anywhere on the page;
    `causes` are all causes, in their order: those of no document are left out.
    """
    chosen = frozenset[str]().union(*(document.types for document in documents))
    values = {
        "languages": sorted({document.language for document in documents}),
        "types": sorted(chosen.union(shown_types), key=lambda type: (names.title(type), type)),
        "causes": [cause for cause in causes if any(cause in document.causes for document in documents)],
    }
    numbers = {kind: {value: number for number, value in enumerate(row)} for kind, row in values.items()}
    return {
        "numbers": numbers,
        "choices": {
            "language": [(number, names.language(value)) for value, number in numbers["languages"].items()],
            "type": [(number, names.title(value)) for value, number in numbers["types"].items() if value in chosen],
            "cause": [(number, names.wording.of(value)) for value, number in numbers["causes"].items()],
        },
    }
