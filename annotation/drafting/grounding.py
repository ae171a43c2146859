"""Answers of a language model, found again in the article: quotes become spans, and what does not fit is dropped.

A quote is sought through the folded shadow, as whole words, the first behind proclitics at most. Where it stands more
than once, the place counts whose preceding letters agree longest with the answer's `before`; of places that agree
equally, the first that has no mark of this type yet, the very letters of the quote before other spellings. An
argument's filler is the marked span with that quote that is nearest to the trigger and may fill the role. The mentions
of a link are sought among the marks like fillers; those that were not marked are left out, and what is left must be two
entities or more, or two triggers or more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from annotation.checks.boundaries import trim_range
from annotation.core.document import Argument, Document, Event, Json, Link, Span
from annotation.core.link_clusters import chain
from annotation.core.ontology import Ontology
from annotation.core.text import folded
from annotation.drafting.article_words import ArticleWords, Key, key

NOT_IN_TEXT = "not in the text"
INSIDE_WORD = "inside a word"
REPEATED = "repeated"
NO_TYPE = "of no such type"
NO_ROLE = "in a role that the event does not have"
NO_FILLER = "arguments not marked"
WRONG_FILLER = "fillers of a type the role does not take"
TOO_MANY = "more fillers than the role takes"
NO_MENTION = "mentions of a link that are not marked"
NO_LINK = "links that join nothing"
MALFORMED = "malformed"


@dataclass
class Grounding:
    """The marks of one answer in one article. `dropped` counts what was left out, by reason."""

    article: Document
    ontology: Ontology
    dropped: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._words = ArticleWords(self.article.text, quoted=True)
        self._folded = folded(self.article.text)
        self._marks: dict[Span, Key] = {}

    def document(self, answer: Json) -> Document:
        """The article with the marks of an answer that fit it and the ontology; without provenance."""
        entities = [span for row in self._rows(answer, "entities") if (span := self._span(row, self.ontology.entities))]
        triggers = [
            (span, row) for row in self._rows(answer, "events") if (span := self._span(row, self.ontology.events))
        ]
        events = [Event(span, self._arguments(span, row), self._attributes(row)) for span, row in triggers]
        return Document(
            id=self.article.id,
            text=self.article.text,
            language=self.article.language,
            entities=tuple(entities),
            events=tuple(events),
            links=tuple(dict.fromkeys(link for row in self._rows(answer, "links") for link in self._links(row))),
            source=self.article.source,
        )

    def _rows(self, row: Json, name: str) -> Iterator[Json]:
        """The objects in a list of an answer; anything else is dropped."""
        items = row.get(name)
        if items is not None and not isinstance(items, list):
            self.dropped[MALFORMED] += 1
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping):
                yield item
            else:
                self.dropped[MALFORMED] += 1

    def _span(self, row: Json, labels: Mapping[str, object]) -> Span | None:
        """The span of a mark, if it has a place of its own."""
        label, words = row.get("type"), _quote_key(row)
        if not isinstance(label, str) or not words:
            self.dropped[MALFORMED] += 1
        elif label not in labels:
            self.dropped[NO_TYPE] += 1
        elif not (places := self._words.places(words)):
            self.dropped[INSIDE_WORD if folded(str(row["quote"])).strip() in self._folded else NOT_IN_TEXT] += 1
        elif (span := self._best([Span(*place, label) for place in places], row)) is None:
            self.dropped[REPEATED] += 1
        else:
            self._marks[span] = words
            return span
        return None

    def _best(self, spans: list[Span], row: Json) -> Span | None:
        """The place that is meant; None where that is marked already, or all are."""
        free = [span for span in spans if span not in self._marks]
        if not free:
            return None
        agreed = {span: self._agreement(span, row) for span in spans}
        text, quote = self.article.text, row["quote"]
        best = max(spans, key=lambda span: (agreed[span], span in free, span.quote(text) == quote, -span.start))
        if best not in free and agreed[best] < len(_before(row)):
            return max(free, key=agreed.__getitem__)
        return best if best in free else None

    def _agreement(self, span: Span, row: Json) -> int:
        """The number of letters before the span that are the last ones of `before`, proclitics counted or not."""
        wanted, text = _before(row), self.article.text
        if not wanted:
            return 0
        word = next(word for word in self._words.words if word.end > span.start)
        return max(_common_end(_letters(text[max(0, at - 200) : at]), wanted) for at in (span.start, word.start))

    def _arguments(self, trigger: Span, row: Json) -> tuple[Argument, ...]:
        roles = self.ontology.events[trigger.label].roles
        arguments: dict[Argument, None] = {}
        for item in self._rows(row, "arguments"):
            role, words = item.get("role"), _quote_key(item)
            if not isinstance(role, str) or not words:
                self.dropped[MALFORMED] += 1
            elif role not in roles:
                self.dropped[NO_ROLE] += 1
            elif filler := self._filler(trigger, role, words, item):
                argument = Argument(role, filler)
                most = roles[role].maximum
                if argument in arguments:
                    self.dropped[REPEATED] += 1
                elif most is not None and sum(other.role == role for other in arguments) >= most:
                    self.dropped[TOO_MANY] += 1
                else:
                    arguments[argument] = None
        return tuple(arguments)

    def _filler(self, trigger: Span, role: str, words: Key, row: Json) -> Span | None:
        marked = [span for span, own in self._marks.items() if own == words and span != trigger]
        fitting = [span for span in marked if self.ontology.permits(trigger.label, role, span.label)]
        if not fitting:
            self.dropped[WRONG_FILLER if marked else NO_FILLER] += 1
            return None
        return max(
            fitting,
            key=lambda span: (
                self._agreement(span, row),
                -abs(span.start - trigger.start),
                -span.start,
            ),
        )

    def _links(self, row: Json) -> Iterator[Link]:
        """The links between the mentions of one thing, each with the one before it in the text."""
        label = row.get("type")
        if not isinstance(label, str) or label not in self.ontology.links:
            self.dropped[NO_TYPE if isinstance(label, str) else MALFORMED] += 1
            return
        spans: dict[Span, None] = {}
        for mention in self._rows(row, "mentions"):
            if span := self._mention(mention, spans):
                spans[span] = None
            else:
                self.dropped[NO_MENTION] += 1
        triggers = [span for span in spans if span.label in self.ontology.events]
        alike = triggers if len(triggers) > len(spans) - len(triggers) else [s for s in spans if s not in triggers]
        if len(alike) < 2:
            self.dropped[NO_LINK] += 1
        yield from chain(label, alike)

    def _mention(self, row: Json, taken: Mapping[Span, None]) -> Span | None:
        """The marked span that a link means: not one that it has, and the first of equals in the text."""
        words = _quote_key(row)
        marked = [span for span, own in self._marks.items() if own == words and span not in taken]
        return max(marked, key=lambda span: (self._agreement(span, row), -span.start), default=None)

    def _attributes(self, row: Json) -> tuple[tuple[str, str], ...]:
        attributes: dict[str, str] = {}
        for item in self._rows(row, "attributes"):
            name, value = item.get("name"), item.get("value")
            known = self.ontology.attributes.get(name) if isinstance(name, str) else None
            if known is None or not isinstance(value, str) or value not in known.values:
                self.dropped[NO_TYPE] += 1
            elif value != known.default:
                attributes[known.name] = value
        return tuple(attributes.items())


def _quote_key(row: Json) -> Key:
    """The folded words of a quote, without punctuation around it; empty where there is no quote."""
    quote = row.get("quote")
    if not isinstance(quote, str):
        return ()
    start, end = trim_range(quote, 0, len(quote))
    return key(quote[start:end])


def _before(row: Json) -> str:
    """The letters of the words that an answer gives before a quote."""
    before = row.get("before")
    return _letters(before) if isinstance(before, str) else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))


def _common_end(a: str, b: str) -> int:
    """The length of the longest common ending."""
    length = 0
    while length < min(len(a), len(b)) and a[-1 - length] == b[-1 - length]:
        length += 1
    return length
