"""The faults of a server, of the way to it and of its token, and how a command must end that meets one.

A fault of the way comes once for each request, so that every request of a command meets it; or it begins with a
request, whose number is drawn, and stays.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.empty_database import NAME
from tests.faults.proxy import Answer, Exchange, Script
from tests.faults.stage import Stage

WRITABLE = 4096
"""Bytes that a file may have on a full disk."""
_THROTTLED = b'{"detail": "Request was throttled."}'
_LOGIN = b"<!doctype html><html><body>Log in</body></html>"
_SQLITE_WRITE_VERSION = 18
"""Where a database's header says which version may write it: above 2 none that there is (sqlite.org/fileformat)."""


@dataclass(frozen=True)
class Scene:
    """What a fault may touch: the stage, the server, a client whose token may be revoked, the first request it hits."""

    stage: Stage
    server: Server
    guest: Client
    begins: int


@dataclass(frozen=True)
class Fault:
    """A fault: the script of the proxy, the exit codes it may lead to, and what ends it.

    passes: whether a command gets over it, that is, ends as without it. fragile: whether the server suffers, so that it
    needs one of its own. deletes: whether the project is gone then. revokes: whether the token is. token: which token
    the command has.
    timeout, patience: as in an order.
    """

    name: str
    script: Callable[[Scene], Script | None]
    codes: frozenset[int] = frozenset({3})
    passes: bool = False
    fragile: bool = False
    deletes: bool = False
    revokes: bool = False
    token: str = "guest"
    timeout: float | None = None
    patience: float = 5.0
    around: Callable[[Scene], object] = lambda scene: nullcontext()


def _each(
    answer: Callable[[Exchange], object], *, only: Callable[[Exchange], bool] = bool
) -> Callable[[Scene], Script]:
    """Each request meets the fault once: the first time it is sent."""

    def script(scene: Scene) -> Script:
        met: set[object] = set()

        def follow(exchange: Exchange) -> bool:
            if exchange.key in met or not only(exchange):
                return False
            met.add(exchange.key)
            answer(exchange)
            return True

        return follow

    return script


def _from(answer: Callable[[Exchange], object]) -> Callable[[Scene], Script]:
    """From one request on, all meet the fault."""

    def script(scene: Scene) -> Script:
        def follow(exchange: Exchange) -> bool:
            if exchange.number < scene.begins:
                return False
            answer(exchange)
            return True

        return follow

    return script


def _once(act: Callable[[Scene], object]) -> Callable[[Scene], Script]:
    """When the request comes, something happens at the server, which then answers for itself."""

    def script(scene: Scene) -> Script:
        def follow(exchange: Exchange) -> bool:
            if exchange.number == scene.begins:
                act(scene)
            return False

        return follow

    return script


def _one(answer: Callable[[Exchange], object]) -> Callable[[Scene], Script]:
    """One request meets the fault, and when it is sent again it does not."""

    def script(scene: Scene) -> Script:
        def follow(exchange: Exchange) -> bool:
            if exchange.number != scene.begins:
                return False
            answer(exchange)
            return True

        return follow

    return script


def _storm(scene: Scene) -> Script:
    """Each request meets one fault of the way, the first time it is sent, and the next request another."""
    kinds = (
        *(_status(500, done=False), _hang_up_after, _cut, _status(502, done=True), Exchange.hang_up),
        *(_cut_well, _status(502, done=False), _slow, _status(500, done=True)),
    )
    met: set[object] = set()

    def follow(exchange: Exchange) -> bool:
        if exchange.key in met:
            return False
        kinds[(len(met) + scene.begins) % len(kinds)](exchange)
        met.add(exchange.key)
        return True

    return follow


def _status(status: int, *, done: bool) -> Callable[[Exchange], object]:
    """A failure of the server or of a gateway, before or after the server did what was asked."""

    def answer(exchange: Exchange) -> None:
        if done:
            exchange.forward()
        exchange.reply(Answer(status, b'{"detail": "trouble"}', {"Content-Type": "application/json"}))

    return answer


def _cut(exchange: Exchange) -> None:
    exchange.reply(exchange.forward(), cut=True)


def _cut_well(exchange: Exchange) -> None:
    """The answer breaks off, and its length says that this is all."""
    answer = exchange.forward()
    exchange.reply(Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers))


def _hang_up_after(exchange: Exchange) -> None:
    exchange.forward()
    exchange.hang_up()


def _hang_after(exchange: Exchange) -> None:
    exchange.forward()
    exchange.hang()


def _slow(exchange: Exchange) -> None:
    exchange.reply(exchange.forward(), pause=0.02)


def _html(exchange: Exchange) -> None:
    exchange.reply(Answer(200, _LOGIN, {"Content-Type": "text/html; charset=utf-8"}))


def _redirect(exchange: Exchange) -> None:
    exchange.reply(Answer(302, b"", {"Location": "http://127.0.0.2:9/moved/"}))


def _to_login(exchange: Exchange) -> None:
    if exchange.path.startswith("/user/login"):
        _html(exchange)
    else:
        exchange.reply(Answer(302, b"", {"Location": f"/user/login/?next={exchange.path.partition('?')[0]}"}))


