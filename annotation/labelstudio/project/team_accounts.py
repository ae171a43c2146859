"""Accounts of a team: made with a password that only the caller sees, and found again by name."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotation.core.errors import StudioAuthError, StudioError, UsageError, hint
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server, set_password
from annotation.labelstudio.server.server_environment import USERNAME
from annotation.labelstudio.server.sign_in import can_sign_in, invitation, sign_up

DOMAIN = USERNAME.partition("@")[2]
"""What stands behind a plain name on the embedded server, which sends no mail."""
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9])?")
_ADDRESS = re.compile(rf"{_PLAIN.pattern}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{{2,}}")
_LONGEST = 254
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for each other when they are read out."""


@dataclass(frozen=True)
class Account:
    """A person's account. `password` is None where it was there before. `refused` says why none could be made."""

    email: str
    password: str | None = field(default=None, repr=False)
    refused: str = ""

    @property
    def outcome(self) -> str:
        """`made`, `there already` or `refused`."""
        return "refused" if self.refused else "made" if self.password else "there already"

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, the password among them where one was made."""
        more = {"password": self.password} if self.password else {"reason": self.refused} if self.refused else {}
        return {"annotator": self.email, "outcome": self.outcome, **more}


def address(name: str, *, plain: bool) -> str:
    """The e-mail address under which a person signs in, in small letters; `plain` is whether a bare name will do.

    Raises UsageError for anything else.
    """
    if plain and _PLAIN.fullmatch(name):
        name = f"{name}@{DOMAIN}"
    if not _ADDRESS.fullmatch(name) or len(name) > _LONGEST:
        remedy = "a name in Latin letters, or an e-mail address" if plain else "an e-mail address"
        raise UsageError(f"{name!r} is no name to sign in with; give {remedy}")
    return name.lower()


def add(
    client: Client, emails: Sequence[str], *, keep: Callable[[str, str | None], None] | None = None
) -> Iterator[Account]:
    """Make an account for each address that has none, and yield one Account an address.

    `keep` is given address and password before the account is made, and None for the password where it was refused:
    so a password that is to be stored is, even when the process dies. Raises StudioError when the server makes no
    accounts at all, or stops answering.
    """
    members, path = {email.lower() for email in client.members().values()}, invitation(client)
    for email in dict.fromkeys(emails):
        if email in members:
            yield Account(email)
            continue
        password = new_password()
        if keep:
            keep(email, password)
        try:
            sign_up(client, path, email, password)
        except StudioAuthError as error:
            if keep:
                keep(email, None)
            yield Account(email, refused=str(error))
        else:
            yield Account(email, password)


def reset(client: Client, name: str, server: Server | None) -> Account:
    """Give a person a new password. `server` is the embedded one, None for a team's own, which has no way to do so.

    Raises UsageError when there is no such person, or it is the administrator, and StudioError when it cannot be done.
    """
    email = find(client.members(), name)
    if server is None:
        raise StudioError(
            f"{client.url} lets nobody set another's password; on its machine run "
            f"`label-studio reset_password --username {email}`, in its container where it has one"
        )
    if email == server.username:
        place = server.workspace / "studio" / "credentials.json"
        raise UsageError(f"{email} is the administrator, whose password is in {place} and stays")
    password = new_password()
    set_password(server, email, password)
    if not can_sign_in(client.url, email, password):
        raise StudioError(f"{client.url} does not take the new password of {email}; is the account deactivated?")
    return Account(email, password)


def find(members: Mapping[int, str], name: str) -> str:
    """The address of the one member with this address, or this name before the @. Raises UsageError."""
    emails = sorted({email.lower() for email in members.values()})
    wanted = name.lower()
    matches = [email for email in emails if email == wanted] or [
        email for email in emails if email.partition("@")[0] == wanted
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(f"{name!r} may be {' or '.join(matches)}; give the whole address")
    raise UsageError(f"nobody is called {name!r}; {hint(wanted, emails)}")


def new_password() -> str:
    """16 letters and digits in four groups, with 79 bits of chance."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
