"""HTTP client for a Label Studio server. Only it and http_errors.py import the Label Studio SDK.

The SDK sends the requests and refreshes access tokens; the bodies are plain JSON. Every failure is raised as an error
of `annotation.core.errors`. Requests that are safe to repeat are repeated while the server restarts.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from annotation.core import json_text
from annotation.core.errors import ProjectError, StudioDownError, StudioError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.http_errors import (
    NotCarriedOutError,
    asked_to_wait,
    check_redirect,
    parsed,
    translated,
)

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(300.0, connect=10.0)


@dataclass(frozen=True)
class Response:
    """The parsed JSON of an answer, and the size of its body in bytes."""

    value: object
    size: int


@dataclass(frozen=True)
class Patience:
    """How many seconds a request is repeated: `before_answer` until the server has answered once, then `after_answer`.

    The pause between two tries doubles from `first_pause` up to `longest_pause`, in seconds.
    """

    before_answer: float = 2.0
    after_answer: float = 60.0
    first_pause: float = 0.25
    longest_pause: float = 8.0


class Client:
    """A connection to one Label Studio server, with a legacy token or a personal access token.

    Every method raises StudioDownError (no answer), StudioAuthError (the token is refused), ProjectError (404: the
    object does not exist) or StudioError (any other refusal, or an answer that is not Label Studio's), and nothing
    else.
    """

    def __init__(self, url: str, token: str, *, patience: Patience | None = None) -> None:
        self.url, self.token = url.strip().rstrip("/"), token.strip()
        self.patience = patience or Patience()
        self._answered = False
        with translated(self.url):
            loopback = httpx.URL(self.url).host in ("127.0.0.1", "localhost", "::1")
            # A proxy from the environment is for other machines; on the loopback it would only break the connection.
            http = httpx.Client(
                timeout=TIMEOUT,
                follow_redirects=True,
                trust_env=not loopback,
                event_hooks={"response": [check_redirect]},
            )
            sdk = LabelStudio(base_url=f"{self.url}/", api_key=self.token, httpx_client=http, max_retries=0)  # type: ignore[no-untyped-call]
        self._http = sdk._client_wrapper.httpx_client

    def get(self, path: str, **params: object) -> object:
        """The JSON at `path`."""
        return self.ask(path, **params).value

    def ask(self, path: str, **params: object) -> Response:
        """Like `get`, with the size of the answer in bytes."""
        return self._ask("GET", path, params=params)

    def change(self, path: str, body: Mapping[str, object]) -> object:
        """Set some fields of the object at `path` (PATCH), and return the server's answer."""
        return self._ask("PATCH", path, body=_json(body)).value

    def delete(self, path: str, body: Mapping[str, object] | None = None) -> None:
        """Delete the object at `path`. No error when it does not exist."""
        try:
            self._ask("DELETE", path, body=_json(body) if body else None)
        except ProjectError:
            return

    def create(self, path: str, body: Mapping[str, object] | bytes, *, repeat: bool = False, **params: object) -> Row:
        """POST JSON and return the answer. Unless `repeat`, it is sent once: after StudioDownError it may have arrived
        or not.
        """
        content = body if isinstance(body, bytes) else _json(body)
        return row(self._ask("POST", path, params=params, body=content, repeat=repeat).value)

    def order(self, path: str) -> None:
        """Start an action of the server that takes no values, returns none, and is safe to start twice (POST)."""
        self._ask("POST", path, body=b"{}", repeat=True)

    def me(self) -> Row:
        """The user the token belongs to."""
        return row(self.get("api/current-user/whoami"))

    def members(self) -> dict[int, str]:
        """User number -> e-mail address, for all users of the organization."""
        users = self.get("api/users/")
        return {id_of(user): str(user.get("email") or user.get("username") or user["id"]) for user in rows(users)}

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        body: bytes | None = None,
        repeat: bool | None = None,
    ) -> Response:
        """Send one request. Where that is safe, repeat it with growing pauses until the patience runs out."""
        safe = method != "POST" if repeat is None else repeat
        began, pause = time.monotonic(), self.patience.first_pause
        while True:
            try:
                return self._once(method, path, params or {}, body)
            except StudioDownError as error:
                limit = self.patience.after_answer if self._answered else self.patience.before_answer
                repeatable = safe or isinstance(error, NotCarriedOutError)
                wait = max(pause * random.uniform(0.7, 1.3), asked_to_wait(error))
                if not repeatable or time.monotonic() - began + wait > limit:
                    raise
                if wait > self.patience.longest_pause:
                    log.warning("%s asks to wait %.0f s; going on then", self.url, wait)
            time.sleep(wait)
            pause = min(pause * 2, self.patience.longest_pause)

    def _once(self, method: str, path: str, params: Mapping[str, object], body: bytes | None) -> Response:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with translated(self.url, path):
            answer = self._http.request(path, method=method, params=dict(params), content=body, headers=headers)
            if answer.status_code >= 400:
                raise ApiError(headers=dict(answer.headers), status_code=answer.status_code, body=answer.text)
            self._answered = True
            return Response(parsed(answer, f"{self.url}/{path}"), len(answer.content))


def _json(body: object) -> bytes:
    return json_text.dumps(body, ascii_only=True).encode()


def row(value: object) -> Row:
    """The value as a JSON object. Raises StudioError when it is none."""
    if not isinstance(value, dict):
        raise StudioError(f"Label Studio answers {str(value)[:80]!r} where an object is due; is it another version?")
    return value


def id_of(entry: Row) -> int:
    """The number under which the server has an entry, such as a task, a user or a prediction."""
    return int(str(entry["id"]))


def rows(value: object) -> list[Row]:
    """The value as a list of JSON objects. Raises StudioError when it is none."""
    if not isinstance(value, list):
        raise StudioError(f"Label Studio answers {str(value)[:80]!r} where a list is due; is it another version?")
    return [row(item) for item in value]
