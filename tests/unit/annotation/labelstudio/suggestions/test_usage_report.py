from __future__ import annotations

import json
from collections import Counter

import pytest

from annotation.agreement.pair_counts import comparison
from annotation.labelstudio.suggestions.outcomes import ACCEPTED, ADDED, BOUNDARIES, DELETED
from annotation.labelstudio.suggestions.usage_report import SuggestionUsage
from tests.builders import build

KEPT, MOVED, GONE, NEW = (("entity", "Person", fate) for fate in (ACCEPTED, BOUNDARIES, DELETED, ADDED))


def audited(articles: int) -> SuggestionUsage:
    """In each article three accepted, one of them a trigger, one edited, one deleted, two added."""
    audit = SuggestionUsage()
    for number in range(articles):
        counts = Counter({KEPT: 2, MOVED: 1, GONE: 1, NEW: 2, ("trigger", "Arrest", ACCEPTED): 1})
        audit.versions["naba 1"].add(str(number), counts, lead_time=10.0 + number)
    return audit


def test_shares_are_of_what_was_suggested_and_few_are_too_few_to_say() -> None:
    few, many = (audited(articles).versions["naba 1"].fates()["entity", "Person"] for articles in (3, 12))
    assert (many.suggested, many.accepted, many.enough) == (48, 0.5, True)
    assert (few.suggested, few.accepted, few.enough) == (12, 0.5, False)
    assert many.interval == (pytest.approx(0.362, abs=0.001), pytest.approx(0.638, abs=0.001))
    assert few.interval is None
    assert many.cells() == ("48", "50", "36-64", "12 (12/0/0)", "12", "24")
    assert few.cells()[1] == "50?"


def test_an_interval_comes_from_drawing_articles() -> None:
    audit = audited(1)
    assert audit.versions["naba 1"].fates()["entity", ""].interval is None
    for number in range(1, 12):
        audit.versions["naba 1"].add(str(number), Counter({KEPT if number % 2 else GONE: 4}), None)
    low, high = audit.versions["naba 1"].fates()["entity", "Person"].interval or (0, 0)
    assert 0.1 < low < 0.5 < high < 0.9


def test_each_layer_begins_with_its_sum_and_json_says_the_same() -> None:
    audit = audited(12)
    assert [row[0] for row in audit.table("naba 1")] == ["", "all triggers", "  Arrest", "all entities", "  Person"]
    told = json.loads(json.dumps(audit.as_dict()))["versions"]["naba 1"]
    assert (told["annotations"], told["articles"], told["median_lead_time"]) == (12, 12, 15.5)
    person = told["layers"]["entity"]["Person"]
    assert (person["accepted"], person["edited"], person["deleted"], person["added"]) == (24, 12, 12, 24)
    assert told["layers"]["entity"]["all"]["suggested"] == 48


def test_pairs_who_both_began_from_a_suggestion_are_held_against_those_who_did_not() -> None:
    audit = SuggestionUsage()
    whole, half = "[Arrest:trigger נעצר] [Person>Arrest:Person דוד]", "[Arrest:trigger נעצר] [Person דוד]"
    for number in range(12):
        one = build(whole, by="a", id=str(number))
        audit.pairs["both"][one.id] = comparison(one, build(whole, by="b", id=str(number)), None)
        other = build(half if number % 2 else whole, by="b", id=f"n{number}")
        audit.pairs["none"][other.id] = comparison(build(whole, by="a", id=f"n{number}"), other, None)
    gap, (low, high) = audit.anchoring()["Arg-C+"]
    assert gap == pytest.approx(1 - 2 * 6 / 18)
    assert 0 < low < gap < high
    assert audit.anchoring()["Entity"] == (0.0, (0.0, 0.0))
    heading, none, both, difference = audit.agreement_table()
    assert (none[0], both[0], both[1]) == ("none", "both", "12")
    assert difference[:2] == ("both less none", "")
    assert len({len(row) for row in (heading, none, both, difference)}) == 1


def test_where_one_side_is_missing_nothing_is_said_of_anchoring() -> None:
    assert SuggestionUsage().anchoring() == {}
    assert list(SuggestionUsage().agreement_table())[1:] == []
