"""Draft for an adjudicator: one version with everything that any annotator marked, and notes on the disagreements.

Deleting a wrong annotation takes one key; making a missing one, with its arrows, takes many steps. So the draft also
has what only one annotator marked. Each item is in once, as most annotators have it; its score is its share of votes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from annotation.adjudication.proclitic_votes import bare
from annotation.agreement.item_alignment import (
    ATTRIBUTE,
    EVENT,
    PREFIX,
    AlignedItem,
    ClusterId,
    LabelledSpan,
    align_versions,
)
from annotation.core.document import Argument, Document, Event, Link, Span
from annotation.core.layers import ARGUMENT, ENTITY, LINK
from annotation.core.ontology import ARTICLE_LANGUAGES, Ontology, Phrases

_AROUND = 25
"""Code points of context shown on each side of an item's words."""
_ISOLATE, _END, _MARK = "\u2068", "\u2069", "\u200f"
_NOTHING = {"ar": "لا شيء", "he": "כלום", "en": "nothing"}


@dataclass(frozen=True)
class Proposal:
    """The draft version, a note for each of its contested spans, and two lines of text for each contested item."""

    document: Document
    notes: Mapping[Span, str]
    lines: tuple[str, ...]


def proposal(
    versions: Mapping[str, Document], ontology: Ontology, *, senior: Sequence[str] = (), ui_language: str = "en"
) -> Proposal:
    """Make the draft from an article's versions, by annotator. The first of `senior` decides between tied answers."""
    items = align_versions(versions, ontology)
    order = {name: position for position, name in enumerate((*senior, *sorted(versions.keys() - set(senior))))}
    text = next(iter(versions.values())).text
    chosen = {id(item): _chosen(item, text, order, len(senior)) for item in items}
    spans: dict[ClusterId, Span] = {}
    entities: list[Span] = []
    triggers: dict[Span, ClusterId] = {}
    for item in items:
        if item.layer in (ENTITY, EVENT):
            scored = [replace(span, score=_share(item, chosen[id(item)], versions)) for _, span in chosen[id(item)]]
            spans[item.clusters[0]] = scored[0]
            entities += scored if item.layer == ENTITY else ()
            triggers |= dict.fromkeys(scored, item.clusters[0]) if item.layer == EVENT else {}
    wording = _Wording(ontology, ui_language, text)
    contested = [item for item in items if item.contested]
    notes: dict[Span, list[str]] = {}
    for item in contested:
        if item.clusters[0] in spans:
            notes.setdefault(spans[item.clusters[0]], []).append(wording.note(item))
    answered = [(item, chosen[id(item)]) for item in items]
    return Proposal(
        document=replace(
            next(iter(versions.values())),
            entities=tuple(entities),
            events=tuple(_event(trigger, cluster, answered, spans, ontology) for trigger, cluster in triggers.items()),
            links=tuple(_links(answered, spans)),
            provenance=None,
        ),
        notes={span: "\n".join(lines) for span, lines in notes.items()},
        lines=tuple(wording.lines(item) for item in contested),
    )


def _chosen(item: AlignedItem, text: str, order: Mapping[str, int], seniors: int) -> tuple[LabelledSpan, ...]:
    """The answer with the most votes. Ties go to a senior annotator, then to spans without a prefix, then to the order.

    An empty answer never wins.
    """
    votes = item.votes()
    given_by = {
        answer: name for name, answer in sorted(item.answers.items(), key=lambda pair: -order[pair[0]]) if answer
    }
    spans = {span for answer in given_by for _, span in answer}
    without_prefix = bare(text, spans) if PREFIX in item.causes else None

    def rank(answer: tuple[LabelledSpan, ...]) -> tuple[int, int, bool, int]:
        position = order[given_by[answer]]
        return votes[answer], -min(position, seniors), answer[0][1] == without_prefix, -position

    return max(given_by, key=rank)


def _share(item: AlignedItem, chosen: tuple[LabelledSpan, ...], versions: Mapping[str, Document]) -> float:
    return round(item.votes()[chosen] / len(versions), 4)


