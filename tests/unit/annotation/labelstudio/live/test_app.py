from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Timer
from typing import Any

import httpx
import pytest

from annotation.core.document import Event, Span
from annotation.core.ontology import Ontology
from annotation.labelstudio.convert import schemas
from annotation.labelstudio.convert.convert import from_result, to_result, to_task_data
from annotation.labelstudio.live import app, backend
from annotation.labelstudio.project.config_signature import sealed
from annotation.labelstudio.project.labeling_config import relation_titles
from tests.builders import build, conflict
from tests.live_backend import PASSWORD, Reader, serving

HEBREW = build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE רימון] [Person>Arrest:Person סמיר נג'אר] 📢.", id="he")
ARABIC = build("[Arrest:trigger اعتقلت] الشرطة [Person>Arrest:Person رامي الحلو] ب[Place>Arrest:GPE حمص].", id="ar")


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return conflict()


@pytest.fixture
def model() -> Reader:
    return Reader([HEBREW, ARABIC])


@pytest.fixture
def client(model: Reader) -> Iterator[httpx.Client]:
    with serving(lambda: model) as url, httpx.Client(base_url=url, auth=(app.USER, PASSWORD), timeout=30) as client:
        yield client


def request(ontology: Ontology, *documents: object, language: str = "he") -> dict[str, Any]:
    tasks = [{"id": number, "data": data} for number, data in enumerate(documents)]
    return {"tasks": tasks, "project": "1.2", "label_config": sealed(ontology, language), "params": {"context": None}}


def test_each_task_is_answered_with_what_reads_back_as_the_models_document(
    client: httpx.Client, ontology: Ontology
) -> None:
    given = [HEBREW, ARABIC]
    answer = client.post("/predict", json=request(ontology, *(to_task_data(document) for document in given))).json()
    for document, (prediction,) in zip(given, answer["results"], strict=True):
        assert prediction["model_version"] == "naba reader-1"
        task = schemas.Task(id=1, data=dict(to_task_data(document)))
        annotation = schemas.Annotation(result=prediction["result"])
        back = from_result(task, annotation, ontology=ontology, titles=relation_titles(ontology, "he"))
        assert back.document is not None
        assert replace(back.document, provenance=None) == replace(document, provenance=None)


def test_a_task_that_cannot_be_read_has_no_prediction_and_spoils_none(
    client: httpx.Client, ontology: Ontology, caplog: pytest.LogCaptureFixture
) -> None:
    edited = {**to_task_data(HEBREW), "text": HEBREW.text + "!"}
    body = request(ontology, {"image": "x.png"}, to_task_data(ARABIC), edited)
    counts = [len(predictions) for predictions in client.post("/predict", json=body).json()["results"]]
    assert counts == [0, 1, 0]
    assert "task 0" in caplog.text
    assert "task 2" in caplog.text


def test_marks_that_the_project_does_not_know_are_not_suggested(
    client: httpx.Client, ontology: Ontology, model: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    model.answers = [replace(HEBREW, entities=(*HEBREW.entities, Span(0, 4, "Starship")))]
    assert client.post("/predict", json=request(ontology, to_task_data(HEBREW))).json() == {"results": [[]]}
    assert "Starship" in caplog.text


def test_a_model_that_is_too_slow_is_not_waited_for_and_its_answer_is_there_the_next_time(
    client: httpx.Client, ontology: Ontology, model: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "SECONDS", 0.05)
    model.go_on.clear()
    body = request(ontology, to_task_data(HEBREW))
    assert client.post("/predict", json=body).json() == {"results": [[]]}
    model.go_on.set()
    monkeypatch.setattr(backend, "SECONDS", 30)
    assert len(client.post("/predict", json=body).json()["results"][0]) == 1


def test_a_model_that_fails_on_an_article_answers_the_others(
    client: httpx.Client, ontology: Ontology, model: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    strange = build("כתבה אחרת.", id="strange")
    body = request(ontology, *(to_task_data(document) for document in (HEBREW, strange, ARABIC)))
    answer = client.post("/predict", json=body)
    assert answer.status_code == 200
    assert [len(predictions) for predictions in answer.json()["results"]] == [1, 0, 1]
    assert caplog.text.count("article strange: the model failed on it: KeyError") == 1
    model.answers = [*model.answers, strange]  # and it is not given up for good
    again = {**request(ontology), "tasks": [body["tasks"][1]]}
    assert len(client.post("/predict", json=again).json()["results"][0]) == 1


def test_a_selected_trigger_is_answered_with_its_arguments(client: httpx.Client, ontology: Ontology) -> None:
    (event,), titles = ARABIC.events, relation_titles(ontology, "he")
    rows = to_result(replace(ARABIC, entities=(), events=(Event(event.trigger),)), titles=titles)
    rows[0]["id"] = "drawn"
    body = request(ontology, to_task_data(ARABIC))
    body["params"]["context"] = {"trigger": "drawn", "result": rows}
    (prediction,) = client.post("/predict", json=body).json()["results"]
    task = schemas.Task(id=1, data=dict(to_task_data(ARABIC)))
    annotation = schemas.Annotation(result=[*rows, *prediction["result"]])
    back = from_result(task, annotation, ontology=ontology, titles=titles)
    assert back.quarantined == []
    assert back.document is not None
    assert replace(back.document, provenance=None) == replace(ARABIC, provenance=None)
    body["params"]["context"]["trigger"] = "gone"
    assert client.post("/predict", json=body).json()["results"][0]["result"] == []


def test_arguments_are_not_waited_for_longer_than_an_annotator_would(
    client: httpx.Client, ontology: Ontology, model: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "SECONDS", 0.05)
    model.go_on.clear()
    rows = to_result(HEBREW, titles=relation_titles(ontology, "he"))
    trigger = next(row["id"] for row in rows if row.get("from_name") == schemas.TRIGGER)
    body = request(ontology, to_task_data(HEBREW))
    body["params"]["context"] = {"trigger": trigger, "result": rows}
    assert client.post("/predict", json=body).json()["results"][0]["result"] == []
    model.go_on.set()


def test_two_people_who_open_a_task_at_once_make_one_prediction(
    client: httpx.Client, ontology: Ontology, model: Reader
) -> None:
    model.go_on.clear()
    Timer(0.2, model.go_on.set).start()
    body = request(ontology, to_task_data(HEBREW))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/predict", json=body).json()["results"][0], range(4)))
    assert sum(map(len, answers)) == 1


def test_setup_and_health_say_the_version_and_a_foreign_project_is_refused(
    client: httpx.Client, ontology: Ontology
) -> None:
    assert client.get("/health").json() == {"status": "UP", "model_version": "naba reader-1"}
    setup = client.post("/setup", json={"schema": sealed(ontology, "ar"), "access_token": "secret"})
    assert setup.json() == {"model_version": "naba reader-1"}
    foreign = client.post("/setup", json={"schema": "<View><Text name='t' value='$t'/></View>"})
    assert foreign.status_code == 400
    assert "naba push" in foreign.json()["error"]
    assert client.get("/versions").json() == {"versions": ["naba reader-1"]}
    assert client.post("/webhook", json={"action": "ANNOTATION_CREATED"}).json() == {}


def test_any_client_gets_events(client: httpx.Client) -> None:
    answer = client.post("/extract", json={"texts": [ARABIC.text, HEBREW.text]}).json()
    (event,), _ = answer["results"]
    assert (event["type"], event["text"]) == ("Arrest", "اعتقلت")
    assert {(argument["role"], argument["text"]) for argument in event["arguments"]} == {
        ("Person", "رامي الحلو"),
        ("Place", "حمص"),
    }
    assert len(client.post("/extract", json={"text": HEBREW.text}).json()["results"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"text": NaN}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b'{"text": ""}', 400),
        (b'{"texts": [1]}', 400),
        (b'{"texts": []}', 400),
        (b"[" * 100_000, 400),
        (b'{"text": "unknown"}', 500),
    ],
)
def test_wrong_requests_are_one_line(client: httpx.Client, body: bytes, status: int) -> None:
    answer = client.post("/extract", content=body)
    assert answer.status_code == status
    assert "\n" not in answer.json()["error"]
    assert client.get("/health").status_code == 200


def test_a_request_without_tasks_or_too_large_is_refused(
    client: httpx.Client, ontology: Ontology, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.post("/predict", json={**request(ontology), "tasks": [3]}).status_code == 400
    monkeypatch.setattr(app, "LARGEST", 100)
    assert client.post("/predict", json=request(ontology)).status_code == 413
    assert client.get("/predict").status_code == 405
    assert client.get("/elsewhere").status_code == 404


@pytest.mark.parametrize("auth", [None, ("naba", "wrong"), ("admin", PASSWORD)])
def test_nothing_is_answered_without_the_password(client: httpx.Client, auth: tuple[str, str] | None) -> None:
    with httpx.Client(base_url=client.base_url, auth=auth) as stranger:
        for path in ("/health", "/predict", "/extract", "/nowhere"):
            assert stranger.post(path, json={}).status_code == 401
        assert stranger.get("/health", headers={"Authorization": "Basic %%%"}).status_code == 401
