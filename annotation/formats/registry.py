"""The formats by name."""

from __future__ import annotations

from annotation.core.errors import UsageError
from annotation.formats import (
    brat,
    brat_write,
    conll,
    conll_write,
    docbin,
    gsr,
    labelstudio,
    labelstudio_write,
    re3d,
    re3d_write,
    textee_files,
)
from annotation.formats.base import Format, Reader, Writer

FORMATS = {
    kind.name: kind
    for kind in (
        Format("conll", "columns of tags, flat or nested: spans", conll.read, conll_write.write),
        Format("conllu", "CoNLL-U: text", conll.read_universal),
        Format("brat", "standoff: spans, events, attributes, links", brat.read, brat_write.write),
        Format("labelstudio", "raw JSON: all, and annotators", labelstudio.read, labelstudio_write.write),
        Format("textee", "end-to-end JSON: all but sources", textee_files.read, textee_files.write),
        Format("spacy", "DocBin: all", docbin.read, docbin.write),
        Format("re3d", "JSON lines in a folder: all", re3d.read, re3d_write.write),
        Format("gsr", "protest gold records: events agreed on", gsr.read),
        Format("gsr-records", "protest gold records: each annotator's", gsr.read_records),
    )
}


def reader(name: str) -> Reader:
    """How the format is read. Raises UsageError naming those that can be."""
    found = FORMATS.get(name)
    if found is None or found.read is None:
        raise UsageError(_unknown(name, [f.name for f in FORMATS.values() if f.read]))
    return found.read


def writer(name: str) -> Writer:
    """How the format is written. Raises UsageError naming those that can be."""
    found = FORMATS.get(name)
    if found is None or found.write is None:
        raise UsageError(_unknown(name, [f.name for f in FORMATS.values() if f.write]))
    return found.write


def _unknown(name: str, known: list[str]) -> str:
    return f"{name!r} is none of the formats that can do this: {', '.join(known)}"
