"""`naba score` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.storage.documents_file import write_documents
from tests.builders import build

GOLD = build("[Strike:trigger הפצצת] [Place>Strike:GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]", id="d")
PREDICTED = build("[Strike:trigger הפצצת] [GPE אידליב] ו[Die:trigger מות] [Victim>Die:Person סמי]", id="d")


def naba(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training", "score", *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_person_gets_tables_and_a_machine_gets_json(tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    write_documents(tmp_path / "predicted.jsonl", [PREDICTED])
    said = naba(tmp_path, "gold.jsonl", "predicted.jsonl")
    assert "66.7" in next(line for line in said.stdout.splitlines() if "Arg-C+" in line)
    assert "1 documents, 2 arguments: too few to say much" in said.stderr
    words = ("gold.jsonl", "predicted.jsonl", "--full", "--ontology", "conflict")
    assert "unconfirmed reported as confirmed" in naba(tmp_path, *words).stdout
    row = json.loads(naba(tmp_path, *words, "--json").stdout)
    assert row["micro"]["Arg-C+"]["f1"] == pytest.approx(2 / 3)
    assert {"matches", "boundaries", "links", "attributes"} <= set(row)


def told_apart(document: Document, number: int) -> Document:
    """The document with an end of its own, so that it is no near-duplicate of the others."""
    end = " ".join(f"{number}x{word}" for word in range(60))
    return replace(document, id=str(number), text=f"{document.text} {end}")


def test_against_another_model_every_score_has_its_change(tmp_path: Path) -> None:
    for name, documents in (("gold", [GOLD]), ("now", [PREDICTED]), ("before", [GOLD])):
        numbered = [told_apart(document, i) for i in range(40) for document in documents]
        write_documents(tmp_path / f"{name}.jsonl", numbered)
    said = naba(tmp_path, "gold.jsonl", "now.jsonl", "--against", "before.jsonl").stdout
    *_, change = (line for line in said.splitlines() if "Arg-C+" in line)
    assert ("-33.3" in change, "worse" in change) == (True, True)
    row = json.loads(naba(tmp_path, "gold.jsonl", "now.jsonl", "--against", "before.jsonl", "--json").stdout)
    assert row["comparison"]["types"]["role"]["Place"]["delta"] == -1


def test_files_that_do_not_fit_end_in_one_line_and_exit_code_2(tmp_path: Path) -> None:
    write_documents(tmp_path / "gold.jsonl", [GOLD])
    write_documents(tmp_path / "none.jsonl", [])
    done = naba(tmp_path, "gold.jsonl", "none.jsonl", code=2)
    assert "gold and predicted do not fit: 1 only in gold (d)" in done.stderr
    assert done.stdout == ""
    assert "there are no Documents on either side" in naba(tmp_path, "none.jsonl", "none.jsonl", code=2).stderr
    assert "nothere.jsonl: No such file" in naba(tmp_path, "gold.jsonl", "nothere.jsonl", code=2).stderr


def test_zero_is_a_score_and_what_stands_behind_it_is_said(tmp_path: Path) -> None:
    strange = build("[Attack:trigger הפצצת] [LOC אידליב] ומות סמי", id="d")
    for name, document in (("gold", GOLD), ("strange", strange), ("bare", GOLD.bare())):
        write_documents(tmp_path / f"{name}.jsonl", [document])
    done = naba(tmp_path, "gold.jsonl", "strange.jsonl", "--ontology", "conflict", "--full", "--json")
    row = json.loads(done.stdout)
    assert (row["micro"]["Trig-C"]["f1"], row["micro"]["Trig-I"]["f1"]) == (0, pytest.approx(2 / 3))
    assert "were they marked by different ontologies?" in row["notes"][0]
    assert "(Attack, LOC)" in row["notes"][1]
    assert all(note.split(":")[0] in done.stderr for note in row["notes"])
    done = naba(tmp_path, "bare.jsonl", "bare.jsonl", "--against", "gold.jsonl")
    assert "there is nothing to find" in " ".join(done.stderr.split())
    assert "against: nothing is marked in the 1 gold documents" in " ".join(done.stderr.split())
    assert "–" in next(line for line in done.stdout.splitlines() if "Arg-C+" in line)
