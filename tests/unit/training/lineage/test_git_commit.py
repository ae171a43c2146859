"""The commit of a folder, and nothing outside of a repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from training.lineage.git_commit import git_commit


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_commit_and_whether_files_were_changed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("a")
    git(tmp_path, "add", "file")
    assert git_commit(tmp_path) is None
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "-m", "first", "v1")
    commit = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "untracked").write_text("b")
    assert git_commit(tmp_path) == commit
    (tmp_path / "file").write_text("c")
    assert git_commit(tmp_path) == f"{commit}-dirty"


def test_outside_of_a_repository_and_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_commit(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit(Path(__file__).parent) is None
