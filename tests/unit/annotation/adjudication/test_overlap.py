"""Articles with fewer submissions than the project asks for wait, unless somebody decided them."""

from annotation.adjudication.overlap import Overlap
from tests.builders import build

DOCUMENTS = [build("[GPE רמלה] שקטה", by=name, id=id) for name, id in (("noa", "a"), ("dan", "a"), ("noa", "b"))]


def test_what_has_enough_submissions_or_a_decision_does_not_wait() -> None:
    assert Overlap.of(DOCUMENTS, None).complete == DOCUMENTS
    waiting = Overlap.of(DOCUMENTS, 2)
    assert (waiting.complete, waiting.incomplete) == (DOCUMENTS[:2], {"b": 1})
    assert Overlap.of(DOCUMENTS, 3, decided={"b"}).incomplete == {"a": 2}


def test_it_is_told_how_many_of_how_many() -> None:
    first, second, remedy = Overlap.of(DOCUMENTS, 3).lines()
    assert ("1 of 3" in first, "2 of 3" in second, "--annotators" in remedy) == (True, True, True)
    assert Overlap.of(DOCUMENTS, 1).lines() == []
