"""Writer of token columns: word, white space, and one column of tags for each level of nested annotations.

Words are cut where an annotation begins or ends, so that one may begin behind a proclitic; `SpaceAfter=No` and
`SpacesAfter=...` in the second column give the white space between them. Each Document begins with a -DOCSTART- line
with its id. Tags are BIO, the outermost annotations in the first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from annotation.core.document import Document, Span
from annotation.formats.base import Lost, WriteOptions
from annotation.formats.conll_lines import DOCSTART, escaped
from annotation.formats.conll_tags import OUTSIDE
from annotation.formats.label_codes import without
from annotation.formats.tokenization import borders, word_ranges
from annotation.formats.trim_whitespace import trim
from annotation.storage.documents_file import atomic

_NOTHING = "_"
_ILLEGAL = re.compile(r"[\s^]")


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write all Documents to one file and return what columns do not hold."""
    lost: list[Lost] = []
    rows: list[tuple[Document, list[list[Span]]]] = []
    for document in documents:
        trimmed, trims = trim(document)
        lost += [*trims, *losses(trimmed)]
        rows.append((trimmed, layers(trimmed.spans())))
    depth = max((len(layered) for _, layered in rows), default=0) or 1
    with atomic(out) as file:
        for document, layered in rows:
            file.writelines(_lines(document, [*layered, *([] for _ in range(depth - len(layered)))]))
    return lost


def losses(document: Document) -> list[Lost]:
    """The parts of a Document that files of tags do not hold."""
    lost = [
        Lost("argument", document.id, "tags have no roles", argument.role)
        for event in document.events
        for argument in event.arguments
    ]
    lost += [
        Lost("attribute", document.id, "tags have none", f"{name}={value}")
        for event in document.events
        for name, value in event.attributes
    ]
    lost += [Lost("link", document.id, "tags have none", link.label) for link in document.links]
    for label in sorted({span.label for span in document.spans() if _ILLEGAL.search(span.label)}):
        lost.append(Lost("other", document.id, "a label with a space or ^ has %XX in its place there", label, "noted"))
    if document.source:
        lost.append(Lost("source", document.id, "tags do not say where the article came from"))
    if document.events:
        reason = "tags do not tell triggers from entities; name the labels with --event to read them back"
        lost.append(Lost("event", document.id, reason, kind="noted", count=len(document.events)))
    return lost


def layers(spans: Iterable[Span]) -> list[list[Span]]:
    """The spans in as few layers as possible, without overlaps within a layer, the outermost spans first."""
    layered: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.label)):
        free = next((layer for layer in layered if layer[-1].end <= span.start), None)
        if free is None:
            layered.append([span])
        else:
            free.append(span)
    return layered


def _lines(document: Document, layered: Sequence[Sequence[Span]]) -> Iterator[str]:
    text = document.text
    places = word_ranges(text, borders(document))
    properties = [f"id={quote(document.id, safe='')}", f"lang={quote(document.language, safe='')}"]
    if document.provenance and document.provenance.annotator:
        properties.append(f"annotator={quote(document.provenance.annotator, safe='')}")
    before = text[: places[0][0]] if places else text
    if before:
        properties.append(f"SpacesBefore={escaped(before)}")
    yield "\t".join([DOCSTART, "|".join(properties), *(OUTSIDE for _ in layered)]) + "\n\n"
    columns = [_tags(layer, places) for layer in layered]
    after = [text[end:start] for (_, end), (start, _) in pairwise(places)]
    after += [text[places[-1][1] :]] if places else []
    for at, ((start, end), gap) in enumerate(zip(places, after, strict=True)):
        last = at == len(places) - 1
        ends = last or ("\n" in gap and not any(column[at + 1].startswith("I-") for column in columns))
        usual = "" if last else "\n" if ends else " "
        yield "\t".join([text[start:end], _space(gap, usual), *(column[at] for column in columns)]) + "\n"
        if ends:
            yield "\n"


def _space(gap: str, usual: str) -> str:
    if gap == usual:
        return _NOTHING
    return f"SpacesAfter={escaped(gap)}" if gap else "SpaceAfter=No"


def _tags(layer: Sequence[Span], places: Sequence[tuple[int, int]]) -> list[str]:
    """One tag for each token; the spans of a layer do not overlap, and each consists of whole tokens."""
    tags = [OUTSIDE] * len(places)
    starts = {start: at for at, (start, _) in enumerate(places)}
    for span in layer:
        at = starts[span.start]
        label = without(span.label, _ILLEGAL)
        tags[at] = f"B-{label}"
        while (at := at + 1) < len(places) and places[at][1] <= span.end:
            tags[at] = f"I-{label}"
    return tags
