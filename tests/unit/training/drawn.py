"""Documents as hypothesis draws them: one short text, so that spans nest, cross and meet; links and attributes."""

from __future__ import annotations

from hypothesis import strategies as st

from annotation.core.document import Document, Event, Link, Span

TEXT = "הבית ובמחוז, للتحالف"
LABELS = ("Strike", "Die")
VALUES = ("confirmed", "unconfirmed", "denied")

spans = st.builds(
    lambda start, length, label: Span(start, min(len(TEXT), start + length), label),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 5),
    st.sampled_from(LABELS),
)


@st.composite
def sides(draw: st.DrawFn) -> Document:
    """One side: up to four entities, up to four events, and links among them."""
    entities = tuple(draw(st.lists(spans, max_size=4)))
    triggers = draw(st.lists(spans, max_size=4, unique=True))
    certainty = st.sampled_from([(), *((("certainty", value),) for value in VALUES)])
    marked = sorted({*entities, *triggers})
    pairs = [(a, b) for i, a in enumerate(marked) for b in marked[:i]]
    joined = draw(st.lists(st.sampled_from(pairs), max_size=5)) if pairs else []
    return Document(
        "d",
        TEXT,
        "he",
        entities=entities,
        events=tuple(Event(trigger, attributes=draw(certainty)) for trigger in triggers),
        links=tuple(Link("SameAs", a, b) for a, b in joined),
    )


def matchings(left: int, right: int) -> list[list[tuple[int, int]]]:
    """Every one-to-one matching there is of so many with so many."""
    if left == 0:
        return [[]]
    rest = matchings(left - 1, right)
    return rest + [
        [*pairs, (left - 1, j)] for pairs in rest for j in range(right) if all(j != taken for _, taken in pairs)
    ]
