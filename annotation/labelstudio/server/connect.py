"""Choice of the server to work with: the one in the environment variables, else the embedded one."""

from __future__ import annotations

import os
from pathlib import Path

from annotation.core.errors import StudioAuthError, StudioDownError
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server, find_server


def connect(workspace: Path) -> Client:
    """The client for the server to work with.

    LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY take precedence over the embedded server. Raises StudioDownError when
    there is neither, and StudioAuthError when only one of the two variables is set.
    """
    url, token = os.environ.get("LABEL_STUDIO_URL", ""), os.environ.get("LABEL_STUDIO_API_KEY", "")
    if url and not token:
        raise StudioAuthError("LABEL_STUDIO_URL is set but LABEL_STUDIO_API_KEY is not; set it to an access token")
    if token and not url:
        raise StudioAuthError("LABEL_STUDIO_API_KEY is set but LABEL_STUDIO_URL is not; set it to the server's address")
    if url:
        return Client(url, token)
    server = find_server(workspace)
    if server is None:
        raise StudioDownError(
            f"no Label Studio runs in {workspace}; start one with `naba serve`, "
            "or set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY"
        )
    return Client(server.url, server.token)


def embedded_in_use(workspace: Path) -> Server | None:
    """The embedded server where `connect` takes that one; None where it is a team's own."""
    return None if os.environ.get("LABEL_STUDIO_URL") else find_server(workspace)
