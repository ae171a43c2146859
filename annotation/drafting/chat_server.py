"""Client of an OpenAI-compatible server: one chat completion at a time, whatever the server does.

Asked again, after a pause that doubles or that the server asks for (`Retry-After`, for all requests): 408, 409, 425,
429, 5xx, a lost connection, a body that is cut or no JSON, no answer in time. An option that the server refuses is left
out from then on: the schema becomes "some JSON", then nothing, since the prompt holds the schema too. Redirects are not
followed, because they would send the text elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self, TypeAlias

import httpx

from annotation.core import json_text
from annotation.core.errors import AnswerError, EndpointError, UsageError
from annotation.drafting.endpoint import Endpoint
from annotation.drafting.prompt import Message

LARGEST_BODY = 8 << 20
"""Bytes of an answer after which no more is read."""
_AGAIN = frozenset({408, 409, 425, 429})
_TOO_LONG = ("context length", "context window", "context size", "too long", "too many tokens")
_WORDS = 200
"""Characters of a server's message that are repeated."""

Options: TypeAlias = Mapping[str, object]
"""What a request holds beside the model and the messages."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """What a model wrote, and the tokens it took; None where the server does not tell.

    finish: "length" where the answer was cut short. refusal: why the model does not answer.
    """

    content: str
    finish: str = "stop"
    refusal: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None


class _TryAgainError(Exception):
    """This attempt failed, another may not; `wait` is how long the server asks to wait, in seconds."""

    def __init__(self, reason: str, *, wait: float | None = None, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.wait, self.unreachable = wait, unreachable


class _RefusedOptionError(Exception):
    """The server refuses an option of the request."""


class ChatServer:
    """An open connection to the server of an endpoint; to be used as a context."""

    def __init__(self, endpoint: Endpoint, schema: Mapping[str, object]) -> None:
        self.endpoint = endpoint
        self._options = _options(endpoint, schema)
        self._not_before = 0.0
        headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(endpoint.timeout, connect=10.0, pool=None),
            follow_redirects=False,
            trust_env=not endpoint.local,  # a proxy of the environment would take text away from this machine
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def ask(self, messages: Sequence[Message]) -> Reply:
        """The model's reply.

        Raises AnswerError where there is none for these messages, UsageError where the request can never work, and
        EndpointError where the server is gone or asks to wait too long.
        """
        failed, options = 0, self._options
        while True:
            try:
                await self._wait_for_turn()
                reply = await self._attempt(messages, options)
            except _RefusedOptionError as refusal:
                options = self._without_one(options, str(refusal))
            except _TryAgainError as error:
                failed += 1
                if failed >= self.endpoint.tries:
                    raise self._given_up(error, failed) from error
                await self._pause(failed, error)
            else:
                self._options = options  # what was left out to get an answer is left out from now on
                return reply

    def _given_up(self, error: _TryAgainError, failed: int) -> EndpointError:
        told = f"{self.endpoint.url.host} {error} ({failed} tries)"
        if not error.unreachable:
            return AnswerError(told)
        return EndpointError(
            f"{self.endpoint.url}: {told}; start the server or check --endpoint, and run the same command: what was "
            "answered is kept"
        )

    async def _wait_for_turn(self) -> None:
        while (left := self._not_before - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def _pause(self, failed: int, error: _TryAgainError) -> None:
        if error.wait is not None:
            if error.wait > self.endpoint.longest_wait:
                raise EndpointError(
                    f"{self.endpoint.url.host} asks to wait {error.wait:,.0f} seconds; run the same command then, "
                    "what was answered is kept"
                )
            self._not_before = max(self._not_before, time.monotonic() + error.wait)
            log.info("%s %s; waiting %.0f seconds", self.endpoint.url.host, error, error.wait)
        else:
            await asyncio.sleep(self.endpoint.pause * 2 ** (failed - 1) * random.uniform(0.75, 1.25))

    async def _attempt(self, messages: Sequence[Message], options: Options) -> Reply:
        body = {"model": self.endpoint.model, "messages": list(messages), **options}
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                async with self._client.stream("POST", self.endpoint.url, json=body) as response:
                    content = await self._body(response)
        except (TimeoutError, httpx.TimeoutException) as error:
            reason = f"did not answer within {self.endpoint.timeout:g} seconds, more with --timeout"
            raise _TryAgainError(reason, unreachable=isinstance(error, httpx.ConnectTimeout)) from error
        except httpx.ConnectError as error:
            raise _TryAgainError("cannot be reached", unreachable=True) from error
        except httpx.HTTPError as error:
            raise _TryAgainError(f"broke off its answer ({type(error).__name__})") from error
        self._check_status(response, content, options)
        return _reply(content)

    async def _body(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LARGEST_BODY:
                raise AnswerError(f"{self.endpoint.url.host} answered with more than {LARGEST_BODY >> 20} MB")
        return bytes(content)

    def _check_status(self, response: httpx.Response, content: bytes, options: Options) -> None:
        """Raise what the status of an answer calls for."""
        status, host = response.status_code, self.endpoint.url.host
        told = self.endpoint.without_key(_message(content))
        answer = f"answers {status}{f': {told}' if told else ''}"
        if status in _AGAIN or status >= 500:
            if status == 429 and "insufficient_quota" in content.decode("utf-8", "replace"):
                raise EndpointError(f"{host} {answer}; the quota is used up")
            raise _TryAgainError(answer, wait=_retry_after(response))
        if 300 <= status < 400:
            to = response.headers.get("Location", "")[:_WORDS]
            raise UsageError(
                f"{host} {answer}, a redirect to {to or 'itself'}; nothing is sent there; give its --endpoint"
            )
        too_long = any(words in told.lower() for words in _TOO_LONG)
        if status in (400, 422) and not too_long and any(name in options for name in _REFUSABLE):
            raise _RefusedOptionError(told)
        if status in (400, 413, 422):
            raise AnswerError(f"{host} {answer}")
        if status in (401, 403):
            raise UsageError(f"{host} {answer}; set the environment variable with the key, or another key")
        if status != 200:
            raise UsageError(f"{host} {answer}; check --endpoint and --model")

    def _without_one(self, options: Options, told: str) -> Options:
        """The options without the one that the message names, else without the first that servers refuse."""
        names = [name for name in _REFUSABLE if name in options]
        name = next((name for name in names if _REFUSABLE[name](told.lower())), names[0])
        log.info("%s refuses %s (%s); asking without it", self.endpoint.url.host, name, told)
        rest = {key: value for key, value in options.items() if key != name}
        if name == "response_format" and options[name] != _ANY_JSON:
            return {**rest, name: _ANY_JSON}
        if name == "max_tokens" and "max_completion_tokens" in told:
            return {**rest, "max_completion_tokens": options[name]}
        return rest


_ANY_JSON = {"type": "json_object"}
_REFUSABLE: Mapping[str, Callable[[str], bool]] = {
    "response_format": lambda told: any(
        word in told for word in ("response_format", "schema", "json_object", "grammar")
    ),
    "temperature": lambda told: "temperature" in told,
    "max_tokens": lambda told: "max_tokens" in told or "max_completion_tokens" in told,
}
"""Options of a request that servers refuse, and whether a message in small letters is about them."""


def _options(endpoint: Endpoint, schema: Mapping[str, object]) -> Options:
    described = {"name": "marks", "strict": True, "schema": schema}
    most = {} if endpoint.most_tokens is None else {"max_tokens": endpoint.most_tokens}
    return {"response_format": {"type": "json_schema", "json_schema": described}, "temperature": 0, **most}


def _reply(content: bytes) -> Reply:
    """The first choice of an answer. Raises _TryAgainError where there is none."""
    try:
        answer = json_text.loads(content)
    except ValueError as error:
        kind = "HTML" if content.lstrip()[:1] == b"<" else "no JSON"
        raise _TryAgainError(f"answers with {kind}, not a completion") from error
    choices = answer.get("choices") if isinstance(answer, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(answer, dict) or not isinstance(first, dict) or not isinstance(message, dict):
        raise _TryAgainError("answers with JSON that holds no choice")
    finish = str(first.get("finish_reason") or "stop")
    usage = answer.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    refusal = message.get("refusal") or ("its filter stopped it" if finish == "content_filter" else "")
    return Reply(
        _text(message.get("content")),
        finish,
        str(refusal)[:_WORDS],
        _tokens(usage.get("prompt_tokens")),
        _tokens(usage.get("completion_tokens")),
    )


def _text(content: object) -> str:
    """The text of a message, which some servers give in parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _tokens(count: object) -> int | None:
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None


def _message(content: bytes) -> str:
    """What a server says of a fault, shortened; empty where that is no JSON."""
    try:
        row = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    error = row.get("error", row) if isinstance(row, dict) else row
    told = error.get("message") or error.get("detail") if isinstance(error, dict) else error
    return " ".join(str(told or "").split())[:_WORDS]


def _retry_after(response: httpx.Response) -> float | None:
    """How long a server asks to wait, in seconds: its header holds those, or a date."""
    value = response.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
