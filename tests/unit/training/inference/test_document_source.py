"""Files of every kind give the same Documents, and from any chunk on the same chunks."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.storage import parquet
from annotation.storage.documents_file import write_documents
from tests.run.small import documents, small
from training.inference import document_source
from training.inference.document_source import BUFFER, DocumentSource, Position

CORPUS = documents(3 * BUFFER + 5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty documents a file and a few in another, of three kinds, and things that are none."""
    write_documents(tmp_path / "a.jsonl", CORPUS[:40])
    (tmp_path / "b").mkdir()
    write_documents(tmp_path / "b" / "c.jsonl.gz", CORPUS[40:41])
    parquet.write_parquet(tmp_path / "d.parquet", CORPUS[41:])
    (tmp_path / "read.me").write_text("none", encoding="utf-8")
    (tmp_path / "x.jsonl.partial").write_text("{", encoding="utf-8")
    (tmp_path / ".a.jsonl").write_text("{", encoding="utf-8")
    return tmp_path


def read(path: Path) -> list[Document]:
    return [document for chunk in DocumentSource.open(path).chunks(1) for document in chunk.documents]


def test_a_folder_is_its_files_in_the_order_of_their_names(folder: Path) -> None:
    assert sorted(document.id for document in read(folder)) == [document.id for document in CORPUS]
    assert [read(folder / name) for name in ("a.jsonl", "b", "d.parquet")] == [CORPUS[:40], CORPUS[40:41], CORPUS[41:]]


def test_from_any_chunk_on_the_chunks_are_the_same(folder: Path) -> None:
    chunks = list(DocumentSource.open(folder).chunks(1))
    assert [len(chunk.documents) for chunk in chunks] == [16, 16, 8, 1, 12]
    for number, chunk in enumerate(chunks):
        assert list(DocumentSource.open(folder).chunks(1, chunk.after)) == chunks[number + 1 :]


def test_a_chunk_of_long_documents_has_fewer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_source, "CHARACTERS", 200)
    chunks = list(DocumentSource.open(folder / "a.jsonl").chunks(1))
    assert all(1 < len(chunk.documents) < 8 for chunk in chunks[:-1])
    assert [document for chunk in chunks for document in chunk.documents] == CORPUS[:40]


def test_a_snapshot_is_its_splits(tmp_path: Path) -> None:
    snapshot = small(tmp_path / "snap")
    assert read(tmp_path / "snap") == [*snapshot.train, *snapshot.dev, *snapshot.test]


def test_rows_with_text_are_documents_of_that_very_text(tmp_path: Path) -> None:
    texts = ["  בלילה נעצר דוד\r\nבחיפה ", "اعتقل سمير في حلب", "123"]
    rows = pa.table({"id": ["1", None, "3"], "text": texts, "title": ["כותרת", None, None], "other": [1, 2, 3]})
    pq.write_table(rows, tmp_path / "rows.parquet")  # type: ignore[no-untyped-call]
    found = read(tmp_path / "rows.parquet")
    assert [document.text for document in found] == texts
    assert [document.language for document in found] == ["he", "ar", "und"]
    assert (found[0].id, found[2].id, len(found[1].id)) == ("1", "3", 16)
    assert found[0].source is not None
    assert found[0].source.title == "כותרת"
    (chunk,) = DocumentSource.open(tmp_path / "rows.parquet").chunks(1, Position(0, 2))
    assert chunk.documents == found[2:]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"body": ["א"]}, "has no column `text`"),
        ({"text": ["א", None]}, "rows.parquet, row 2: has no text; remove the row"),
    ],
)
def test_a_parquet_file_without_text_is_told(columns: dict[str, list[str]], expected: str, tmp_path: Path) -> None:
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")  # type: ignore[no-untyped-call]
    with pytest.raises(UsageError, match=expected):
        read(tmp_path / "rows.parquet")


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=r"bad\.parquet: cannot be read as Documents"):
        read(tmp_path / "bad.parquet")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"empty: holds no Documents .*; naba read makes one of articles"):
        read(tmp_path / "empty")
