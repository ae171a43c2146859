"""Mentions of a CoNLL-U file beside its columns of tags: those in `Entity=` with their entities, and PARSEME's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from annotation.core.document import Span
from annotation.formats.base import Lost, ReadOptions, Unit
from annotation.formats.conll_brackets import EntityBrackets, Mention, expressions
from annotation.formats.conll_counts import FileCounts
from annotation.formats.conll_layout import Layout
from annotation.formats.conll_lines import raw_pairs
from annotation.formats.conll_place import Placed, place
from annotation.formats.conll_sentences import Token
from annotation.formats.document_builder import DocumentBuilder, longest

SAME = "SameAs"
"""The label of links between mentions of one entity."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a token, or of one of its syntactic words: the first and last morpheme it stands for."""

    token: int
    first: int
    last: int
    value: str


@dataclass
class Mentions:
    """Reads the mentions of one file's Documents, and counts what they do not hold."""

    name: str
    layout: Layout
    names: Sequence[str]
    others: Counter[str] = field(default_factory=Counter)
    unlabelled: int = 0
    apart: int = 0
    _entities: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, name: str, layout: Layout, counts: FileCounts) -> Mentions:
        """The mentions of a file, whose comments may declare the parts of `Entity=`."""
        declared = counts.comment_values.get("global.Entity", "")
        return cls(name, layout, declared.split("-") if declared else ())

    def begin(self) -> None:
        """A document of the file begins; its entities are others than those before."""
        self._entities = set()

    def mark(self, draft: DocumentBuilder, sentences: Sequence[Placed], how: ReadOptions) -> None:
        """Add the mentions of a Document, and links between those of one entity."""
        for sentence in sentences if self.layout.expressions is not None else ():
            cells = list(_cells(sentence.tokens, self._expression))
            for mention in expressions(cell.value for cell in cells):
                self._place(draft, sentence, cells, mention, how)
        if self.layout.misc is not None and sentences:
            self._mark_entities(draft, _together(sentences), how)

    def _mark_entities(self, draft: DocumentBuilder, placed: Placed, how: ReadOptions) -> None:
        cells, brackets = list(_cells(placed.tokens, self._entity)), EntityBrackets(self.names)
        brackets.read(cell.value for cell in cells)
        self.others += brackets.others
        for fault in brackets.faults:
            line = f"line {placed.tokens[cells[fault.word].token].line}"
            draft.wrong("entity", line, fault.reason, fault.detail)
        last: dict[str, Span] = {}
        for mention in sorted(brackets.mentions, key=lambda mention: (mention.start, -mention.end)):
            span = self._place(draft, placed, cells, mention, how)
            if span is not None and mention.id:
                self._link(draft, last, mention.id, span)

    def _link(self, draft: DocumentBuilder, last: dict[str, Span], id: str, span: Span) -> None:
        if id in last and last[id] != span:
            draft.link(SAME, last[id], span)
        elif id in self._entities and id not in last:
            self.apart += 1
        last[id] = span
        self._entities.add(id)

    def _place(
        self, draft: DocumentBuilder, placed: Placed, cells: Sequence[_Cell], mention: Mention, how: ReadOptions
    ) -> Span | None:
        label = mention.label or self.layout.label
        self.unlabelled += not mention.label
        unit: Unit = "event" if label in how.events else "entity"
        start, end = mention.start, mention.end
        if mention.pieces:
            start, end = longest(mention.pieces)
        if len(mention.pieces) > 1:
            line = f"line {placed.tokens[cells[start].token].line}"
            draft.note(unit, line, "is in several pieces; only the longest is kept", label)
        first, last = cells[start], cells[end]
        goes_on = last.last < len(placed.tokens[last.token].words) - 1
        where = (first.token, first.first), (last.token, last.last)
        return place(draft, placed, *where, label, unit, goes_on=goes_on)

    def _expression(self, token: Token) -> str:
        at = self.layout.expressions
        return token.cells[at] if at is not None and at < len(token.cells) else ""

    def _entity(self, token: Token) -> str:
        at = self.layout.misc
        cells = token.cells[at : at + 1] if at is not None else []
        return "".join(value for name, value in raw_pairs(cells) if name == "Entity")

    def summary(self) -> Iterator[Lost]:
        """What the file has that Documents do not hold, once a sort."""
        for part, count in self.others.items():
            if count:
                yield Lost("other", self.name, f"is a {part} in Entity=, which Documents do not hold", count=count)
        if self.unlabelled:
            reason = f"has no type; {self.layout.label!r} stands for it, or what --tag-label gives"
            yield Lost("entity", self.name, reason, kind="noted", count=self.unlabelled)
        if self.apart:
            reason = "joins mentions that are in different Documents; with larger ones (--group) it is kept"
            yield Lost("link", self.name, reason, count=self.apart)


def _together(sentences: Sequence[Placed]) -> Placed:
    tokens = [token for sentence in sentences for token in sentence.tokens]
    return Placed(tokens, [place for sentence in sentences for place in sentence.ranges], sentences[0].language)


def _cells(tokens: Sequence[Token], value: Callable[[Token], str]) -> Iterator[_Cell]:
    for number, token in enumerate(tokens):
        yield _Cell(number, 0, max(0, len(token.words) - 1), value(token))
        for at, word in enumerate(token.words):
            yield _Cell(number, at, at, value(word))
