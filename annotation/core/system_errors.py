"""Errors of the operating system in one line, with exit code 2 for a wrong path and 3 for trouble of the machine."""

from __future__ import annotations

import errno
import re

from annotation.core.errors import MachineError, NabaError, UsageError

_WRONG_PATH = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a file stands where a folder should; choose another path",
    errno.EISDIR: "name a file",
    errno.EEXIST: "something else stands there; choose another path",
    errno.ENOTEMPTY: "something else stands there; choose another path",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "its links lead in a circle; choose another path",
    errno.EINVAL: "choose another path",
    errno.ENXIO: "choose another path",
    errno.ESPIPE: "it can be read only once; put it in a file first",
}
_MACHINE = {
    errno.ENOSPC: "make room there, or choose another place",
    errno.EDQUOT: "make room there, or choose another place",
    errno.EFBIG: "no file may be so large here: raise the limit (ulimit -f), or choose another place",
    errno.EROFS: "choose another place",
    errno.EACCES: "have its rights changed, or choose another path",
    errno.EPERM: "have its rights changed, or choose another path",
    errno.EIO: "check the disk",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files (ulimit -n)",
    errno.ENOMEM: "free memory",
}


def naba_error(error: OSError) -> NabaError:
    """The error in one line with its path and remedy: UsageError where a path is wrong, else MachineError."""
    reason = error.strerror or " ".join(str(error).split()) or type(error).__name__
    path = error.filename if error.filename2 is None else error.filename2  # a rename is about where it goes to
    where = f"{path}: " if path is not None else ""
    if error.errno in _WRONG_PATH:
        return UsageError(f"{where}{reason}; {_WRONG_PATH[error.errno]}")
    return MachineError(f"{where}{reason}; {_MACHINE.get(error.errno or 0, 'check the machine')}")


def exit_code(error: NabaError) -> int:
    """The exit status for an error: 3 also where words of ours were put around an error of the machine."""
    cause: BaseException | None = error
    while cause is not None and error.exit_code == UsageError.exit_code:
        if isinstance(cause, OSError) and cause.errno in _MACHINE:
            return MachineError.exit_code
        cause = cause.__cause__
    return error.exit_code


def of_library(error: BaseException) -> OSError | None:
    """The error of the system that a library reports as one of its own, None where it is none.

    torch says only that writing failed; of what a disk does, being full is the usual reason. pathlib has no OSError for
    links that lead in a circle (before Python 3.13).
    """
    for cause in filter(None, (error, error.__cause__, error.__context__)):
        if match := _LOOP.match(str(cause)):
            return OSError(errno.ELOOP, "Too many levels of symbolic links", match[1])
        if match := _IN_RUST.search(str(cause)):
            return OSError(int(match[2]), match[1].strip())
        if any(words in str(cause) for words in _OF_TORCH):
            return OSError(errno.ENOSPC, "a file could not be written")
    return None


_LOOP = re.compile(r"Symlink loop from '(.+)'")
_IN_RUST = re.compile(r"([^:{}\"]+) \(os error (\d+)\)")
_OF_TORCH = ("PytorchStreamWriter failed writing", "unexpected pos ")


def about(error: OSError, path: object) -> OSError:
    """The same error with the path it is about, for those of a write, which name none."""
    return error if error.errno is None else OSError(error.errno, error.strerror, str(path))
