"""Errors of the operating system have a path, a remedy and the right exit code."""

from __future__ import annotations

import errno
import os

import pytest

from annotation.core.errors import Refused, UsageError
from annotation.core.system_errors import exit_code, naba_error


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
