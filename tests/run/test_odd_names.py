"""Names with Hebrew and Arabic letters, blanks and signs go through every command as they were typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.storage.documents_file import read_documents, write_documents
from tests.run.small import TINY, naba, small
from tests.tracked import artifact

SNAPSHOT, RUN = "snapshots/ראשון #1", "ריצה a=b & é"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    (folder / "snapshots").mkdir()
    small(folder / SNAPSHOT)
    ended = naba(
        *("train", f"snapshot={SNAPSHOT}", f"name={RUN}", *TINY, "fit.epochs=1", "tracking=offline"), cwd=folder
    )
    assert ended.code == 0, ended.err
    return folder


def test_a_run_and_its_tracked_artifacts_have_the_name(place: Path) -> None:
    assert (place / "outputs" / RUN / "model" / "model.safetensors").is_file()
    (run,) = (place / "outputs" / RUN / "wandb").glob("offline-run-*")
    assert artifact(run, "model").name.startswith("model-")


def test_every_other_command_takes_them_too(place: Path) -> None:
    model = f"model=outputs/{RUN}/model"
    write_documents(place / "مقالات.jsonl", [Document(id="a", text="נעצר באטמה דוד", language="he")])
    for arguments, written in (
        (("evaluate", model, f"snapshot={SNAPSHOT}", "output=דוח ~"), "דוח ~/report.html"),
        (("audit", f"snapshot={SNAPSHOT}", "output=a=b.json"), "a=b.json"),
        (("predict", model, "input=مقالات.jsonl", "output=פלט (1).jsonl"), "פלט (1).jsonl"),
    ):
        ended = naba(*arguments, cwd=place)
        assert ended.code == 0, ended.err
        assert (place / written).is_file()
    assert [document.id for document in read_documents(place / "פלט (1).jsonl")] == ["a"]


def test_a_sweep_takes_several_of_them_and_looks_for_all_before_it_begins(place: Path) -> None:
    absent = naba("train", "--multirun", f"snapshot={SNAPSHOT},snapshots/אין", "name=x", *TINY, cwd=place)
    assert absent.code == 2
    assert "snapshots/אין/manifest.json" in absent.err
    assert not (place / "multirun").exists()
    ended = naba(
        "train", f"snapshot={SNAPSHOT}", "--multirun", *TINY, "name=סריקה", "seed=1", "fit.epochs=1", cwd=place
    )
    assert ended.code == 0, ended.err
    assert (place / "multirun" / "סריקה" / "0" / "model").is_dir()
