"""A proxy before a real server that misbehaves by script."""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias
from urllib.parse import urlsplit

_NOT_FORWARDED = {"connection", "content-length", "host", "transfer-encoding", "keep-alive", "server", "date"}
LONGEST_HANG = 30.0
"""Seconds after which a hanging request is let go, though nobody gave it up."""


@dataclass(frozen=True)
class Answer:
    """What the server answered, or what the script has the client believe."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Exchange:
    """One request that came to the proxy, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, upstream: str, number: int) -> None:
        self._handler, self._upstream = handler, upstream
        self.number, self.method, self.path = number, handler.command, handler.path
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self._answer: Answer | None = None

    @property
    def key(self) -> tuple[str, str, bytes]:
        """What makes two requests the same one."""
        return self.method, self.path, self.body

    @property
    def writes(self) -> bool:
        """Whether the request changes something."""
        return self.method != "GET"

    def forward(self) -> Answer:
        """The server's answer; the request is sent once, however often this is asked."""
        self._answer = self._answer or self._forwarded()
        return self._answer

    def _forwarded(self) -> Answer:
        place = urlsplit(self._upstream)
        headers = {k: v for k, v in self._handler.headers.items() if k.lower() not in _NOT_FORWARDED}
        headers.pop("Accept-Encoding", None)
        with closing(HTTPConnection(str(place.hostname), place.port, timeout=120)) as server:
            server.request(self.method, self.path, self.body or None, headers)
            answer = server.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _NOT_FORWARDED}
            return Answer(answer.status, answer.read(), kept)

    def reply(self, answer: Answer, *, cut: bool = False, pause: float = 0.0) -> None:
        """Send an answer: `cut` in the middle of its body, or in pieces with pauses of that many seconds between."""
        handler = self._handler
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) + cut))
        handler.end_headers()
        body = answer.body[: len(answer.body) // 2] if cut else answer.body
        size = max(1, len(body) // 5) if pause else max(1, len(body))
        for start in range(0, len(body), size):
            handler.wfile.write(body[start : start + size])
            handler.wfile.flush()
            time.sleep(pause)
        handler.close_connection |= cut

    def hang_up(self) -> None:
        """Close the connection without an answer."""
        self._handler.close_connection = True

    def hang(self) -> None:
        """Never answer: wait until the client gives up."""
        select.select([self._handler.connection], [], [], LONGEST_HANG)
        self.hang_up()


Script: TypeAlias = Callable[[Exchange], object]
"""Answers a request, or returns None to have the server answer it. An answered request returns something true."""


class Proxy:
    """The proxy: its address, the requests it got, and the script it follows."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.asked: list[tuple[str, str]] = []
        self.url = ""
        self._script: Script | None = None
        self._lock = threading.Lock()

    @contextmanager
    def following(self, script: Script | None) -> Iterator[None]:
        """Follow a script; requests are numbered from 0."""
        self.asked, self._script = [], script
        try:
            yield
        finally:
            self._script = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request as the script says, else as the server does."""
        with self._lock:
            number = len(self.asked)
            self.asked.append((handler.command, handler.path))
        exchange, script = Exchange(handler, self.upstream, number), self._script
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            try:
                if script is None or not script(exchange):
                    exchange.reply(exchange.forward())
            except (OSError, HTTPException):
                exchange.hang_up()


@contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """A proxy before the server at this address."""
    proxy = Proxy(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            proxy.answer(self)

        do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads, http.block_on_close = True, False
        threading.Thread(target=http.serve_forever, daemon=True).start()
        proxy.url = f"http://127.0.0.1:{http.server_port}"
        yield proxy
        http.shutdown()
