from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.core.document import Document
from annotation.core.link_clusters import chain
from annotation.core.ontology import Ontology
from annotation.core.words import LEADING, TRAILING, split_words
from tests.builders import build, conflict
from training.encoding.decoding import Outputs, cut, decode
from training.encoding.label_space import LabelSpace
from training.encoding.platt_scaling import sigmoid

ONTOLOGY = conflict()
LABELS = LabelSpace.of(ONTOLOGY)
TEXT = "נעצר בסוריה אבו חפס"


def outputs(*spans: tuple[int, int, str, float], labels: LabelSpace = LABELS) -> Outputs:
    """Scores of these candidates, nothing cut, no roles, all attributes at their default."""
    count = len(spans)
    leading = np.zeros((count, LEADING), dtype=np.float32)
    trailing = np.zeros((count, TRAILING), dtype=np.float32)
    leading[:, 0] = trailing[:, 0] = 5
    values = tuple(np.zeros((count, len(values)), dtype=np.float32) for _, values in labels.attributes)
    for logits, default in zip(values, labels.defaults, strict=True):
        logits[:, default] = 1
    return Outputs(
        spans=np.array([(a, b, labels.number[c]) for a, b, c, _ in spans], dtype=np.int64).reshape(-1, 3),
        logits=np.array([logit for *_, logit in spans], dtype=np.float32),
        leading=leading,
        trailing=trailing,
        roles=np.full((count, count, len(labels.roles)), -5, dtype=np.float32),
        attributes=values,
        links=np.full((count, count, len(labels.links)), -5, dtype=np.float32),
    )


def decoded(found: Outputs, labels: LabelSpace = LABELS, *, nested: bool = True) -> Document:
    return decode(Document(id="d", text=TEXT), split_words(TEXT), found, labels, nested=nested)


def quotes(document: Document) -> list[tuple[str, str]]:
    return [(span.label, span.quote(TEXT)) for span in document.spans()]


def test_nothing_below_the_threshold_is_found() -> None:
    assert quotes(decoded(outputs((0, 0, "Arrest", -0.1), (2, 3, "Person", 0)))) == []
    assert quotes(decoded(outputs())) == []


def test_scores_are_probabilities() -> None:
    (entity,) = decoded(outputs((2, 3, "Person", 2.0))).entities
    assert entity.score == pytest.approx(0.8808)


def test_the_better_of_two_crossing_entities_stays() -> None:
    found = outputs((1, 2, "GPE", 1), (2, 3, "Person", 2), (3, 3, "Person", 3))
    assert quotes(decoded(found)) == [("Person", "אבו חפס"), ("Person", "חפס")]


def test_where_nothing_is_nested_the_best_entity_stands_alone_and_triggers_are_left_in_peace() -> None:
    found = outputs((1, 2, "GPE", 1), (2, 3, "Person", 3), (2, 3, "ArmedGroup", 2), (3, 3, "Arrest", 1))
    assert quotes(decoded(found, nested=False)) == [("Person", "אבו חפס"), ("Arrest", "חפס")]


def test_a_trigger_may_cross_an_entity() -> None:
    assert len(quotes(decoded(outputs((0, 1, "Arrest", 1), (1, 2, "GPE", 1))))) == 2


def test_proclitics_are_cut() -> None:
    found = outputs((1, 1, "GPE", 1))
    found.leading[0, 1] = 9
    assert quotes(decoded(found)) == [("GPE", "סוריה")]


def test_two_cuts_of_one_word_leave_a_grapheme() -> None:
    (word,) = split_words("\u05d1\u05b0\u05d1")
    sure = np.array([0, 9, 9, 9, 9, 9], dtype=np.float32)
    assert cut(word, word, sure, sure[:TRAILING]) in {(0, 2), (2, 3)}


def test_spans_that_come_out_the_same_are_one() -> None:
    text_twice = outputs((2, 3, "Person", 1), (2, 3, "Person", 2))
    assert [span.score for span in decoded(text_twice).entities] == [pytest.approx(0.8808)]


def test_roles_obey_the_ontology() -> None:
    found = outputs((0, 0, "Arrest", 1), (2, 3, "Person", 1), (1, 1, "GPE", 1))
    found.roles[0, 1:] = 3
    (event,) = decoded(found).events
    expected = {
        (role, filler.label)
        for role in ONTOLOGY.events["Arrest"].roles
        for filler in decoded(found).entities
        if ONTOLOGY.permits("Arrest", role, filler.label)
    }
    assert {(argument.role, argument.filler.label) for argument in event.arguments} == expected
    assert {argument.score for argument in event.arguments} == {0.9526}


