"""A folder written whole: it appears complete or not at all, and what a killed command left goes with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from socket import gethostname

import pytest

from annotation.core.errors import UsageError
from annotation.storage.new_folder import beside, check_new_folder

WRITER = """
import sys
from pathlib import Path
from annotation.storage.new_folder import beside
with beside(Path(sys.argv[1])) as new:
    (new / "weights").write_bytes(bytes(1000))
    print("there", flush=True)
    sys.stdin.read()
    new.rename(sys.argv[1])
"""


def write(folder: Path) -> None:
    with beside(folder) as new:
        (new / "file").write_text("whole", encoding="utf-8")
        new.rename(folder)


def writer(folder: Path) -> subprocess.Popen[bytes]:
    """Another command that has begun to write the folder, and goes on when its standard input ends."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"there\n"
    return process


def test_only_the_folder_stays(tmp_path: Path) -> None:
    write(tmp_path / "a" / "out")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]
    with pytest.raises(ZeroDivisionError), beside(tmp_path / "b") as new:
        (new / str(1 / 0)).touch()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_a_killed_command_left_is_removed_and_what_another_one_writes_stays(tmp_path: Path) -> None:
    foreign = tmp_path / f".out.old.{gethostname()}.naba"
    foreign.mkdir()  # no lock: not of naba
    with writer(tmp_path / "out") as killed, writer(tmp_path / "out") as running:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert len(list(tmp_path.iterdir())) == 3
        write(tmp_path / "out.2")
        assert len(list(tmp_path.iterdir())) == 4  # it is another folder's
        with beside(tmp_path / "out"):
            assert len(list(tmp_path.iterdir())) == 4  # with that of this block
        running.communicate()
        assert running.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [foreign.name, "out", "out.2"]
    assert (tmp_path / "out" / "weights").stat().st_size == 1000


def test_where_none_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    faults: dict[str, tuple[type[Exception], str]] = {
        "file/a/out": (NotADirectoryError, "file/a/out"),
        "link": (UsageError, "link: is a link"),
    }
    if os.geteuid():  # nothing is locked for root
        (tmp_path / "locked").mkdir(mode=0o500)
        faults["locked/a/out"] = (PermissionError, "locked/a/out")
    for path, (kind, fault) in faults.items():
        for tried in (check_new_folder, write):
            with pytest.raises(kind, match=fault):
                tried(tmp_path / path)
    assert {path.name for path in tmp_path.iterdir()} <= {"file", "link", "locked"}
