"""All checks, Document x Ontology -> findings: what is wrong in an annotation, where, and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from annotation.checks import boundaries, consistency, empty_submissions, file_faults, structure, text_integrity
from annotation.checks.corpus_counts import Corpus
from annotation.checks.finding import Fault, Finding, Rule, finding
from annotation.checks.wording import ERRORS
from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.storage.pull_files import PullFiles

CorpusRule: TypeAlias = Callable[[Document, Ontology, Corpus], Iterator[Fault]]

RULES: tuple[Rule, ...] = (
    *(structure.labels, boundaries.edges, boundaries.words, structure.roles, structure.cardinality, structure.expected),
    *(structure.attributes, structure.crossings, structure.self_filling, structure.repeated, structure.links),
    structure.empty,
    text_integrity.edited,
)
CORPUS_RULES: tuple[CorpusRule, ...] = (
    *(consistency.proclitics, consistency.two_ways, consistency.repeats),
    empty_submissions.against_others,
)


def check(document: Document, ontology: Ontology, corpus: Corpus | None = None) -> list[Finding]:
    """Every finding in the document, in text order; of two at the same place, errors first.

    `corpus` holds the counts of all documents that are checked together; without it only this document is counted.
    """
    counts = corpus or Corpus([document])
    faults = [fault for rule in RULES for fault in rule(document, ontology)]
    faults += [fault for rule in CORPUS_RULES for fault in rule(document, ontology, counts)]
    return [
        finding(fault, document) for fault in sorted(faults, key=lambda fault: (fault.span, fault.kind not in ERRORS))
    ]


def check_all(documents: Iterable[Document], ontology: Ontology, corpus: Corpus | None = None) -> Iterator[Finding]:
    """The findings of many documents, one document at a time, as `check` gives them."""
    for document in documents:
        yield from check(document, ontology, corpus)


def check_file(path: Path, ontology: Ontology, suggested: Iterable[Document] = ()) -> Iterator[Finding]:
    """Every finding in a Documents file, in its order, and then those in the quarantine of its pull.

    `suggested` is what a model suggested in these articles; empty submissions are held against it.

    Lines that hold no Document are findings too and do not stop the check. The file is read twice: first for the
    counts. Raises UsageError when it cannot be read.
    """
    corpus = Corpus(item for item in file_faults.read_lines(path) if isinstance(item, Document))
    for document in suggested:
        corpus.suggest(document)
    quarantined = file_faults.SetAside(PullFiles(path).quarantine)
    for item in file_faults.read_lines(path):
        if isinstance(item, Document):
            quarantined.meet(item)
            yield from check(item, ontology, corpus)
        else:
            yield from item
    yield from quarantined.findings()
