"""A push in a process of its own, for tests that kill it: URL TOKEN WORKSPACE TITLE COUNT CHUNK."""

from __future__ import annotations

import sys
from pathlib import Path

from annotation.labelstudio.server.client import Client
from annotation.labelstudio.sync.push import push
from tests.builders import conflict
from tests.generated import articles

if __name__ == "__main__":
    url, token, workspace, title, count, chunk = sys.argv[1:]
    push(
        Client(url, token),
        articles(int(count), characters=400),
        project=title,
        ontology=conflict(),
        workspace=Path(workspace),
        chunk_tasks=int(chunk),
    )
