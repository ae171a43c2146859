"""`naba annotators`: accounts for the people who label, and what each of them has done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotation import terminal
from annotation.commands.options import HERE, AsJson, Workspace
from annotation.core.errors import UsageError
from annotation.storage.json_file import read_object
from annotation.storage.private_file import write_private
from annotation.storage.special_files import is_stdout, writable

if TYPE_CHECKING:
    from annotation.labelstudio.project.team_accounts import Account
    from annotation.labelstudio.server.client import Client
    from annotation.labelstudio.server.embedded import Server

app = typer.Typer(
    no_args_is_help=True, help="Accounts for the people who label: make them, see what each has done, new passwords."
)

ProjectOrNone = Annotated[str | None, typer.Option("--project", "-P", help="The project they are to work in.")]
Passwords = Annotated[
    Path | None, typer.Option("--out", help="Put the passwords into this file, for you alone, and show none.")
]


@app.command("add")
def add(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="E-mail addresses; naba's own server takes names too.")
    ] = None,
    project: ProjectOrNone = None,
    out: Passwords = None,
    invite: Annotated[
        bool, typer.Option("--invite", help="Only show the link by which people sign up by themselves.")
    ] = False,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Make an account for each person, with a generated password that is shown this once and stored nowhere.

    Who has an account keeps it and its password. Everybody with an account sees every project of the server.
    """
    from annotation.labelstudio.project import team_accounts
    from annotation.labelstudio.server.connect import connect, embedded_in_use
    from annotation.labelstudio.server.sign_in import invitation

    if not names and not invite:
        raise UsageError("say whom to add: naba annotators add noa dan; or --invite for a link to sign up")
    client, server = connect(workspace), embedded_in_use(workspace)
    page = _page(client, project, workspace)
    if invite:
        _say_invitation(client, f"{client.url}/{invitation(client)}", as_json=as_json)
    emails, faults = _addresses(names or [], plain=server is not None)
    store = _Store(out) if out else None
    accounts = []
    for account in team_accounts.add(client, emails, keep=store.keep if store else None) if emails else ():
        accounts.append(account)
        if not as_json:
            _say(account, out)
    if as_json and names:
        rows = [_without_password(account) if out else account.as_dict() for account in accounts]
        terminal.emit({"accounts": rows, "sign_in": f"{client.url}/user/login/", "project": page, "faults": faults})
    elif emails:
        shown = not out and any(account.password for account in accounts)
        _say_how(client, page, server, shown=shown)
    failed = len(faults) + sum(bool(account.refused) for account in accounts)
    if failed:
        raise UsageError(f"{failed} of {len(names or [])} have no account; the lines above say why")


@app.command("list")
def list_(
    project: Annotated[
        list[str] | None, typer.Option("--project", "-P", help="A project's title; repeat it. Else all that naba made.")
    ] = None,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Everybody with an account: articles submitted, drafts, articles that wait for them, and when they last worked.

    An article waits for a person who has not done it while fewer have than the project asks for.
    """
    from annotation.labelstudio.project.project import titles
    from annotation.labelstudio.project.team import HEADER, team
    from annotation.labelstudio.server.connect import connect

    client = connect(workspace)
    wanted = list(dict.fromkeys(project)) if project else titles(client)
    people = team(client, wanted)
    if as_json:
        terminal.emit({"projects": wanted, "annotators": {name: asdict(work) for name, work in people.items()}})
        return
    where = ", ".join(wanted) or f"{client.url}, without a project"
    terminal.table(where, HEADER, [(name, *work.row()) for name, work in people.items()])


@app.command("reset")
def reset(
    name: Annotated[str, typer.Argument(help="The e-mail address, or what stands before its @.")],
    out: Passwords = None,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Give a person a new password, shown this once. The old one ends, and so do the sessions opened with it."""
    from annotation.labelstudio.project import team_accounts
    from annotation.labelstudio.server.connect import connect, embedded_in_use

    client, server = connect(workspace), embedded_in_use(workspace)
    store = _Store(out) if out else None
    account = team_accounts.reset(client, name, server)
    if store:
        store.keep(account.email, account.password)
    if as_json:
        terminal.emit(_without_password(account) if out else account.as_dict())
    else:
        _say(account, out)


class _Store:
    """A file of passwords for its owner alone: address -> password, those of earlier runs kept.

    It is written when it is opened: a password that cannot be written is lost, and nobody gets in with the old one.
    """

    def __init__(self, path: Path) -> None:
        if is_stdout(path):
            raise UsageError(f"--out {path}: names standard output; leave --out away, and passwords are shown")
        self.path = writable(path)
        try:
            self.passwords = {str(k): str(v) for k, v in read_object(self.path).items()} if self.path.exists() else {}
        except ValueError as error:
            raise UsageError(f"{path}: is no file of passwords ({error}); name another") from error
        write_private(self.path, self.passwords)

    def keep(self, email: str, password: str | None) -> None:
        """Store a password; None takes it out again."""
        if password is None:
            with suppress(KeyError):
                del self.passwords[email]
        else:
            self.passwords[email] = password
        write_private(self.path, self.passwords)


def _addresses(names: list[str], *, plain: bool) -> tuple[list[str], list[str]]:
    """The addresses of the names, and what is wrong with those that are none, which is warned of."""
    from annotation.labelstudio.project.team_accounts import address

    emails, faults = [], []
    for name in names:
        try:
            emails.append(address(name, plain=plain))
        except UsageError as error:
            faults.append(str(error))
            terminal.warn(str(error))
    return emails, faults


def _page(client: Client, project: str | None, workspace: Path) -> str | None:
    """The address of the project's page. Raises ProjectError when there is none."""
    from annotation.labelstudio.project.project import find_project

    return f"{client.url}/projects/{find_project(client, project, workspace=workspace).id}" if project else None


def _without_password(account: Account) -> dict[str, object]:
    return {key: value for key, value in account.as_dict().items() if key != "password"}


def _say(account: Account, out: Path | None) -> None:
    if account.refused:
        terminal.warn(account.refused)
    elif account.password:
        terminal.say(f"{account.email}: password {f'in {out}' if out else account.password}")
    else:
        terminal.say(f"{account.email}: there already; for a new password: naba annotators reset {account.email}")


def _say_invitation(client: Client, link: str, *, as_json: bool) -> None:
    if as_json:
        terminal.emit({"invitation": link})
    else:
        terminal.say(f"who has this link can sign up on {client.url}, with a password of their own: {link}")


def _say_how(client: Client, page: str | None, server: Server | None, *, shown: bool) -> None:
    """What to tell the people: where to sign in, and how to get there. `shown` is whether a password was."""
    terminal.say(f"sign in at {client.url}/user/login/{f', the articles are at {page}' if page else ''}")
    if shown:
        terminal.say("the passwords are shown this once and stored nowhere; naba annotators reset makes a new one")
    if server is not None:
        tunnel = f"ssh -L {server.port}:127.0.0.1:{server.port} THIS-MACHINE"
        terminal.say(f"this server answers on its own machine only; from another one: {tunnel}, then the same address")
