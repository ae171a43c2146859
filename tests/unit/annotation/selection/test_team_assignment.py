from __future__ import annotations

from collections import Counter
from dataclasses import replace

from annotation.core.document import Document
from annotation.selection.team_assignment import deal
from tests.generated import articles

TEAMS = ("north", "south", "east")


def made(count: int, prefix: str = "made") -> list[Document]:
    return list(articles(count, characters=400, prefix=prefix, seed=sum(map(ord, prefix))))


def test_each_article_has_one_team_and_the_teams_the_same_of_each_language() -> None:
    documents = made(36)
    dealt = deal(documents, teams=TEAMS)
    assert {len(teams) for teams in dealt.values()} == {1}
    counts = Counter((*dealt[document.id], document.language) for document in documents)
    assert set(counts.values()) == {6}


def test_what_was_dealt_stays_when_more_come() -> None:
    first, more = made(20), made(15, prefix="more")
    dealt = deal(first, teams=TEAMS, shared=5)
    again = deal([*more, *first], teams=TEAMS, shared=8, held=dealt)
    assert {id: again[id] for id in dealt} == dealt
    assert Counter(len(teams) for teams in again.values()) == {1: 27, 3: 8}
    assert deal(first, teams=TEAMS, shared=5) == dealt


def test_near_duplicates_stay_together_with_what_a_team_has() -> None:
    first = made(12)
    dealt = deal(first, teams=TEAMS, shared=2)
    copies = [replace(d, id=f"copy of {d.id}", text=f"{d.text}\nעוד שורה") for d in first]
    again = deal([*first, *copies], teams=TEAMS, shared=2, held=dealt)
    assert all(again[f"copy of {d.id}"] == dealt[d.id] for d in first)
    both = deal([*copies, *first], teams=TEAMS)
    assert all(both[f"copy of {d.id}"] == both[d.id] for d in first)
