"""Registry of the formats by name."""

from __future__ import annotations

from typing import cast

from annotation.core.errors import UsageError
from annotation.formats import (
    ace_json,
    bioc,
    bionlp,
    brat,
    brat_write,
    casie,
    conll,
    conll_write,
    conllu,
    docbin,
    doccano,
    doccano_write,
    dygie,
    dygie_write,
    event_table,
    gsr,
    inception,
    labelstudio,
    labelstudio_write,
    maven,
    maven_arg,
    prodigy,
    prodigy_write,
    pubannotation,
    re3d,
    re3d_write,
    textee_files,
    web_annotation,
    webanno,
    webanno_write,
    wikievents,
)
from annotation.formats.base import Format, Reader, Writer

FORMATS = {
    kind.name: kind
    for kind in (
        Format("conll", "columns of tags, flat or nested: spans", conll.read, conll_write.write, conll.recognises),
        Format("conllu", "CoNLL-U: text, mentions, links", conllu.read, None, conllu.recognises),
        Format(
            "brat",
            "standoff: spans, events, attributes, links",
            brat.read,
            brat_write.write,
            brat.recognises,
            several_files=True,
        ),
        Format("bionlp", "standoff of shared tasks: as brat", bionlp.read, None, bionlp.recognises),
        Format("bioc", "BioC's XML and JSON: all but attributes", bioc.read, None, bioc.recognises),
        Format("pubannotation", "JSON: all", pubannotation.read, None, pubannotation.recognises),
        Format(
            "webanno",
            "WebAnno TSV: all but sources",
            webanno.read,
            webanno_write.write,
            webanno.recognises,
            several_files=True,
        ),
        Format("inception", "UIMA CAS and projects: all but sources", inception.read, None, inception.recognises),
        Format("w3c", "Web Annotations: all", web_annotation.read, None, web_annotation.recognises),
        Format(
            "labelstudio",
            "raw JSON: all, and annotators",
            labelstudio.read,
            labelstudio_write.write,
            labelstudio.recognises,
        ),
        Format(
            "textee",
            "JSON of TextEE and OneIE: all but sources",
            textee_files.read,
            textee_files.write,
            textee_files.recognises,
        ),
        Format("wikievents", "JSON lines: all but sources", wikievents.read, recognises=wikievents.recognises),
        Format("dygie", "DyGIE++'s JSON lines: all in a sentence", dygie.read, dygie_write.write, dygie.recognises),
        Format(
            "ace-json", "ACE 2005, preprocessed: events in sentences", ace_json.read, recognises=ace_json.recognises
        ),
        Format("maven", "MAVEN, MAVEN-ERE: events, links", maven.read, recognises=maven.recognises),
        Format("maven-arg", "MAVEN-Arg: events, entities, links", maven_arg.read, recognises=maven_arg.recognises),
        Format("casie", "cyber events: all", casie.read, recognises=casie.recognises),
        Format("doccano", "spans, relations", doccano.read, doccano_write.write, doccano.recognises),
        Format("prodigy", "spans, relations, annotators", prodigy.read, prodigy_write.write, prodigy.recognises),
        Format("spacy", "DocBin: all", docbin.read, docbin.write, docbin.recognises),
        Format("re3d", "JSON lines in a folder: all", re3d.read, re3d_write.write, re3d.recognises, several_files=True),
        Format("csv", "a table of events, and one of arguments", write=event_table.write_csv, several_files=True),
        Format(
            "parquet", "a table of events, and one of arguments", write=event_table.write_parquet, several_files=True
        ),
        Format("gsr", "protest gold records: events agreed on", gsr.read, recognises=gsr.recognises),
        Format(
            "gsr-records", "protest gold records: each annotator's", gsr.read_records, recognises=gsr.recognises_records
        ),
    )
}


def format_to_read(name: str) -> Format:
    """The format of that name. Raises UsageError that names the formats that can be read."""
    kind = FORMATS.get(name)
    if kind is None or kind.read is None:
        raise UsageError(_unknown(name, [other.name for other in FORMATS.values() if other.read]))
    return kind


def reader(name: str) -> Reader:
    """The reader of the format of that name. Raises UsageError that names the formats that can be read."""
    return cast(Reader, format_to_read(name).read)


def writer(name: str) -> Writer:
    """The format's writer. Raises UsageError that names the formats that can be written."""
    kind = FORMATS.get(name)
    if kind is None or kind.write is None:
        raise UsageError(_unknown(name, [other.name for other in FORMATS.values() if other.write]))
    return kind.write


def _unknown(name: str, names: list[str]) -> str:
    return f"{name!r} is none of the formats that can do this: {', '.join(names)}"
