"""A language model behind a real HTTP server that misbehaves in every way seen so far."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest

from annotation.core.document import Document
from annotation.core.errors import AnswerError, EndpointError, NabaError, UsageError
from annotation.drafting import chat_server
from annotation.drafting.answer_cache import AnswerCache
from annotation.drafting.endpoint import KEY_VARIABLE, Endpoint
from annotation.drafting.language_model import ModelDrafter, ModelReport, Prices
from annotation.drafting.prompt import Prompt
from tests.builders import build, conflict

SECRET = "sk-very-secret-0123"
ANSWER = {
    "entities": [{"type": "GPE", "quote": "כפר זהרה", "before": ""}],
    "events": [{"type": "Strike", "quote": "תקף", "before": "", "arguments": [], "attributes": []}],
}
Asked: TypeAlias = dict[str, object]


def completion(content: object = ANSWER, *, finish: str = "stop", **message: object) -> dict[str, object]:
    text = json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else content
    choice = {"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return {"choices": [choice], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}


class Model(ThreadingHTTPServer):
    """A server that takes the first of its `moods` for each request, and answers well when none is left."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.keys: list[str | None] = []
        self.moods: list[Callable[[_Handler, Asked], None]] = []
        self.always: Callable[[_Handler, Asked], None] | None = None
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.asked.append(body)
            self.server.keys.append(self.headers.get("Authorization"))
            mood = self.server.moods.pop(0) if self.server.moods else self.server.always
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            (mood or well)(self, body)
        finally:
            with self.server.lock:
                self.server.at_once -= 1

    def say(self, content: object, status: int = 200, **headers: str) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        pass


Mood: TypeAlias = Callable[[_Handler, Asked], None]


def well(handler: _Handler, body: Asked) -> None:
    handler.say(completion())


def saying(content: object, status: int = 200, **headers: str) -> Mood:
    return lambda handler, body: handler.say(content, status, **headers)


def hang(handler: _Handler, body: Asked) -> None:
    time.sleep(0.6)


def drip(handler: _Handler, body: Asked) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(6):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def cut(handler: _Handler, body: Asked) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')


def refuse_schema(handler: _Handler, body: Asked) -> None:
    wanted = body.get("response_format")
    kind = wanted["type"] if isinstance(wanted, dict) else None
    if kind:
        handler.say({"error": {"message": f"response_format {kind} is not supported"}}, 400)
    else:
        handler.say(completion())


@pytest.fixture
def server() -> Iterator[Model]:
    with Model() as model:
        thread = threading.Thread(target=model.serve_forever, args=(0.01,))
        thread.start()
        yield model
        model.shutdown()
        thread.join()


def article(number: int = 0) -> Document:
    return Document(f"a{number}", f"צבא נהרין תקף את כפר זהרה בפעם ה־{number}.", "he")


def drafter(server: Model, folder: Path, **settings: object) -> ModelDrafter:
    endpoint = replace(Endpoint.of(server.address, model="m"), pause=0.01, timeout=0.4, tries=3)
    options = {"at_once": 1, "report": ModelReport(Prices(2.0, 10.0)), **settings}
    prompt = Prompt.of(conflict(), [], shots=2)
    return ModelDrafter(endpoint, prompt, AnswerCache(folder), **options)  # type: ignore[arg-type]


def quotes(document: Document) -> list[str]:
    return [span.quote(document.text) for span in document.spans()]


