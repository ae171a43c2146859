"""The empty database of a Label Studio version, migrated once and kept: a first start then takes seconds, not a minute.

It is kept in the user's cache folder (`XDG_CACHE_HOME`/naba) and holds no user, token or project.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
from filelock import FileLock

from annotation.labelstudio.server.startup_progress import Stuck, wait

NAME = "label_studio.sqlite3"

log = logging.getLogger(__name__)


def place(database: Path, environment: Callable[[Path], Mapping[str, str]], *, seconds: float) -> None:
    """Put the empty database where there is none yet; where that cannot be done the server makes its own, more slowly.

    `environment` gives the settings of a Label Studio whose files are in a folder. `seconds`: see `startup_progress`.
    """
    if database.exists():
        return
    kept = _cache() / f"label-studio-{version('label-studio')}.sqlite3"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(kept.with_suffix(".lock")):
            if not _sound(kept):
                _make(kept, environment, seconds)
        database.parent.mkdir(parents=True, exist_ok=True)
        _copy(kept, database)
    except (OSError, sqlite3.Error, Stuck) as error:
        log.debug("no empty database was kept: %s", error)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "naba"


def _sound(database: Path) -> bool:
    """Whether the file is a whole database with migrations in it."""
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as open_:
            whole = open_.execute("PRAGMA quick_check").fetchone() == ("ok",)
            return whole and bool(open_.execute("SELECT count(*) FROM django_migrations").fetchone()[0])
    except sqlite3.Error:
        return False


def _make(kept: Path, environment: Callable[[Path], Mapping[str, str]], seconds: float) -> None:
    """Migrate a new database in a folder of its own. Raises OSError or Stuck when that fails."""
    spec = find_spec("label_studio")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("Label Studio is not installed")
    log.info("creating Label Studio's database, once for its version %s", version("label-studio"))
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        folder = Path(scratch)
        (folder / "data").mkdir()
        with (folder / "migrate.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, str(Path(spec.origin).with_name("manage.py")), "migrate", "--no-color", "-v", "1"],
                env=environment(folder),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        made = folder / "data" / NAME
        _watch(process, (folder / "migrate.log", made), seconds)
        if process.returncode != 0 or not _sound(made):
            raise OSError("its migrations failed")
        _copy(made, kept)


def _watch(process: subprocess.Popen[bytes], files: tuple[Path, ...], seconds: float) -> None:
    """Wait for the end of the process; it is ended when nothing happens any more."""
    try:
        wait(
            lambda: process.poll() is not None,
            psutil.Process(process.pid),
            files,
            seconds=seconds,
            what="creating Label Studio's database",
        )
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _copy(source: Path, target: Path) -> None:
    """Copy the database atomically, readable by its owner only."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, temporary)
        temporary.chmod(0o600)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
