"""Errors as the report shows them: the sentences they are in, with what gold has and what was predicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from markupsafe import Markup

from annotation.checks.suspects import Suspect
from annotation.core.document import Document, Span
from annotation.core.words import sentences, split_words
from annotation.page.document_view import direction, heading, task_url
from annotation.page.highlighting import CONTESTED, CORRECT, MISSED, SPURIOUS, Highlight, plain, render
from annotation.page.titles import Names
from training.analysis.error_causes import Attached, Wrong
from training.analysis.exemplars import Exemplar

_CONTEXT = 160
"""Characters on each side of a mark that are shown of a long sentence."""


@dataclass(frozen=True)
class ArgumentView:
    """An argument in words: its event's title, its trigger's words, its role's title and its filler's words."""

    event: str
    trigger: Markup
    role: str
    filler: Markup
    filled_by: str


@dataclass(frozen=True)
class ErrorView:
    """An error with its sentences. `task` is the address of its Label Studio task, or None."""

    cause: str
    stands_for: int
    document: str
    title: Markup
    task: str | None
    language: str
    direction: str
    text: Markup
    gold: ArgumentView | None
    predicted: ArgumentView | None


@dataclass(frozen=True)
class SuspectView:
    """A mark of gold that models contradict, in its context.

    articles: the id of each article of one story that has it, and the address of its task.
    """

    suspect: Suspect
    message: str
    title: Markup
    articles: list[tuple[str, str | None]]
    language: str
    direction: str
    text: Markup


@dataclass(frozen=True)
class Views:
    """Makes views of what stands in these documents.

    studio: the URL of the Label Studio project. stories: the story of each document's id; without it each is its own.
    """

    documents: Mapping[str, Document]
    names: Names
    studio: str | None = None
    stories: Mapping[str, str] = field(default_factory=dict)

    def errors(self, chosen: Iterable[Exemplar]) -> list[ErrorView]:
        """The views of these errors, in their order."""
        return [self._error(exemplar) for exemplar in chosen]

    def _error(self, exemplar: Exemplar) -> ErrorView:
        error = exemplar.error
        document = self.documents[error.document]
        return ErrorView(
            cause=error.cause,
            stands_for=exemplar.stands_for,
            document=document.id,
            title=heading(document),
            task=task_url(self.studio, document),
            language=document.language,
            direction=direction(document.language),
            text=excerpt(document.text, list(self._marks(error))),
            gold=self._argument(error.gold, document.text),
            predicted=self._argument(error.predicted, document.text),
        )

    def suspects(self, chosen: Iterable[Suspect]) -> list[SuspectView]:
        """The views of these suspects, in their order; what near-duplicates have at the same words is one view."""
        views: dict[Hashable, SuspectView] = {}
        times: Counter[Hashable] = Counter()
        for suspect in chosen:
            view, id = self._suspect(suspect), suspect.finding.document
            said = view.message, self._marked(suspect)
            times[id, said] += 1  # the same words twice in one article are two places
            first = views.setdefault((self.stories.get(id, id), said, times[id, said]), view)
            if first is not view:
                first.articles.extend(view.articles)
        return list(views.values())

    def _marked(self, suspect: Suspect) -> str:
        span = suspect.finding.span
        return span.quote(self.documents[suspect.finding.document].text) if span else ""

    def _suspect(self, suspect: Suspect) -> SuspectView:
        document = self.documents[suspect.finding.document]
        span = suspect.finding.span or Span(0, 1, "")
        layer = "trigger" if span.label in self.names.ontology.events else "entity"
        mark = Highlight(span, layer, CONTESTED, self.names.title(span.label))
        return SuspectView(
            suspect=suspect,
            message=suspect.finding.said_in(self.names.wording.language, self.names.ontology),
            title=heading(document),
            articles=[(document.id, task_url(self.studio, document))],
            language=document.language,
            direction=direction(document.language),
            text=excerpt(document.text, [mark]),
        )

    def _argument(self, argument: Attached | None, text: str) -> ArgumentView | None:
        if argument is None:
            return None
        trigger, filler = argument.trigger, argument.filler
        return ArgumentView(
            event=self.names.title(trigger.label),
            trigger=plain(trigger.quote(text)),
            role=self.names.role(argument.role),
            filler=plain(filler.quote(text)),
            filled_by=self.names.title(filler.label),
        )

    def _marks(self, error: Wrong) -> Iterator[Highlight]:
        """The triggers and fillers of both sides, those that are the same once."""
        for layer in ("trigger", "entity"):
            gold, predicted = (
                (side.trigger if layer == "trigger" else side.filler) if side else None
                for side in (error.gold, error.predicted)
            )
            if gold and gold == predicted:
                yield self._mark(gold, layer, CORRECT)
                continue
            for span, state in ((gold, MISSED), (predicted, SPURIOUS)):
                if span:
                    yield self._mark(span, layer, state)

    def _mark(self, span: Span, layer: str, state: str) -> Highlight:
        title, wording = self.names.title(span.label), self.names.wording
        note = wording.gettext("%(type)s: %(state)s", type=title, state=wording.of(state))
        return Highlight(span, layer, state, title, note)


def excerpt(text: str, marks: Sequence[Highlight]) -> Markup:
    """The sentences of the marks, highlighted; what is left out between them is an ellipsis."""
    pieces = [
        render(text[start:end], [replace(m, span=_moved(m.span, start)) for m in marks if start <= m.span.start < end])
        for start, end in _ranges(text, [mark.span for mark in marks])
    ]
    return Markup(" … ").join(pieces)


def _moved(span: Span, by: int) -> Span:
    return replace(span, start=span.start - by, end=span.end - by)


def _ranges(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The ranges to show, in order; those that touch are one."""
    ranges: list[tuple[int, int]] = []
    for start, end in sorted(_around(text, span) for span in spans):
        if ranges and start <= ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
        else:
            ranges.append((start, end))
    return ranges


def _around(text: str, span: Span) -> tuple[int, int]:
    """From the start of the sentence in which the span begins to the end of that in which it ends, or less of both."""
    starts, ends = _sentence_ends(text)
    start = max((at for at in starts if at <= span.start), default=0)
    end = min((at for at in ends if at >= span.end), default=len(text))
    start, end = _at_word(text, start, span.start - _CONTEXT, 1), _at_word(text, end, span.end + _CONTEXT, -1)
    return min(start, span.start), max(end, span.end)


def _at_word(text: str, edge: int, farthest: int, step: int) -> int:
    """The sentence's edge, or where that is too far the nearest space inside `farthest`."""
    if (edge - farthest) * step >= 0:
        return edge
    while 0 < farthest < len(text) and not text[farthest].isspace():
        farthest += step
    return farthest + (step > 0)


@lru_cache(maxsize=64)
def _sentence_ends(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where each sentence of the text starts, and where each ends."""
    words = split_words(text)
    numbers = sentences(text, words)
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for word, number in zip(words, numbers, strict=True):
        starts.setdefault(number, word.start)
        ends[number] = word.end
    return tuple(starts.values()), tuple(ends.values())
