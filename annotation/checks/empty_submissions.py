"""Rule on empty submissions: an annotator marks nothing where others, or the model's suggestion, find events."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.checks.corpus_counts import Corpus
from annotation.checks.finding import Fault
from annotation.core.annotator_versions import annotator
from annotation.core.document import Document, Span
from annotation.core.ontology import Ontology

OTHERS, MODEL = "empty-others", "empty-model"


def against_others(document: Document, ontology: Ontology, corpus: Corpus) -> Iterator[Fault]:
    """An article without any mark is one in which nobody else marked an event, and the model suggested none.

    It makes no difference whether the annotator stated that it tells of no event.
    """
    if not document.text or not _submitted(document) or any(document.spans()):
        return
    whole = Span(0, len(document.text), "text")
    if people := corpus.found_events(document.id) - {annotator(document)}:
        yield Fault(OTHERS, whole, {"count": len(people)})
    if events := corpus.suggested_events(document):
        yield Fault(MODEL, whole, {"count": events})


def _submitted(document: Document) -> bool:
    """Whether a person made these annotations."""
    said = document.provenance
    return said is not None and said.model_version is None and (said.annotation is not None or bool(said.annotator))
