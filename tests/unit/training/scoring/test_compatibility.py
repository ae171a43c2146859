"""Zero is a score: what stands behind one is said, and only files without a Document are refused."""

from __future__ import annotations

import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from tests.builders import build, conflict
from training.scoring.compatibility import remarks
from training.scoring.scores import score

GOLD = build("[Strike:trigger הפצצת] [Place>Strike:GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]", id="d")
STRANGE = build("[Attack:trigger הפצצת] [LOC אידליב] ומות סמי", id="d")


@pytest.mark.parametrize(
    ("gold", "predicted", "ontology", "said"),
    [
        (GOLD, GOLD, conflict(), []),
        (GOLD.bare(), GOLD.bare(), None, ["neither in gold nor in predicted: there is nothing to find"]),
        (GOLD.bare(), GOLD, None, ["nothing is marked in the 1 gold documents: all that is predicted is wrong"]),
        (GOLD, GOLD.bare(), None, ["nothing is marked in the 1 predicted documents: every score is 0"]),
        (GOLD, STRANGE, None, ["share none of their types (gold has 6 (Die, Strike, Place, Victim, ...), predicted"]),
        (
            GOLD,
            STRANGE,
            conflict(),
            ["share none of their types", "predicted that are not in the ontology 'conflict': 2 (Attack, LOC); they"],
        ),
        (STRANGE, STRANGE, conflict(), ["types in gold that are not", "types in predicted that are not"]),
    ],
)
def test_what_a_reader_must_know_is_a_line_each(
    gold: Document, predicted: Document, ontology: Ontology | None, said: list[str]
) -> None:
    found = remarks(score([gold], [predicted]), ontology)
    assert len(found) == len(said)
    for line, words in zip(found, said, strict=True):
        assert words in line
        assert "\n" not in line


def test_files_without_a_document_are_refused() -> None:
    with pytest.raises(UsageError, match="there are no Documents on either side"):
        remarks(score([], []))


def test_the_table_shows_what_is_undefined() -> None:
    (_, trigger, *_) = score([GOLD.bare()], [GOLD.bare()]).table()
    assert trigger[:5] == ("Trig-I", "–", "–", "–", "–")
    (_, trigger, *_) = score([GOLD.bare()], [GOLD]).table()
    assert (trigger[1], trigger[3:5]) == ("0.0", ("0.0", "–"))
