"""`naba drift`: the same kind of articles is told from another, which is queued for labelling."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.snapshot import snapshot
from annotation.storage.documents_file import read_documents, write_documents
from tests.builders import conflict
from tests.run.small import LETTERS, TINY, Ended, documents, naba

COMMON = {"he": "אמר היום כי על של גם לא זה הוא עם", "ar": "قال اليوم إن على من في هذا هو مع التي"}


def reworded(document: Document, chance: random.Random, *, known: float) -> Document:
    """Bare words, of which a share are common ones that every article has."""
    common, letters = COMMON[document.language].split(), LETTERS[document.language]
    words = [
        chance.choice(common) if chance.random() < known else "".join(chance.choices(letters, k=6)) for _ in range(60)
    ]
    return replace(document.bare(), text=f"{document.text} {' '.join(words)}")


def articles(count: int, seed: int, *, known: float = 0.7) -> list[Document]:
    chance = random.Random(seed)
    return [
        replace(reworded(document, chance, known=known), id=f"{seed}-{document.id}")
        for document in documents(count, seed=seed)
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, what it was trained on, and new articles: of the same kind, and with other words."""
    folder = tmp_path_factory.mktemp("drift")
    marked = documents(60)
    longer = [
        replace(document, text=reworded(document, random.Random(number), known=0.7).text)
        for number, document in enumerate(marked)
    ]
    snapshot.build(longer, folder / "snap", ontology=conflict(), ratios=(0.6, 0.2, 0.2))
    trained = naba("train", f"snapshot={folder / 'snap'}", "name=one", *TINY, "fit.epochs=1", cwd=folder)
    assert trained.code == 0, trained.err
    write_documents(folder / "alike.jsonl", articles(24, 7))
    write_documents(folder / "other.jsonl", articles(24, 8, known=0.1))
    return folder


def drift(place: Path, *overrides: str, code: int = 0) -> Ended:
    done = naba("drift", "model=outputs/one/model", "threads=1", "device=cpu", *overrides, cwd=place)
    assert done.code == code, done.err
    return done


def test_articles_of_other_words_are_told_and_queued(place: Path) -> None:
    done = drift(place, "input=other.jsonl", "most=5")
    found = json.loads((place / "drift" / "drift.json").read_text(encoding="utf-8"))
    assert found["label"]
    unknown = next(row for row in found["measures"] if row["name"] == "unknown pieces")
    assert unknown["drifted"]
    assert unknown["interval"][0] > 0
    assert "label some of these: unknown pieces" in done.out
    queued = [json.loads(line) for line in (place / "drift" / "queue.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = {document.id for document in read_documents(place / "other.jsonl")}
    assert [row["rank"] for row in queued] == [1, 2, 3, 4, 5]
    assert {row["id"] for row in queued} <= ids
    ordered = naba("queue", "drift/predicted.jsonl", "--out", "again.jsonl", cwd=place)
    assert ordered.code == 0, ordered.err


def test_articles_of_the_same_kind_are_not_and_an_old_queue_goes(place: Path) -> None:
    (place / "drift").mkdir(exist_ok=True)
    (place / "drift" / "queue.jsonl").write_text("old\n", encoding="utf-8")
    done = drift(place, "input=alike.jsonl")
    assert "no drift that labels would help against" in done.out
    assert not (place / "drift" / "queue.jsonl").exists()
    found = json.loads((place / "drift" / "drift.json").read_text(encoding="utf-8"))
    assert found["articles"] == {"new": 24, "new_stories": 24, "trained_on": 36, "held_out": 24}
    assert {"unknown", "length", "source", "language", "type", "mix"} <= {row["kind"] for row in found["measures"]}


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("input=nothere.jsonl",), "no such file"),
        (("input=empty.jsonl",), "holds no articles to compare"),
        (("input=alike.jsonl", "most=0"), "most: must be"),
        (("input=alike.jsonl", "snapshot=nothere"), "nothere"),
        (("input=alike.jsonl", "model=nothere"), "holds no model"),
        (("input=alike.jsonl", "output=alike.jsonl"), "alike.jsonl"),
        (("inptu=alike.jsonl",), "input"),
    ],
)
def test_what_cannot_be_compared_is_one_line(overrides: tuple[str, ...], said: str, place: Path) -> None:
    (place / "empty.jsonl").touch()
    done = drift(place, *overrides, code=2)
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_model_whose_dataset_is_gone_says_how_to_name_it(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "outputs", tmp_path / "outputs")
    config = tmp_path / "outputs" / "one" / "model" / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace(str(place / "snap"), "snap"), encoding="utf-8")
    model = "model=outputs/one/model"
    done = naba("drift", model, f"input={place / 'alike.jsonl'}", cwd=tmp_path)
    assert done.code == 2
    assert "say snapshot=FOLDER" in done.err
    named = naba("drift", model, f"input={place / 'alike.jsonl'}", f"snapshot={place / 'snap'}", cwd=tmp_path)
    assert named.code == 0, named.err