_Answered = Sequence[tuple[AlignedItem, tuple[LabelledSpan, ...]]]


def _event(
    trigger: Span, cluster: ClusterId, answered: _Answered, spans: Mapping[ClusterId, Span], ontology: Ontology
) -> Event:
    arguments = [
        Argument(role, spans[item.clusters[1]])
        for item, answers in answered
        if item.layer == ARGUMENT and item.clusters[0] == cluster
        for role, _ in answers
    ]
    values = {
        item.name: answers[0][0] for item, answers in answered if item.layer == ATTRIBUTE and cluster in item.clusters
    }
    defaults = {(name, attribute.default) for name, attribute in ontology.attributes.items()}
    attributes = tuple(pair for pair in values.items() if pair[1] and pair not in defaults)
    return Event(trigger, tuple(arguments), attributes)


def _links(answered: _Answered, spans: Mapping[ClusterId, Span]) -> list[Link]:
    ends = [(item.name, [spans[cluster] for cluster in item.clusters]) for item, _ in answered if item.layer == LINK]
    return [Link(label, a, b) for label, (a, b) in ends if a != b]


class _Wording:
    """Writes items as text, with the titles that the labelling page shows.

    Names, labels and quotes may have different directions: each is isolated, and a line has the page's direction.
    """

    def __init__(self, ontology: Ontology, ui_language: str, text: str) -> None:
        self.ontology, self.ui_language, self.text = ontology, ui_language, text

    def note(self, item: AlignedItem) -> str:
        """Every answer with the names of its annotators."""
        names_by_answer: dict[str, list[str]] = {}
        for name, answer in item.answers.items():
            names_by_answer.setdefault(self.answer(item, answer), []).append(_isolated(name))
        note = " · ".join(f"{', '.join(names)}: {text}" for text, names in names_by_answer.items())
        return f"{_MARK if self.ui_language in ARTICLE_LANGUAGES else ''}{note}"

    def lines(self, item: AlignedItem) -> str:
        """The item's words in their context, and below them the note."""
        about = item.about
        before, after = self.text[: about.start].rpartition("\n")[2], self.text[about.end :].partition("\n")[0]
        if len(before) > _AROUND:
            before = "…" + before[-_AROUND:].partition(" ")[2]
        if len(after) > _AROUND:
            after = after[:_AROUND].rpartition(" ")[0] + "…"
        words = " ".join(f"{before}[{about.quote(self.text)}]{after}".split())
        return f"{words}\n{self.note(item)}"

    def answer(self, item: AlignedItem, labelled: Sequence[LabelledSpan]) -> str:
        """The labels of an answer with their words; "nothing" for an empty answer."""
        parts = [_isolated(self.title(item, label)) + self.words(item, span) for label, span in labelled if label]
        return ", ".join(parts) or _NOTHING[self.ui_language]

    def words(self, item: AlignedItem, span: Span) -> str:
        """The span's words in quotation marks; none for an attribute."""
        return "" if item.layer == ATTRIBUTE else f" {_isolated('«' + ' '.join(span.quote(self.text).split()) + '»')}"

    def title(self, item: AlignedItem, label: str) -> str:
        """The title of a label, role, link or attribute value in the page's language."""
        ontology = self.ontology
        if item.layer == ATTRIBUTE:
            attribute = ontology.attributes[item.name]
            value = attribute.values.get(label)
            return f"{self.phrase(attribute.title, item.name)} {self.phrase(value.title if value else {}, label)}"
        kinds = {ENTITY: ontology.entities, EVENT: ontology.events, ARGUMENT: ontology.roles, LINK: ontology.links}
        definition = kinds[item.layer].get(label)
        return self.phrase(definition.title if definition else {}, label)

    def phrase(self, phrases: Phrases, otherwise: str) -> str:
        """The phrase in the page's language, else `otherwise`."""
        return phrases.get(self.ui_language, otherwise)


def _isolated(words: str) -> str:
    return f"{_ISOLATE}{words}{_END}"
