"""Every finding can be said in every language, of the same things, and nobody sees a code where there is a title."""

from __future__ import annotations

from string import Formatter

import pytest

from annotation.checks import wording
from annotation.checks.wording import ERRORS, Name, Quoted, ar, en, he
from tests import seeded_faults as faults
from tests.builders import conflict

CATALOGUES = {"ar": ar.KINDS, "he": he.KINDS, "en": en.KINDS}


BY_ITSELF = {
    *("too-few", "two-ways", "no-prefix", "empty-others", "empty-model"),
    *("suspect-unmarked", "suspect-type", "suspect-words", "suspect-role", "suspect-unjoined"),
    *("offsets", "unreadable", "drifted", "labels", "no-role", "no-event", "hangs", "set-aside"),
}
"""Kinds that tests/seeded_faults.py does not seed: they need another ontology, several articles, models or a file."""


def fields(templates: tuple[str, str]) -> set[str]:
    return {name for template in templates for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_catalogue_says_no_more_than_the_english_one_knows(language: str) -> None:
    assert CATALOGUES[language].keys() == en.KINDS.keys()
    assert en.KINDS.keys() >= ERRORS
    for kind, templates in CATALOGUES[language].items():
        assert fields(templates) <= fields(en.KINDS[kind]), kind


def test_every_kind_is_put_into_clean_articles_or_tested_by_itself() -> None:
    assert faults.KINDS.keys() | BY_ITSELF == en.KINDS.keys()


def test_a_terminal_reads_codes_and_a_page_titles() -> None:
    values = {"label": Name("GPE"), "role": Name("Person", "role"), "event": Name("Arrest"), "known": (Name("Person"),)}
    said = wording.message("filler", values)
    assert said == "GPE cannot be the Person of Arrest (that takes Person)"
    shown = wording.message("filler", values, "he", conflict())
    assert all(title in shown for title in ('"מדינה או יישוב"', '"האדם הנדון"', '"מעצר"', '"אדם"'))


def test_words_with_braces_are_words() -> None:
    assert "'{x}'" in wording.message("begins-inside", {"word": Quoted("{x}")})