@pytest.mark.parametrize(
    "moods",
    [
        pytest.param([saying({"error": "busy"}, 500), saying(b"", 503)], id="500"),
        pytest.param([saying({}, 429, Retry_After="0")], id="429"),
        pytest.param([saying({}, 429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")], id="429 with a date"),
        pytest.param([hang], id="hang"),
        pytest.param([drip], id="drip"),
        pytest.param([cut], id="cut body"),
        pytest.param([saying(b"<html>Bad gateway</html>")], id="HTML"),
        pytest.param([saying(b"data: {")], id="not JSON"),
        pytest.param([saying({"choices": []})], id="no choices"),
        pytest.param([saying({"choices": "x"}), saying([1])], id="JSON of another shape"),
        pytest.param([saying(completion("I would rather talk."))], id="no object in the answer"),
        pytest.param([saying(completion({"marks": 3}))], id="an object of another shape"),
        pytest.param([saying(completion([{"type": "text", "text": json.dumps(ANSWER)}]))], id="content in parts"),
        pytest.param([saying({"error": {"message": "temperature must be 1"}}, 400)], id="refuses an option"),
        pytest.param([refuse_schema, refuse_schema, refuse_schema], id="refuses the schema"),
    ],
)  # fmt: skip
def test_the_article_is_drafted_all_the_same(moods: list[Mood], server: Model, tmp_path: Path) -> None:
    server.moods = list(moods)
    model = drafter(server, tmp_path)
    (draft,) = model.draft([article()])
    assert quotes(draft) == ["כפר זהרה", "תקף"]
    assert draft.provenance is not None
    assert draft.provenance.model_version == model.version
    assert not model.report.failed
    assert not server.moods


@pytest.mark.parametrize(
    ("mood", "told"),
    [
        pytest.param(saying(completion(None, refusal="I cannot do that")), "refuses: I cannot", id="refusal"),
        pytest.param(saying(completion("", finish="content_filter")), "filter", id="filtered"),
        pytest.param(saying(completion("no")), "twice without a JSON object", id="never an object"),
        pytest.param(saying(completion("{", finish="length")), "--max-tokens", id="cut at once"),
        pytest.param(saying(b"<html>"), "HTML", id="always HTML"),
        pytest.param(saying(b" " * 3000), "more than", id="huge"),
        pytest.param(saying({"error": "maximum context length is 9"}, 400), "context length", id="long"),
        pytest.param(saying({}, 500), "answers 500", id="always 500"),
    ],
)  # fmt: skip
def test_an_article_that_fails_does_not_stop_the_others(
    mood: Mood, told: str, server: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_server, "LARGEST_BODY", 2000)

    def of_article(handler: _Handler, body: Asked) -> None:
        messages = body["messages"]
        first = any("ה־1." in str(message["content"]) for message in messages)  # type: ignore[attr-defined]
        (mood if first else well)(handler, body)

    server.always = of_article
    model = drafter(server, tmp_path)
    drafts = model.draft([article(0), article(1), article(2)])
    assert [draft.id for draft in drafts] == ["a0", "a2"]
    assert told in model.report.failed["a1"]
    assert model.report.dropped == {}


@pytest.mark.parametrize(
    ("mood", "told", "kind"),
    [
        pytest.param(saying({}, 302, Location="http://b.example/"), "redirect to http://b", UsageError, id="moved"),
        pytest.param(saying({"error": f"bad {SECRET}"}, 401), r"401: bad \*\*\*", UsageError, id="key"),
        pytest.param(saying({"error": {"message": "no model m"}}, 404), "no model m; check", UsageError, id="model"),
        pytest.param(saying({"error": {"code": "insufficient_quota"}}, 429), "quota", EndpointError, id="quota"),
        pytest.param(saying({}, 429, Retry_After="86400"), "wait 86,400 seconds", EndpointError, id="a day's wait"),
        pytest.param(saying({}, 502), "5 articles failed one after the other", EndpointError, id="out of order"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_used_ends_the_run_in_one_line(
    mood: Mood, told: str, kind: type[NabaError], server: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    server.always = mood
    with pytest.raises(kind, match=told) as raised:
        drafter(server, tmp_path).draft(map(article, range(9)))
    assert SECRET not in str(raised.value)
    assert server.keys[0] == f"Bearer {SECRET}"


def test_a_server_that_is_gone_ends_the_run(server: Model, tmp_path: Path) -> None:
    model = drafter(server, tmp_path)
    gone = replace(model, endpoint=replace(model.endpoint, url=httpx.URL("http://127.0.0.1:9/v1/chat/completions")))
    with pytest.raises(
        EndpointError, match=r"127\.0\.0\.1:9/.* cannot be reached \(3 tries\); start the server or check --endpoint"
    ) as raised:
        gone.draft([article()])
    assert not isinstance(raised.value, AnswerError)


def test_no_answer_is_paid_for_twice(server: Model, tmp_path: Path) -> None:
    server.moods = [well, saying(completion("nonsense")), saying(completion("nonsense")), saying({}, 401)]
    first = drafter(server, tmp_path)
    with pytest.raises(UsageError):
        first.draft([article(0), article(1), article(2)])
    assert (first.report.asked, first.report.price) == (3, pytest.approx(3 * (1000 * 2 + 100 * 10) / 1e6))
    again = drafter(server, tmp_path)
    assert [draft.id for draft in again.draft(map(article, (0, 1, 2, 2)))] == ["a0", "a2", "a2"]
    assert (again.report.asked, again.report.kept) == (1, 4)
    assert "1,000 tokens in, 100 out" in " ".join(again.report.lines())
    for path in tmp_path.rglob("*.json"):
        path.write_bytes(path.read_bytes()[:10])
    assert drafter(server, tmp_path).draft([article(0)])
    assert len(server.asked) == 6


def test_refusals_in_a_row_do_not_end_the_run(server: Model, tmp_path: Path) -> None:
    server.moods = [saying(completion(None, refusal="no"))] * 7
    model = drafter(server, tmp_path)
    assert [draft.id for draft in model.draft(map(article, range(8)))] == ["a7"]
    assert len(model.report.failed) == 7


def test_an_answer_that_was_cut_short_keeps_what_came_before(server: Model, tmp_path: Path) -> None:
    text = json.dumps(ANSWER, ensure_ascii=False)
    server.moods = [saying(completion(text[: text.index('"events"')], finish="length"))]
    model = drafter(server, tmp_path)
    (draft,) = model.draft([article()])
    assert quotes(draft) == ["כפר זהרה"]
    assert model.report.cut_short == 1


def test_what_is_not_in_the_article_is_counted(server: Model, tmp_path: Path) -> None:
    invented = {"type": "GPE", "quote": "דיר נעמאן", "before": ""}
    entities = [*ANSWER["entities"] * 2, invented]
    server.moods = [saying(completion({"entities": entities, "events": []}))]
    model = drafter(server, tmp_path)
    model.draft([article()])
    assert model.report.dropped == {"repeated": 1, "not in the text": 1}


def _lines_of(body: Asked) -> str:
    return str(body["messages"][-1]["content"])  # type: ignore[index]


def test_a_long_article_is_asked_about_in_passages_each_once(server: Model, tmp_path: Path) -> None:
    text = "\n".join(f"צבא נהרין תקף את כפר זהרה בפעם ה־{number}." for number in range(40))
    long = Document("long", text, "he")
    server.moods = [saying(completion("no"))]
    model = drafter(server, tmp_path, longest=500)
    (draft,) = model.draft([long])
    texts = {_lines_of(body) for body in server.asked if _lines_of(body) in text}
    assert model.report.passages == len(texts) > 3
    assert max(map(len, texts)) <= 500
    starts = sorted(text.index(part) for part in texts)
    assert len(draft.triggers) == len(starts)
    again = drafter(server, tmp_path, longest=500)
    assert again.draft([long]) == [draft]
    assert again.report.asked == 0


def test_a_passage_that_fails_fails_its_article_and_says_which(server: Model, tmp_path: Path) -> None:
    def of_line(handler: _Handler, body: Asked) -> None:
        handler.say(completion(None, refusal="no") if "ה־39." in _lines_of(body) else completion())

    server.always = of_line
    long = Document("long", "\n".join(article(number).text for number in range(40)), "he")
    model = drafter(server, tmp_path, longest=500)
    assert [draft.id for draft in model.draft([article(), long])] == ["a0"]
    assert "passage" in model.report.failed["long"]
    assert "refuses: no" in model.report.failed["long"]


def test_articles_are_asked_about_side_by_side_and_come_in_order(server: Model, tmp_path: Path) -> None:
    def slow_first(handler: _Handler, body: Asked) -> None:
        time.sleep(0.1 if "ה־0." in str(body) else 0.03)
        handler.say(completion())

    server.always = slow_first
    drafts = drafter(server, tmp_path, at_once=4).draft(map(article, range(8)))
    assert [draft.id for draft in drafts] == [f"a{n}" for n in range(8)]
    assert 2 <= server.most_at_once <= 4


def test_the_question_holds_the_ontology_the_schema_and_other_marked_examples(server: Model, tmp_path: Path) -> None:
    marked = [build(f"[GPE {name}] שקטה", id=f"e{n}") for n, name in enumerate(("רימון", "תמורה", "זהרה"))]
    prompt = Prompt.of(conflict(), marked, shots=2)
    model = replace(drafter(server, tmp_path), prompt=prompt)
    model.draft([marked[0].bare()])
    (asked,) = server.asked
    system, *shown, last = asked["messages"]  # type: ignore[misc]
    assert "Strike" in system["content"]
    assert "Location, Facility" in system["content"] or "Attacker" in system["content"]
    assert last == {"role": "user", "content": marked[0].text}
    assert {message["content"] for message in shown if message["role"] == "user"} == {marked[1].text, marked[2].text}
    assert asked["response_format"]["json_schema"]["schema"] == prompt.schema  # type: ignore[index]


def test_text_leaves_this_machine_only_when_the_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("http://localhost:1/v1", "http://127.0.0.9/v1/", "http://[::1]:8000/v1/chat/completions"):
        assert Endpoint.of(address, model="m").url.path == "/v1/chat/completions"
    for address, host in (("https://api.example/v1", None), ("https://api.example/v1", "other.example")):
        with pytest.raises(UsageError, match=r"--send-text-to api\.example"):
            Endpoint.of(address, model="m", send_text_to=host)
    assert not Endpoint.of("https://api.example/v1", model="m", send_text_to="API.example").local
    for address in ("api.example", "ftp://localhost/", "http://", "http://user:pass@localhost/v1"):
        with pytest.raises(UsageError, match="--endpoint"):
            Endpoint.of(address, model="m")
    monkeypatch.setenv(KEY_VARIABLE, "two words\n")
    with pytest.raises(UsageError, match="holds no key") as raised:
        Endpoint.of("http://localhost/v1", model="m")
    assert "two words" not in str(raised.value)
