"""INCEpTION's layers as a Document: spans and slots, relations, chains, from any of its file formats.

A span of a layer with slots is a trigger, its slots are arguments with the slot's role; so is a span whose label is
among the events. A relation that starts at a trigger is an argument with its label as role; other relations, and the
neighbours in a chain, are links. The label is the layer's feature `value` or `label`, else its first feature, else the
layer's name. Other features are an event's attributes. Layers of grammar are counted as lost, tokens and sentences are
passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotation.core.document import Span
from annotation.formats.base import ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder

ENTITY_LAYER = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
EVENT_LAYER = "webanno.custom.Event"
ENTITY_LINKS, EVENT_LINKS = "webanno.custom.EntityLink", "webanno.custom.EventLink"
"""The layers naba itself writes."""
_LABELS = ("value", "label")
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
_MARKS = tuple(_DKPRO + part for part in ("ner.", "coref.", "semantics."))
_SEGMENTS = (_DKPRO + "segmentation.type.Token", _DKPRO + "segmentation.type.Sentence")


@dataclass(eq=False)
class UimaMark:
    """A span of a layer, in code points. `slots` are roles with their fillers, None where a filler is not there.

    `quoted` is what the file says the words are, where that has to be checked.
    """

    layer: str
    start: int
    end: int
    at: str
    features: dict[str, str] = field(default_factory=dict)
    slots: list[tuple[str, UimaMark | None]] = field(default_factory=list)
    has_slots: bool = False
    quoted: str | None = None


@dataclass(eq=False)
class Arrow:
    """A relation between two spans, or between neighbours in a chain (not `directed`), or between tokens."""

    layer: str
    source: UimaMark | None
    target: UimaMark | None
    at: str
    features: dict[str, str] = field(default_factory=dict)
    directed: bool = True
    on_tokens: bool = False


def is_grammar(layer: str) -> bool:
    """Whether the layer is of DKPro's analyses of language, such as parts of speech and dependencies."""
    return layer.startswith(_DKPRO) and not layer.startswith(_MARKS)


def is_segment(layer: str) -> bool:
    """Whether the layer only cuts the text into tokens or sentences."""
    return layer in _SEGMENTS


def add_marks(
    draft: DocumentBuilder,
    marks: Sequence[UimaMark],
    arrows: Sequence[Arrow],
    features: Mapping[str, Sequence[str]],
    how: ReadOptions,
) -> None:
    """Add the spans, arguments, attributes and links to the Document, and record what it does not hold.

    `features` are the names of each layer's features in its own order.
    """
    items: list[UimaMark | Arrow] = [*marks, *arrows]
    grammar = Counter(item.layer for item in items if is_grammar(item.layer) and not is_segment(item.layer))
    for layer, count in grammar.items():
        draft.lose("other", "", "is grammar, which Documents do not hold", _short(layer), count)
    labels = {layer: label_feature(layer, features) for layer in dict.fromkeys(item.layer for item in items)}
    for layer, label in labels.items():
        if label and label not in _LABELS and len(features[layer]) > 1 and not is_grammar(layer):
            detail = f"{_short(layer)}: {label} of {', '.join(features[layer])}"
            draft.note("other", "", "has several features; the first is its label", detail)
    reader = _MarkReader(draft, labels, how)
    kept = [mark for mark in marks if not is_grammar(mark.layer)]
    for mark in kept:
        reader.mark(mark)
    for mark in kept:
        reader.slots(mark)
    for arrow in arrows:
        if not is_grammar(arrow.layer):
            reader.arrow(arrow)


def label_feature(layer: str, features: Mapping[str, Sequence[str]]) -> str | None:
    """The feature that holds the label of a layer's marks; None where it has no features."""
    names = features.get(layer, ())
    return next((name for name in (*_LABELS, *names) if name in names), None)


class _MarkReader:
    def __init__(self, draft: DocumentBuilder, labels: Mapping[str, str | None], how: ReadOptions) -> None:
        self._draft, self._labels, self._how = draft, labels, how
        self._spans: dict[UimaMark, Span] = {}

    def _label(self, item: UimaMark | Arrow) -> str:
        feature = self._labels[item.layer]
        return (item.features.get(feature) if feature else None) or _short(item.layer)

    def mark(self, mark: UimaMark) -> None:
        """Add the span as an entity or a trigger."""
        label = self._label(mark)
        event = mark.has_slots or mark.layer == EVENT_LAYER or label in self._how.events
        unit: Unit = "event" if event else "entity"
        if mark.start == mark.end:
            self._draft.lose(unit, mark.at, "stands between two characters, on none", f"{label} [{mark.start}]")
            return
        span = self._draft.span(mark.start, mark.end, label, at=mark.at, quoted=mark.quoted, unit=unit)
        if span is None:
            return
        self._spans[mark] = span
        if event:
            self._draft.event(span, at=mark.at)
        else:
            self._draft.entity(span, at=mark.at)

    def slots(self, mark: UimaMark) -> None:
        """Add the arguments and attributes of a mark that was added before."""
        span = self._spans.get(mark)
        for role, target in mark.slots:
            filler = self._spans.get(target) if target else None
            if span is None or filler is None:
                reason = "joins a mark that is not there or was not taken over"
                self._draft.wrong("argument", mark.at, reason, role)
            elif filler == span and target is not mark:
                reason = "is filled by an event that became one with its own"
                self._draft.lose("argument", mark.at, reason, role)
            else:
                self._draft.argument(span, role, filler, at=mark.at)
        for name, value in mark.features.items():
            if name != self._labels[mark.layer]:
                self._attribute(mark, span, name, value)

    def _attribute(self, mark: UimaMark, span: Span | None, name: str, value: str) -> None:
        if span is None:
            self._draft.wrong("attribute", mark.at, "hangs on a mark that was not taken over", f"{name} {value}")
        elif not self._draft.is_event(span):
            reason = "hangs on an entity; only events have attributes"
            self._draft.lose("attribute", mark.at, reason, f"{name} {value}")
        else:
            self._draft.attribute(span, name, value, at=mark.at)

    def arrow(self, arrow: Arrow) -> None:
        """Add the argument or link between marks that were added before."""
        label = self._label(arrow)
        source = self._spans.get(arrow.source) if arrow.source else None
        target = self._spans.get(arrow.target) if arrow.target else None
        own = arrow.layer in (ENTITY_LINKS, EVENT_LINKS)
        role = not own and arrow.directed and label not in self._how.links
        role = role and source is not None and self._draft.is_event(source)
        if arrow.on_tokens:
            self._draft.lose("link", arrow.at, "joins words, which are no marks of a Document", label)
        elif source is None or target is None:
            reason = "joins a mark that is not there or was not taken over"
            self._draft.wrong("argument" if role else "link", arrow.at, reason, label)
        elif role:
            self._draft.argument(source, label, target, at=arrow.at)
        else:
            self._draft.link(label, source, target, at=arrow.at, directed=arrow.directed and not own)
        for name, value in arrow.features.items():
            if name != self._labels[arrow.layer]:
                reason = "hangs on a relation; only events have attributes"
                self._draft.lose("attribute", arrow.at, reason, f"{name} {value}")


def _short(layer: str) -> str:
    """The layer's name without its package."""
    return layer.rpartition(".")[2]
