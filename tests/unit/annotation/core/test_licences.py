"""Licences as articles state them, and as the hub knows them."""

from __future__ import annotations

import pytest

from annotation.core.document import Document, Source
from annotation.core.licences import Licences, hub_id
from annotation.snapshot.licence_card import licence_metadata, licence_table

SHARE_ALIKE = "https://creativecommons.org/licenses/by-sa/4.0/"


@pytest.mark.parametrize(
    ("stated", "id"),
    [
        ("CC BY 4.0", "cc-by-4.0"),
        (SHARE_ALIKE, "cc-by-sa-4.0"),
        ("http://creativecommons.org/licenses/by/2.5/deed.he", "cc-by-2.5"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International", "cc-by-nc-sa-4.0"),
        ("CC BY NC ND 4.0", "cc-by-nc-nd-4.0"),
        ("cc-by-4.0", "cc-by-4.0"),
        ("CC0", "cc0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("Apache-2.0", "apache-2.0"),
        ("CC BY", None),
        ("CC BY 9.0", None),
        ("כל הזכויות שמורות", None),
        ("جميع الحقوق محفوظة", None),
        ("", None),
    ],
)
def test_the_hubs_id(stated: str, id: str | None) -> None:
    assert hub_id(stated) == id


def licences(*stated: str | None) -> Licences:
    return Licences.of(Document(str(n), "נבא", source=Source("a", licence=each)) for n, each in enumerate(stated))


def test_one_licence_for_all_is_the_cards() -> None:
    assert licence_metadata(licences("CC BY 4.0", "cc-by-4.0")) == {"license": "cc-by-4.0"}
    assert licence_metadata(licences("Own terms", "Own terms")) == {"license": "other", "license_name": "Own terms"}


def test_several_licences_are_all_on_a_datasets_card_and_none_is_chosen_for_a_model() -> None:
    several = licences(SHARE_ALIKE, "CC BY 4.0", "CC BY 4.0", None)
    assert licence_metadata(several, several=True) == {"license": ["cc-by-4.0", "cc-by-sa-4.0", "unknown"]}
    assert licence_metadata(several) == {"license": "other", "license_name": "several, see the card"}


def test_some_articles_that_do_not_say_are_not_passed_over() -> None:
    assert licence_metadata(licences("CC BY 4.0", None))["license"] == "other"
    assert "| not said | 1 |" in licence_table(licences("CC BY 4.0", None))


def test_what_the_publisher_says_comes_first() -> None:
    assert licence_metadata(licences(SHARE_ALIKE), "CC BY-NC 4.0") == {"license": "cc-by-nc-4.0"}
    assert licence_metadata(licences(None), "House terms") == {"license": "other", "license_name": "House terms"}


def test_a_licence_of_a_stranger_stays_in_its_cell() -> None:
    assert r"a \| b &lt;script>" in licence_table(licences("a | b <script>"))
