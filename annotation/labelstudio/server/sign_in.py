"""Signing up and signing in on Label Studio's own pages, as a browser does: its API can do neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import httpx

from annotation.core.errors import ProjectError, StudioAuthError, StudioDownError, StudioError
from annotation.labelstudio.server.client import Client, row
from annotation.labelstudio.server.http_errors import translated

LOGIN = "user/login/"
_REASON = re.compile(r'<ul class="field_errors">\s*(?:<li>)?(.*?)</|<p class="error">\s*(.*?)\s*</p>', re.DOTALL)


def sign_up(client: Client, path: str, email: str, password: str) -> None:
    """Make an account at `path`, the organization's invitation.

    Where no answer comes, a try to sign in tells whether the account was made. Raises StudioAuthError when the server
    refuses, and StudioDownError when it stays silent.
    """
    try:
        with signed_in(client.url, path, email, password):
            return
    except StudioDownError:
        if not can_sign_in(client.url, email, password):
            raise


def invitation(client: Client) -> str:
    """The path on the server at which whoever has it may sign up. Raises StudioError where the server gives none."""
    by_hand = "invite people on its page Organization, Add Members"
    try:
        path = str(row(client.get("api/invite")).get("invite_url") or "").lstrip("/")
    except (ProjectError, StudioAuthError) as error:
        raise StudioError(f"{client.url} gives this token no invitation ({error}); {by_hand}") from error
    if not path:
        raise StudioError(f"{client.url} gives no invitation; {by_hand}")
    return path


def can_sign_in(url: str, email: str, password: str) -> bool:
    """Whether the server lets this person in with this password."""
    try:
        with signed_in(url, LOGIN, email, password):
            return True
    except StudioAuthError:
        return False


@contextmanager
def signed_in(url: str, path: str, email: str, password: str) -> Iterator[httpx.Client]:
    """A browser session after the form at `path` was sent. Raises StudioAuthError when the form is refused."""
    with translated(url, path), httpx.Client(base_url=url, trust_env=False, timeout=60) as browser:
        browser.get(f"/{path}")
        form = {"email": email, "password": password, "csrfmiddlewaretoken": browser.cookies.get("csrftoken", "")}
        answer = browser.post(f"/{path}", data=form, headers={"Referer": f"{url}/{path}"})
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise StudioDownError(f"Label Studio at {url} failed ({answer.status_code}); see its log, then try again")
        if answer.status_code != httpx.codes.FOUND:
            raise StudioAuthError(f"{url} does not let {email} in ({_reason(answer)})")
        yield browser


def _reason(answer: httpx.Response) -> str:
    """What the page says is wrong with the form, else the status."""
    match = _REASON.search(answer.text)
    words = unescape(match[1] or match[2] or "").split() if match else []
    return " ".join(words).rstrip(".") or str(answer.status_code)
