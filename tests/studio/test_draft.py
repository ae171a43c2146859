"""`naba draft --project` on a real server: from the second article on, and repeats of what was marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation import sample
from annotation.cli import app
from annotation.core.ontology import Ontology
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.suggestions.suggest import suggest
from annotation.labelstudio.sync.push import push
from annotation.storage.documents_file import read_documents
from tests.studio.support import annotate


@pytest.fixture
def drafted(studio: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)

    def draft(*words: object) -> str:
        command = ["draft", "--workspace", str(tmp_path), *map(str, words)]
        found = CliRunner().invoke(app, command, catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.output

    return draft


def test_what_is_handed_in_is_suggested_in_the_other_articles(
    client: Client, title: str, ontology: Ontology, tmp_path: Path, drafted: Callable[..., str]
) -> None:
    gold = [document for document in sample.gold() if document.language == "he"][:6]
    push(client, [d.bare() for d in gold], project=title, ontology=ontology, workspace=tmp_path, ui_language="he")
    few = replace(gold[0], entities=gold[0].entities[:1], events=(), links=())
    annotate(client, title, few)
    for document in gold[1:4]:
        annotate(client, title, document)
    out = tmp_path / "draft.jsonl"
    drafted("--project", title, "--out", out)
    drafts = list(read_documents(out))
    assert {draft.id for draft in drafts} == {document.id for document in gold[4:]}
    assert any(draft.entities for draft in drafts)
    report = suggest(client, drafts, project=title, workspace=tmp_path)
    assert (report.created, report.missing, report.refused) == (2, [], [])
    assert report.model_version.startswith("naba draft phrases ")

    drafted("--project", title, "--repeat", "--out", out)
    repeats = list(read_documents(out))
    assert {draft.id for draft in repeats} <= {document.id for document in gold[:4]}
    assert suggest(client, repeats, project=title, workspace=tmp_path).refused == []
