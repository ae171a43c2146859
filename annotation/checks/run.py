"""Document x Ontology -> findings: what is wrong in an annotation, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from annotation.checks import boundaries, consistency, file_faults, structure, text_integrity
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
    text_integrity.edited,
)
CORPUS_RULES: tuple[CorpusRule, ...] = (consistency.proclitics, consistency.two_ways, consistency.repeats)


def check(document: Document, ontology: Ontology, corpus: Corpus | None = None) -> list[Finding]:
    """Every finding in the document, in text order, errors first where two share a place.

    `corpus` has counted all documents that are checked together; without it the document stands for itself.
    """
    counts = corpus or Corpus([document])
    faults = [fault for rule in RULES for fault in rule(document, ontology)]
    faults += [fault for rule in CORPUS_RULES for fault in rule(document, ontology, counts)]
    return [finding(fault, document) for fault in sorted(faults, key=lambda f: (f.span, f.kind not in ERRORS))]


def check_all(documents: Iterable[Document], ontology: Ontology, corpus: Corpus | None = None) -> Iterator[Finding]:
    """`check` over many documents, one at a time."""
    for document in documents:
        yield from check(document, ontology, corpus)


def check_file(path: Path, ontology: Ontology) -> Iterator[Finding]:
    """Every finding in a Documents file, in its order, and then in what the pull that wrote it set aside.

    Lines that hold no Document are findings too, and stop nothing. The file is read twice: first to count.
    """
    corpus = Corpus(read for read in file_faults.read_lines(path) if isinstance(read, Document))
    quarantined = file_faults.SetAside(PullFiles(path).quarantine)
    for read in file_faults.read_lines(path):
        if isinstance(read, Document):
            quarantined.meet(read)
            yield from check(read, ontology, corpus)
        else:
            yield from read
    yield from quarantined.findings()
