"""Which of several ways to write a prefix is kept where as many have each."""

from __future__ import annotations

import pytest

from annotation.adjudication.proclitic_votes import pooled
from annotation.core.document import Document, Span


def versions(text: str, *starts: int) -> list[Document]:
    return [Document(id="a", text=text, entities=(Span(start, len(text), "GPE"),)) for start in starts]


@pytest.mark.parametrize(
    ("text", "starts", "kept"),
    [
        ("ברמלה", (0, 1), 1),
        ("ובמחוז", (0, 1, 2), 2),
        ("הגדר", (0, 1), 0),
        ("مدينة", (0,), 0),
        ("والمدينة", (0, 1), 1),
        ("والمدينة", (0, 1, 3), 1),
        ("المدينة", (0, 2), 0),
        ("للتحالف", (0, 1), 1),
        ("للتحالف", (0, 1, 2), 1),
    ],
)
def test_of_as_many_votes_the_prefix_goes_and_the_article_stays(text: str, starts: tuple[int, ...], kept: int) -> None:
    merged, onto = pooled(versions(text, *starts))
    assert {version.entities for version in merged} == {(Span(kept, len(text), "GPE"),)}
    assert len(onto) == (len(starts) > 1)


def test_votes_and_the_senior_go_before_that() -> None:
    assert pooled(versions("ברמלה", 0, 0, 1))[0][2].entities == (Span(0, 5, "GPE"),)
    assert pooled(versions("ברמלה", 1, 0), senior=1)[0][0].entities == (Span(0, 5, "GPE"),)


def test_what_differs_otherwise_or_is_meant_twice_is_left() -> None:
    boundary = [Document(id="a", text="ברמלה", entities=(Span(s, e, "GPE"),)) for s, e in ((0, 5), (1, 4))]
    assert pooled(boundary) == (boundary, frozenset())
    both = Document(id="a", text="ברמלה", entities=(Span(0, 5, "GPE"), Span(1, 5, "GPE")))
    assert pooled([both, *versions("ברמלה", 1)])[0][0] == both
