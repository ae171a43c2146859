"""Rule on the text: it is still the text that was annotated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotation.checks.finding import Fault
from annotation.core.document import Document, Span, text_id
from annotation.core.ontology import Ontology

_HASHED = re.compile(r"[0-9a-f]{16}")


def edited(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An id that is a hash of the text, and the lengths of the lines of its source, agree with the text."""
    lines = document.source.body if document.source else ()
    length = sum(end - start for start, end in lines) + len(lines) - 1
    id_agrees = text_id(document.text) == document.id or not _HASHED.fullmatch(document.id)
    if document.text and not (id_agrees and (not lines or length == len(document.text))):
        yield Fault("text", Span(0, len(document.text), "text"))
