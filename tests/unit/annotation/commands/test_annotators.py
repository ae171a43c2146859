"""The file of passwords: where it cannot be kept is said before a password is changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from annotation.commands.annotators import _Store
from annotation.core.errors import NabaError
from annotation.core.system_errors import naba_error


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("-", "leave --out away"),
        ("pipe", "is a device, pipe or socket"),
        ("/dev/full", "is a device, pipe or socket"),
        (".", "is a folder"),
        ("file/x", "choose another path"),
        ("loop", "links lead in a circle"),
        ("n" * 300, "choose a shorter name"),
        ("file", "is no file of passwords"),
    ],
)
def test_a_place_for_passwords_that_is_none_is_named_at_once(
    name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("file").write_text("kept")
    with pytest.raises((NabaError, OSError)) as caught:
        _Store(Path(name))
    error = naba_error(caught.value) if isinstance(caught.value, OSError) else caught.value
    assert (error.exit_code, told in str(error)) == (2, True), str(error)
    assert (Path("pipe").is_fifo(), Path("file").read_text()) == (True, "kept")
    assert sorted(path.name for path in Path().iterdir()) == ["file", "loop", "pipe"]


def test_passwords_go_where_a_link_leads_for_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("passwords.json")
    _Store(tmp_path / "link").keep("noa@example.org", "abc")
    _Store(tmp_path / "link").keep("dan@example.org", "def")
    kept = tmp_path / "passwords.json"
    assert json.loads(kept.read_text()) == {"noa@example.org": "abc", "dan@example.org": "def"}
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "link").is_symlink()
