"""Documents as token columns: word, white space, and as many columns of tags as the marks are deep.

Words are cut where a mark begins or ends, so that a mark may begin behind a proclitic; `SpaceAfter=No` and
`SpacesAfter=...` in the second column say how they go together again. Each Document begins with a -DOCSTART- line that
holds its id. Tags are BIO, the outermost marks in the first column.
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
from annotation.formats.tokenization import borders, word_ranges
from annotation.formats.trim_whitespace import trim
from annotation.storage.documents_file import atomic

_NOTHING = "_"
_ILLEGAL = re.compile(r"[\s^]")


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write all Documents to one file and say what columns do not hold."""
    lost: list[Lost] = []
    rows: list[tuple[Document, list[list[Span]]]] = []
    for document in documents:
        kept, trims = trim(document)
        lost += [*trims, *losses(kept)]
        rows.append((kept, layers(kept.spans())))
    depth = max((len(found) for _, found in rows), default=0) or 1
    with atomic(out) as file:
        for document, found in rows:
            file.writelines(_lines(document, [*found, *([] for _ in range(depth - len(found)))]))
    return lost


def losses(document: Document) -> list[Lost]:
    """What of a Document no file of tags says."""
    found = [Lost("argument", document.id, "tags have no roles", a.role) for e in document.events for a in e.arguments]
    found += [
        Lost("attribute", document.id, "tags have none", f"{n}={v}") for e in document.events for n, v in e.attributes
    ]
    found += [Lost("link", document.id, "tags have none", link.label) for link in document.links]
    for label in sorted({span.label for span in document.spans() if _ILLEGAL.search(span.label)}):
        found.append(Lost("other", document.id, "a label with a space or ^ gets an underscore there", label, "noted"))
    if document.source:
        found.append(Lost("source", document.id, "tags do not say where the article came from"))
    if document.events:
        reason = "tags do not tell triggers from entities; name the labels with --event to read them back"
        found.append(Lost("event", document.id, reason, kind="noted", count=len(document.events)))
    return found


def layers(spans: Iterable[Span]) -> list[list[Span]]:
    """The spans in as few layers as may be, no two in one overlapping, and the outermost first."""
    found: list[list[Span]] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, s.label)):
        home = next((layer for layer in found if layer[-1].end <= span.start), None)
        if home is None:
            found.append([span])
        else:
            home.append(span)
    return found


def _lines(document: Document, found: Sequence[Sequence[Span]]) -> Iterator[str]:
    text = document.text
    places = word_ranges(text, borders(document))
    said = [f"id={quote(document.id, safe='')}", f"lang={quote(document.language, safe='')}"]
    if document.provenance and document.provenance.annotator:
        said.append(f"annotator={quote(document.provenance.annotator, safe='')}")
    before = text[: places[0][0]] if places else text
    if before:
        said.append(f"SpacesBefore={escaped(before)}")
    yield "\t".join([DOCSTART, "|".join(said), *(OUTSIDE for _ in found)]) + "\n\n"
    columns = [_tags(layer, places) for layer in found]
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
    """One tag a token; the spans of a layer do not overlap, and each is made of whole tokens."""
    tags = [OUTSIDE] * len(places)
    starts = {start: at for at, (start, _) in enumerate(places)}
    for span in layer:
        at = starts[span.start]
        label = _ILLEGAL.sub("_", span.label)
        tags[at] = f"B-{label}"
        while (at := at + 1) < len(places) and places[at][1] <= span.end:
            tags[at] = f"I-{label}"
    return tags
