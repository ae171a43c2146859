"""release.json seals a folder: whatever changes in it afterwards is found, counted and named."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from annotation.core.errors import UsageError
from tests.releases import put, record
from training.config.validation import typed
from training.lineage.release_change import Against, DataSince, HeadlineChange, OnTestSet
from training.lineage.release_record import (
    RECORD,
    Gate,
    Origin,
    Record,
    code_hash,
    file_hashes,
    settings_hash,
)
from training.release.gates import DropsConfig, GatesConfig
from training.release.model_card import model_card
from training.report.release_history import latest_version, write_history


def test_a_sealed_folder_opens_as_it_was(tmp_path: Path) -> None:
    folder = put(tmp_path, record("1.0"))
    opened = Record.open(folder)
    assert opened.files.keys() == {"report.html", "model/weights"}
    assert opened.model_copy(update={"files": {}, "checksum": ""}) == record("1.0")


def test_a_record_from_before_models_went_on_from_others_keeps_its_checksum(tmp_path: Path) -> None:
    made = record("1.0").sealed({})
    assert '"init"' not in made.to_json()
    origin = Origin(path="releases/0.9", model="one-0badc0de", weights="f00d", trained=made.trained)
    later = made.model_copy(update={"trained": made.trained.model_copy(update={"init": origin})}).sealed({})
    (tmp_path / RECORD).write_text(later.to_json(), encoding="utf-8")
    assert Record.read(tmp_path).trained.init == origin
    assert "Went on from: one-0badc0de" in model_card(later)


def test_a_record_from_before_the_gates_contents_keeps_its_checksum_and_a_new_one_can_be_judged_by_again(
    tmp_path: Path,
) -> None:
    old = record("1.0").model_copy(update={"against": Against(version="0.9", model="one")}).sealed({})
    assert not {"gates_config", "gates_hash", "seen"} & {*old.model_dump(), *old.model_dump()["against"]}
    (tmp_path / RECORD).write_text(old.to_json(), encoding="utf-8")
    assert Record.read(tmp_path) == old
    asked = GatesConfig(floors={"Trig-C": 0.5}, drops=DropsConfig(level=0.01), leakage=0)
    parts = {"gates_config": asdict(asked), "gates_hash": settings_hash(asdict(asked))}
    against = Against(version="0.9", model="one", seen=("a", "b"))
    new = record("1.1").model_copy(update={**parts, "against": against}).sealed({})
    (tmp_path / RECORD).write_text(new.to_json(), encoding="utf-8")
    read = Record.read(tmp_path)
    assert read.gates_config is not None
    assert typed(OmegaConf.create(read.gates_config), GatesConfig) == asked
    assert settings_hash(read.gates_config) == read.gates_hash != settings_hash({**read.gates_config, "leakage": 1})
    assert read.against == against
    assert "it was trained with 2 of the 8 documents" in model_card(read)


def test_what_changed_or_is_missing_is_counted_and_named(tmp_path: Path) -> None:
    folder = put(tmp_path, record("1.0"))
    (folder / "report.html").unlink()
    (folder / "model" / "weights").write_text("others", encoding="utf-8")
    with pytest.raises(UsageError, match=r"1 missing \(report\.html\), 1 changed \(model/weights\); restore them$"):
        Record.open(folder)


def test_what_is_no_part_of_a_release_is_named_and_hidden_files_are_none(tmp_path: Path) -> None:
    folder = put(tmp_path, record("1.0"))
    (folder / "model" / ".DS_Store").write_text("x")
    Record.open(folder)
    (folder / "model" / "pytorch_model.bin").write_text("x")
    with pytest.raises(UsageError, match=r"1 no part of it \(model/pytorch_model\.bin\); move them elsewhere$"):
        Record.open(folder, under="model/")
    with pytest.raises(UsageError, match=r"1 no part of it"):
        Record.open(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "model/../../secret"])
def test_the_files_of_a_release_are_inside_it(tmp_path: Path, name: str) -> None:
    folder = put(tmp_path, record("1.0"))
    sealed = record("1.0").sealed({**file_hashes(folder), name: "0"})
    (folder / RECORD).write_text(sealed.to_json(), encoding="utf-8")
    with pytest.raises(UsageError, match=r"release\.json: lists '.+', which leads out of the release"):
        Record.open(folder, under="model/")


def test_a_release_without_its_model_is_not_whole(tmp_path: Path) -> None:
    folder = put(tmp_path, record("1.0"))
    with pytest.raises(UsageError, match=r"release\.json: does not list .+, which every release has"):
        Record.open_whole(folder)


@pytest.mark.parametrize(("old", "new"), [("f00d", "f00f"), ('"seed": 13', '"seed": 14'), ('"passed": true', "")])
def test_a_record_that_was_edited_is_told(old: str, new: str, tmp_path: Path) -> None:
    folder = put(tmp_path, record("1.0"))
    file = folder / RECORD
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError, match=r"release\.json: (changed|cannot be read)"):
        Record.open(folder)


def test_the_newest_release_is_the_last_one_made_and_not_the_highest_number(tmp_path: Path) -> None:
    assert latest_version(tmp_path) is None
    put(tmp_path, record("1.10", created="2026-01-02T00:00:00+00:00"))
    put(tmp_path, record("1.9", created="2026-01-03T00:00:00+00:00"))
    (tmp_path / "refused").mkdir()
    assert latest_version(tmp_path) == "1.9"


def test_the_history_shows_every_release_and_what_it_gained(tmp_path: Path) -> None:
    put(tmp_path, record("1.0"))
    put(tmp_path, record("1.1", created="2026-01-02T00:00:00+00:00", f1=0.6))
    page = write_history(tmp_path).read_text(encoding="utf-8")
    assert page.index("1.1/report.html") < page.index("1.0/report.html")
    assert "<td>+10.0</td>" in page
    assert "<svg" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_the_code_is_hashed_whole_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "hashed_code"
    (package / "presets").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("training.lineage.release_record._CODE", ("hashed_code",))
    hashes = [code_hash()]
    for file, text in (("notes.txt", "a"), ("one.py", "a"), ("one.py", "b"), ("presets/two.yaml", "b")):
        (package / file).write_text(text)
        hashes.append(code_hash())
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4


def test_the_card_tells_the_gates() -> None:
    assert "- floor (passed): <script>" in model_card(record("1.0"))


def test_a_gate_that_could_not_say_is_shown_in_record_card_and_history(tmp_path: Path) -> None:
    gates = (Gate(gate="floor", passed=True, said="fine"), Gate(gate="drop", passed=None, said="too few stories"))
    folder = put(tmp_path, record("1.0").model_copy(update={"gates": gates, "intervals": {}}))
    read = Record.open(folder)
    assert read.passed
    assert [gate.gate for gate in read.undecided] == ["drop"]
    assert "- drop (could not say): too few stories" in model_card(read)
    history = write_history(tmp_path).read_text(encoding="utf-8")
    assert "1 of 2" in history
    assert "1 could not say" in history


def test_a_record_from_before_what_a_release_changed_keeps_its_checksum(tmp_path: Path) -> None:
    old = record("1.0").model_copy(update={"against": Against(version="0.9", model="one", seen=())}).sealed({})
    assert not {"stories", "change", "data", "test_sets"} & {*old.model_dump(), *old.model_dump()["against"]}
    (tmp_path / RECORD).write_text(old.to_json(), encoding="utf-8")
    assert Record.read(tmp_path) == old


def test_the_history_says_what_a_release_changed_counts_stories_and_names_what_was_refused(tmp_path: Path) -> None:
    put(tmp_path, record("1.0"))
    (tmp_path / "1.0" / "metrics.json").write_text('{"stories": 6}', encoding="utf-8")  # as of a release before
    change = HeadlineChange(
        before=0.45,
        now=0.6,
        low=0.1,
        high=0.2,
        verdict="better",
        documents=8,
        stories=7,
        left_out=1,
        rose=("role Place in Hebrew",),
        fell=("role Place in Arabic",),
    )
    sets = [
        OnTestSet(name=name, of=whose, documents=8, stories=7, left_out=0, before=before, now=0.6)
        for name, whose, before in (("new, test", "now", 0.45), ("old, test", "before", 0.5))
    ]
    articles = {"added": 5, "removed": 0, "changed": 2, "moved": 0}
    data = DataSince(snapshot="old (c0ffee)", articles=articles, ontology=("event Riot added",))
    against = Against(version="1.0", model="one", seen=("a",), change=change, data=data, test_sets=tuple(sets))
    made = record("1.1", created="2026-01-02T00:00:00+00:00", f1=0.6)
    trained = made.trained.model_copy(update={"config": {"encoder": {"name": None}, "seed": 13, "fit": {"epochs": 7}}})
    put(tmp_path, made.model_copy(update={"against": against, "stories": 7, "trained": trained}))
    gate = Gate(gate="drop", passed=False, said="Arg-C+ in Arabic: F1 50.0 before, 10.0 now")
    put(tmp_path / "refused", record("1.2").model_copy(update={"gates": (gate,)}))
    page = " ".join(write_history(tmp_path).read_text(encoding="utf-8").split())
    for said in (
        "8 documents, 7 stories",
        "8 documents, 6 stories",
        '<span class="better">+15.0</span> <small>+10.0 to +20.0</small>',
        'Fell</dt><dd class="worse"><bdi>role Place in Arabic',
        'Rose</dt><dd class="better"><bdi>role Place in Hebrew',
        "without the 1 that 1.0 was trained with",
        "<bdi>old, test</bdi> (8 documents, 7 stories): 50.0 → 60.0",
        "added: 5, removed: 0, changed: 2, moved: 0; ontology: <bdi>event Riot added</bdi>",
        "<bdi>fit.epochs</bdi>: – → 7",
        'since <a href="#release-0">1.0</a>',
        'id="release-0"',
        'href="refused/1.2/report.html"',
        "Arg-C+ in Arabic: F1 50.0 before, 10.0 now",
        "50.0–70.0",
    ):
        assert said in page, said
    assert latest_version(tmp_path) == "1.1"


def test_the_history_is_in_the_language_of_the_page_where_the_record_says_it_in_it(tmp_path: Path) -> None:
    said_in = {"he": "התפקיד מקום בכתבות בערבית: ירד"}
    new = Gate(gate="drop", passed=False, said="role Place in Arabic: fell", said_in=said_in)
    old = Gate(gate="drop", passed=False, said="role Agent in Hebrew: fell")
    change = HeadlineChange(
        before=0.5,
        now=0.4,
        low=None,
        high=None,
        verdict="worse",
        documents=8,
        stories=8,
        left_out=0,
        rose=(),
        fell=("role Place in Arabic",),
        rose_in={"he": ()},
        fell_in={"he": ("התפקיד מקום",)},
    )
    data = DataSince(snapshot="old", articles={}, ontology=("event Riot added",), ontology_in={"he": ("תוספת: Riot",)})
    against = Against(version="0.9", model="one", seen=(), change=change, data=data)
    made = record("1.0").model_copy(update={"gates": (new, old), "against": against})
    assert Record.open(put(tmp_path, made)).gates == (new, old)
    hebrew, english = (write_history(tmp_path, code).read_text(encoding="utf-8") for code in ("he", "en"))
    assert said_in["he"] in hebrew
    assert '<dd class="worse"><bdi dir="rtl">התפקיד מקום</bdi></dd>' in hebrew
    assert '<bdi dir="rtl">תוספת: Riot</bdi>' in hebrew
    assert old.said in hebrew, "a record from before said it in English alone"
    assert "role Place in Arabic" not in hebrew
    assert "event Riot added" not in hebrew
    assert new.said in english


def test_gates_and_changes_from_before_their_languages_keep_their_checksum(tmp_path: Path) -> None:
    old = record("1.0").sealed({})
    assert "said_in" not in old.model_dump()["gates"][0]
    (tmp_path / RECORD).write_text(old.to_json(), encoding="utf-8")
    assert Record.read(tmp_path) == old
