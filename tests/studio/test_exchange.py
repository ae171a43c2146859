"""What `naba export` writes for Label Studio, the server takes; what the server exports, `naba import` reads."""

from __future__ import annotations

import json
from pathlib import Path

from annotation.core.document import Document
from annotation.core.ontology import Ontology
from annotation.formats.base import Lost, ReadOptions, WriteOptions
from annotation.formats.labelstudio import read
from annotation.formats.labelstudio_write import write
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.sync.push import push
from tests.generated import articles, marked
from tests.studio.support import annotate


def test_exported_documents_are_imported_by_the_server_and_come_back(
    client: Client, title: str, ontology: Ontology, tmp_path: Path
) -> None:
    first, second, third = (marked(article, events=2) for article in articles(3, characters=400))
    push(client, [first.bare()], project=title, ontology=ontology, workspace=tmp_path, ui_language="en")
    annotate(client, title, first)
    project, titles = find_project(client, title).id, find_project(client, title).titles
    write([second, third], tmp_path / "out.json", WriteOptions(titles))
    client.create(f"api/projects/{project}/import", (tmp_path / "out.json").read_bytes())
    raw = client.get(f"api/projects/{project}/export", exportType="JSON")
    (tmp_path / "back.json").write_text(json.dumps(raw), encoding="utf-8")
    how = ReadOptions(links=frozenset(ontology.links), codes={shown: code for code, shown in titles.items()})
    items = list(read(tmp_path / "back.json", how))
    # Label Studio marks annotations that are imported as ground truth.
    told = {item.reason for item in items if isinstance(item, Lost)}
    assert told == {"is marked as ground truth, which Documents do not hold"}
    back = sorted((item for item in items if isinstance(item, Document)), key=lambda document: document.id)
    assert back == [first, second, third]
    assert all(document.provenance and document.provenance.task for document in back)
