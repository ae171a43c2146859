"""Django middleware that adds naba's scripts to Label Studio's pages. It runs inside the server, and imports nothing of
naba: the server has it from `annotation.labelstudio.server.studio_settings`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

PATH = "/naba/roles.js"
SCRIPTS = ("naba_roles.js", "naba_arguments.js")
"""Sent as one, in this order: the second uses the first."""

Request: TypeAlias = Any
Response: TypeAlias = Any
"""Django's own, which naba knows only inside the server."""


class PageScript:
    """Serves the script, and puts it into every page that starts Label Studio's own."""

    def __init__(self, get_response: Callable[[Request], Response]) -> None:
        self.get_response = get_response
        self.script = b"\n".join(Path(__file__).with_name(name).read_bytes() for name in SCRIPTS)
        version = hashlib.sha256(self.script).hexdigest()[:12]
        self.tag = f'<script src="{PATH}?{version}" defer></script></head>'.encode()

    def __call__(self, request: Request) -> Response:
        """The script for its own path; else Label Studio's answer, with the script in its pages."""
        if request.path == PATH:
            return self._script()
        response = self.get_response(request)
        kind = response.get("Content-Type", "")
        if kind.startswith("text/html") and not response.streaming and b"app-settings" in response.content:
            response.content = response.content.replace(b"</head>", self.tag, 1)
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response

    def _script(self) -> Response:
        from django.http import HttpResponse

        response = HttpResponse(self.script, content_type="text/javascript; charset=utf-8")
        response["Cache-Control"] = "max-age=31536000, immutable"  # its address holds a hash of it
        return response
