"""Figures of articles for a comparison with those that a model was trained on: pieces, sources, predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from annotation.core.document import Document, Span
from annotation.core.layers import ARGUMENT, ENTITY, PLURAL, TRIGGER
from annotation.core.near_duplicates import duplicate_clusters
from annotation.core.text import folded
from annotation.core.words import Word, split_words
from annotation.snapshot.snapshot import THRESHOLD
from training.analysis.drift_measures import ArticleFigures, Articles
from training.analysis.stories import story_names
from training.encoding.tokenizer import HubTokenizer, Tokenizer
from training.scoring.outlets import outlet


def pieces(tokenizer: Tokenizer, text: str, words: Sequence[Word]) -> list[Hashable]:
    """The tokens of a text by what tells them apart; the compact encoder's are words, folded."""
    if isinstance(tokenizer, HubTokenizer):
        return list(tokenizer.tokens(text)[0].tolist())
    quotes = (text[word.start : word.end] for word in words)
    return [folded(quote) or quote for quote in quotes]


@dataclass
class TrainedOn:
    """What a model was trained on: in how many stories each piece is, and how many articles each source has."""

    tokenizer: Tokenizer
    documents: Sequence[Document]
    stories: Sequence[str] = field(init=False)
    _by_story: dict[str, set[Hashable]] = field(init=False, default_factory=dict)
    _pieces: Counter[Hashable] = field(init=False, default_factory=Counter)
    _sources: Counter[str] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        self.stories = story_names(self.documents)
        for document, story in zip(self.documents, self.stories, strict=True):
            found = pieces(self.tokenizer, document.text, split_words(document.text))
            self._by_story.setdefault(story, set()).update(found)
            self._sources[outlet(document)] += 1
        for kinds in self._by_story.values():
            self._pieces.update(kinds)

    def articles(self) -> Articles:
        """The figures of these articles themselves, each as if its own story were not among them."""
        pairs = zip(self.documents, self.stories, strict=True)
        return Articles([self.figures(document, story) for document, story in pairs], self.stories)

    def new(self, documents: Iterable[Document]) -> Articles:
        """The figures of predicted articles, which are read once and not kept."""
        rows: list[ArticleFigures] = []

        def reading() -> Iterator[Document]:
            for document in documents:
                rows.append(self.figures(document))
                yield document

        stories = [str(number) for number in duplicate_clusters(reading(), THRESHOLD)]
        return Articles(rows, stories)

    def figures(self, document: Document, story: str | None = None) -> ArticleFigures:
        """The figures of one article. story: its own, where it is one that the model was trained on."""
        words = split_words(document.text)
        found = pieces(self.tokenizer, document.text, words)
        own = self._by_story.get(story or "", set())
        unknown = sum(self._pieces[piece] - (piece in own) <= 0 for piece in found)
        scores, source = _scores(document), outlet(document)
        return ArticleFigures(
            language=document.language,
            source=source,
            words=len(words),
            pieces=len(found),
            unknown=unknown,
            unreadable=int(self.tokenizer.unseen(document.text, words).sum()) if words else 0,
            new_source=bool(source) and self._sources[source] - (story is not None) <= 0,
            events=Counter(event.type for event in document.events),
            marks={layer: len(values) for layer, values in scores.items()},
            scores={layer: sum(values) for layer, values in scores.items()},
            uncertainty=document.provenance.uncertainty if document.provenance else None,
        )


def _scores(document: Document) -> dict[str, list[float]]:
    """The scores of predicted marks, by layer."""
    arguments = [argument.score for event in document.events for argument in event.arguments]
    by_layer = {TRIGGER: _of(document.triggers), ENTITY: _of(document.entities), ARGUMENT: arguments}
    return {PLURAL[layer]: [score for score in scores if score is not None] for layer, scores in by_layer.items()}


def _of(spans: Iterable[Span]) -> list[float | None]:
    return [span.score for span in spans]
