from __future__ import annotations

from xml.etree import ElementTree

import pytest

from annotation.labelstudio.project import config_signature
from annotation.labelstudio.project.config_signature import read_signature, sealed
from annotation.labelstudio.project.labeling_config import labelling_config
from tests.builders import conflict


@pytest.mark.parametrize("language", ["ar", "he", "en"])
def test_what_was_sealed_is_known_again(language: str) -> None:
    found = read_signature(sealed(conflict(), language))
    assert found is not None
    assert (found.ontology, found.ontology.hash) == (conflict(), conflict().hash)
    assert (found.ui_language, found.edited, found.current) == (language, "", True)


def test_the_seal_is_a_comment_that_leaves_the_interface_as_it_is() -> None:
    config = labelling_config(conflict(), ui_language="en")
    both = sealed(conflict(), "en")
    assert both.startswith(config)
    assert ElementTree.tostring(ElementTree.fromstring(both)) == ElementTree.tostring(ElementTree.fromstring(config))


def test_white_space_is_no_edit_but_everything_else_is_and_is_named() -> None:
    config = sealed(conflict(), "en")
    spaced = read_signature(config.replace("><", ">\n  <"))
    assert spaced is not None
    assert not spaced.edited
    for before, after, named in (
        ('alias="Strike"', 'alias="Hit"', "Label 'Strike' is missing, Label 'Hit' was added"),
        ('granularity="symbol"', 'granularity="word"', "its layout or attributes differ"),
        ("</Labels>", "", "it is no XML any more"),
    ):
        found = read_signature(config.replace(before, after, 1))
        assert found is not None
        assert found.edited == named


def test_no_seal_is_no_interface_of_ours_unless_a_copy_is_kept() -> None:
    config = sealed(conflict(), "he")
    bare = labelling_config(conflict(), ui_language="he")
    assert read_signature(bare) is None
    assert read_signature("") is None
    assert read_signature("<!-- naba:AAAA -->") is None
    found = read_signature(bare, copy=config)
    assert found is not None
    assert not found.edited


def test_what_an_earlier_naba_made_is_not_edited_but_not_current(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(config_signature, "labelling_config", lambda ontology, ui_language: "<View/>")
        config = sealed(conflict(), "en")
    found = read_signature(config)
    assert found is not None
    assert (found.edited, found.current) == ("", False)
