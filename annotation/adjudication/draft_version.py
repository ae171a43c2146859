"""What an adjudicator starts from: one version with everything anybody marked, and who said what where they differ.

To take away what is wrong is one key; to mark it again, with its arrows, is many. So what only one of them has is in.
Each thing is in once, as most have it, with the share of votes as its score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from annotation.adjudication.proclitic_votes import bare
from annotation.agreement.item_alignment import (
    ARGUMENT,
    ATTRIBUTE,
    ENTITY,
    EVENT,
    LINK,
    PREFIX,
    AlignedItem,
    LabelledSpan,
    Thing,
    places,
)
from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.ontology import ARTICLE_LANGUAGES, Ontology, Phrases

_AROUND = 25
"""Characters shown on either side of the words a place is about."""
_ISOLATE, _END, _MARK = "\u2068", "\u2069", "\u200f"
_NOTHING = {"ar": "لا شيء", "he": "כלום", "en": "nothing"}


@dataclass(frozen=True)
class Proposal:
    """The version to start from, for each contested span of it a note, and for every contested place two lines."""

    document: Document
    notes: Mapping[Span, str]
    lines: tuple[str, ...]


def proposal(
    versions: Mapping[str, Document], ontology: Ontology, *, senior: Sequence[str] = (), ui_language: str = "en"
) -> Proposal:
    """From the versions of an article. Where two answers have the same votes, the first of `senior` counts."""
    found = places(versions, ontology)
    first = {name: at for at, name in enumerate((*senior, *sorted(versions.keys() - set(senior))))}
    text = next(iter(versions.values())).text
    chosen = {id(place): _chosen(place, text, first, len(senior)) for place in found}
    spans: dict[Thing, Span] = {}
    entities: list[Span] = []
    triggers: dict[Span, Thing] = {}
    for place in found:
        if place.layer in (ENTITY, EVENT):
            scored = [replace(span, score=_share(place, chosen[id(place)], versions)) for _, span in chosen[id(place)]]
            spans[place.things[0]] = scored[0]
            entities += scored if place.layer == ENTITY else ()
            triggers |= dict.fromkeys(scored, place.things[0]) if place.layer == EVENT else {}
    saying = _Saying(ontology, ui_language, text)
    contested = [place for place in found if place.contested]
    notes: dict[Span, list[str]] = {}
    for place in contested:
        if place.things[0] in spans:
            notes.setdefault(spans[place.things[0]], []).append(saying.of(place))
    hung = [(place, chosen[id(place)]) for place in found]
    return Proposal(
        document=replace(
            next(iter(versions.values())),
            entities=tuple(entities),
            events=tuple(_event(trigger, thing, hung, spans, ontology) for trigger, thing in triggers.items()),
            links=tuple(_links(hung, spans)),
            provenance=None,
        ),
        notes={span: "\n".join(lines) for span, lines in notes.items()},
        lines=tuple(saying.lines(place) for place in contested),
    )


def _chosen(place: AlignedItem, text: str, first: Mapping[str, int], seniors: int) -> tuple[LabelledSpan, ...]:
    """What most say is there. Of as many, what a senior annotator says, or is written without its prefix, or is first.

    Nothing only where nobody said anything.
    """
    votes = place.votes()
    said = {given: name for name, given in sorted(place.answers.items(), key=lambda item: -first[item[0]]) if given}
    spans = {span for given in said for _, span in given}
    plain = bare(text, spans) if PREFIX in place.causes else None

    def rank(given: tuple[LabelledSpan, ...]) -> tuple[int, int, bool, int]:
        at = first[said[given]]
        return votes[given], -min(at, seniors), given[0][1] == plain, -at

    return max(said, key=rank)


def _share(place: AlignedItem, chosen: tuple[LabelledSpan, ...], versions: Mapping[str, Document]) -> float:
    return round(place.votes()[chosen] / len(versions), 4)


Hung = Sequence[tuple[AlignedItem, tuple[LabelledSpan, ...]]]


def _event(trigger: Span, thing: Thing, hung: Hung, spans: Mapping[Thing, Span], ontology: Ontology) -> Event:
    arguments = [
        Argument(role, spans[place.things[1]])
        for place, answers in hung
        if place.layer == ARGUMENT and place.things[0] == thing
        for role, _ in answers
    ]
    said = {place.name: answers[0][0] for place, answers in hung if place.layer == ATTRIBUTE and thing in place.things}
    defaults = {(name, attribute.default) for name, attribute in ontology.attributes.items()}
    attributes = tuple(item for item in said.items() if item[1] and item not in defaults)
    return Event(trigger, tuple(arguments), attributes)


def _links(hung: Hung, spans: Mapping[Thing, Span]) -> list[Link]:
    ends = [(place.name, [spans[thing] for thing in place.things]) for place, _ in hung if place.layer == LINK]
    return [Link(label, a, b) for label, (a, b) in ends if a != b]


class _Saying:
    """Puts places into words, with the titles the labelling page shows.

    Names, labels and quotes may run in different directions: each is isolated, and a line runs the page's way.
    """

    def __init__(self, ontology: Ontology, ui_language: str, text: str) -> None:
        self.ontology, self.ui_language, self.text = ontology, ui_language, text

    def of(self, place: AlignedItem) -> str:
        """Who said what; those who said the same together."""
        said: dict[str, list[str]] = {}
        for name, given in place.answers.items():
            said.setdefault(self.answer(place, given), []).append(_isolated(name))
        told = " · ".join(f"{', '.join(names)}: {answer}" for answer, names in said.items())
        return f"{_MARK if self.ui_language in ARTICLE_LANGUAGES else ''}{told}"

    def lines(self, place: AlignedItem) -> str:
        """The words it is about, among those around them, and below that who said what."""
        about = place.about
        before, after = self.text[: about.start].rpartition("\n")[2], self.text[about.end :].partition("\n")[0]
        if len(before) > _AROUND:
            before = "…" + before[-_AROUND:].partition(" ")[2]
        if len(after) > _AROUND:
            after = after[:_AROUND].rpartition(" ")[0] + "…"
        words = " ".join(f"{before}[{about.quote(self.text)}]{after}".split())
        return f"{words}\n{self.of(place)}"

    def answer(self, place: AlignedItem, given: Sequence[LabelledSpan]) -> str:
        told = [_isolated(self.title(place, label)) + self.words(place, span) for label, span in given if label]
        return ", ".join(told) or _NOTHING[self.ui_language]

    def words(self, place: AlignedItem, span: Span) -> str:
        return "" if place.layer == ATTRIBUTE else f" {_isolated('«' + ' '.join(span.quote(self.text).split()) + '»')}"

    def title(self, place: AlignedItem, label: str) -> str:
        known = self.ontology
        if place.layer == ATTRIBUTE:
            attribute = known.attributes[place.name]
            value = attribute.values.get(label)
            return f"{self.phrase(attribute.title, place.name)} {self.phrase(value.title if value else {}, label)}"
        kinds = {ENTITY: known.entities, EVENT: known.events, ARGUMENT: known.roles, LINK: known.links}
        type_ = kinds[place.layer].get(label)
        return self.phrase(type_.title if type_ else {}, label)

    def phrase(self, phrases: Phrases, otherwise: str) -> str:
        return phrases.get(self.ui_language, otherwise)


def _isolated(words: str) -> str:
    return f"{_ISOLATE}{words}{_END}"
