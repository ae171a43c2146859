"""Documents of the sentences of a file of columns, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from annotation.core.document import Provenance
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.conll_layout import Layout, TagColumn
from annotation.formats.conll_lines import unescaped
from annotation.formats.conll_mentions import Mentions
from annotation.formats.conll_place import Placed, place
from annotation.formats.conll_sentences import ConllSentence, DocumentLine, Token
from annotation.formats.conll_tags import JOINT, OUTSIDE, Chunk, Scheme, chunks, nested_chunks
from annotation.formats.conll_text import agrees_with_comment, text_of_sentences
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.source_text import guess_language


class DocumentReader:
    """Makes Documents of sentences: each document of the file as one, or its sentences in groups."""

    def __init__(self, name: str, layout: Layout, how: ReadOptions, mentions: Mentions | None = None) -> None:
        self.name, self.layout, self.how, self.mentions = name, layout, how, mentions
        self.properties: Mapping[str, str] = {}
        self.waiting: list[ConllSentence] = []
        self.opened, self.empty, self.first = False, False, True
        self.unused_ids = 0

    def read(self, items: Iterable[ConllSentence | DocumentLine]) -> Iterator[DocumentOrLost]:
        """The Documents in file order, and what is lost."""
        for item in items:
            if isinstance(item, DocumentLine):
                yield from self._end()
                self.properties, self.opened, self.first = item.properties, True, True
                self.empty = self.mentions is None
                if self.mentions:
                    self.mentions.begin()
            else:
                yield from self._add(item)
        yield from self._end()
        if self.unused_ids:
            reason = "is the id of a sentence inside a Document, which Documents do not hold"
            yield Lost("other", self.name, reason, count=self.unused_ids)

    @property
    def _whole(self) -> bool:
        return self.opened and self.how.group is None and self.layout.whole

    def _add(self, sentence: ConllSentence) -> Iterator[DocumentOrLost]:
        yield from sentence.lost
        if not sentence.tokens:
            return
        if not agrees_with_comment(sentence):
            yield self._disagreement(sentence)
            self.empty = False
            return
        self.waiting.append(sentence)
        if not self._whole and len(self.waiting) == (self.how.group or 1):
            yield from self._document()

    def _disagreement(self, sentence: ConllSentence) -> Lost:
        words = text_of_sentences([sentence], "")[0]
        reason = "its words are not those of its comment '# text ='; mend one of them; the sentence is left out"
        detail = f"{sentence.comments['text']!r}, but the words are {words!r}"
        return Lost("document", f"{self.name}, line {sentence.tokens[0].line}", reason, detail, "wrong")

    def _end(self) -> Iterator[DocumentOrLost]:
        """The rest of a document; one without sentences is empty."""
        if self.waiting or (self.empty and self._whole):
            yield from self._document()

    def _document(self) -> Iterator[DocumentOrLost]:
        sentences, self.waiting = self.waiting, []
        before = unescaped(self.properties.get("SpacesBefore", "")) if self.first else ""
        self.empty, self.first = False, False
        text, places = text_of_sentences(sentences, before)
        draft, language = DocumentBuilder(text, self.name), self.properties.get("lang") or self._language(text)
        placed = [Placed(s.tokens, where, language) for s, where in zip(sentences, places, strict=True)]
        for sentence in placed:
            for at, column in enumerate(self.layout.columns):
                self._mark(draft, sentence, at, column)
        if self.mentions:
            self.mentions.mark(draft, placed, self.how)
        annotator = self.properties.get("annotator")
        provenance = Provenance(annotator=annotator) if annotator else None
        yield draft.document(self._id(sentences), language, provenance=provenance)
        yield from draft.lost

    def _language(self, text: str) -> str:
        """The text's own language where its letters determine it, else the file's."""
        own = "und" if self.how.language else guess_language(text)
        return self.layout.language if own == "und" else own

    def _id(self, sentences: Sequence[ConllSentence]) -> str:
        """The document's id, or the sentence's where a Document is one sentence."""
        ids = [id for sentence in sentences if (id := sentence.comments.get("sent_id", ""))]
        id = self.properties.get("id", "") if self._whole else ""
        if not id and len(sentences) == 1 and ids:
            return ids[0]
        self.unused_ids += len(ids)
        return id

    def _mark(self, draft: DocumentBuilder, placed: Placed, at: int, column: TagColumn) -> None:
        """Add the mentions or triggers of one column of tags in a sentence."""
        layered = column.several or self.layout.ragged
        found, morphemes = (_nested if layered else _flat)(placed.tokens, at, self.layout.scheme)
        for chunk in found:
            unit: Unit = "event" if chunk.label in self.how.events else "entity"
            if chunk.fault:
                line = f"line {placed.tokens[morphemes[chunk.start][0]].line}"
                draft.note(unit, line, f"{chunk.fault}; taken as far as its tags go", chunk.label)
            last = morphemes[chunk.end - 1]
            goes_on = chunk.end < len(morphemes) and morphemes[chunk.end][0] == last[0]
            place(draft, placed, morphemes[chunk.start], last, chunk.label, unit, goes_on=goes_on)


def _flat(tokens: Sequence[Token], at: int, scheme: Scheme) -> tuple[list[Chunk], list[tuple[int, int]]]:
    """The chunks of a column with one tag a morpheme, and token and place in it of each morpheme."""
    split = [_morphemes(token, at) for token in tokens]
    morphemes = [(number, place) for number, tags in enumerate(split) for place in range(len(tags))]
    return chunks([tag for tags in split for tag in tags], scheme), morphemes


def _morphemes(token: Token, at: int) -> list[str]:
    """The tag of each morpheme: those of the syntactic words where they have any, else the token's own."""
    words = [word.tags[at][0] for word in token.words]
    if any(tag != OUTSIDE for tag in words):
        return words
    return token.tags[at][0].split(JOINT)


def _nested(tokens: Sequence[Token], at: int, scheme: Scheme) -> tuple[list[Chunk], list[tuple[int, int]]]:
    """The chunks of a column with several tags a token, and each token."""
    tags = [[tag for word in (token, *token.words) for tag in word.tags[at] if tag != OUTSIDE] for token in tokens]
    return nested_chunks(tags, scheme), [(number, 0) for number in range(len(tokens))]
