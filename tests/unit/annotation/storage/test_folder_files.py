"""The files of a folder, of which none is left out in silence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.articles.reader import read
from annotation.core.errors import ArticleError
from annotation.storage.folder_files import files_below


@pytest.fixture
def too_deep(tmp_path: Path) -> Iterator[Path]:
    """A folder with a file in it, and folders whose paths get longer than the system takes."""
    (tmp_path / "a.txt").write_text("הנשיא ביקר אתמול בעיר חיפה ונפגש עם ראש העירייה.", encoding="utf-8")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("x" * 250, dir_fd=here)
        here, above = os.open("x" * 250, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    yield tmp_path
    shutil.rmtree(tmp_path / ("x" * 250))


def test_the_files_of_a_folder_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b/c.txt", "a.txt", "z.txt", ".hidden", ".git/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert files_below(tmp_path) == [tmp_path / "a.txt", tmp_path / "b" / "c.txt", tmp_path / "z.txt"]


def test_a_folder_that_cannot_be_looked_into_is_an_error(too_deep: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        files_below(too_deep)


def test_articles_beside_such_a_folder_are_read_and_it_is_named(too_deep: Path) -> None:
    article, fault = read([too_deep])
    assert not isinstance(article, ArticleError)
    assert isinstance(fault, ArticleError)
    assert "cannot be looked into: File name too long" in str(fault)


def test_a_folder_that_vanishes_meanwhile_is_named(tmp_path: Path) -> None:
    for name in ("a.txt", "later/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("קרא את הדוח: הנשיא ביקר אתמול בעיר חיפה.", encoding="utf-8")
    found = read([tmp_path])
    next(found)
    shutil.rmtree(tmp_path / "later")
    assert [str(fault).partition(": ")[2].partition(";")[0] for fault in found] == [
        "cannot be looked into: No such file or directory"
    ]
