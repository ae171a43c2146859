"""Hypothesis strategies: texts as hard as the ones we meet, and Documents marked in them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Link, Source, Span
from annotation.core.ontology import Ontology

PIECES = (
    *("ובמחוז", "אידליב", 'צה"ל', 'ק"מ', "ג'ולאני", "עִבְרִית", "שּׁ", "ךםןףץ"),
    *("للتحالف", "وبغارة", "عَلِيّ", "مواطنًا", "الـــخبر", "أإآا", "ىي", "\ufdf2", "\ufefb", "٢٠٢٤"),
    *("Reuters", "2022.02.10", "a", "[", "]", "\\", "<b>&amp;</b>", "\"'", "…"),
    *("\u05b0", "\u064b", "\u0301", "\u0640"),  # marks and tatweel on their own
    *("\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u2066", "\u2067", "\u2069", "\u061c"),  # bidi controls
    *("\U0001f4e2", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1f8\U0001f1fe", "\U00010330"),
    *(" ", "  ", "\t", "\u00a0", "\u200b", "\u200c", "\u200d", "\ufeff", "\u2028", "\u0085", "\x0b", "\x1f"),
    *("\n", "\r\n", "\r", "\n\n"),
)
"""Words with proclitics, marks, gershayim; ligatures, bidi controls, emoji of several code points, odd spaces."""


def texts(*, min_size: int = 1, max_size: int = 30) -> st.SearchStrategy[str]:
    """Texts of that many pieces, in an order no newsroom would print."""
    return st.lists(st.sampled_from(PIECES), min_size=min_size, max_size=max_size).map("".join)


@st.composite
def documents(draw: st.DrawFn, ontology: Ontology, *, forbidden_fillers: bool = False) -> Document:
    """Documents marked as the ontology allows: spans nested, crossing and inside words, several roles for one pair.

    With `forbidden_fillers` a role may be filled by any span of the document.
    """
    text = draw(texts())
    entities = draw(st.sets(_spans(text, tuple(ontology.entities)), max_size=6))
    triggers = sorted(draw(st.sets(_spans(text, tuple(ontology.events)), max_size=4)))
    spans = sorted({*entities, *triggers})
    links = draw(st.sets(_links(spans, tuple(ontology.links)), max_size=3)) if len(spans) > 1 and ontology.links else ()
    return Document(
        id=draw(st.text("abc-אب9", min_size=1, max_size=8)),
        text=text,
        language=draw(st.sampled_from(["ar", "he", "und"])),
        entities=tuple(entities),
        events=tuple(draw(_event(trigger, spans, ontology, forbidden_fillers)) for trigger in triggers),
        links=tuple(links),
        source=draw(st.none() | _sources()),
    )


@st.composite
def versions(draw: st.DrawFn, ontology: Ontology) -> list[Document]:
    """Two to four people's versions of one article: spans begin elsewhere, have another label, or are missing."""
    one = draw(documents(ontology))
    return [one, *(draw(_varied(one, ontology)) for _ in range(draw(st.integers(1, 3))))]


@st.composite
def _varied(draw: st.DrawFn, one: Document, ontology: Ontology) -> Document:
    new: dict[Span, Span] = {}
    for span in one.spans():
        start = max(0, min(span.end - 1, span.start + draw(st.sampled_from((0, 0, 0, -1, 1, 2)))))
        labels = tuple(ontology.events if span.label in ontology.events else ontology.entities)
        label = draw(st.sampled_from((span.label, span.label, span.label, labels[0])))
        target = Span(start, span.end, label)
        if target not in new.values() and draw(st.integers(0, 5)):
            new[span] = target
    events = [
        Event(
            new[event.trigger],
            tuple(Argument(a.role, new[a.filler]) for a in event.arguments if a.filler in new),
            event.attributes if draw(st.booleans()) else (),
        )
        for event in one.events
        if event.trigger in new
    ]
    ends = [(link.label, new[link.a], new[link.b]) for link in one.links if link.a in new and link.b in new]
    entities = tuple(new[span] for span in one.entities if span in new)
    links = tuple(Link(label, a, b) for label, a, b in ends)
    return replace(one, entities=entities, events=tuple(events), links=links)


def _spans(text: str, labels: tuple[str, ...]) -> st.SearchStrategy[Span]:
    return st.builds(
        lambda start, length, label: Span(start, min(start + length, len(text)), label),
        st.integers(0, len(text) - 1),
        st.integers(1, 12),
        st.sampled_from(labels),
    )


@st.composite
def _links(draw: st.DrawFn, spans: list[Span], labels: tuple[str, ...]) -> Link:
    a, b = draw(st.lists(st.sampled_from(spans), min_size=2, max_size=2, unique=True))
    return Link(draw(st.sampled_from(labels)), a, b)


@st.composite
def _event(draw: st.DrawFn, trigger: Span, spans: list[Span], ontology: Ontology, forbidden_fillers: bool) -> Event:
    possible = [
        Argument(role.name, filler)
        for role in ontology.events[trigger.label].roles.values()
        for filler in spans
        if filler != trigger and (forbidden_fillers or filler.label in role.fillers)
    ]
    arguments = draw(st.sets(st.sampled_from(possible), max_size=4)) if possible else ()
    attributes = draw(
        st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(list(a.values)) for name, a in ontology.attributes.items()}
        )
    )
    return Event(trigger, tuple(arguments), tuple(attributes.items()))


def _sources() -> st.SearchStrategy[Source]:
    some = st.none() | texts(min_size=0, max_size=3)
    body = st.lists(st.tuples(st.integers(0, 9), st.integers(10, 99)), max_size=2).map(tuple)
    return st.builds(Source, name=texts(max_size=2), title=some, url=some, published=some, raw_sha256=some, body=body)
