"""The commit of the folder that a command runs in, for records."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SECONDS = 10.0


def git_commit(folder: Path | None = None) -> str | None:
    """The hash of the commit checked out in the folder (by default the working directory), with `-dirty` behind it
    where tracked files were changed; None outside of a repository, without git, or before its first commit."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
