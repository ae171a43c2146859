"""Test objects, built by hand from the same inline markup the sample corpus is written in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from annotation.core.document import Document, Provenance
from annotation.core.inline_markup import parse
from annotation.core.ontology import Ontology

ONTOLOGY_PATH = Path(__file__).parent.parent / "conf" / "ontology" / "conflict.yaml"


def build(markup: str, *, by: str | None = None, id: str | None = None, language: str = "he") -> Document:
    """The Document the markup describes, as `by` annotated it."""
    document = parse(markup, id=id, language=language)
    return replace(document, provenance=Provenance(task=1, annotator=by)) if by else document


def conflict() -> Ontology:
    """The ontology naba comes with."""
    return Ontology.load(ONTOLOGY_PATH)
