"""Small JSON files that only their owner may read, such as passwords and tokens."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from annotation.core import json_text
from annotation.core.system_errors import about
from annotation.storage.special_files import check_outside_sealed


def write_private(path: Path, values: Mapping[str, str]) -> None:
    """Write the file so that it appears whole, and was readable by nobody else at any time.

    OSErrors name `path`. Raises UsageError within a snapshot or a release.
    """
    check_outside_sealed(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json_text.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise about(error, path) from error
