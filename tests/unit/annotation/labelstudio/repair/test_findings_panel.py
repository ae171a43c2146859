"""What the panel says is short, in the annotators' language, and safe whatever the article holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotation.checks.run import check
from annotation.core.ontology import LANGUAGES
from annotation.labelstudio.repair.findings_panel import MOST, panel
from tests.builders import build, conflict

ONTOLOGY = conflict()
FOUND = check(build("אמש [Arrest:trigger נעצר] ב[GPE רמלה ]דוד\nכהן", by="noa"), ONTOLOGY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_heading_and_two_lines_for_each_finding(language: str) -> None:
    lines = panel(FOUND, ONTOLOGY, language).split("\n")
    assert len(lines) == 1 + 2 * len(FOUND) == 5
    assert lines[1].startswith("✗ \u2068אמש נעצר ב«רמלה »דוד כהן\u2069 · ")
    assert lines[3].startswith("○ \u2068אמש «נעצר» ברמלה דוד כהן\u2069 · ")
    assert ONTOLOGY.events["Arrest"].title[language] in lines[3]


def test_nothing_found_says_nothing() -> None:
    assert panel([], ONTOLOGY, "he") == ""


def test_an_annotator_is_named_where_there_are_several() -> None:
    others = [replace(finding, annotator="dan") for finding in FOUND]
    assert "(dan)" not in panel(others, ONTOLOGY, "en")
    assert panel([*FOUND, *others], ONTOLOGY, "en").count("(dan)") == len(others)


def test_a_long_list_says_how_much_there_is_more() -> None:
    lines = panel(FOUND * MOST, ONTOLOGY, "en").split("\n")
    assert len(lines) == 1 + 2 * MOST + 2
    assert lines[-2] == f"and {len(FOUND) * MOST - MOST} more"
