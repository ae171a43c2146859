"""The work behind `naba backend`: a model, a small HTTP server, and the project that asks it."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import uvicorn

from annotation import terminal
from annotation.core.errors import MachineError, NabaError, UsageError
from annotation.labelstudio.live.app import USER, backend_app
from annotation.labelstudio.live.backend import Backend
from annotation.labelstudio.live.background_extraction import Extraction
from annotation.labelstudio.live.connection import Connection
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.connect import connect
from annotation.storage.json_file import read_object
from annotation.storage.private_file import write_private
from training.config.trained import BackendConfig, PredictConfig

if TYPE_CHECKING:
    from training.serving.live_model import LiveModel

FILE = "backend.json"


def backend(run: BackendConfig) -> None:
    """Answer until the process is told to end. Raises NabaError for a wrong model, project or port."""
    client = connect(Path(run.workspace)) if run.project else None
    if client and run.project:
        find_project(client, run.project, workspace=Path(run.workspace))
    with _listening(run) as listener:
        live = _loaded(run)
        password = _password(Path(run.workspace))
        answers = Backend(Extraction(live.current))
        url = run.url or f"http://{run.host}:{listener.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(backend_app(answers, password=password), log_config=None, lifespan="off")
        )
        terminal.say(f"{live.model.version} answers at {url}; user {USER}, password in {Path(run.workspace) / FILE}")
        connection = (
            Connection(client, run.project, url=url, password=password, workspace=Path(run.workspace))
            if client and run.project
            else None
        )
        with _beside(server, live, connection, answers):
            server.run(sockets=[listener])
        answers.extraction.close()


def _loaded(run: BackendConfig) -> LiveModel:
    """The model. A wrong project or port should not cost the seconds that torch takes to import."""
    from training.inference.loading import load_predictor
    from training.serving.live_model import LiveModel

    return LiveModel(Path(run.model), lambda: load_predictor(_predicting(run)))


def _predicting(run: BackendConfig) -> PredictConfig:
    return PredictConfig(
        model=run.model, input="-", output="-", device=run.device, precision=run.precision, threads=run.threads
    )


def _password(workspace: Path) -> str:
    """The password, generated once, in a file that only its owner can read."""
    path = workspace / FILE
    try:
        return str(read_object(path)["password"])
    except FileNotFoundError:
        pass
    except (ValueError, KeyError) as error:
        raise UsageError(f"{path}: is not what naba wrote ({error}); delete it, and a new password is made") from error
    password = secrets.token_urlsafe(18)
    write_private(path, {"user": USER, "password": password})
    return password


@contextlib.contextmanager
def _listening(run: BackendConfig) -> Iterator[socket.socket]:
    """A socket that is bound. Raises MachineError when the port is taken, UsageError when there is no such address."""
    family = socket.AF_INET6 if ":" in run.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((run.host, run.port))
            listener.listen()
        except socket.gaierror as error:
            raise UsageError(f"host={run.host}: is no address of this machine") from error
        except OSError as error:
            raise MachineError(f"port {run.port} of {run.host}: {error.strerror}; choose another with port=") from error
        yield listener


@contextlib.contextmanager
def _beside(server: uvicorn.Server, live: LiveModel, connection: Connection | None, answers: Backend) -> Iterator[None]:
    """Connect the project once the server answers, and follow the model's folder. An error ends the server."""
    stop, failed = Event(), list[NabaError]()

    def show(version: str) -> None:
        if connection:
            stale = connection.show(answers.version)
            gone = f"; {stale:,} suggestions of earlier versions removed" if stale else ""
            terminal.say(f"project {connection.title} asks {version}{gone}")

    def follow() -> None:
        while not server.started and not stop.wait(0.05):
            pass
        try:
            if not stop.is_set():
                show(live.model.version)
            live.watch(stop, show)
        except NabaError as error:
            failed.append(error)
            server.should_exit = True

    thread = Thread(target=follow, name="follow", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
    if failed:
        raise failed[0]
