"""What is compared of new articles and those trained on: each a sum over articles divided by another sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from annotation.core.bootstrap import Floats
from annotation.core.intervals import FEWEST, by_cluster


@dataclass(frozen=True)
class ArticleFigures:
    """What is counted in one article. Counts, but for `scores`, sums of scores in 0..1 by layer, and `uncertainty`.

    pieces: tokens of the model's tokenizer, `unknown` those that no other story it was trained on has. unreadable:
    words of which the encoder is shown nothing. source: "" where not known. new_source: whether it is known, and no
    other article it was trained on is of it. events: predicted, by type. marks: predicted, by layer. uncertainty: in
    nats a word, None where unknown.
    """

    language: str
    source: str
    words: int
    pieces: int
    unknown: int
    unreadable: int
    new_source: bool
    events: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    uncertainty: float | None = None


@dataclass(frozen=True)
class Articles:
    """The figures of articles, and the story of each."""

    figures: Sequence[ArticleFigures]
    stories: Sequence[str]


Part = Callable[[ArticleFigures], float]


@dataclass(frozen=True)
class Measure:
    """A sum of `part` over a sum of `whole`. share: whether it is in 0..1, so that Cohen's h applies."""

    kind: str
    name: str
    part: Part
    whole: Part
    share: bool = True

    def sums(self, articles: Articles) -> Floats:
        """Both sums of each story, [stories, 2]."""
        rows = np.array([[self.part(row), self.whole(row)] for row in articles.figures], dtype=np.float64)
        return by_cluster(rows.reshape(-1, 2), articles.stories)


def of_texts(rows: Sequence[ArticleFigures]) -> Iterator[Measure]:
    """What is counted in texts."""
    yield Measure("unknown", "unknown pieces", lambda row: row.unknown, lambda row: row.pieces)
    yield Measure("unknown", "unreadable words", lambda row: row.unreadable, lambda row: row.words)
    yield Measure("length", "words an article", lambda row: row.words, lambda row: 1, share=False)
    yield Measure("length", "pieces a word", lambda row: row.pieces, lambda row: row.words, share=False)
    yield Measure("source", "a new source", lambda row: row.new_source, lambda row: bool(row.source))
    for name in _names(row.language for row in rows):
        yield Measure("language", name, lambda row, name=name: row.language == name, lambda row: 1)  # type: ignore[misc]
    for name in _repeated(row.source for row in rows if row.source):
        yield Measure("source", name, lambda row, name=name: row.source == name, lambda row: bool(row.source))  # type: ignore[misc]


def of_predictions(rows: Sequence[ArticleFigures]) -> Iterator[Measure]:
    """What is counted in predictions."""
    yield Measure("type", "events in 100 words", lambda row: 100 * sum(row.events.values()), _words, share=False)
    for name in _names(name for row in rows for name in row.events):
        yield Measure("type", name, lambda row, name=name: row.events.get(name, 0), _events)  # type: ignore[misc]
    for layer in _names(layer for row in rows for layer in row.marks):
        yield Measure(
            "score",
            layer,
            lambda row, layer=layer: row.scores.get(layer, 0.0),  # type: ignore[misc]
            lambda row, layer=layer: row.marks.get(layer, 0),  # type: ignore[misc]
        )
    if all(row.uncertainty is not None for row in rows):
        yield Measure(
            "uncertainty", "nats a word", lambda row: (row.uncertainty or 0.0) * row.words, _words, share=False
        )


def events_by_type(*sides: Articles) -> list[Floats]:
    """Predicted events of each story by type, [stories, types] for each side; types are those of any side."""
    names = _names(name for side in sides for row in side.figures for name in row.events)
    return [_events_of(side, names) for side in sides]


def _events_of(side: Articles, names: Sequence[str]) -> Floats:
    rows = np.array([[row.events.get(name, 0) for name in names] for row in side.figures], dtype=np.float64)
    return by_cluster(rows.reshape(len(side.figures), len(names)), side.stories)


def _words(row: ArticleFigures) -> float:
    return row.words


def _events(row: ArticleFigures) -> float:
    return sum(row.events.values())


def _names(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _repeated(names: Iterable[str]) -> list[str]:
    """Names that stand for more than one article: a file's own name is no source."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return sorted(name for name, count in seen.items() if count >= FEWEST)
