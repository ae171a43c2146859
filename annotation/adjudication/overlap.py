"""The overlap: how many people annotate each article, and which articles have too few submissions to become gold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from annotation.core.annotator_versions import versions
from annotation.core.document import Document
from annotation.core.messages import first_few


@dataclass(frozen=True)
class Overlap:
    """Documents of the articles that enough people submitted, and the numbers of submissions of the other articles.

    expected: how many people annotate each article; None where nobody knows, and then every article has enough.
    incomplete: article id -> number of its annotators so far, for articles with fewer.
    """

    expected: int | None
    complete: list[Document]
    incomplete: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Document], expected: int | None, *, decided: Collection[str] = ()) -> Overlap:
        """Divide the Documents. Articles in `decided`, which an adjudicator submitted, wait for nobody.

        An annotator counts once an article. Raises UsageError when an article's versions differ in text.
        """
        annotated = list(documents)
        people = {id: len(by_annotator) for id, by_annotator in versions(annotated).articles.items()}
        few = {id: count for id, count in people.items() if count < (expected or 0) and id not in decided}
        return cls(expected, [document for document in annotated if document.id not in few], few)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"expected": self.expected, "incomplete": dict(self.incomplete)}

    def lines(self) -> list[str]:
        """What is said of the incomplete articles: a line for each number of submissions, and the remedy."""
        by_count: dict[int, list[str]] = {}
        for id, count in self.incomplete.items():
            by_count.setdefault(count, []).append(id)
        told = [
            f"not gold yet, {count} of {self.expected} submitted: {len(ids)} articles ({first_few(ids)})"
            for count, ids in sorted(by_count.items())
        ]
        return [*told, "pull again when the others have submitted, or take fewer with --annotators"] if told else []
