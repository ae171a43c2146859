"""An answer of the report's first screen, and a reason for it."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.core.matching import PRF

PLAIN = "plain"
MOST = 5
"""The most reasons shown for an answer; the sections below the first screen have all."""


@dataclass(frozen=True)
class Reason:
    """A reason: its title, its figures as text, and optionally a bar of the score `share` with a line at `goal`."""

    title: str
    words: str
    tone: str = PLAIN
    note: str = ""
    share: PRF | None = None
    goal: float | None = None


@dataclass(frozen=True)
class Answer:
    """A question, its short answer, and the reasons (`points`)."""

    question: str
    words: str
    tone: str = PLAIN
    points: tuple[Reason, ...] = ()
    note: str = ""
