"""A free port on the loopback: the one asked for, where it is free."""

from __future__ import annotations

import socket
import time

from annotation.core.errors import StudioError

HOST = "127.0.0.1"
PORT_SECONDS = 5.0


def free_port(requested: int | None, last: int) -> int:
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
