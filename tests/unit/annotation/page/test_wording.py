"""Every text of the pages is there in every language, with the same values, and keeps its direction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import annotation
import training
from annotation.core.errors import UsageError
from annotation.core.messages import Message as Sentence
from annotation.core.messages import joined
from annotation.page.templates import template_environment
from annotation.page.wording import CATALOGUES, Wording

TRANSLATED = ("he", "ar")
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
OPTIONS = {"**.j2": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "Message": None}


@lru_cache
def in_the_sources() -> set[str | tuple[str, ...]]:
    """Every text that is marked for translation, as `make translations` finds them."""
    packages = (Path(next(iter(package.__path__))) for package in (annotation, training))
    return {text for package in packages for _, _, text, _, _ in extract_from_dir(package, METHODS, OPTIONS, KEYWORDS)}


@lru_cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, language)


def entries(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    translated = {
        tuple(message.id) if message.pluralizable else str(message.id)
        for message in entries(language)
        if all(message.string if message.pluralizable else [message.string]) and not message.fuzzy
    }
    assert in_the_sources() - translated == set(), "run `make translations`, and fill in what is empty"
    assert translated - in_the_sources() == set(), "run `make translations`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_of_its_text_and_no_others(language: str) -> None:
    for message in entries(language):
        texts = message.string if message.pluralizable else [message.string]
        known = fields(message.id[-1] if message.pluralizable else message.id)
        for text in texts:
            spare = {"number"} if message.pluralizable else set()  # a form for one or two may say the number in words
            assert fields(text) <= known <= fields(text) | spare, message.id


def fields(text: str) -> set[str]:
    found = set(re.findall(r"%\((\w+)\)s", text))
    assert "%" not in re.sub(r"%\(\w+\)s|%%", "", text), text
    return found


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_elements_and_edges_of_its_text(language: str) -> None:
    for message in entries(language):
        one = message.id[0] if message.pluralizable else message.id
        for text in message.string if message.pluralizable else [message.string]:
            assert re.findall(r"</?\w+[^>]*>", text) == re.findall(r"</?\w+[^>]*>", one)
            assert text == text.strip() or one != one.strip(), message.id


def test_a_number_takes_the_form_of_its_language() -> None:
    forms = {n: Wording("ar").ngettext("%(number)s document", "%(number)s documents", n) for n in (0, 1, 2, 3, 11, 100)}
    assert len({re.sub(r"\d", "", text) for text in forms.values()}) >= 4, forms
    assert "11" in forms[11]
    assert Wording().ngettext("%(number)s document", "%(number)s documents", 1234) == "1,234 documents"


def test_values_keep_their_direction_where_the_text_runs_to_the_left() -> None:
    said = Wording("he").gettext("%(low)s to %(high)s", low="−17.6", high="12.0")
    assert "\u2066−17.6\u2069" in said
    assert "12.0" in said
    assert "\u206612.0" not in said, "a plain number needs none"
    place = Wording("he").gettext("%(score)s, %(place)s", score="Arg-C+", place="עברית")
    assert place == "\u2066Arg-C+\u2069, \u2067עברית\u2069"
    assert f"\u2067{place}\u2069" in Wording("he").gettext("%(score)s fell", score=place), "it is Hebrew all the same"
    assert Wording().gettext("%(low)s to %(high)s", low="−17.6", high="12.0") == "−17.6 to 12.0"


def test_a_message_is_english_and_can_be_said_in_another_language_with_all_its_parts() -> None:
    part = Sentence("%(number)s by id (%(scored)s of %(seen)s)", number=2, scored="a", seen="b")
    message = Sentence("%(path)s, %(how)s at 95%%", path="m", how=joined([part, part]))
    assert message == "m, 2 by id (a of b); 2 by id (a of b) at 95%"
    shown = Wording("he").of(message)
    assert "by id" not in shown
    assert "at 95%" in shown, "what has no translation is shown in English"


@pytest.mark.parametrize("language", ["en", *TRANSLATED])
def test_what_is_put_into_a_text_of_a_page_is_escaped(language: str, tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text(
        '{{ _("%(model)s on %(snapshot)s", model=evil, snapshot="a") }}'
        "{% trans number=evil %}{{ number }} points{% endtrans %}"
    )
    page = template_environment(tmp_path, Wording(language)).get_template("page.html.j2").render(evil="<script>")
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2


def test_an_unknown_language_is_named_with_the_choices() -> None:
    with pytest.raises(UsageError, match="language=fr: pages are in en, he, ar; choose one of them"):
        Wording("fr")
