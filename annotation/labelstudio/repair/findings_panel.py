"""Text of the findings panel on a task, in the annotators' language. Pure.

The first line counts the findings. Two lines follow for each: the words in their context with the problem, and the
remedy. The labelling page distinguishes the lines by their order.
"""

from __future__ import annotations

from collections.abc import Sequence

from annotation.checks import wording
from annotation.checks.finding import WITHOUT_WORDS, Finding
from annotation.core.ontology import Ontology

MOST = 30
"""The maximum number of findings shown on one task."""
_WORDS = 60
_SIGNS = {"error": "✗", "warning": "○"}


def panel(findings: Sequence[Finding], ontology: Ontology, ui_language: str) -> str:
    """The lines of the panel; empty without findings. Errors come first, then text order."""
    if not findings:
        return ""
    ordered = sorted(findings, key=lambda finding: (finding.severity, finding.span.start if finding.span else -1))
    several = len({finding.annotator for finding in findings if finding.annotator}) > 1
    errors = sum(finding.severity == "error" for finding in findings)
    lines = [wording.heading(errors, len(findings) - errors, ui_language)]
    for finding in ordered[:MOST]:
        message = wording.message(finding.kind, finding.values, ui_language, ontology)
        remedy = wording.remedy(finding.kind, finding.values, ui_language, ontology)
        annotator = f" ({finding.annotator})" if several and finding.annotator else ""
        lines += [f"{_SIGNS[finding.severity]} {_place(finding)}{message}", f"{remedy}{annotator}"]
    if len(ordered) > MOST:
        lines += [wording.more(len(ordered) - MOST, ui_language), ""]
    return "\n".join(lines)


def _place(finding: Finding) -> str:
    """The words in their context, in quotes that follow the direction of the line."""
    if not finding.words or finding.kind in WITHOUT_WORDS:
        return ""
    words = finding.words if len(finding.words) <= _WORDS else finding.words[: _WORDS - 1] + "…"
    place = _line(f"{finding.before}«{words}»{finding.after}")
    return f"{wording.isolated(place)} · "


def _line(text: str) -> str:
    """The text with each white space character as a plain space, since a line break would start another finding."""
    return "".join(" " if char.isspace() else char for char in text)
