"""The embedded server: a real Label Studio on SQLite, on the loopback, in `workspace/studio/`.

Its password and token are generated, and stored in a file that only its owner can read. It keeps running after the
command that started it and sends no usage data. Its process is recorded in `workspace/studio/server.json`.
"""

from __future__ import annotations

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

from annotation.core import json_text
from annotation.core.errors import StudioError
from annotation.labelstudio.server.empty_database import NAME, place
from annotation.labelstudio.server.startup_progress import Stuck, wait
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object
from annotation.storage.private_file import write_private

HOST = "127.0.0.1"
DEFAULT_PORT = 8080
USERNAME = "naba@localhost.localdomain"
START_SECONDS = 120.0
"""Seconds without any sign of life after which a start has failed."""
STOP_SECONDS = 10.0
PORT_SECONDS = 5.0
_DEAD_PROXY = "http://127.0.0.1:9"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """A running embedded server: address, credentials, workspace and process."""

    url: str
    token: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    workspace: Path
    pid: int
    port: int


def start(workspace: Path, *, port: int | None = None, seconds: float = START_SECONDS) -> Server:
    """Start the server and wait until it answers. One that already runs is returned as it is.

    The first start of a Label Studio version on a machine creates an empty database, which takes half a minute, or some
    on a busy machine, and is kept for every later one. Raises StudioError when Label Studio is not installed, the
    process ends, or it does nothing for `seconds`.
    """
    folder = _folder(workspace)
    with FileLock(folder / "start.lock"):
        server = find_server(workspace)
        if server is not None and _answers(server, seconds):
            return server
        server = _launch(folder, _free_port(port, _last_port(folder)), seconds)
        log.info("starting Label Studio at %s", server.url)
        if not _answers(server, seconds):
            ending = _tail(folder / "server.log")
            raise StudioError(f"Label Studio ended while it started; {folder / 'server.log'} ends: {ending}")
    return server


def find_server(workspace: Path) -> Server | None:
    """The server of this workspace if its process is running, whether it answers yet or not; else None."""
    folder = Path(workspace).resolve() / "studio"
    try:
        record = read_object(folder / "server.json")
        process = _process(record["pid"], record["started"])
        return _server(folder, record["pid"], record["port"]) if process else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def database(workspace: Path, url: str) -> Path | None:
    """The database behind `url`; None where that is not the running server of this workspace."""
    server = find_server(workspace)
    return server.workspace / "studio" / "data" / NAME if server and server.url == url else None


def stop(workspace: Path) -> bool:
    """Stop the server of this workspace and no other. True when one was running."""
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


def set_password(server: Server, email: str, password: str) -> None:
    """Give a person a new password. It ends the sessions opened with the old one.

    Label Studio's own command reads it from its standard input, so that no list of processes shows it. Raises
    StudioError when that command fails.
    """
    folder = server.workspace / "studio"
    done = subprocess.run(
        [*_executable(), "reset_password", "--username", email],
        env=_environment(folder, _credentials(folder)),
        cwd=folder,
        input=f"{password}\n",
        capture_output=True,
        text=True,
        start_new_session=True,  # without a terminal, at which it would ask
        check=False,
    )
    if "Password successfully changed" not in done.stdout:
        said = " / ".join((done.stdout + done.stderr).strip().splitlines()[-2:])
        raise StudioError(f"Label Studio did not change the password of {email} ({said}); try again")


def _folder(workspace: Path) -> Path:
    folder = Path(workspace).resolve() / "studio"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StudioError(f"{folder}: cannot hold the server's files: {error}; choose another workspace") from error
    return folder


