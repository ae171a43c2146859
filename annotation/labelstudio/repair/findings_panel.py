"""What the panel of a task says: its findings in the annotators' language, as lines of text. Pure.

The first line counts them. Two lines follow for each: the words with those beside them and what is wrong, and what to
do about it. The page tells the lines apart by their order.
"""

from __future__ import annotations

from collections.abc import Sequence

from annotation.checks import wording
from annotation.checks.finding import Finding
from annotation.core.ontology import Ontology

MOST = 30
"""Findings shown on one task; with more it is not the list that is missing."""
_WORDS = 60
_SIGNS = {"error": "✗", "warning": "○"}


def panel(findings: Sequence[Finding], ontology: Ontology, ui_language: str) -> str:
    """The lines; empty where there is nothing to say. Errors come first, then text order."""
    if not findings:
        return ""
    ordered = sorted(findings, key=lambda f: (f.severity, f.span.start if f.span else -1))
    several = len({finding.annotator for finding in findings if finding.annotator}) > 1
    errors = sum(finding.severity == "error" for finding in findings)
    lines = [wording.heading(errors, len(findings) - errors, ui_language)]
    for finding in ordered[:MOST]:
        message = wording.message(finding.kind, finding.values, ui_language, ontology)
        remedy = wording.remedy(finding.kind, finding.values, ui_language, ontology)
        who = f" ({finding.annotator})" if several and finding.annotator else ""
        lines += [f"{_SIGNS[finding.severity]} {_place(finding)}{message}", f"{remedy}{who}"]
    if len(ordered) > MOST:
        lines += [wording.more(len(ordered) - MOST, ui_language), ""]
    return "\n".join(lines)


def _place(finding: Finding) -> str:
    """The words as they stand among others, in quotes that turn with the direction of the line."""
    if not finding.words or finding.kind in ("text", "drifted"):
        return ""  # the one has too many, the other tells them itself
    words = finding.words if len(finding.words) <= _WORDS else finding.words[: _WORDS - 1] + "…"
    place = _line(f"{finding.before}«{words}»{finding.after}")
    return f"{wording.isolated(place)} · "


def _line(text: str) -> str:
    """White space is shown as a single space each, since every line is a finding of its own."""
    return "".join(" " if char.isspace() else char for char in text)
