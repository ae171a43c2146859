"""The way to a Label Studio server, and the one place its SDK is imported.

The SDK carries the requests and refreshes access tokens; what travels is plain JSON. Whatever goes wrong on the way
leaves here as an error of `annotation.errors`. What may safely be sent twice is sent again while a server restarts.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from annotation.errors import ProjectError, StudioAuthError, StudioDownError, StudioError
from annotation.labelstudio.wire import Row

TIMEOUT = httpx.Timeout(300.0, connect=10.0)
PAGE_TASKS = 1000
PAGE_BYTES = 12 << 20
_FIRST_PAGE = 200


class NotCarriedOutError(StudioDownError):
    """The server never took the request on, so sending it again cannot do its work twice."""


@dataclass(frozen=True)
class _Answer:
    value: object
    size: int


@dataclass(frozen=True)
class Patience:
    """For how many seconds a request is sent again: before the server has ever answered us, and after."""

    unknown: float = 2.0
    known: float = 60.0
    first_pause: float = 0.25
    longest_pause: float = 8.0


class Client:
    """A Label Studio server, entered with a legacy token or a personal access token.

    Every method raises StudioDownError (no answer), StudioAuthError (the token is not taken), ProjectError (what was
    asked for is not there) or StudioError (the server refuses or says what nobody understands), and nothing else.
    """

    def __init__(self, url: str, token: str, *, patience: Patience | None = None) -> None:
        self.url = url.rstrip("/")
        self.patience = patience or Patience()
        self._answered = False
        loopback = urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")
        with translated(self.url):
            # Proxies of the environment are for other machines; one between us and ourselves only breaks things.
            carrier = httpx.Client(timeout=TIMEOUT, follow_redirects=True, trust_env=not loopback)
            sdk = LabelStudio(base_url=f"{self.url}/", api_key=token, httpx_client=carrier, max_retries=0)  # type: ignore[no-untyped-call]
        self._http = sdk._client_wrapper.httpx_client

    def get(self, path: str, **params: object) -> object:
        """The JSON at `path`."""
        return self._ask("GET", path, params=params).value

    def change(self, path: str, body: Mapping[str, object]) -> object:
        """Set some fields of what is at `path`."""
        return self._ask("PATCH", path, body=json.dumps(body).encode()).value

    def delete(self, path: str, body: Mapping[str, object] | None = None) -> None:
        """Remove what is at `path`; if it is gone already, that is fine."""
        try:
            self._ask("DELETE", path, body=json.dumps(body).encode() if body else None)
        except ProjectError:
            return

    def create(self, path: str, body: Mapping[str, object] | bytes, *, repeat: bool = False, **params: object) -> Row:
        """Post JSON. Unless `repeat`, it is never sent twice: after StudioDownError it may or may not have arrived."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return _row(self._ask("POST", path, params=params, body=content, repeat=repeat).value)

    def me(self) -> Row:
        """The user the token belongs to."""
        return _row(self.get("api/current-user/whoami"))

    def members(self) -> dict[int, str]:
        """User number -> e-mail address, of everybody in the organization."""
        users = self.get("api/users/")
        return {int(str(u["id"])): str(u.get("email") or u.get("username") or u["id"]) for u in _rows(users)}

    def projects(self, title: str) -> list[Row]:
        """The projects with exactly this title, oldest first."""
        found: list[Row] = []
        for page in range(1, 1000):
            answer = _row(self.get("api/projects/", title=title, page=page, page_size=100))
            found += _rows(answer.get("results"))
            if not answer.get("next"):
                break
        same = [project for project in found if project.get("title") == title]
        return sorted(same, key=lambda project: int(str(project["id"])))

    def count(self, project: int) -> int:
        """How many tasks the project has."""
        return _total(self._page(project, "id", 1, [], (), everything=False)[0])

    def latest(self, project: int) -> str | None:
        """When the task that was changed last was changed, as the server writes it; None without tasks."""
        page, _ = self._page(project, "id,updated_at", 1, [], ("-tasks:updated_at",), everything=False)
        tasks = _rows(page.get("tasks"))
        return str(tasks[0]["updated_at"]) if tasks else None

    def tasks(
        self,
        project: int,
        fields: Sequence[str],
        *,
        everything: bool = False,
        after: int = 0,
        since: str | None = None,
        only: Sequence[int] | None = None,
    ) -> Iterator[list[Row]]:
        """Pages of tasks by ascending number, each task with `fields` alone; `everything` for what hangs on them.

        Only tasks numbered above `after`, changed at `since` or later, or among `only`. Each page is asked for by the
        number of the last task seen, so tasks that come or go meanwhile shift nothing. Every page tells how many are
        left; one that holds fewer than it must is a StudioError. Pages shrink where tasks are large.
        """
        size = PAGE_TASKS if not everything and "data" not in fields else _FIRST_PAGE
        while True:
            filters = [_filter("id", "greater", "Number", after)]
            if since is not None:
                filters.append(_filter("updated_at", "greater_or_equal", "Datetime", since))
            page, weight = self._page(
                project, ",".join(fields), size, filters, ("tasks:id",), everything=everything, only=only
            )
            rows, left = _rows(page.get("tasks")), _total(page)
            if len(rows) < min(left, 1):
                raise StudioError(f"{self.url}: project {project} has {left} more tasks but gives none of them")
            if rows:
                yield rows
                after = int(str(rows[-1]["id"]))
            if len(rows) >= left:
                return
            size = max(1, min(PAGE_TASKS, size * PAGE_BYTES // max(1, weight)))

    def _page(
        self,
        project: int,
        fields: str,
        size: int,
        filters: Sequence[Row],
        order: Sequence[str],
        *,
        everything: bool,
        only: Sequence[int] | None = None,
    ) -> tuple[Row, int]:
        """A page and its size in bytes."""
        query: Row = {"filters": {"conjunction": "and", "items": list(filters)}, "ordering": list(order)}
        if only is not None:
            query["selectedItems"] = {"all": False, "included": list(only)}
        params: Row = {"project": project, "include": fields, "page_size": size, "resolve_uri": "false"}
        if everything:
            params["fields"] = "all"
        answer = self._ask("GET", "api/tasks/", params={**params, "query": json.dumps(query)})
        return _row(answer.value), answer.size

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        body: bytes | None = None,
        repeat: bool | None = None,
    ) -> _Answer:
        """One request, sent again while patience lasts where that is safe, with growing pauses."""
        safe = method != "POST" if repeat is None else repeat
        began, pause = time.monotonic(), self.patience.first_pause
        while True:
            try:
                return self._once(method, path, params or {}, body)
            except StudioDownError as error:
                limit = self.patience.known if self._answered else self.patience.unknown
                sure = safe or isinstance(error, NotCarriedOutError)
                if not sure or time.monotonic() - began + pause > limit:
                    raise
            time.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, self.patience.longest_pause)

    def _once(self, method: str, path: str, params: Mapping[str, object], body: bytes | None) -> _Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with translated(self.url, path):
            answer = self._http.request(path, method=method, params=dict(params), content=body, headers=headers)
            if answer.status_code >= 400:
                raise ApiError(status_code=answer.status_code, body=answer.text)
            self._answered = True
            return _Answer(json.loads(answer.content) if answer.content else None, len(answer.content))


