"""The ontology file says everything once and says it right; a wrong one is told all its faults together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from annotation.core.document import Document
from annotation.core.errors import OntologyError
from annotation.core.inline_markup import parse
from annotation.core.ontology import ARTICLE_LANGUAGES, LANGUAGES, Ontology, Type
from tests.builders import ONTOLOGY_PATH

CONFLICT = ONTOLOGY_PATH
LABEL_STUDIO_KEYS = {"r", "u", "h"}

BROKEN = """
name: broken
colour: red
entities:
  Person: {title: {ar: شخص, he: אדם, en: Person}}
  Place: {title: {ar: شخص, he: '', en: Place}}
events:
  Arrest:
    title: {ar: اعتقال, he: מעצר, en: Arrest}
    roles:
      Agent: {fillers: [Person, Police]}
      Helper: {fillers: [Person]}
      Time: {fillers: []}
  Person: {title: {ar: أ, he: ב, en: P}}
roles:
  Agent: {title: {ar: فاعل, he: מבצע, en: Agent}}
  Time: {title: {ar: زمن, he: זמן, en: When}}
common_roles:
  Time: {fillers: [Person], max: -1}
attributes:
  polarity:
    title: {ar: إثبات, he: חיוב, en: Polarity}
    default: maybe
    values:
      positive: {title: {ar: نعم, he: כן, en: Yes}}
links: [SameAs]
"""

SMALL = """
name: small
version: '1'
entities:
  Person: {title: {ar: شخص, he: אדם, en: Person}}
events:
  Arrest:
    title: {ar: اعتقال, he: מעצר, en: Arrest}
    roles:
      Agent: {fillers: [Person], min: 1, max: 2}
roles:
  Agent: {title: {ar: فاعل, he: מבצע, en: Agent}}
