"""The embedded server: a real Label Studio on SQLite, on the loopback, in `workspace/studio/`.

Its password and token are generated, and stored in a file that only its owner can read. It keeps running after the
command that started it and sends no usage data. Its process is recorded in `workspace/studio/server.json`.
"""

from __future__ import annotations

import logging
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from filelock import FileLock

from annotation.core import json_text
from annotation.core.errors import StudioError
from annotation.core.system_errors import naba_error
from annotation.labelstudio.server.empty_database import NAME, place
from annotation.labelstudio.server.loopback_port import HOST, free_port
from annotation.labelstudio.server.server_environment import credentials, environment, executable, page_script
from annotation.labelstudio.server.startup_progress import Stuck, wait
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object
from annotation.storage.special_files import check_outside_sealed

DEFAULT_PORT = 8080
START_SECONDS = 120.0
"""Seconds without any sign of life after which a start has failed."""
STOP_SECONDS = 10.0

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
        server = _launch(folder, free_port(port, _last_port(folder)), seconds)
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
        [*executable(), "reset_password", "--username", email],
        env=environment(folder, credentials(folder)),
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
    check_outside_sealed(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise naba_error(error) from error
    return folder


def _launch(folder: Path, port: int, seconds: float) -> Server:
    """Start the process, detached, and record it in `server.json`."""
    command, account = executable(), credentials(folder)
    place(folder / "data" / NAME, lambda scratch: environment(scratch, account), seconds=seconds)
    options = ["start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    with (folder / "server.log").open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            env={**environment(folder, account), **page_script(command)},
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
    account = credentials(folder)
    return Server(
        f"http://{HOST}:{port}",
        account["token"],
        account["username"],
        account["password"],
        folder.parent,
        pid,
        port,
    )


def _last_port(folder: Path) -> int:
    """The port of the last start, so that open browser pages and running commands find the server again."""
    try:
        return int(str(read_object(folder / "server.json")["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_PORT


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
