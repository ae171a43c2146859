from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from annotation.core.errors import NabaError, ProjectError, StudioAuthError, StudioDownError, StudioError
from annotation.labelstudio.server.client import Client, Patience
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.http_errors import NotCarriedOutError, retry_after
from annotation.labelstudio.server.paging import count_tasks, pages

EXPIRED = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6MX0.AAAA"
HASTY = Patience(before_answer=0.1, after_answer=0.1, first_pause=0.02)


def test_a_personal_access_token_works_like_a_legacy_one(studio: Server, client: Client) -> None:
    held = client.get("api/token/")
    token = client.create("api/token/", {})["token"] if not held else None
    assert token is not None, "the session's administrator has no token of this kind before"
    assert Client(studio.url, str(token)).me() == client.me()


@pytest.mark.parametrize("token", ["wrong", "עברית", EXPIRED, ""])
def test_a_token_that_is_not_taken_says_where_to_get_one(studio: Server, token: str) -> None:
    with pytest.raises(StudioAuthError, match="LABEL_STUDIO_API_KEY"):
        Client(studio.url, token).me()


def test_no_server_is_said_with_the_remedy() -> None:
    with pytest.raises(StudioDownError, match="naba serve"):
        Client("http://127.0.0.1:9", "token").me()


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.org", "http://[bad", "http://", "http://a b"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(StudioError):
        Client(url, "token", patience=HASTY).me()


def test_a_project_that_is_not_there(client: Client) -> None:
    with pytest.raises(ProjectError):
        client.get("api/projects/999999/")
    with pytest.raises(ProjectError):
        list(pages(client, 999999, ("id",)))
    client.delete("api/tasks/999999/")


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(*answers: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server that answers each request in its own bad way, the last one for ever; its address and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.command)
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            answers[min(len(asked), len(answers)) - 1](self)

        do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}", asked
        http.shutdown()


def says(status: int, body: bytes, length: int | None = None, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        if length is not None:
            handler.close_connection = True

    return answer


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


BAD: dict[str, tuple[Answer, type[NabaError]]] = {
    "hangs up": (hangs_up, StudioDownError),
    "stops in the middle": (says(200, b'{"tasks": [', length=1000), StudioDownError),
    "a page": (says(200, b"<!doctype html><html>hello</html>"), StudioError),
    "half of JSON": (says(200, b'{"tasks": ['), StudioError),
    "bytes that are no text": (says(200, b"\xff\xfe\xfa"), StudioError),
    "a list": (says(200, b"[1, 2]"), StudioError),
    "a number": (says(200, b"7"), StudioError),
    "another object": (says(200, b'{"a": 1}'), StudioError),
    "tasks that are none": (says(200, b'{"total": 2, "tasks": [3, null]}'), StudioError),
    "fewer than it says": (says(200, b'{"total": 2, "tasks": []}'), StudioError),
    "deeply nested": (says(200, b"[" * 100_000 + b"]" * 100_000), StudioError),
    "nothing": (says(200, b""), StudioError),
    "400": (says(400, b'{"detail": "no"}'), StudioError),
    "401": (says(401, b"<html>no</html>"), StudioAuthError),
    "404": (says(404, b"\xff"), ProjectError),
    "413": (says(413, b""), StudioError),
    "429": (says(429, b""), NotCarriedOutError),
    "500": (says(500, b"oh"), StudioDownError),
    "503": (says(503, b"[]"), StudioDownError),
    "a circle": (says(302, b"", Location="/api/tasks/"), StudioError),
    "false encoding": (says(200, b"not gzip", Content_Encoding="gzip"), StudioError),
}


def outcome(ask: Callable[[], object]) -> type[NabaError] | None:
    """Which of our errors it ends in, if any. Others are not caught."""
    try:
        ask()
    except NabaError as error:
        return type(error)
    return None


@pytest.mark.parametrize(("answer", "error"), BAD.values(), ids=BAD)
def test_nothing_but_our_own_errors_comes_out(answer: Answer, error: type[NabaError]) -> None:
    with serving(answer) as (url, _):
        client = Client(url, "abc", patience=HASTY)
        assert outcome(client.members) is error
        assert outcome(lambda: list(pages(client, 1, ("id",)))) is error
        assert outcome(lambda: count_tasks(client, 1)) in (error, None)
        assert outcome(client.me) in (error, None)
        assert outcome(lambda: client.create("api/projects/1/import", b"[]")) in (error, None)


@pytest.mark.parametrize("answer", [answer for answer, _ in BAD.values()], ids=BAD)
def test_nor_where_a_personal_token_is_exchanged_first(answer: Answer) -> None:
    key = EXPIRED.replace("eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6MX0", _far())
    with serving(answer) as (url, _):
        client = Client(url, key, patience=HASTY)
        for ask in (client.me, client.members, lambda: client.create("api/projects/1/import", b"[]")):
            assert outcome(ask) in (StudioError, StudioDownError)


def _far() -> str:
    """The claims of a token that is good for centuries."""
    return "eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6OTk5OTk5OTk5OX0"


def test_what_may_be_asked_twice_is_asked_until_it_is_answered() -> None:
    with serving(says(500, b""), hangs_up, says(503, b""), says(200, b'{"id": 1}')) as (url, asked):
        assert Client(url, "abc", patience=Patience(before_answer=10, first_pause=0.05)).me() == {"id": 1}
    assert len(asked) == 4


def test_what_may_not_be_done_twice_is_sent_once() -> None:
    for answer in (says(500, b""), hangs_up):
        with serving(answer) as (url, asked):
            with pytest.raises(StudioDownError) as caught:
                Client(url, "abc", patience=HASTY).create("api/projects/1/import", b"[]")
            assert not isinstance(caught.value, NotCarriedOutError)
        assert asked == ["POST"]


def test_what_was_turned_away_at_the_door_is_sent_again() -> None:
    with serving(says(429, b""), says(201, b'{"task_ids": []}')) as (url, asked):
        Client(url, "abc", patience=HASTY).create("api/projects/1/import", b"[]")
    assert asked == ["POST", "POST"]


def test_patience_is_longer_with_a_server_that_has_answered_before() -> None:
    with serving(says(200, b'{"id": 1}'), *[says(502, b"")] * 3, says(200, b'{"id": 2}')) as (url, _):
        client = Client(url, "abc", patience=Patience(before_answer=0, after_answer=10, first_pause=0.02))
        assert [client.me(), client.me()] == [{"id": 1}, {"id": 2}]


def test_the_requests_of_the_tests_reach_the_server_they_mean() -> None:
    with serving(says(200, b"{}")) as (url, asked):
        httpx.get(url, trust_env=False)
    assert asked == ["GET"]


def test_an_answer_that_breaks_off_or_hangs_up_does_not_blame_the_address() -> None:
    for answer in (
        hangs_up,
        says(201, b'{"task_ids": [', length=1000),
        says(201, b'{"a', Content_Type="application/json"),
    ):
        with serving(answer) as (url, _), pytest.raises(StudioDownError, match="may have been done") as caught:
            Client(url, "abc", patience=HASTY).create("api/projects/1/import", b"[]")
        assert "LABEL_STUDIO_URL" not in str(caught.value)


def test_a_server_that_asks_to_wait_longer_than_there_is_patience_is_said_with_the_time() -> None:
    with serving(says(429, b"", Retry_After="3600")) as (url, asked):
        with pytest.raises(NotCarriedOutError, match="try again in 3,600 s"):
            Client(url, "abc").me()
        assert asked == ["GET"], "it does not ask again before the time"


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("", 0, 0), ("7", 7, 7), ("x", 0, 0), ("-3", 0, 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("²", 0, 0)],
)
def test_how_long_an_answer_asks_to_wait(value: str, least: float, most: float) -> None:
    assert least <= retry_after({"Retry-After": value}) <= most


