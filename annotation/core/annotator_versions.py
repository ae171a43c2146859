"""Versions of each article: one Document for each annotator who marked it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import first_few


@dataclass(frozen=True)
class Versions:
    """Article id -> annotator -> that annotator's Document, in input order; the key "" is an unnamed annotator.

    `superseded` counts the Documents left out because their annotator has a later version of the article.
    """

    articles: Mapping[str, Mapping[str, Document]]
    superseded: int


def versions(documents: Iterable[Document]) -> Versions:
    """Group Documents by article and annotator; of two by the same annotator, the one updated later counts.

    Raises UsageError when the Documents of one article id have different texts.
    """
    articles: dict[str, dict[str, Document]] = {}
    conflicting: list[str] = []
    total = 0
    for document in documents:
        total += 1
        by_annotator, name = articles.setdefault(document.id, {}), annotator(document)
        if by_annotator and next(iter(by_annotator.values())).text != document.text:
            conflicting.append(document.id)
        elif name not in by_annotator or updated(by_annotator[name]) <= updated(document):
            by_annotator[name] = document
    if conflicting:
        raise UsageError(
            f"{len(conflicting)} Documents have another text than an earlier one of the same id "
            f"({first_few(conflicting)}); two articles share an id, or one was changed between annotators: "
            "pull the project again"
        )
    return Versions(articles, total - sum(map(len, articles.values())))


def annotator(document: Document) -> str:
    """The annotator's name; "" where none is recorded."""
    return (document.provenance.annotator if document.provenance else None) or ""


def updated(document: Document) -> str:
    """The time of the last change, as Label Studio writes it; "" where none is recorded."""
    return (document.provenance.updated_at if document.provenance else None) or ""
