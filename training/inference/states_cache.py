"""Size of the cache of encoders' states: above its limit, files that were not used for longest are removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from annotation.core.errors import UsageError

LIMIT = "NABA_STATES_GB"
"""The environment variable that sets the limit, in GB; inf for none."""
_DEFAULT = 20.0


def states_limit() -> float:
    """The limit in bytes. Raises UsageError when the environment variable holds no size."""
    text = os.environ.get(LIMIT, "").strip()
    try:
        gigabytes = float(text) if text else _DEFAULT
    except ValueError:
        gigabytes = -1.0
    if not gigabytes >= 0:  # so that nan is refused too
        raise UsageError(f"{LIMIT}: must be a size in GB, such as 20, or inf, not {text}")
    return gigabytes * 1e9


def mark_used(file: Path) -> None:
    """Make the file the last one to be removed; one that is gone or not ours stays as it is."""
    with suppress(OSError):
        os.utime(file)


def trim(folder: Path, limit: float) -> None:
    """Remove files below the folder, the one unused for longest first, until all together have `limit` bytes at most.

    Other processes may read and write there: one that has a file open goes on reading it, and one that misses a file
    computes it again.
    """
    files = sorted(_files(folder))
    excess = sum(size for _, size, _ in files) - limit
    for _, size, path in files:
        if excess <= 0:
            return
        with suppress(OSError):
            path.unlink(missing_ok=True)
            excess -= size


def _files(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Time of last use in ns, size in bytes, and path of each file."""
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            with suppress(OSError):  # another process may have removed it
                about = path.stat()
                yield about.st_mtime_ns, about.st_size, path
