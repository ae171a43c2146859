"""The overlap: how many people annotate each article, and which articles have too few submissions to become gold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from annotation.core.annotator_versions import updated, versions
from annotation.core.document import Document
from annotation.core.messages import first_few

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_MOST = 20
"""Articles that get a line each where others are no longer waited for."""


@dataclass(frozen=True)
class Missing:
    """An article that is gold without all its submissions: how many it has, and since when no other came.

    since: when the last of them was submitted or changed, in UTC.
    """

    submitted: int
    since: datetime

    def of(self, expected: int) -> str:
        """`2 of 3, the third missing since 2026-11-20`."""
        absent = expected - self.submitted
        last = f"the {_ORDINALS[expected - 1] if expected <= len(_ORDINALS) else 'last'}"
        who = last if absent == 1 else f"{absent} of them"
        return f"{self.submitted} of {expected}, {who} missing since {self.since:%Y-%m-%d}"


@dataclass(frozen=True)
class Overlap:
    """Documents of the articles that enough people submitted, and the numbers of submissions of the other articles.

    expected: how many people annotate each article; None where nobody knows, and then every article has enough.
    incomplete: article id -> number of its annotators so far, for articles with fewer. missing: article id -> what is
    missing, for articles that have lacked a submission for so long that they count with those there are.
    """

    expected: int | None
    complete: list[Document]
    incomplete: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        documents: Iterable[Document],
        expected: int | None,
        *,
        decided: Collection[str] = (),
        missing_after: timedelta | None = None,
        now: datetime | None = None,
    ) -> Overlap:
        """Divide the Documents. Articles in `decided`, which an adjudicator submitted, wait for nobody.

        An annotator counts once an article. An article without any new submission for `missing_after` until `now` (by
        default the present) is complete with those it has; one whose submissions have no time waits. Raises UsageError
        when an article's versions differ in text.
        """
        annotated = list(documents)
        by_article = versions(annotated).articles
        few = {id: len(by) for id, by in by_article.items() if len(by) < (expected or 0) and id not in decided}
        missing: dict[str, Missing] = {}
        if missing_after is not None:
            latest = (now or datetime.now(UTC)) - missing_after
            since = {id: _last(by_article[id].values()) for id in few}
            missing = {id: Missing(few[id], at) for id, at in since.items() if at is not None and at <= latest}
        few = {id: count for id, count in few.items() if id not in missing}
        return cls(expected, [document for document in annotated if document.id not in few], few, missing)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        missing = {
            id: {"submitted": gone.submitted, "since": gone.since.isoformat()} for id, gone in self.missing.items()
        }
        return {"expected": self.expected, "incomplete": dict(self.incomplete), "missing": missing}

    def going_on(self) -> list[str]:
        """A line for each article that is no longer waited for: what it has, and what is missing since when."""
        return [f"article {id}: {gone.of(self.expected or 0)}" for id, gone in self.missing.items()]

    def lines(self) -> list[str]:
        """What is said of the articles without all submissions.

        A line for each that is no longer waited for, then one for each number of submissions of those that wait, and
        the remedy.
        """
        told = self.going_on()[:_MOST]
        if len(self.missing) > _MOST:
            told.append(f"and {len(self.missing) - _MOST:,} more articles without all their submissions")
        by_count: dict[int, list[str]] = {}
        for id, count in self.incomplete.items():
            by_count.setdefault(count, []).append(id)
        told += [
            f"not gold yet, {count} of {self.expected} submitted: {len(ids)} articles ({first_few(ids)})"
            for count, ids in sorted(by_count.items())
        ]
        if by_count:
            wait = "pull again when the others have submitted, or take fewer with --annotators"
            told.append(f"{wait}, or wait no longer than --missing-after DAYS")
        return told


def _last(submissions: Iterable[Document]) -> datetime | None:
    """When the last of the submissions was made or changed; None where one has no time, or one that cannot be read."""
    try:
        times = [datetime.fromisoformat(updated(document)) for document in submissions]
    except ValueError:
        return None
    return max(time if time.tzinfo else time.replace(tzinfo=UTC) for time in times)
