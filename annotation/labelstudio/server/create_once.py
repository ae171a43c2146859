"""Objects created on the server, once each even where the connection breaks."""

from __future__ import annotations

from collections.abc import Callable

from annotation.core import json_text
from annotation.core.errors import StudioDownError
from annotation.labelstudio.convert.schemas import Row
from annotation.labelstudio.server.client import Client

_TRIES = 3


def create_once(client: Client, path: str, body: Row, *, arrived: Callable[[], bool]) -> None:
    """Create an object by a POST to `path`, with up to 3 tries.

    `arrived` reports whether the server has the object. It is asked where no answer came, since the answer may have
    been lost after the server did what was asked. Raises StudioDownError when the last try gets no answer either.
    """
    content = json_text.dumps(body).encode()
    for attempt in range(_TRIES):
        try:
            client.create(path, content)
            return
        except StudioDownError:
            if arrived():
                return
            if attempt == _TRIES - 1:
                raise
