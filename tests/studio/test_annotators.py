"""Accounts: made once, with a password nobody else sees, and what each person has done."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from annotation.commands import annotators as commands
from annotation.core.errors import StudioDownError, StudioError, UsageError
from annotation.core.ontology import Ontology
from annotation.labelstudio.project import team_accounts
from annotation.labelstudio.project.accounts import ensure_annotator, submit
from annotation.labelstudio.project.team import team
from annotation.labelstudio.project.team_accounts import DOMAIN, find
from annotation.labelstudio.server import sign_in
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.sign_in import can_sign_in
from annotation.labelstudio.sync.push import push
from tests.builders import build
from tests.studio.support import tasks


@pytest.fixture
def name() -> str:
    """A name that nobody else on the server has."""
    return f"noa{uuid4().hex[:10]}"


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    """What `add --json` said, by address."""
    return {account["annotator"]: account for account in json.loads(capsys.readouterr().out)["accounts"]}


def test_a_person_signs_in_with_the_password_shown_once(
    studio: Server, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    email = f"{name}@{DOMAIN}"
    commands.add([name, f"{name}@Example.org", name], workspace=studio.workspace, as_json=True)
    made = told(capsys)
    assert list(made) == [email, f"{name}@example.org"]
    assert all(can_sign_in(studio.url, who, str(account["password"])) for who, account in made.items())
    commands.add([name], workspace=studio.workspace)
    again = capsys.readouterr().out
    assert f"{email}: there already" in again
    assert "stored nowhere" not in again
    assert can_sign_in(studio.url, email, str(made[email]["password"]))


def test_a_new_password_ends_the_old_one_and_is_left_nowhere(
    studio: Server,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    email, out = f"{name}@{DOMAIN}", tmp_path / "passwords.json"
    commands.add([name], out=out, workspace=studio.workspace)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    old = json.loads(out.read_text())[email]
    assert old not in capsys.readouterr().out
    with sign_in.signed_in(studio.url, sign_in.LOGIN, email, old) as browser:
        assert browser.get("/api/current-user/whoami").status_code == 200
        commands.reset(name, workspace=studio.workspace)
        assert browser.get("/api/current-user/whoami").status_code == 401
    new = capsys.readouterr().out.rpartition("password ")[2].strip()
    assert new not in caplog.text
    for path in studio.workspace.rglob("*"):
        assert not path.is_file() or new.encode() not in path.read_bytes(), path
    assert (can_sign_in(studio.url, email, old), can_sign_in(studio.url, email, new)) == (False, True)
    with pytest.raises(UsageError, match="nobody is called"):
        commands.reset(f"{name}x", workspace=studio.workspace)
    with pytest.raises(UsageError, match="is the administrator"):
        commands.reset(studio.username, workspace=studio.workspace)


def test_a_bad_name_stops_nobody_else(studio: Server, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="2 of 3 have no account"):
        commands.add(["נועה", name, "a b@c"], workspace=studio.workspace)
    shown = capsys.readouterr()
    assert f"{name}@{DOMAIN}: password" in shown.out
    assert shown.err.count("is no name to sign in with") == 2


def test_a_team_server_is_told_apart(
    studio: Server, client: Client, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    commands.add([f"{name}@example.org"], workspace=studio.workspace, as_json=True)
    account = told(capsys)[f"{name}@example.org"]
    assert can_sign_in(studio.url, f"{name}@example.org", str(account["password"]))
    with pytest.raises(UsageError, match="have no account"):
        commands.add([name], workspace=studio.workspace)
    assert "an e-mail address" in capsys.readouterr().err
    with pytest.raises(StudioError, match=f"label-studio reset_password --username {name}@example.org"):
        commands.reset(name, workspace=studio.workspace)
    commands.add(invite=True, workspace=studio.workspace, as_json=True)
    link = json.loads(capsys.readouterr().out)["invitation"]
    with sign_in.signed_in(studio.url, link.removeprefix(f"{studio.url}/"), f"{name}@own.org", "a password of mine"):
        assert f"{name}@own.org" in client.members().values()


def test_an_account_whose_answer_was_lost_is_not_made_twice(
    studio: Server, client: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sign_in.signed_in

    def losing(url: str, path: str, email: str, password: str) -> object:
        with real(url, path, email, password):
            if "signup" in path:
                raise StudioDownError("broke off")
        return real(url, path, email, password)

    monkeypatch.setattr(sign_in, "signed_in", losing)
    [account] = team_accounts.add(client, [f"{name}@example.org"])
    assert account.password
    assert can_sign_in(studio.url, account.email, account.password)


def test_what_each_person_did_and_what_waits_for_them(
    client: Client,
    title: str,
    ontology: Ontology,
    studio: Server,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    marked = [build(f"[Arrest:trigger נעצר] שוטר {number}", id=f"a{number}") for number in range(3)]
    push(client, [d.bare() for d in marked], project=title, ontology=ontology, annotators=2, workspace=tmp_path)
    noa, dan = (ensure_annotator(client, f"{who}{name}@example.org") for who in ("noa", "dan"))
    submit(noa, project=title, documents=marked[:2])
    submit(dan, project=title, documents=marked[:1])
    numbers = tasks(client, title)
    dan.create(f"api/tasks/{numbers['a1']}/annotations/", {"result": [], "was_cancelled": True})
    dan.create(f"api/tasks/{numbers['a2']}/drafts", {"result": [], "lead_time": 1})
    work = team(client, [title])
    first, second = work[f"noa{name}@example.org"], work[f"dan{name}@example.org"]
    assert (first.submitted, first.drafts, first.waiting) == (2, 0, 1)
    assert (second.submitted, second.drafts, second.waiting) == (1, 1, 1), "a skipped article waits for others"
    assert first.last
    assert second.last
    commands.list_(project=[title], workspace=studio.workspace)
    shown = capsys.readouterr().out
    assert f"dan{name}@example.org" in shown
    assert "never" in shown, "of those who did nothing here"
    commands.list_(workspace=studio.workspace, as_json=True)
    assert title in json.loads(capsys.readouterr().out)["projects"]


def test_a_name_is_found_where_it_is_certain() -> None:
    members = {1: "noa@example.org", 2: "Noa@other.org", 3: "dan@example.org"}
    assert find(members, "DAN") == "dan@example.org"
    assert find(members, "noa@other.org") == "noa@other.org"
    with pytest.raises(UsageError, match=r"noa@example\.org or noa@other\.org"):
        find(members, "noa")