def _busy(scene: Scene) -> Script:
    """One request is told to wait a second, and refused for good when it does not."""
    told: dict[object, float] = {}

    def follow(exchange: Exchange) -> bool:
        if exchange.number == scene.begins:
            told[exchange.key] = time.monotonic()
            exchange.reply(Answer(429, _THROTTLED, {"Retry-After": "1"}))
        elif exchange.key in told and time.monotonic() - told[exchange.key] < 1.0:
            exchange.reply(Answer(400, b"asked again too early"))
        else:
            return False
        return True

    return follow


def _page_twice(scene: Scene) -> Script:
    """Every page of a list of tasks after its first is at first answered with the one before, as by a bad cache."""
    before: dict[object, Answer] = {}
    met: set[object] = set()

    def follow(exchange: Exchange) -> bool:
        if exchange.writes or not exchange.path.startswith("/api/tasks/?"):
            before.clear()
            return False
        listed = _list(exchange.path)
        stale = listed in before and exchange.key not in met
        met.add(exchange.key)
        answer = before[listed] if stale else exchange.forward()
        before[listed] = answer
        exchange.reply(answer)
        return True

    return follow


def _list(path: str) -> str:
    """What is listed, whichever page of it: the request without the number of the last task that was received."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items() if name != "page_size"}
    query = json.loads(asked.pop("query", "{}"))
    filters = query.get("filters", {}).get("items", [])
    query["filters"] = [row for row in filters if row["filter"] != "filter:tasks:id"]
    return json.dumps([asked, query], sort_keys=True)


def _revoke(scene: Scene) -> None:
    scene.guest.create("api/current-user/reset-token/", {})


def _delete(scene: Scene) -> None:
    for title, number in scene.stage.projects():
        if title.startswith(scene.stage.title):
            scene.stage.client.delete(f"api/projects/{number}/")


def _database(scene: Scene) -> Path:
    return scene.server.workspace / "studio" / "data" / NAME


def _poke(path: Path, version: int) -> None:
    with path.open("rb+") as file:
        file.seek(_SQLITE_WRITE_VERSION)
        file.write(bytes([version]))


@contextmanager
def _read_only_after(scene: Scene) -> Iterator[None]:
    path = _database(scene)
    with path.open("rb") as file:
        version = file.read(_SQLITE_WRITE_VERSION + 1)[-1]
    try:
        yield
    finally:
        _poke(path, version)


def _make_read_only(scene: Scene) -> None:
    with closing(sqlite3.connect(_database(scene))) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _poke(_database(scene), 3)


@contextmanager
def _full_after(scene: Scene) -> Iterator[None]:
    try:
        yield
    finally:
        _limit(scene, RLIM_INFINITY)


def _fill(scene: Scene) -> None:
    _limit(scene, WRITABLE)


def _limit(scene: Scene, size: int) -> None:
    prlimit(scene.server.pid, RLIMIT_FSIZE, (size, RLIM_INFINITY))


@contextmanager
def _restarted(scene: Scene) -> Iterator[None]:
    """The server is killed at a request, and started again while the command is under way."""
    starting = Thread(target=_start_when_dead, args=(scene,))
    starting.start()
    try:
        yield
    finally:
        starting.join()


def _start_when_dead(scene: Scene) -> None:
    deadline = time.monotonic() + 60
    while embedded.find_server(scene.server.workspace) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    embedded.start(scene.server.workspace)


def _kill(scene: Scene) -> None:
    os.kill(scene.server.pid, signal.SIGKILL)


_ANY = frozenset({0, 3})

FAULTS = {
    fault.name: fault
    for fault in (
        Fault("500", _each(_status(500, done=False)), passes=True),
        Fault("500, done", _each(_status(500, done=True)), passes=True),
        Fault("502", _each(_status(502, done=False)), passes=True),
        Fault("502, done", _each(_status(502, done=True)), passes=True),
        Fault("502 for good", _from(_status(502, done=False)), patience=1.0),
        Fault("429 with Retry-After", _busy, passes=True),
        Fault("hang", _one(Exchange.hang), passes=True, timeout=3.0),
        Fault("hang, done", _one(_hang_after), passes=True, timeout=3.0),
        Fault("slow", _each(_slow), passes=True),
        Fault("hangs up", _each(Exchange.hang_up), passes=True),
        Fault("hangs up, done", _each(_hang_up_after), passes=True),
        Fault("cut in mid-body", _each(_cut), passes=True),
        Fault("cut, done, whole length", _each(_cut_well), passes=True),
        Fault("HTML", _from(_html)),
        Fault("redirect to a host", _from(_redirect)),
        Fault("redirect to a login", _from(_to_login)),
        Fault("a storm of these", _storm, passes=True),
        Fault("a page twice", _page_twice, passes=True),
        Fault("wrong token", lambda scene: None, codes=frozenset({2}), token="wrong"),
        Fault("revoked token", _once(_revoke), codes=frozenset({2}), revokes=True),
        Fault("project deleted", _once(_delete), codes=frozenset({0, 2}), deletes=True),
        Fault(
            "database read-only",
            *(_once(_make_read_only), _ANY),
            fragile=True,
            patience=1.0,
            around=_read_only_after,
        ),
        Fault("database full", _once(_fill), _ANY, fragile=True, patience=1.0, around=_full_after),
        Fault("SIGKILL of the server", _once(_kill), passes=True, fragile=True, patience=90, around=_restarted),
    )
}
"""By name."""
