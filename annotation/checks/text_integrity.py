"""Whether the text is still the one the marks were made in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotation.checks.finding import Fault
from annotation.core.document import Document, Span, text_id
from annotation.core.ontology import Ontology

_HASHED = re.compile(r"[0-9a-f]{16}")


def edited(document: Document, ontology: Ontology) -> Iterator[Fault]:
    """An id that is a hash of the text, and the lengths of the lines it was cut from, hold for the text as it is."""
    lines = document.source.body if document.source else ()
    length = sum(end - start for start, end in lines) + len(lines) - 1
    stands = text_id(document.text) == document.id or not _HASHED.fullmatch(document.id)
    if document.text and not (stands and (not lines or length == len(document.text))):
        yield Fault("text", Span(0, len(document.text), "text"))