@pytest.mark.parametrize(
    ("method", "status", "place", "said"),
    [
        ("GET", 302, "http://127.0.0.2:9/x?token=1", "sends on to http://127.0.0.2:9; set LABEL_STUDIO_URL"),
        ("POST", 301, "/user/login/?next=/", "sends POST requests on to /user/login/; check LABEL_STUDIO_URL"),
        ("POST", 308, "https://user:secret@studio.example/", "sends on to https://studio.example; set"),
    ],
)
def test_a_redirect_that_would_lose_a_request_is_said(method: str, status: int, place: str, said: str) -> None:
    with serving(says(status, b"", Location=place)) as (url, asked):
        client = Client(url, "abc", patience=HASTY)
        with pytest.raises(StudioError) as caught:
            client.me() if method == "GET" else client.create("api/projects/", {})
    assert said in str(caught.value)
    assert asked == [method]


def test_a_redirect_of_the_same_server_is_followed_with_what_was_sent() -> None:
    with serving(says(307, b"", Location="/api/projects/1/import/"), says(201, b'{"id": 5}')) as (url, asked):
        assert Client(url, "abc", patience=HASTY).create("api/projects/1/import", b"[]") == {"id": 5}
    assert asked == ["POST", "POST"]


def test_a_page_that_comes_twice_is_asked_for_again_and_not_counted_twice() -> None:
    first, second = (says(200, json.dumps({"total": 3 - n, "tasks": [{"id": n + 1}]}).encode()) for n in (0, 2))
    with serving(first, first, second) as (url, asked):
        found = list(pages(Client(url, "abc", patience=HASTY), 1, ("id",)))
    assert (found, len(asked)) == ([[{"id": 1}], [{"id": 3}]], 3)
    with serving(first) as (url, _), pytest.raises(StudioError, match="again and again"):
        list(pages(Client(url, "abc", patience=HASTY), 1, ("id",)))
