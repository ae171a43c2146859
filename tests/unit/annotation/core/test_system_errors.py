"""Errors of the operating system have a path, a remedy and the right exit code."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from annotation.core.errors import Refused, UsageError
from annotation.core.system_errors import exit_code, naba_error, of_library


@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EACCES", "EIO", "EFBIG", "EMFILE", "EPERM", "EDQUOT"])
def test_trouble_of_the_machine_is_3(number: str) -> None:
    code = getattr(errno, number)
    error = OSError(code, os.strerror(code), "/x/y")
    assert naba_error(error).exit_code == 3
    assert str(naba_error(error)).startswith(f"/x/y: {os.strerror(code)}; ")
    with pytest.raises(UsageError) as caught:
        raise UsageError("/x/y: cannot be read") from error
    assert exit_code(caught.value) == 3


@pytest.mark.parametrize("number", ["ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENAMETOOLONG", "ELOOP"])
def test_a_wrong_path_is_2(number: str) -> None:
    code = getattr(errno, number)
    assert naba_error(OSError(code, os.strerror(code), "/x/y")).exit_code == 2


def test_an_error_without_number_or_path_is_a_line_too() -> None:
    assert str(naba_error(OSError("the disk\nis gone"))) == "the disk is gone; check the machine"
    assert exit_code(Refused("no")) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Error while serializing: I/O error: File too large (os error 27)", "File too large; no file may be so large"),
        ("Error while serializing: I/O error: No space left on device (os error 28)", "No space left on device; make"),
        (
            "[enforce fail at inline_container.cc:668] . unexpected pos 64 vs 0",
            "a file could not be written; make room",
        ),
    ],
)
def test_a_full_disk_is_known_behind_the_words_of_a_library(said: str, told: str) -> None:
    behind = of_library(RuntimeError(said))
    assert behind is not None
    error = naba_error(behind)
    assert str(error).startswith(told)
    assert error.exit_code == 3
    assert of_library(RuntimeError("sizes do not match")) is None


def test_links_in_a_circle_are_a_wrong_path(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    try:
        (tmp_path / "loop" / "x").resolve(strict=True)
    except (OSError, RuntimeError) as error:  # the latter before Python 3.13
        behind = error if isinstance(error, OSError) else of_library(error)
    assert behind is not None
    assert naba_error(behind).exit_code == 2
    assert "links lead in a circle" in str(naba_error(behind))
