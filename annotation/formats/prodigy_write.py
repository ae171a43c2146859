"""Writer of Prodigy's JSON lines: texts with tokens, spans and relations, as its recipes for spans and relations take.

Words are cut where a span begins or ends, so that every span is whole tokens. White space is a token of its own, unless
it is a single space after a word (`ws`), so the tokens make up the text exactly, as spaCy needs. The article's id and
which labels are those of events are keys of their own, which Prodigy keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from annotation.core.document import Document, Json, Span
from annotation.formats.arrows import OWN, drawing_losses, drawn, own_labels
from annotation.formats.base import Lost, WriteOptions
from annotation.formats.json_values import json_line
from annotation.formats.tokenization import borders, word_ranges
from annotation.storage.documents_file import atomic


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one accepted example a line and return what the lines do not hold."""
    lost: list[Lost] = []
    with atomic(out) as file:
        for document in documents:
            file.write(json_line(_row(document)))
            lost += drawing_losses(document)
    return lost


def _row(document: Document) -> Json:
    tokens = list(_tokens(document))
    spans = _spans([*document.entities, *document.triggers], tokens)
    name = document.provenance.annotator if document.provenance else None
    row: dict[str, object] = {"id": document.id, "text": document.text, "lang": document.language, "tokens": tokens}
    row["spans"] = [{**spans[span]} for span in sorted(spans)]
    row["relations"] = [
        {
            "head": spans[a]["token_end"],
            "child": spans[b]["token_end"],
            "head_span": spans[a],
            "child_span": spans[b],
            "label": label,
        }
        for label, a, b in drawn(document)
    ]
    row |= {"answer": "accept", OWN: own_labels(document)}
    return row | ({"_annotator_id": name, "_session_id": name} if name else {})


def _spans(spans: Iterable[Span], tokens: Iterable[Json]) -> dict[Span, dict[str, object]]:
    """Each span as Prodigy has it, its last token inclusive."""
    starts = {token["start"]: token["id"] for token in tokens}
    ends = {token["end"]: token["id"] for token in tokens}
    return {
        span: {
            "start": span.start,
            "end": span.end,
            "token_start": starts[span.start],
            "token_end": ends[span.end],
            "label": span.label,
            **({"score": span.score} if span.score is not None else {}),
        }
        for span in spans
    }


def _tokens(document: Document) -> Iterator[Json]:
    """Tokens that make up the text, cut at every border of a span."""
    text, cuts = document.text, borders(document)
    begins = {span.start for span in document.spans()}
    ends = {span.end for span in document.spans()}
    ranges: list[tuple[int, int]] = []
    spaces: set[int] = set()
    last = 0
    for start, end in [*word_ranges(text, cuts), (len(text), len(text))]:
        if text[last:start] == " " and last and last not in begins and start not in ends:
            spaces.add(last)
        else:
            ranges += pairwise(sorted({last, start, *(cut for cut in cuts if last < cut < start)}))
        ranges += [(start, end)] if start < end else []
        last = end
    for number, (start, end) in enumerate(ranges):
        yield {"text": text[start:end], "start": start, "end": end, "id": number, "ws": end in spaces}