def test_a_filler_that_was_dropped_fills_nothing() -> None:
    found = outputs((0, 0, "Arrest", 1), (2, 3, "Person", -1))
    found.roles[0, 1] = 9
    assert decoded(found).events[0].arguments == ()


def test_a_limited_role_keeps_its_best_fillers() -> None:
    row = yaml.safe_load(ONTOLOGY.source)
    row["events"]["Arrest"]["roles"]["Person"]["max"] = 1
    labels = LabelSpace.of(Ontology.parse(yaml.safe_dump(row, allow_unicode=True, sort_keys=False)))
    found = outputs((0, 0, "Arrest", 1), (2, 2, "Person", 1), (3, 3, "Person", 1), labels=labels)
    found.roles[0, 1:, labels.role_number["Person"]] = (1, 2)
    (event,) = decoded(found, labels).events
    assert [argument.filler.quote(TEXT) for argument in event.arguments] == ["חפס"]


def test_only_values_that_differ_from_the_default_are_kept() -> None:
    found = outputs((0, 0, "Arrest", 1))
    (name, values), default = LABELS.attributes[0], LABELS.defaults[0]
    other = (default + 1) % len(values)
    assert decoded(found).events[0].attributes == ()
    found.attributes[0][0, other] = 2
    assert decoded(found).events[0].attributes == ((name, values[other]),)


def test_what_was_marked_before_is_replaced() -> None:
    document = build("[Arrest:trigger נעצר] בסוריה אבו חפס")
    again = decode(document, split_words(document.text), outputs((2, 3, "Person", 1)), LABELS)
    assert (len(again.entities), again.events) == (1, ())


def linked(*likeness: tuple[int, int, float], spans: int = 4) -> list[tuple[str, str]]:
    """The links among the words of a text, which are a mention each, given how alike two of them are."""
    label = ["Person", "Arrest", "Person", "Person"]
    found = outputs(*((at, at, label[at], 1) for at in range(spans)))
    for a, b, logit in likeness:
        found.links[a, b] = found.links[b, a] = logit
    return [(link.a.quote(TEXT), link.b.quote(TEXT)) for link in decoded(found).links]


def test_a_mention_is_joined_to_the_one_before_it_in_the_cluster_of_its_best_antecedent() -> None:
    assert linked((0, 2, 1), (0, 3, 2)) == [("נעצר", "אבו"), ("אבו", "חפס")]
    assert linked((0, 2, -1), (0, 3, 2), (2, 3, 1)) == [("נעצר", "חפס")]


def test_events_and_entities_are_never_the_same_thing() -> None:
    assert linked((0, 1, 9), (1, 2, 9)) == []


def test_a_links_score_is_that_of_the_antecedent_and_a_model_without_links_has_none() -> None:
    found = outputs((2, 2, "Person", 1), (3, 3, "Person", 1))
    found.links[:] = 2
    assert [link.score for link in decoded(found).links] == [0.8808]
    assert decoded(replace(found, links=found.links[..., :0])).links == ()


@settings(max_examples=60)
@given(st.lists(st.integers(0, 2), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_any_way_of_saying_what_belongs_together_comes_out_as_chains(thing: list[int], chance: Random) -> None:
    """As long as each mention is likely to be some earlier one of its own, whatever the order they are named in."""
    order = chance.sample(range(4), 4)
    found = outputs(*((at, at, "Person", chance.random() + 1) for at in order))
    for b in range(4):
        same = [a for a in range(b) if thing[a] == thing[b]]
        for a in chance.sample(same, chance.randint(1, len(same))) if same else ():
            at = order.index(a), order.index(b)
            found.links[at] = found.links[at[::-1]] = chance.random() + 0.1
    document = decoded(found)
    mentions = document.entities
    own = [[m for m, t in zip(mentions, thing, strict=True) if t == kind] for kind in sorted(set(thing))]
    assert document.links == tuple(sorted(link for cluster in own for link in chain("SameAs", cluster)))


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise"):
        assert sigmoid([-1e4, 0, 1e4]).tolist() == [0, 0.5, 1]
