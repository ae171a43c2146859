"""The readers that are fuzzed: each opens a path and goes through all that it gives."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from annotation.articles.article_files import articles
from annotation.checks.file_faults import read_lines
from annotation.core.document import Document
from annotation.core.document_json import to_json
from annotation.core.errors import NabaError
from annotation.core.json_text import fault
from annotation.core.ontology import Ontology
from annotation.formats.base import ReadOptions
from annotation.formats.document_lines import DocumentLines
from annotation.formats.label_codes import renamed
from annotation.formats.registry import FORMATS, reader
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import read_documents
from annotation.storage.sealed_record import file_hash

Target = Callable[[Path], object]


def _articles(path: Path) -> None:
    """In this process, where a fault of the reader itself is not turned into a line."""
    for _, found in articles(path, path.name, 50_000_000):
        if isinstance(found, Document):
            _sound(found)


def _documents(path: Path) -> None:
    _quietly(lambda: [_sound(document) for document in read_documents(path)])
    _quietly(lambda: list(read_lines(path)))
    lines = DocumentLines(path)
    for number, line in lines.lines():
        lines.parse(number, line)


def _format(name: str) -> Target:
    def read(path: Path) -> None:
        for item in reader(name)(path, ReadOptions(events=frozenset({"Arrest", "Move"}))):
            if isinstance(item, Document):
                renamed(item)

    return read


def _snapshot(path: Path) -> None:
    """As it is, and sealed again: whoever makes a snapshot to do harm seals it."""
    _quietly(lambda: Snapshot.open(path))
    from annotation.snapshot.manifest import Manifest

    manifest = Manifest.open(path)
    files = {name: file_hash(path / name) for name in manifest.files if (path / name).is_file()}
    (path / "manifest.json").write_text(manifest.sealed(files).to_json(), encoding="utf-8")
    for name in ("train", "dev", "test"):
        Snapshot.open(path).split(name)


def _model(path: Path) -> None:
    from training.inference.loading import load_model
    from training.inference.predictor import predict

    model, encoding = load_model(path)
    list(predict(model, encoding, [Document("d", "נעצר בחיפה אחמד כהן", "he")], batch_size=1, version="x"))


TARGETS: dict[str, Target] = {
    "articles": _articles,
    "documents": _documents,
    "ontology": Ontology.load,
    "snapshot": _snapshot,
    "model": _model,
    **{name: _format(name) for name, kind in FORMATS.items() if kind.read},
}


def run(target: str, path: Path) -> None:
    """Open the path. Raises what the reader raises, unless it is naba's own error in one line."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        _quietly(lambda: TARGETS[target](path))


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except NabaError as error:
        _one_line(error)


def _one_line(said: object) -> None:
    if "\n" in str(said):
        raise AssertionError(f"says more than one line: {str(said)[:500]!r}")


def _sound(document: Document) -> None:
    found = fault(to_json(document))
    if found is not None:
        raise AssertionError(f"is no Document that can be written: {found}")