@contextmanager
def translated(url: str, path: str = "") -> Iterator[None]:
    """Turn whatever the SDK and its HTTP library raise into errors of ours."""
    try:
        yield
    except ApiError as error:
        raise _refusal(url, path, error.status_code or 0, str(error.body)) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise StudioError(
            f"{url!r} is no address of a server; set LABEL_STUDIO_URL to one like http://host:8080"
        ) from (error)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotCarriedOutError(_silent(url, error)) from error
    except httpx.TransportError as error:
        raise StudioDownError(_silent(url, error)) from error
    except UnicodeError as error:
        raise StudioAuthError(f"the token for {url} holds characters no token has; set LABEL_STUDIO_API_KEY") from error
    except (httpx.HTTPError, ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise StudioError(
            f"{url}/{path} answers with something that is no Label Studio's ({error}); check LABEL_STUDIO_URL"
        ) from error


def _refusal(url: str, path: str, status: int, body: str) -> StudioError:
    detail = " ".join(body.split())[:300]
    if status in (401, 403):
        return StudioAuthError(
            f"Label Studio at {url} does not take the token ({status}: {detail}); "
            "make one under Account & Settings, Access Token, and set LABEL_STUDIO_API_KEY"
        )
    if status == 404:
        return ProjectError(f"{url}/{path} is not there ({detail}); was the project or task deleted meanwhile?")
    if status == 429:
        return NotCarriedOutError(f"Label Studio at {url} is asked too much ({detail}); try again later")
    if status >= 500:
        return StudioDownError(f"Label Studio at {url} failed ({status}: {detail}); see its log, then try again")
    return StudioError(f"Label Studio at {url} refuses {path} ({status}: {detail})")


def _silent(url: str, error: Exception) -> str:
    reason = str(error) or type(error).__name__
    return f"Label Studio at {url} does not answer ({reason}); start it with `naba serve`, or check LABEL_STUDIO_URL"


def _filter(field: str, operator: str, kind: str, value: object) -> Row:
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}


def moment(stamp: str) -> datetime:
    """A time as the server writes it."""
    return datetime.fromisoformat(stamp)


def _row(value: object) -> Row:
    if not isinstance(value, dict):
        raise StudioError(f"Label Studio answers {str(value)[:80]!r} where an object is due; is it another version?")
    return value


def _rows(value: object) -> list[Row]:
    if not isinstance(value, list):
        raise StudioError(f"Label Studio answers {str(value)[:80]!r} where a list is due; is it another version?")
    return [_row(item) for item in value]


def _total(page: Row) -> int:
    total = page.get("total")
    if not isinstance(total, int):
        raise StudioError("Label Studio does not say how many tasks there are; is it another version?")
    return total
