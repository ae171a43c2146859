"""The ASGI application: Label Studio's protocol, and POST /extract for any other client. All of it needs the password.

GET  /health               {"status": "UP", "model_version"}
POST /setup                {"model_version"}; 400 for a project that naba did not make
POST /predict              {"results": one list of predictions for each task}; with a context, of one open task,
                           {"results": [the prediction with the arguments of the selected trigger]}
GET  /versions             {"versions"}
POST /webhook              {}: nothing is done with what annotators do; `naba pull` fetches it
POST /extract              {"text"} or {"texts"} -> {"model_version", "results": the events of each text}

Errors are {"error": one line}, with status 400 (a wrong request), 401 (the password), 413 (too large), 500 or 503 (not
done in time; the same request finds it done later).
"""

from __future__ import annotations

import base64
import binascii
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from annotation.core import json_text
from annotation.core.document import Document, text_id
from annotation.core.errors import NabaError
from annotation.core.event_rows import event_rows
from annotation.labelstudio.live.backend import Backend, project_seal

USER = "naba"
LARGEST = 32 << 20
"""Bytes of the largest request: some thousand articles."""

EXTRACT_SECONDS = 60.0

log = logging.getLogger(__name__)

_Answer = Callable[[Mapping[str, object]], Awaitable[Mapping[str, object]]]


def backend_app(backend: Backend, *, password: str) -> ASGIApp:
    """The application that answers with the backend, to clients that know the password of the user `naba`."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "UP", "model_version": backend.version})

    async def versions(_: Request) -> Response:
        return JSONResponse({"versions": [backend.version]})

    async def setup(body: Mapping[str, object]) -> Mapping[str, object]:
        project_seal(str(body.get("schema") or ""))
        return {"model_version": backend.version}

    async def predict(body: Mapping[str, object]) -> Mapping[str, object]:
        params = body.get("params")
        context = params.get("context") if isinstance(params, dict) else None
        if isinstance(context, dict) and "result" in context:
            return {"results": [await backend.proposal(body, context)]}
        return {"results": await backend.predictions(body)}

    async def webhook(_: Mapping[str, object]) -> Mapping[str, object]:
        return {}

    async def extract(body: Mapping[str, object]) -> Mapping[str, object]:
        return await _extracted(backend, body)

    routes = [
        Route("/health", health),
        Route("/versions", versions),
        *(Route(f"/{f.__name__}", _posted(f), methods=["POST"]) for f in (setup, predict, webhook, extract)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refused, NabaError: _wrong})
    return _Guard(app, password)


async def _extracted(backend: Backend, body: Mapping[str, object]) -> Mapping[str, object]:
    texts = body["texts"] if "texts" in body else [body.get("text")]
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise HTTPException(400, 'send {"text": "..."}, or {"texts": ["...", "..."]}')
    model = backend.extraction.current()
    documents = [Document(text_id(text), text) for text in texts]
    marked = await backend.extraction.extract(documents, model, seconds=EXTRACT_SECONDS)
    if any(isinstance(outcome, Exception) for outcome in marked):
        raise HTTPException(500, "the model failed on this; see what naba backend printed")
    done = [outcome for outcome in marked if isinstance(outcome, Document)]
    if len(done) < len(marked):
        raise HTTPException(503, f"not done in {EXTRACT_SECONDS:.0f} s; send fewer texts, or the same again")
    return {"model_version": model.version, "results": [event_rows(document) for document in done]}


def _posted(answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
    """The route of a function from a JSON object to another."""

    async def route(request: Request) -> Response:
        body = await _object(request)
        try:
            return JSONResponse(await answer(body))
        except (HTTPException, NabaError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a model may raise; left alone, it would end the connection
            log.error("a request failed: %s: %s", type(error).__name__, error)
            return JSONResponse({"error": "the model failed on this; see what naba backend printed"}, 500)

    return route


async def _object(request: Request) -> Mapping[str, object]:
    """The object that was sent. Raises HTTPException."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(413, f"the request is larger than {LARGEST:,} bytes; send less at a time")
    try:
        return json_text.loads_object(bytes(body))
    except ValueError as error:
        raise HTTPException(400, f"the request is no JSON object: {error}") from error


async def _refused(_: Request, error: Exception) -> Response:
    refusal = cast(HTTPException, error)
    return JSONResponse({"error": refusal.detail}, refusal.status_code)


async def _wrong(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


class _Guard:
    """Answers 401 to requests without the password."""

    def __init__(self, app: ASGIApp, password: str) -> None:
        self.app, self.expected = app, f"{USER}:{password}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._knows(dict(scope["headers"]).get(b"authorization", b"")):
            told = {"WWW-Authenticate": "Basic"}
            answer = JSONResponse({"error": f"the user is {USER}, and needs the password"}, 401, headers=told)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _knows(self, header: bytes) -> bool:
        kind, _, encoded = header.partition(b" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        return kind.lower() == b"basic" and secrets.compare_digest(given, self.expected)
