"""The versions of each article: what several people marked in the same text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotation.core.document import Document
from annotation.core.errors import UsageError

_EXAMPLES = 3


@dataclass(frozen=True)
class Versions:
    """Article id -> annotator -> what they marked, in the order given; "" stands for somebody unnamed.

    `superseded` counts the versions passed over because their annotator has a later one of the article.
    """

    articles: Mapping[str, Mapping[str, Document]]
    superseded: int


def versions(documents: Iterable[Document]) -> Versions:
    """Sort Documents by article and annotator; of two by one annotator the later counts.

    Raises UsageError when an article's text is not the same in all its versions.
    """
    articles: dict[str, dict[str, Document]] = {}
    torn: list[str] = []
    given = 0
    for document in documents:
        given += 1
        known, name = articles.setdefault(document.id, {}), annotator(document)
        if any(other.text != document.text for other in known.values()):
            torn.append(document.id)
        elif name not in known or updated(known[name]) <= updated(document):
            known[name] = document
    if torn:
        some = ", ".join(torn[:_EXAMPLES]) + (", ..." if len(torn) > _EXAMPLES else "")
        raise UsageError(
            f"{len(torn)} Documents have another text than an earlier one of the same id ({some}); "
            "two articles share an id, or one was changed between annotators: pull the project again"
        )
    return Versions(articles, given - sum(map(len, articles.values())))


def annotator(document: Document) -> str:
    """Who marked it; "" where nobody is named."""
    return (document.provenance.annotator if document.provenance else None) or ""


def updated(document: Document) -> str:
    """When it was last changed, as Label Studio writes it; "" where that is not known."""
    return (document.provenance.updated_at if document.provenance else None) or ""
