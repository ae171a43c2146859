"""The embedded server: a real Label Studio on SQLite, on the loopback, in `workspace/studio/`.

Its password and token are generated, and kept in a file only its owner can read. It outlives the command that started
it, reports nothing to anyone, and is found again by a note of its process in `workspace/studio/server.json`.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psutil
from filelock import FileLock

from annotation.core.errors import StudioError
from annotation.storage.documents_file import atomic

HOST = "127.0.0.1"
DEFAULT_PORT = 8080
USERNAME = "naba@localhost.localdomain"
START_SECONDS = 180.0
STOP_SECONDS = 10.0
PORT_SECONDS = 5.0
_NOWHERE = "http://127.0.0.1:9"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """A running embedded server and how to get into it."""

    url: str
    token: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    workspace: Path
    pid: int
    port: int


def start(workspace: Path, *, port: int | None = None, seconds: float = START_SECONDS) -> Server:
    """Start the server and wait until it answers; one that runs already is returned as it is.

    The first start creates the database and takes some 20 s. Raises StudioError when the extra is missing or the
    server ends, or does not answer in time.
    """
    folder = _folder(workspace)
    with FileLock(folder / "start.lock"):
        server = find_server(workspace)
        if server is not None and _answers(server, seconds):
            return server
        server = _launch(folder, _free_port(port, _last_port(folder)))
        log.info("starting Label Studio at %s", server.url)
        if not _answers(server, seconds):
            ending = _tail(folder / "server.log")
            raise StudioError(f"Label Studio ended while it started; {folder / 'server.log'} ends: {ending}")
    return server


def find_server(workspace: Path) -> Server | None:
    """The server of this workspace if its process lives, whether or not it answers yet."""
    folder = Path(workspace).resolve() / "studio"
    try:
        note = json.loads((folder / "server.json").read_text(encoding="utf-8"))
        process = _process(note["pid"], note["started"])
        return _server(folder, note["pid"], note["port"]) if process else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def stop(workspace: Path) -> bool:
    """End the server of this workspace, and only that; whether there was one."""
    server = find_server(workspace)
    if server is None:
        return False
    process = psutil.Process(server.pid)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    return True


def _folder(workspace: Path) -> Path:
    folder = Path(workspace).resolve() / "studio"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StudioError(f"{folder}: cannot hold the server's files: {error}; choose another workspace") from error
    return folder


def _launch(folder: Path, port: int) -> Server:
    """Start the process, detached, and note which it is."""
    credentials = _credentials(folder)
    command = [*_executable(), "start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    with (folder / "server.log").open("wb") as output:
        process = subprocess.Popen(
            command,
            env=_environment(folder, credentials),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    note = {"pid": process.pid, "port": port, "started": psutil.Process(process.pid).create_time()}
    with atomic(folder / "server.json") as file:
        json.dump(note, file)
    return _server(folder, process.pid, port)


def _server(folder: Path, pid: int, port: int) -> Server:
    kept = _credentials(folder)
    return Server(f"http://{HOST}:{port}", kept["token"], kept["username"], kept["password"], folder.parent, pid, port)


def _executable() -> list[str]:
    """The command that is Label Studio: the script beside this Python, else the one on the path."""
    if find_spec("label_studio") is None:
        raise StudioError('the embedded Label Studio is not installed; run `pip install "naba[studio]"`')
    script = Path(sys.executable).with_name("label-studio")
    found = str(script) if script.exists() else shutil.which("label-studio")
    return [found] if found else [sys.executable, "-m", "label_studio.server"]


def _credentials(folder: Path) -> dict[str, str]:
    """Username, password and token, made once; the file is readable by its owner only from its first byte."""
    path = folder / "credentials.json"
    if not path.exists():
        made = {"username": USERNAME, "password": secrets.token_urlsafe(18), "token": secrets.token_hex(20)}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(made, file)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {key: str(kept[key]) for key in ("username", "password", "token")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudioError(f"{path}: is not what naba wrote ({error}); restore it or use another workspace") from error


def _environment(folder: Path, credentials: dict[str, str]) -> dict[str, str]:
    """The server's settings. Its own variables are replaced, not inherited: Label Studio also reads bare names."""
    own = {
        "BASE_DATA_DIR": str(folder / "data"),
        "DJANGO_DB": "sqlite",
        "DATABASE_NAME": str(folder / "data" / "label_studio.sqlite3"),
        "USERNAME": credentials["username"],
        "PASSWORD": credentials["password"],
        "USER_TOKEN": credentials["token"],
        "ENABLE_LEGACY_API_TOKEN": "true",
        "DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "HOST": "",
        "DEBUG": "false",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "CORS_ALLOW_ALL_ORIGINS": "false",
        "LOCAL_FILES_SERVING_ENABLED": "false",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "LOG_LEVEL": "WARNING",
    }
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LABEL_STUDIO_", "HEARTEX_", "DJANGO_"))}
    # Nothing here needs the network; the pages that would fetch news of the product find a proxy that is not there.
    proxies = {name: _NOWHERE for key in ("http_proxy", "https_proxy", "all_proxy") for name in (key, key.upper())}
    local = {"no_proxy": f"{HOST},localhost", "NO_PROXY": f"{HOST},localhost"}
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    bare = {"LATEST_VERSION_CHECK": "false", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    return {**inherited, **proxies, **local, **home, **bare, **{f"LABEL_STUDIO_{k}": v for k, v in own.items()}}


def _last_port(folder: Path) -> int:
    """Where the server was before, so that browsers and commands under way find it again."""
    try:
        return int(json.loads((folder / "server.json").read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_PORT


def _free_port(wanted: int | None, last: int) -> int:
    """The port asked for, or the last one, or when it is taken any that is free.

    A server that was killed holds its port until its last thread is gone, so a taken one is tried for a while.
    """
    port, deadline = last if wanted is None else wanted, time.monotonic() + PORT_SECONDS
    while (free := _bound(port)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    free = _bound(0) if free is None else free
    if free is None:
        raise StudioError("no free port on the loopback; end a server that holds one")
    return free


def _bound(port: int) -> int | None:
    """The number a socket gets that asks for the port, any free one for 0; None when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return None
        return int(probe.getsockname()[1])


def _process(pid: int, started: float) -> psutil.Process | None:
    """The process, if it is still the one that was started: numbers of the dead are used again."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < 0.1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if same else None


def _answers(server: Server, seconds: float) -> bool:
    """Wait until it answers; False when it ended instead. Raises StudioError when it does neither in time."""
    deadline = time.monotonic() + seconds
    while not _healthy(server):
        if find_server(server.workspace) is None:
            return False
        if time.monotonic() > deadline:
            output = server.workspace / "studio" / "server.log"
            raise StudioError(f"Label Studio did not answer within {seconds:.0f} s; {output} ends: {_tail(output)}")
        time.sleep(0.2)
    return True


def _healthy(server: Server) -> bool:
    """Whether it answers, and it is our process that does: Label Studio moves to another port when its own is taken."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{server.url}/health", timeout=5) as answer:
            held = {c.laddr.port for c in psutil.Process(server.pid).net_connections("tcp") if c.laddr}
            return answer.status == 200 and server.port in held
    except (OSError, urllib.error.URLError, psutil.Error):
        return False


def _tail(path: Path, lines: int = 5) -> str:
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return " / ".join(text.strip().splitlines()[-lines:]) or "nothing"
