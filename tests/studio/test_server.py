from __future__ import annotations

import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from annotation.core.errors import StudioAuthError, StudioDownError, StudioError
from annotation.labelstudio.server import embedded, empty_database, server_environment
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.connect import connect
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.loopback_port import free_port
from annotation.labelstudio.server.server_environment import credentials


def test_it_listens_on_the_loopback_and_nowhere_else(studio: Server) -> None:
    listening = [c for c in psutil.Process(studio.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert [(c.laddr.ip, c.laddr.port) for c in listening] == [("127.0.0.1", studio.port)]


def test_only_its_owner_can_read_the_credentials(studio: Server) -> None:
    folder = studio.workspace / "studio"
    assert stat.S_IMODE((folder / "credentials.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_secret_shows_in_the_process_list_or_in_a_message(studio: Server) -> None:
    shown = " ".join(psutil.Process(studio.pid).cmdline()) + repr(studio)
    assert studio.password not in shown
    assert studio.token not in shown


def test_starting_twice_gives_the_one_that_runs(studio: Server) -> None:
    assert embedded.start(studio.workspace) == studio
    assert embedded.find_server(studio.workspace) == studio


def test_strangers_cannot_sign_up(studio: Server) -> None:
    with httpx.Client(base_url=studio.url, trust_env=False) as browser:
        browser.get("/user/signup/")
        form = {"email": "guest@example.org", "password": "a long password", "csrfmiddlewaretoken": ""}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        answer = browser.post("/user/signup/", data=form, headers={"Referer": studio.url})
    assert answer.status_code == 403


def test_it_reaches_nothing_outside_and_reports_nothing(studio: Server) -> None:
    page = httpx.get(f"{studio.url}/user/login/", trust_env=False).text
    assert "collect_analytics = false" in page
    assert "sentry-cdn" not in page
    # The front page asks the server for news of the product, which it would fetch from the network.
    assert httpx.get(f"{studio.url}/heidi-tips/", trust_env=False, timeout=10).status_code == 404
    remote = {c.raddr.ip for c in psutil.Process(studio.pid).net_connections() if c.raddr}
    assert remote <= {"127.0.0.1"}


def test_it_survives_whoever_started_it_and_is_found_again_after_a_crash(fragile: Server) -> None:
    process = psutil.Process(fragile.pid)
    process.kill()
    process.wait()
    assert embedded.find_server(fragile.workspace) is None, "a note of a dead process is no server"
    script = f"from annotation.labelstudio.server import embedded; embedded.start({str(fragile.workspace)!r})"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
    again = embedded.find_server(fragile.workspace)
    assert again is not None
    assert (again.port, again.token) == (fragile.port, fragile.token)
    assert Client(again.url, again.token).me()["email"] == again.username
    assert embedded.stop(fragile.workspace)
    assert not embedded.stop(fragile.workspace)


def test_a_number_that_now_belongs_to_another_process_is_left_alone(fragile: Server) -> None:
    note = fragile.workspace / "studio" / "server.json"
    kept = note.read_text()
    note.write_text(f'{{"pid": {psutil.Process().pid}, "port": {fragile.port}, "started": 1.0}}')
    assert not embedded.stop(fragile.workspace)
    note.write_text(kept)
    assert embedded.find_server(fragile.workspace) == fragile


def test_another_port_is_taken_when_the_wanted_one_is(studio: Server) -> None:
    assert free_port(studio.port, 0) not in (studio.port, 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(None, port) != port


def test_when_it_dies_its_last_words_are_in_the_message(tmp_path: Path) -> None:
    data = tmp_path / "studio" / "data"
    data.mkdir(parents=True)
    (data / "label_studio.sqlite3").write_bytes(b"this is no database " * 200)
    with pytest.raises(StudioError, match="file is not a database"):
        embedded.start(tmp_path, port=0)
    assert embedded.find_server(tmp_path) is None


def test_the_empty_database_is_kept_without_any_account_and_a_damaged_one_is_made_anew(
    studio: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = empty_database._cache().glob("label-studio-*.sqlite3")
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("SELECT count(*) FROM htx_user").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM authtoken_token").fetchone() == (0,)
    monkeypatch.setattr(empty_database, "_cache", lambda: tmp_path / "cache")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / kept.name).write_bytes(kept.read_bytes()[:100_000])
    made = []
    monkeypatch.setattr(empty_database, "_make", lambda path, *_: made.append(path.write_bytes(kept.read_bytes())))
    empty_database.place(tmp_path / "data" / empty_database.NAME, lambda folder: {}, seconds=1)
    empty_database.place(tmp_path / "other" / empty_database.NAME, lambda folder: {}, seconds=1)
    assert len(made) == 1
    assert (tmp_path / "data" / empty_database.NAME).read_bytes() == kept.read_bytes()
    assert stat.S_IMODE((tmp_path / "other" / empty_database.NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", '{"username": "x"}'])
def test_credentials_that_are_not_whole_are_made_anew_while_nothing_needs_them(content: str, tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(content, encoding="utf-8")
    assert set(credentials(tmp_path)) == {"username", "password", "token"}
    assert credentials(tmp_path) == credentials(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / empty_database.NAME).write_bytes(b"")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudioError, match=r"credentials.json: is not what naba wrote .* restore it, or move"):
        credentials(tmp_path)


def test_without_the_extra_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_environment, "find_spec", lambda name: None)
    with pytest.raises(StudioError, match=r'pip install "naba\[studio\]"'):
        embedded.start(tmp_path)


def test_the_environment_says_which_server(studio: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    assert connect(studio.workspace).url == studio.url
    with pytest.raises(StudioDownError, match="naba serve"):
        connect(tmp_path)
    monkeypatch.setenv("LABEL_STUDIO_URL", f"{studio.url}/")
    with pytest.raises(StudioAuthError, match="LABEL_STUDIO_API_KEY is not"):
        connect(tmp_path)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    assert connect(tmp_path).me()["email"] == studio.username
