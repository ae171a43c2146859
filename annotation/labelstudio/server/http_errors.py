"""Failures of HTTP, translated into errors of `annotation.core.errors`: what happened, and what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

import httpx
from label_studio_sdk.core.api_error import ApiError

from annotation.core.errors import ProjectError, StudioAuthError, StudioDownError, StudioError

AGAIN = "run the same command again"
_PERHAPS_DONE = f"what was asked may have been done: {AGAIN}"


class NotCarriedOutError(StudioDownError):
    """The server did not process the request, so sending it again cannot do its work twice."""


@contextmanager
def translated(url: str, path: str = "") -> Iterator[None]:
    """Turn every exception of the SDK and its HTTP library into an error of `annotation.core.errors`."""
    try:
        yield
    except ApiError as error:
        raise _refusal(url, path, error.status_code or 0, str(error.body), error.headers or {}) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise StudioError(
            f"{url!r} is no address of a server; set LABEL_STUDIO_URL to one like http://host:8080"
        ) from (error)
    except (UnicodeEncodeError, httpx.LocalProtocolError) as error:
        raise StudioAuthError(f"the token for {url} is none that could be sent; set LABEL_STUDIO_API_KEY") from error
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        reason = f"{url} does not answer ({str(error) or type(error).__name__})"
        raise NotCarriedOutError(
            f"Label Studio at {reason}; start it with `naba serve`, or check LABEL_STUDIO_URL"
        ) from error
    except httpx.TimeoutException as error:
        raise StudioDownError(f"Label Studio at {url} takes too long for {path}; {_PERHAPS_DONE}") from error
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__
        raise StudioDownError(f"Label Studio at {url} broke off its answer ({reason}); {_PERHAPS_DONE}") from error
    except (httpx.HTTPError, ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        raise StudioError(
            f"{url}/{path} answers with something that is no Label Studio's ({error}); check LABEL_STUDIO_URL"
        ) from error


@contextmanager
def resumable(progress: Callable[[], str]) -> Iterator[None]:
    """Add to a StudioDownError how far the work has come, and that the same command goes on."""
    try:
        yield
    except StudioDownError as error:
        reason = str(error).removesuffix(f"; {AGAIN}").removesuffix(f": {AGAIN}")
        done = progress()
        raise StudioDownError("; ".join(filter(None, [reason, done, f"{AGAIN} to go on"]))) from error


def parsed(answer: httpx.Response, address: str) -> object:
    """The JSON of an answer, None where it is empty. Raises StudioDownError for JSON that breaks off."""
    try:
        return json_value(answer.content) if answer.content else None
    except ValueError as error:
        kind = answer.headers.get("content-type", "")
        if "html" in kind:
            raise ValueError("a page for a browser") from error
        if "json" not in kind:
            raise
        problem = f"the answer of {address} breaks off after {len(answer.content):,} bytes"
        raise StudioDownError(f"{problem}; {_PERHAPS_DONE}") from error


def check_redirect(answer: httpx.Response) -> None:
    """Raise StudioError for a redirect that loses what is sent: to another host, or of anything but a GET.

    The token does not go to another host, and a redirect made for browsers turns a POST into a GET. Meant as an event
    hook of httpx.
    """
    if not answer.has_redirect_location:
        return
    request, target = answer.request, answer.request.url.join(answer.headers["location"])
    keeps_method = answer.status_code in (307, 308) or request.method in ("GET", "HEAD")
    same_host = (target.host, target.port) == (request.url.host, request.url.port)
    if same_host and keeps_method:
        return
    here, there = _bare(request.url), _bare(target)
    if same_host:
        raise StudioError(f"{here} sends {request.method} requests on to {target.path}; check LABEL_STUDIO_URL")
    raise StudioError(f"{here} sends on to {there}; set LABEL_STUDIO_URL to the address Label Studio really has")


def _bare(url: httpx.URL) -> httpx.URL:
    """The address of the server, without a path and what a URL may hold of secrets."""
    return httpx.URL(scheme=url.scheme, host=url.host, port=url.port)


def _refusal(url: str, path: str, status: int, body: str, headers: Mapping[str, str]) -> StudioError:
    detail = _detail(body)
    if status in (401, 403):
        return StudioAuthError(
            f"Label Studio at {url} does not take the token ({status}: {detail}); "
            "make one under Account & Settings, Access Token, and set LABEL_STUDIO_API_KEY"
        )
    if status == 404:
        return ProjectError(f"{url}/{path} is not there ({detail}); was the project or task deleted meanwhile?")
    if status == 429:
        seconds = retry_after(headers)
        when = f"in {seconds:,.0f} s" if seconds else "later"
        return NotCarriedOutError(f"Label Studio at {url} is asked too much ({detail}); try again {when}")
    if status >= 500:
        return StudioDownError(f"Label Studio at {url} failed ({status}: {detail}); see its log, then try again")
    return StudioError(f"Label Studio at {url} refuses {path} ({status}: {detail})")


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait that an answer asks for, in seconds or as a date (RFC 9110, 10.2.3); 0 where it does not."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        return float(value) if value.isdecimal() else max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def asked_to_wait(error: BaseException) -> float:
    """Seconds that the answer behind an error asks to wait."""
    cause = error.__cause__
    return retry_after(cause.headers or {}) if isinstance(cause, ApiError) else 0.0


def json_value(body: str | bytes) -> object:
    """The value in a server's answer. Raises ValueError."""
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _detail(body: str) -> str:
    """The reason in a server's answer, on one line of at most 300 characters; an HTML page gives none."""
    try:
        answer = json_value(body)
        body = (
            str(answer.get("validation_errors") or answer.get("detail") or answer)
            if isinstance(answer, dict)
            else str(answer)
        )
    except ValueError:
        body = "a page for a browser" if "<html" in body else body
    return " ".join(body.split())[:300]