def _launch(folder: Path, port: int, seconds: float) -> Server:
    """Start the process, detached, and record it in `server.json`."""
    executable, credentials = _executable(), _credentials(folder)
    place(folder / "data" / NAME, lambda scratch: _environment(scratch, credentials), seconds=seconds)
    command = [*executable, "start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    with (folder / "server.log").open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**_environment(folder, credentials), **_page_script(executable)},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = {"pid": process.pid, "port": port, "started": psutil.Process(process.pid).create_time()}
    with atomic(folder / "server.json") as file:
        json_text.dump(record, file)
    return _server(folder, process.pid, port)


def _server(folder: Path, pid: int, port: int) -> Server:
    credentials = _credentials(folder)
    return Server(
        f"http://{HOST}:{port}",
        credentials["token"],
        credentials["username"],
        credentials["password"],
        folder.parent,
        pid,
        port,
    )


def _executable() -> list[str]:
    """The command that starts Label Studio: the script beside this Python, else the one on the PATH."""
    if find_spec("label_studio") is None:
        raise StudioError('the embedded Label Studio is not installed; run `pip install "naba[studio]"`')
    script = Path(sys.executable).with_name("label-studio")
    executable = str(script) if script.exists() else shutil.which("label-studio")
    return [executable] if executable else [sys.executable, "-m", "label_studio.server"]


def _page_script(executable: list[str]) -> dict[str, str]:
    """What adds roles by keys to the pages; nothing for a Label Studio of another Python, which cannot import naba."""
    own = Path(executable[0]).parent == Path(sys.executable).parent
    return {"DJANGO_SETTINGS_MODULE": "annotation.labelstudio.server.studio_settings"} if own else {}


def _credentials(folder: Path) -> dict[str, str]:
    """Username, password and token, generated once. The file appears whole, readable by its owner only.

    Raises StudioError where it is not what naba wrote and a database needs it; without one it is made anew.
    """
    path = folder / "credentials.json"
    if not path.exists():
        return _new_credentials(path)
    try:
        stored = read_object(path)
        return {key: str(stored[key]) for key in ("username", "password", "token")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        if not (folder / "data" / NAME).exists():
            return _new_credentials(path)
        raise StudioError(
            f"{path}: is not what naba wrote ({error}); restore it, or move {folder} away to begin with an empty server"
        ) from error


def _new_credentials(path: Path) -> dict[str, str]:
    generated = {"username": USERNAME, "password": secrets.token_urlsafe(18), "token": secrets.token_hex(20)}
    write_private(path, generated)
    return generated


def _environment(folder: Path, credentials: dict[str, str]) -> dict[str, str]:
    """The server's environment. Inherited Label Studio variables are dropped: it also reads names without a prefix."""
    settings = {
        "BASE_DATA_DIR": str(folder / "data"),
        "DJANGO_DB": "sqlite",
        "DATABASE_NAME": str(folder / "data" / NAME),
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
        "ML_BLOCK_LOCAL_IP": "false",  # naba backend is on this machine
        "ML_TIMEOUT_PREDICT": "15",  # seconds that an annotator waits at most where a backend hangs
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "LOG_LEVEL": "WARNING",
    }
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LABEL_STUDIO_", "HEARTEX_", "DJANGO_"))}
    # The server needs no network. Its pages would fetch product news; this proxy does not exist, so they cannot.
    proxies = {name: _DEAD_PROXY for key in ("http_proxy", "https_proxy", "all_proxy") for name in (key, key.upper())}
    local = {"no_proxy": f"{HOST},localhost", "NO_PROXY": f"{HOST},localhost"}
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    without_prefix = {"LATEST_VERSION_CHECK": "false", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    return {
        **inherited,
        **proxies,
        **local,
        **home,
        **without_prefix,
        **{f"LABEL_STUDIO_{k}": v for k, v in settings.items()},
    }


def _last_port(folder: Path) -> int:
    """The port of the last start, so that open browser pages and running commands find the server again."""
    try:
        return int(str(read_object(folder / "server.json")["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_PORT


def _free_port(requested: int | None, last: int) -> int:
    """The requested port, or the last one; if it is taken, any free port.

    A killed server holds its port until its last thread ends, so a taken port is tried again for PORT_SECONDS.
    """
    port, deadline = last if requested is None else requested, time.monotonic() + PORT_SECONDS
    while (free := _bindable_port(port)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    free = _bindable_port(0) if free is None else free
    if free is None:
        raise StudioError("no free port on the loopback; end a server that holds one")
    return free


def _bindable_port(port: int) -> int | None:
    """The port number a socket gets when it binds to `port`, any free one for 0; None when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return None
        return int(probe.getsockname()[1])


def _process(pid: int, started: float) -> psutil.Process | None:
    """The process, if it is still the one that was started: the system reuses process numbers."""
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - started) < 0.1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if is_same else None


def _answers(server: Server, seconds: float) -> bool:
    """Wait until the server answers; False when its process ended. Raises StudioError when it is stuck."""
    output = server.workspace / "studio" / "server.log"
    files = (output, server.workspace / "studio" / "data" / NAME)
    try:
        process = psutil.Process(server.pid)
        what = f"Label Studio is starting at {server.url}"
        return wait(lambda: _healthy(server), process, files, seconds=seconds, what=what)
    except psutil.NoSuchProcess:
        return False
    except Stuck as error:
        ending = _tail(output)
        raise StudioError(
            f"Label Studio did not start: {error}; {output} ends: {ending}; try naba serve again"
        ) from error


def _healthy(server: Server) -> bool:
    """Whether the server answers on its own port: Label Studio moves to another port when its own is taken."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{server.url}/health", timeout=5) as answer:
            ports = {
                connection.laddr.port
                for connection in psutil.Process(server.pid).net_connections("tcp")
                if connection.laddr
            }
            return answer.status == 200 and server.port in ports
    except (OSError, urllib.error.URLError, psutil.Error):
        return False


def _tail(path: Path, lines: int = 5) -> str:
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return " / ".join(text.strip().splitlines()[-lines:]) or "nothing"
