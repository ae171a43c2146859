"""Writer of DyGIE++'s JSON lines, for training its models of entities, relations, events and coreference.

Words are cut where a span begins or ends, and a trigger of several words is one token, since DyGIE++'s triggers are.
Arguments and relations have to stand in one sentence; a sentence goes on where a span crosses its end. Links `SameAs`
become clusters. `_text` holds each sentence as it stands in the article, a key that DyGIE++ passes over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from annotation.core.document import Document, Event, Json, Link, Span
from annotation.core.link_clusters import chain, link_clusters
from annotation.core.words import Word, sentences
from annotation.formats.base import Lost, Unit, WriteOptions
from annotation.formats.dygie import DATASET, TEXT
from annotation.formats.file_marks import SAME
from annotation.formats.json_values import json_line
from annotation.formats.tokenization import borders, word_ranges
from annotation.formats.trim_whitespace import trim
from annotation.storage.documents_file import atomic

Ranges = list[tuple[int, int]]


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one article a line and return what the lines do not hold."""
    lost: list[Lost] = []
    with atomic(out) as file:
        for document in documents:
            trimmed, trims = trim(document)
            article = _Article(trimmed)
            file.write(json_line(article.row()))
            lost += [*trims, *article.lost]
    return lost


class _Article:
    """One Document in tokens and sentences. Its lists of offsets count the tokens of the article."""

    def __init__(self, document: Document) -> None:
        self.document, self.lost = document, list[Lost]()
        self.tokens = _tokens(document)
        self.firsts = _sentence_starts(document, self.tokens)
        self.begins = {start: at for at, (start, _) in enumerate(self.tokens)}
        self.ends = {end: at for at, (_, end) in enumerate(self.tokens)}
        self.at_range: dict[tuple[int, int], Span] = {}
        for span in [*document.entities, *document.triggers]:  # the order in which a reader finds marks
            self.at_range.setdefault((span.start, span.end), span)

    def row(self) -> Json:
        """The Document as a line."""
        ranges = list(pairwise([*self.firsts, len(self.tokens)])) or [(0, 0)]
        words = [self.document.text[start:end] for start, end in self.tokens]
        starts = [0, *(self.tokens[first][0] for first, _ in ranges[1:]), len(self.document.text)]
        row: dict[str, object] = {"doc_key": self.document.id, "dataset": DATASET}
        row["sentences"] = [words[first:last] for first, last in ranges]
        row |= {"ner": self._empty(), "relations": self._empty(), "events": self._empty()}
        row |= {"clusters": [], "event_clusters": []}
        row[TEXT] = [self.document.text[start:end] for start, end in pairwise(starts)]
        self._fill(row)
        return row

    def _empty(self) -> list[list[object]]:
        return [[] for _ in self.firsts] or [[]]

    def _fill(self, row: dict[str, object]) -> None:
        by_layer = {layer: value for layer, value in row.items() if isinstance(value, list)}
        for span in self.document.entities:
            by_layer["ner"][self._sentence(span)].append([*self._place(span), span.label])
        kept = [event for event in self.document.events if self._is_one_token(event)]
        self._note_shared("entity", self.document.entities)
        self._note_shared("event", [event.trigger for event in kept])
        for event in kept:
            by_layer["events"][self._sentence(event.trigger)].append(self._event(event, kept))
        links = [link for link in self.document.links if self._holds_link(link, kept)]
        for link in links:
            if link.label != SAME:
                ends = [*self._place(link.a), *self._place(link.b)]
                by_layer["relations"][self._sentence(link.a)].append([*ends, link.label])
        self._clusters([link for link in links if link.label == SAME], by_layer)
        if self.document.source:
            self._lose("source", "has no place beside the tokens", "")

    def _note_shared(self, unit: Unit, spans: Sequence[Span]) -> None:
        """Note marks of one kind on the same words, all of which are written."""
        if shared := len(spans) - len({(span.start, span.end) for span in spans}):
            reason = "has the words of another with another label; DyGIE++ learns only one label of them"
            self.lost.append(Lost(unit, self.document.id, reason, kind="noted", count=shared))

    def _is_one_token(self, event: Event) -> bool:
        """Whether the trigger is one token; else the event and all of it are lost."""
        start, end = self._place(event.trigger)
        if start != end:
            reason = "has a trigger inside which another mark begins or ends; DyGIE++'s triggers are one token"
            self._lose("event", reason, event.type)
            for argument in event.arguments:
                self._lose("argument", "is of an event that could not be written", argument.role)
        for name, value in event.attributes:
            self._lose("attribute", "has no place beside the tokens", f"{event.type} {name} {value}")
        return start == end

    def _event(self, event: Event, kept: list[Event]) -> list[object]:
        triggers = {other.trigger for other in kept}
        row: list[object] = [[self._place(event.trigger)[0], event.type]]
        for argument in event.arguments:
            filler = argument.filler
            if filler not in triggers and filler not in self.document.entities:
                self._lose("argument", "is filled by an event that could not be written", argument.role)
            elif self.at_range[filler.start, filler.end] != filler:
                self._lose("argument", "is filled by words that have another mark too", argument.role)
            elif self._sentence(filler) != self._sentence(event.trigger):
                self._lose("argument", "is in another sentence than its trigger", argument.role)
            else:
                row.append([*self._place(filler), argument.role])
        return row

    def _holds_link(self, link: Link, kept: list[Event]) -> bool:
        marks = {*self.document.entities, *(event.trigger for event in kept)}
        if not {link.a, link.b} <= marks:
            self._lose("link", "joins an event that could not be written", link.label)
        elif any(self.at_range[end.start, end.end] != end for end in (link.a, link.b)):
            self._lose("link", "joins words that have another mark too", link.label)
        elif link.label != SAME and self._sentence(link.a) != self._sentence(link.b):
            self._lose("link", "joins two sentences", link.label)
        else:
            return True
        return False

    def _clusters(self, links: list[Link], by_layer: dict[str, list[list[object]]]) -> None:
        """Write clusters, and record the links that a chain through each does not hold."""
        chained: set[Link] = set()
        for cluster in link_clusters(links):
            layer = "clusters" if cluster & {*self.document.entities} else "event_clusters"
            by_layer[layer].append([[*self._place(span)] for span in sorted(cluster)])
            chained |= set(chain(SAME, cluster))
        if extra := len(links) - len(chained):
            reason = "joins mentions that others join already; a cluster holds them all"
            self.lost.append(Lost("link", self.document.id, reason, SAME, count=extra))
        if moved := len(chained - set(links)):
            reason = "joins mentions of a cluster; each is linked with the next in the text when it is read"
            self.lost.append(Lost("link", self.document.id, reason, SAME, "noted", moved))

    def _place(self, span: Span) -> tuple[int, int]:
        return self.begins[span.start], self.ends[span.end]

    def _sentence(self, span: Span) -> int:
        return max(bisect_right(self.firsts, self.begins[span.start]) - 1, 0)

    def _lose(self, unit: Unit, reason: str, detail: str) -> None:
        self.lost.append(Lost(unit, self.document.id, reason, detail))


def _tokens(document: Document) -> Ranges:
    """Words cut at every border of a mark, those of a trigger joined where no other mark begins or ends inside."""
    cuts = borders(document)
    words = word_ranges(document.text, cuts)
    whole = {
        trigger.start: trigger.end
        for trigger in document.triggers
        if not any(trigger.start < cut < trigger.end for cut in cuts)
    }
    joined: Ranges = []
    for start, end in words:
        if joined and joined[-1][1] > start:
            continue  # inside a trigger
        joined.append((start, whole.get(start, end)))
    return joined


def _sentence_starts(document: Document, tokens: Ranges) -> list[int]:
    """The first token of each sentence: where a sentence ends and no mark goes on."""
    numbers = sentences(document.text, [Word(start, end, ()) for start, end in tokens])
    changes = [at for at in range(1, len(tokens)) if numbers[at] != numbers[at - 1]]
    spans = sorted((span.start, span.end) for span in document.spans())
    begins = [start for start, _ in spans]
    reach = list(accumulate((end for _, end in spans), max))

    def crossed(offset: int) -> bool:
        before = bisect_right(begins, offset - 1)
        return before > 0 and reach[before - 1] > offset

    return [0, *(at for at in changes if not crossed(tokens[at][0]))] if tokens else []
