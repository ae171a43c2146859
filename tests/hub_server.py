"""A small stand-in for the Hugging Face hub: as much of its API as an upload with huggingface_hub asks for.

Repositories are made, listed, committed to (small files within the commit, large ones by LFS) and tagged. What a
client of the hub would get is what `write` puts into a folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOKEN = "hf_test"
_REPO = r"/api/(?P<kind>models|datasets)/(?P<id>[^/]+/[^/]+)"


@dataclass
class Repository:
    """A repository: its files at main, its tags, and the messages of its commits."""

    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)

    @property
    def sha(self) -> str:
        """The newest commit."""
        return hashlib.sha1(str(len(self.commits)).encode()).hexdigest()

    def write(self, folder: Path) -> Path:
        """The files at main, as a client fetches them."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder


@dataclass
class Hub:
    """The repositories by kind and id, the large files by hash, and a status that all answers have, if any."""

    url: str = ""
    repositories: dict[tuple[str, str], Repository] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    failing: int | None = None

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Status and JSON of an answer."""
        if method == "PUT" and path.startswith("/lfs/"):
            self.large[path.removeprefix("/lfs/")] = body
            return 200, {}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if found := re.fullmatch(r"/(?:datasets/)?[^/]+/[^/]+\.git/info/lfs/objects/batch", path):
            return 200, {"objects": [self._action(row) for row in json.loads(body)["objects"]]}
        found = re.match(_REPO, path)
        repository = self.repositories.get((found["kind"], found["id"])) if found else None
        if found is None or repository is None:
            return 404, {"error": "Repository not found"}
        return self._in(repository, found["id"], path[found.end() :], body)

    def _create(self, row: dict[str, Any]) -> tuple[int, object]:
        kind, id = f"{row.get('type') or 'model'}s", f"{row['organization']}/{row['name']}"
        url = f"{self.url}/{'datasets/' if kind == 'datasets' else ''}{id}"
        if (kind, id) in self.repositories:
            return 409, {"error": "You already created this repo", "url": url}
        private = row.get("private", row.get("visibility") == "private")
        self.repositories[kind, id] = Repository(private=bool(private))
        return 200, {"url": url, "id": id, "name": id}

    def _action(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "actions": {"upload": {"href": f"{self.url}/lfs/{row['oid']}"}}}

    def _in(self, repository: Repository, id: str, path: str, body: bytes) -> tuple[int, object]:
        if path == "":
            return 200, {"id": id, "sha": repository.sha, "private": repository.private, "siblings": []}
        if path == "/refs":
            tags = [{"name": n, "ref": f"refs/tags/{n}", "targetCommit": sha} for n, sha in repository.tags.items()]
            return 200, {"branches": [], "converts": [], "tags": tags}
        if path.startswith("/tree/main"):
            files = repository.files.items()
            return 200, [
                {"type": "file", "path": n, "size": len(c), "oid": hashlib.sha1(c).hexdigest()} for n, c in files
            ]
        if path == "/preupload/main":
            names = [row["path"] for row in json.loads(body)["files"]]
            return 200, {"files": [_mode(name) for name in names]}
        if path == "/commit/main":
            self._commit(repository, [json.loads(line) for line in body.splitlines() if line])
            return 200, {"success": True, "commitOid": repository.sha, "commitUrl": f"{self.url}/{id}/commit/x"}
        if path.startswith("/tag/"):
            repository.tags[json.loads(body)["tag"]] = path.removeprefix("/tag/")
            return 200, {}
        return 404, {"error": path}

    def _commit(self, repository: Repository, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            value = row["value"]
            if row["key"] == "header":
                repository.commits.append(value["summary"])
            elif row["key"] == "file":
                repository.files[value["path"]] = base64.b64decode(value["content"])
            elif row["key"] == "lfsFile":
                repository.files[value["path"]] = self.large[value["oid"]]
            elif row["key"] == "deletedFile":
                del repository.files[value["path"]]


def _mode(name: str) -> dict[str, object]:
    large = name.endswith((".safetensors", ".parquet"))
    return {"path": name, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": None}


@contextmanager
def hub_server() -> Iterator[Hub]:
    """A hub on this machine that knows one token, until the block ends."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self._body()
            path = self.path.partition("?")[0]
            known = self.headers.get("Authorization") == f"Bearer {TOKEN}" or path.startswith("/lfs/")
            status, row = hub.answer(self.command, path, body) if known else (401, {"error": "Invalid credentials"})
            content = json.dumps(row).encode()
            self.send_response(hub.failing or status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline().strip(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        do_GET = do_POST = do_PUT = handle_one

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