"""


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology.load(CONFLICT)


def labelled(ontology: Ontology) -> Iterator[tuple[str, Type]]:
    yield from ontology.entities.items()
    yield from ontology.events.items()


def illustrations(ontology: Ontology, kind: str) -> Iterator[tuple[str, str, Document]]:
    for name, type_ in labelled(ontology):
        for language, markup in getattr(type_, kind).items():
            yield name, language, parse(markup, language=language)


def faults(yaml_text: str) -> tuple[str, ...]:
    with pytest.raises(OntologyError) as caught:
        Ontology.parse(yaml_text)
    return caught.value.faults


def test_the_types_are_those_of_the_design(ontology: Ontology) -> None:
    assert ontology.labels == (
        *("Person", "Organization", "ArmedGroup", "GPE", "Location", "Facility", "Weapon", "Vehicle"),
        *("Position", "Time", "Quantity"),
        *("Strike", "Raid", "Clash", "Bombing", "Die", "Injure", "Arrest", "ReleaseOrEscape", "Movement"),
        *("TerritoryControl", "PersonnelStart", "PersonnelEnd", "Statement", "Cooperation"),
    )


def test_every_event_has_a_time_and_a_place(ontology: Ontology) -> None:
    for event in ontology.events.values():
        assert event.roles["Time"].fillers == {"Time"}
        assert event.roles["Time"].maximum == 1
        assert event.roles["Place"].fillers == {"GPE", "Location", "Facility"}


def test_a_role_permits_its_fillers_only(ontology: Ontology) -> None:
    assert ontology.permits("Arrest", "Person", "Quantity")
    assert ontology.permits("Die", "Cause", "Strike")
    assert not ontology.permits("Die", "Cause", "Weapon")
    assert not ontology.permits("Arrest", "Attacker", "Person")
    assert not ontology.permits("Wedding", "Person", "Person")


def test_everything_is_titled_and_defined_in_every_language(ontology: Ontology) -> None:
    values = {f"{a}={v}": type_ for a, of in ontology.attributes.items() for v, type_ in of.values.items()}
    groups = ontology.entities, ontology.events, ontology.roles, ontology.attributes, ontology.links, values
    for name, type_ in [item for group in groups for item in group.items()]:
        assert set(type_.title) == set(type_.definition) == set(LANGUAGES), name
        assert all("\n" not in line for line in type_.definition.values()), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_that_share_a_control_are_told_apart(ontology: Ontology, language: str) -> None:
    shown = [
        [type_.title[language] for _, type_ in labelled(ontology)],
        [type_.title[language] for group in (ontology.roles, ontology.links) for type_ in group.values()],
        [type_.title[language] for type_ in ontology.attributes.values()],
        *([v.title[language] for v in of.values.values()] for of in ontology.attributes.values()),
    ]
    for titles in shown:
        assert len(titles) == len(set(titles)), titles


@pytest.mark.parametrize("kind", ["example", "counter_example"])
def test_illustrations_keep_to_the_ontology(ontology: Ontology, kind: str) -> None:
    wrong = []
    for name, language, document in illustrations(ontology, kind):
        wrong += [(name, language, span) for span in document.spans() if span.label not in ontology.labels]
        wrong += [
            (name, language, event.type, argument.role, argument.filler.label)
            for event in document.events
            for argument in event.arguments
            if not ontology.permits(event.type, argument.role, argument.filler.label)
        ]
        wrong += [
            (name, language, attribute, value)
            for event in document.events
            for attribute, value in event.attributes
            if value not in ontology.attributes[attribute].values
        ]
    assert not wrong


def test_every_label_is_shown_once_right_and_once_tempting(ontology: Ontology) -> None:
    for name, type_ in labelled(ontology):
        assert set(type_.example) == set(type_.counter_example) == set(ARTICLE_LANGUAGES), name
    for name, language, document in illustrations(ontology, "example"):
        assert name in {span.label for span in document.spans()}, (name, language)
    for name, language, document in illustrations(ontology, "counter_example"):
        assert name not in {span.label for span in document.spans()}, (name, language)


def test_every_event_is_mapped_to_the_schemes_of_the_field(ontology: Ontology) -> None:
    for event in ontology.events.values():
        assert "ACE" in event.maps_to or "ACLED" in event.maps_to, event.name


def test_hotkeys_are_single_unique_and_free_in_label_studio(ontology: Ontology) -> None:
    keys = [type_.hotkey for _, type_ in labelled(ontology)]
    assert all(key is not None and len(key) == 1 and key.isalnum() and key.isascii() for key in keys)
    assert len(keys) == len(set(keys))
    assert not LABEL_STUDIO_KEYS & set(keys)


def test_entities_and_triggers_are_told_apart_without_colour(ontology: Ontology) -> None:
    entities = [luminance(type_.color) for type_ in ontology.entities.values()]
    triggers = [luminance(type_.color) for type_ in ontology.events.values()]
    assert contrast(min(entities), max(triggers)) > 1.4
    assert all(contrast(entity, 0.0) >= 7 for entity in entities)  # black letters on them
    assert all(contrast(1.0, trigger) >= 3 for trigger in triggers)  # WCAG's floor for large letters and shapes
    assert len({type_.color for _, type_ in labelled(ontology)}) == len(entities) + len(triggers)


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 to 1."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(lighter: float, darker: float) -> float:
    return (lighter + 0.05) / (darker + 0.05)


def test_every_fault_of_a_file_is_told_at_once_with_its_path() -> None:
    assert set(faults(BROKEN)) == {
        "colour: not a part of an ontology (it has attributes, common_roles, entities, events, links, name, removed, "
        "roles, rules, version)",
        "version: missing",
        "entities.Place.title.he: missing",
        "entities.Place: ar 'شخص' is taken by entities.Person",
        "events.Arrest.roles.Agent.fillers: 'Police' is neither an entity nor an event",
        "events.Arrest.roles.Helper: not described under roles",
        "events.Arrest.roles.Time.fillers: must list who may fill the role",
        "events.Person: code 'Person' is taken by entities.Person",
        "common_roles.Time.max: must be a whole number, not -1",
        "attributes.polarity.default: 'maybe' is not one of its values",
        "links: must be a mapping, not list",
    }


def test_the_message_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    with pytest.raises(OntologyError, match=r"mine\.yaml: .*version: missing"):
        Ontology.load(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("entities: [", "not YAML"), ("- a list", "not a mapping"), ("{}", "entities: missing or empty")],
)
def test_what_is_no_ontology_at_all_is_said_to_be_none(text: str, reason: str) -> None:
    assert any(reason in fault for fault in faults(text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="cannot be read"):
        Ontology.load(tmp_path / "absent.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OntologyError, match="cannot be read"):
        Ontology.load(tmp_path / "bytes.yaml")


def test_the_hash_does_not_depend_on_the_layout(ontology: Ontology) -> None:
    row = yaml.safe_load(ontology.source)
    for flow in (True, False):
        relaid = yaml.safe_dump(row, allow_unicode=not flow, sort_keys=flow, default_flow_style=flow, width=60)
        assert Ontology.parse(relaid).hash == ontology.hash
    assert Ontology.parse("# a remark\n" + ontology.source).hash == ontology.hash


@pytest.mark.parametrize(
    ("old", "new"), [("max: 2", "max: 3"), ("en: Person}", "en: Human}"), ("version: '1'", "version: '2'")]
)
def test_the_hash_changes_with_the_content(old: str, new: str) -> None:
    assert old in SMALL
    assert Ontology.parse(SMALL.replace(old, new)).hash != Ontology.parse(SMALL).hash


def test_cardinality_is_read() -> None:
    role = Ontology.parse(SMALL).events["Arrest"].roles["Agent"]
    assert (role.minimum, role.maximum) == (1, 2)


@pytest.mark.parametrize("text", ['name: "never closed', "a: [1, 2", "a: b: c"])
def test_what_is_no_yaml_is_told_in_one_line(text: str) -> None:
    with pytest.raises(OntologyError, match="not YAML: ") as caught:
        Ontology.parse(text)
    assert "\n" not in str(caught.value)


def test_rules_are_read_and_are_no_part_of_what_the_hash_stands_for(ontology: Ontology) -> None:
    source = ontology.source
    before, rest = source.split("\nrules:\n")
    without = Ontology.parse(f"{before}\n{rest[rest.index('entities:') :]}")
    assert len(ontology.rules) >= 6
    assert without.rules == {}
    assert without.hash == ontology.hash
    broken = source.replace("title: {ar: حدود التحديد, he: גבולות הסימון,", "title: {ar: حدود التحديد,")
    assert faults(broken) == ("rules.span.title.he: missing",)
