"""Articles are read in a process that can be ended: what stalls is named, and the rest is read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from annotation.articles import article_files, reading_process
from annotation.articles.reader import read
from annotation.articles.reading_process import ReadingEnded, ReadingProcess
from annotation.core.document import Document

GOOD = "המשטרה עצרה אמש שלושה חשודים בעיר חיפה, כך נמסר מדוברות המחוז. החקירה נמשכת, וצפויים מעצרים נוספים."
STALLS = f"{GOOD}\n{'א.' * 400_000}\n{GOOD}"
"""One word of half a megabyte, which the rules for lines go over again and again."""
SHORT = 0.5


def told(path: Path, *, seconds: float = 10) -> list[str]:
    """Each article's text, or what is wrong with it."""
    return [d.text if isinstance(d, Document) else str(d) for d in read([path], seconds=seconds)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "c.txt"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    return tmp_path


def rows(path: Path, *texts: str) -> Path:
    path.write_text("\n\n".join(json.dumps({"text": text}) for text in texts), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [("b.txt", STALLS), ("b.html", f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>{GOOD}</p>")],
)
def test_a_page_that_stalls_is_named_and_the_others_are_read(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    first, second, third = told(folder, seconds=SHORT)
    assert (first, third) == (GOOD, GOOD)
    assert second == f"{folder / name}: takes more than 0.5 s to read, and 0.2 s a megabyte; leave it out, or mend it"


def test_a_row_that_stalls_is_named_by_its_number(tmp_path: Path) -> None:
    path = rows(tmp_path / "a.jsonl", GOOD, STALLS, f"{GOOD} סוף.", STALLS, STALLS)
    first, second, third, *last = told(path, seconds=SHORT)
    assert (first, third) == (GOOD, f"{GOOD} סוף.")
    for line, number in ((second, 3), (last[0], 7), (last[1], 9)):
        assert line.startswith(f"{path}, row {number}: takes more than 0.5 s to read")
    assert len(last) == 2


def test_a_file_that_stalls_between_its_rows_is_given_up(tmp_path: Path) -> None:
    """So that one file cannot stall it at every row; here even a row that is fine has no time at all."""
    path = rows(tmp_path / "a.jsonl", *[STALLS] * 2)
    (line,) = told(path, seconds=1e-6)
    assert (
        line
        == f"{path}, row 1: takes more than 1e-06 s to read, and 4e-07 s a megabyte; mend the file; later rows are lost"
    )


def test_three_hundred_kilobytes_of_nothing_but_newlines_end_soon(tmp_path: Path, folder: Path) -> None:
    path = folder / "b.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"text": GOOD}).encode() + b"\n" * 3_000_000))
    assert told(folder)[1:3] == [
        GOOD,
        f"{path}, row 1000002: ends 1,000,000 blank lines; mend the file; later rows are lost",
    ]


def test_a_row_without_an_end_is_not_read_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * 3_000))
    first, second = (str(found) for found in read([path], limit=100))
    assert first.endswith("row 1: is over 100 bytes; split it or raise the limit")
    assert second.endswith("row 2: cannot be read: the row is over 2,000 bytes; mend the file; later rows are lost")


def test_a_process_that_something_else_ends_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = rows(tmp_path / "a.jsonl", *[f"{GOOD} {number}." for number in range(2_000)])
    reading = ReadingProcess()
    found = reading.articles(path, path.name, 1000)
    assert next(found)[0] == 1
    assert reading._process is not None
    reading._process.kill()
    with pytest.raises(ReadingEnded, match=r"ends the process that reads it \(signal 9\)"):
        list(found)
    numbers = [number for number, _ in reading.articles(path, path.name, 1000, after=3_995)]
    assert numbers == [3_997, 3_999]
    reading.release()


def test_a_fault_of_the_reader_is_told_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reading_process,
        "_COMMAND",
        """
from annotation.articles import article_files, reading_worker
def fails(*_): raise KeyError("x")
article_files.find_body = fails
reading_worker.main()
""",
    )
    monkeypatch.setattr(reading_process, "_idle", [])
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    said = "ends in a fault of naba (KeyError: 'x')"
    assert told(tmp_path) == [f"{tmp_path / 'a.txt'}: {said}; leave it out, or mend it"]


def test_the_process_is_kept_for_the_next_call_unless_it_was_left_in_the_middle(folder: Path, tmp_path: Path) -> None:
    list(read([folder]))
    (kept,) = reading_process._idle
    list(read([folder]))
    assert reading_process._idle == [kept]
    many = rows(tmp_path / "many.jsonl", *[f"{GOOD} {number}." for number in range(2_000)])
    left = read([many])
    next(left)
    left.close()
    assert reading_process._idle == []
    assert kept.poll() is not None
    assert told(folder / "a.txt") == [GOOD]


def test_what_is_read_in_the_process_is_what_is_read_here(folder: Path) -> None:
    for name in ("a.txt", "c.txt"):
        (found,) = read([folder / name])
        assert [(0, found)] == list(article_files.articles(folder / name, name, 1000))
