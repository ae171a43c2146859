from __future__ import annotations

from annotation.labelstudio.project.config_signature import half_way, read_signature
from annotation.labelstudio.project.labeling_config import labelling_config, relation_titles
from annotation.migration.union_ontology import transition
from tests.builders import conflict
from tests.migrating import evolved

OLD, NEW = conflict(), evolved(conflict())
BOTH = transition(OLD, NEW)


def test_it_has_every_label_of_both_under_titles_of_their_own() -> None:
    assert {*OLD.labels, *NEW.labels} == set(BOTH.labels)
    assert {*OLD.attributes, *NEW.attributes} == set(BOTH.attributes)
    assert set(BOTH.attributes["certainty"].values) >= set(OLD.attributes["certainty"].values)
    for language in ("ar", "he", "en"):
        titles = [type_.title[language] for type_ in (*BOTH.entities.values(), *BOTH.events.values())]
        assert len(titles) == len(set(titles))


def test_whatever_title_is_stored_for_an_arrow_is_among_those_shown() -> None:
    shown = set(relation_titles(BOTH, "he").values())
    assert shown >= {*relation_titles(OLD, "he").values(), *relation_titles(NEW, "he").values()}


def test_the_page_of_both_says_where_it_leads() -> None:
    seal = read_signature(half_way(BOTH, NEW, "ar", "claim"))
    assert seal is not None
    assert (seal.ontology, seal.migrating, seal.edited, seal.current) == (NEW, NEW.hash, "", False)
    assert labelling_config(BOTH, ui_language="ar") in half_way(BOTH, NEW, "ar", "claim")
