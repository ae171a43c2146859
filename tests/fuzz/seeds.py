"""Small real files that fuzzing begins with: written by naba's own writers where it has one, else as other tests do."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from annotation.core.document import Document, Source
from annotation.core.inline_markup import parse
from annotation.formats.base import WriteOptions
from annotation.formats.registry import FORMATS, writer
from annotation.snapshot import snapshot
from annotation.storage.documents_file import write_documents
from tests.builders import ONTOLOGY_PATH, conflict
from tests.fuzz.cases import Case, cases_in
from tests.unit.annotation.formats import (
    event_samples,
    test_bioc,
    test_bionlp,
    test_conllu,
    test_gsr,
    test_inception,
    test_pubannotation,
    test_web_annotation,
)

MARKED = (
    "[Arrest,certainty=reported:trigger נעצר] אמש ב[Place>Arrest:GPE חיפה] [Person>Arrest:Person אבו חפס]. כך נמסר.",
    "[Strike:trigger قصف] الجيش [Place>Strike:GPE دمشق] مساء أمس، وفق ما ذكرت المصادر الطبية في المدينة.",
)
_NAMES = {"conll": "a.conll", "labelstudio": "a.json", "spacy": "a.spacy", "textee": "a.json"}


def documents() -> list[Document]:
    """Two Documents with events, arguments, an attribute and a source."""
    made = [
        parse(text, id=f"d{at}", language=code)
        for at, (text, code) in enumerate(zip(MARKED, ("he", "ar"), strict=True))
    ]
    source = Source("news.example", title="כותרת", url="https://news.example/1", published="2024-05-01", body=((0, 4),))
    return [Document(**{**{k: getattr(made[0], k) for k in made[0].__slots__}, "source": source}), made[1]]


def seeds(target: str) -> list[Case]:
    """The cases to begin with."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        made = _MAKERS.get(target, _of_format)
        return [cases_in(each, target, entry) for each, entry in made(folder, target)]


def _articles(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    texts = [document.text * 4 for document in documents()]
    head = "<html><head><meta charset=utf-8><title>x</title></head><body><nav><a>y</a></nav>"
    page = f"{head}<p>{texts[0]}<p>{texts[1]}</p>"
    rows = [{"id": f"r{n}", "text": text, "title": "t", "url": "u", "body": n == 1} for n, text in enumerate(texts)]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for name, content in (
        ("a.txt", "\n".join(texts).encode()),
        ("b.txt", texts[0].encode("cp1255")),
        ("c.txt", texts[1].encode("utf-16")),
        ("d.html", page.encode()),
        ("e.jsonl", lines.encode()),
        ("f.jsonl.gz", gzip.compress(lines.encode())),
    ):
        (folder / name.split(".")[0]).mkdir()
        (folder / name.split(".")[0] / name).write_bytes(content)
        yield folder / name.split(".")[0], name
    (folder / "g").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "g" / "g.parquet")
    yield folder / "g", "g.parquet"


def _documents(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    for name in ("a.jsonl", "b.jsonl.gz"):
        write_documents(folder / name[0] / name, documents())
        yield folder / name[0], name


def _ontology(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    (folder / "o.yaml").write_bytes(ONTOLOGY_PATH.read_bytes())
    yield folder, "o.yaml"


def _snapshot(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    snapshot.build(documents(), folder / "s", ontology=conflict())
    yield folder, "s"


def _model(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    """A model that has learnt nothing, as small as one can be."""
    from training.config.schema import CompactEncoderConfig, ModelConfig
    from training.encoding.encoding import Encoding
    from training.model.event_extractor import EventExtractor

    small, encoder = ModelConfig(max_width=4, head_size=4, hidden_size=8), CompactEncoderConfig(hidden_size=8)
    encoding = Encoding.build(conflict(), small, encoder)
    model = EventExtractor.build(small, encoder, encoding)
    model.save_pretrained(folder / "m")
    encoding.save_pretrained(folder / "m")
    yield folder, "m"


def _of_format(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    if FORMATS[target].write:
        out = folder if FORMATS[target].several_files else folder / _NAMES.get(target, "a.jsonl")
        writer(target)(documents(), out, WriteOptions())
        yield folder, "." if FORMATS[target].several_files else out.name
    elif target in event_samples.SAMPLES:
        event_samples.lines(folder / "a.jsonl", event_samples.SAMPLES[target])
        yield folder, "a.jsonl"
    else:
        name, content = _PLAIN[target]
        (folder / name).write_text(content, encoding="utf-8")
        if target == "w3c":
            (folder / "d.txt").write_text(test_web_annotation.TEXT, encoding="utf-8")
        yield folder, name


def _inception(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    test_inception.cas_files(folder)
    yield folder, "d.xmi"
    yield folder, "d.json"


def _bionlp(folder: Path, target: str) -> Iterator[tuple[Path, str]]:
    test_bionlp.article(folder, a1=test_bionlp.GIVEN, a2=test_bionlp.FOUND)
    yield folder, "."


_GOLD = test_gsr.sentence(test_gsr.record("تظاهر", "العمال مئات"), verb_gold="تظاهر", source_gold="العمال مئات")
_PLAIN = {
    "conllu": ("a.conllu", test_conllu.UNIVERSAL),
    "bioc": ("a.json", json.dumps({"documents": [test_bioc.document()]})),
    "pubannotation": ("a.json", json.dumps(test_pubannotation.FULL)),
    "w3c": ("d.json", json.dumps(test_web_annotation.ROWS)),
    "gsr": ("p.json", json.dumps([_GOLD])),
    "gsr-records": ("p.json", json.dumps([_GOLD])),
}
_MAKERS = {
    "articles": _articles,
    "documents": _documents,
    "ontology": _ontology,
    "snapshot": _snapshot,
    "model": _model,
    "inception": _inception,
    "bionlp": _bionlp,
}
