"""Labels are matched by name, and what is new and what is left out is told."""

from __future__ import annotations

from annotation.core.ontology import Ontology
from tests.builders import conflict
from tests.ontologies import reordered, with_event, with_event_renamed, without_event
from training.encoding.label_match import SPAN, LabelMatch
from training.encoding.label_space import LabelSpace


def match(new: Ontology, old: Ontology) -> LabelMatch:
    return LabelMatch.of(LabelSpace.of(new), LabelSpace.of(old))


def spans(ontology: Ontology) -> tuple[str, ...]:
    return LabelSpace.of(ontology).spans


def test_labels_are_matched_by_name_and_not_by_number() -> None:
    old, new = conflict(), reordered(conflict())
    here, there = match(new, old).axes[SPAN].pairs
    assert [spans(new)[n] for n in here] == [spans(old)[n] for n in there]
    assert len(here) == len(spans(old))
    assert here.tolist() != there.tolist()


def test_what_is_new_and_what_is_left_out_is_named() -> None:
    old = conflict()
    both = with_event(without_event(old, "Strike"), "Flood")
    labels = LabelSpace.of(old)
    values = sum(len(values) for _, values in labels.attributes)
    known = len(labels.spans) + len(labels.roles) + values + len(labels.links)
    assert str(match(old, old)) == f"{known} labels known, 0 new, 0 left out"
    assert str(match(both, old)) == f"{known - 1} labels known, 1 new (Flood), 1 left out (Strike)"


def test_a_renamed_label_is_known_by_the_name_it_had() -> None:
    renamed = with_event_renamed(conflict(), "Strike", "Shelling")
    matched = match(renamed, conflict()).axes[SPAN]
    assert (matched.added, matched.left_out) == ([], [])
    assert matched.sources[spans(renamed).index("Shelling")] == "Strike"
    assert match(conflict(), renamed).axes[SPAN].added == ["Strike"]
