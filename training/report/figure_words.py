"""Figures of the report as texts: differences, ends of intervals, how much was scored."""

from __future__ import annotations

from annotation.core.matching import HEADLINE, Interval
from annotation.core.messages import percent, signed_percent
from annotation.page.wording import Wording

F1 = f"{HEADLINE} F1"
"""The headline score by its name."""


def ends_of(interval: Interval) -> dict[str, str]:
    """The ends of an interval of a score, in percent, as values of a text."""
    return dict(zip(("low", "high"), map(percent, interval), strict=True))


def signed(delta: float) -> str:
    """A difference of fractions in percentage points, with its sign, such as "+1.2"."""
    return signed_percent(delta).replace("-", "−")


def counted(documents: int, stories: int, wording: Wording) -> str:
    """How many were scored, such as "8 documents, 7 stories": near-duplicates are one story."""
    number = wording.ngettext("%(number)s document", "%(number)s documents", documents)
    if stories == documents:
        return number
    return number + wording.ngettext(", %(number)s story", ", %(number)s stories", stories)
