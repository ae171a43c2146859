from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.commands.projects import migrate
from annotation.core.errors import UsageError
from annotation.migration.documents import migrated
from annotation.migration.mapping import Migration
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import build, conflict
from tests.migrating import evolved

DOCUMENT = build("[Strike:trigger תקיפה] ב[Place>Strike:GPE כפר רימון] ליד [Facility הטחנה].", id="a")


@pytest.fixture
def new(tmp_path: Path) -> str:
    path = tmp_path / "new.yaml"
    path.write_text(evolved(conflict()).source, encoding="utf-8")
    return str(path)


def test_a_file_of_gold_follows_and_what_is_undecided_stands_beside_it(tmp_path: Path, new: str) -> None:
    docs, out = tmp_path / "gold.jsonl", tmp_path / "new.jsonl"
    write_documents(docs, [DOCUMENT])
    migrate(docs, to=new, out=out)
    assert list(read_documents(out)) == [
        migrated(DOCUMENT, Migration.between(conflict(), evolved(conflict()))).document
    ]
    [line] = (tmp_path / "new.undecided.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["document"], told["words"], told["was"]) == ("a", "תקיפה", "events.Strike")
    assert told["becomes"] == ["Airstrike", "Shelling"]


def test_a_dry_run_of_a_file_writes_nothing(tmp_path: Path, new: str, capsys: pytest.CaptureFixture[str]) -> None:
    docs, out = tmp_path / "gold.jsonl", tmp_path / "new.jsonl"
    write_documents(docs, [DOCUMENT])
    migrate(docs, to=new, out=out, dry_run=True, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["changes"]["events.Strike"] == {"mark": 1, "undecided": 1, "dropped arrow": 1}
    assert told["to_decide"] == 1
    assert not out.exists()


def test_what_is_missing_on_the_command_line_is_named(tmp_path: Path, new: str) -> None:
    with pytest.raises(UsageError, match="--project P, or a Documents file"):
        migrate(to=new)
    with pytest.raises(UsageError, match=r"--to ontology\.yaml, or --undo FILE"):
        migrate(project="some")
    with pytest.raises(UsageError, match="--out FILE"):
        migrate(tmp_path / "gold.jsonl", to=new)
