"""A real Label Studio for the tests that need one: started once a session, in a workspace of its own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from annotation.core.ontology import Ontology
from annotation.labelstudio.server import embedded
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from tests.builders import conflict


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The session's server. Nobody may stop or restart it."""
    workspace = tmp_path_factory.mktemp("studio")
    yield embedded.start(workspace, port=0)
    embedded.stop(workspace)


@pytest.fixture
def client(studio: Server) -> Client:
    """The administrator's way into the session's server."""
    return Client(studio.url, studio.token)


@pytest.fixture
def title() -> str:
    """The title of a project no other test has."""
    return f"test {uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    """The ontology naba comes with."""
    return conflict()


@pytest.fixture(scope="session")
def spare(studio: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A second workspace. A copy of the first one's database saves its server the migrations."""
    workspace = tmp_path_factory.mktemp("spare")
    unwanted = shutil.ignore_patterns("server.json", "*.log", "*.lock", "*.sqlite3*")
    shutil.copytree(studio.workspace / "studio", workspace / "studio", ignore=unwanted)
    place = Path("studio", "data", "label_studio.sqlite3")
    with (
        closing(sqlite3.connect(studio.workspace / place)) as source,
        closing(sqlite3.connect(workspace / place)) as to,
    ):
        source.backup(to)
    embedded.start(workspace, port=0)
    yield workspace
    embedded.stop(workspace)


@pytest.fixture
def fragile(spare: Path) -> Server:
    """The server of the second workspace, which a test may kill."""
    return embedded.start(spare)
