"""The model compared with: what its records say is read once, and what cannot be read is named with the remedy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot, build
from tests.builders import conflict
from tests.run.small import documents
from training.lineage.release_record import Data, Trained
from training.release.earlier_model import EarlierModel, predict_each
from training.release.earlier_model import test_sets as on_test_sets
from training.release.training_lineage import TrainingDocuments


def model(folder: Path, snapshot: Snapshot, path: Path | None = None) -> Path:
    """A folder that says its model was trained on the snapshot, which is in `path`."""
    manifest = snapshot.manifest
    about = {"name": manifest.name, "content": manifest.content, "ontology": manifest.ontology}
    config = {"snapshot": str(path or snapshot.path), "output": "run"}
    folder.mkdir()
    row = {"config": config, "seed": 1, "packages": {}, "snapshot": about}
    (folder / "config.yaml").write_text(yaml.safe_dump(row), encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Snapshot:
    return build(documents(20), tmp_path / "old", ontology=conflict(), ratios=(0.5, 0.2, 0.3))


@pytest.fixture
def new(tmp_path: Path) -> Snapshot:
    return build(documents(40), tmp_path / "new", ontology=conflict(), ratios=(0.5, 0.2, 0.3))


def test_its_own_test_set_is_opened_where_it_is_another(old: Snapshot, new: Snapshot, tmp_path: Path) -> None:
    earlier = EarlierModel.open(model(tmp_path / "m", old), new, "test")
    assert (earlier.gold, earlier.test_name, earlier.remarks) == (old.test, "old, test", ())
    same = EarlierModel.open(tmp_path / "m", old, "test")
    assert (same.gold, same.remarks) == ([], ())
    other_split = EarlierModel.open(tmp_path / "m", old, "dev")
    assert other_split.gold == []


def test_each_snapshot_is_opened_once(
    old: Snapshot, new: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Counter[str] = Counter()
    open_snapshot = Snapshot.open

    def counted(path: str | Path) -> Snapshot:
        opened[Path(path).name] += 1
        return open_snapshot(path)

    monkeypatch.setattr(Snapshot, "open", staticmethod(counted))
    earlier = EarlierModel.open(model(tmp_path / "m", old), new, "test")
    assert earlier.training is not None
    assert opened == {"old": 1}
    opened.clear()
    about = Data(name="old", path=str(old.path), content=old.manifest.content, ontology=old.manifest.ontology)
    first = Trained(config={"snapshot": str(old.path), "output": "run"}, seed=1, packages={}, snapshot=about)
    found = TrainingDocuments.of(first, new)
    assert found.development(new)
    assert found.seen
    assert opened == {"old": 1}


def test_what_cannot_be_opened_is_named_and_may_be_given(old: Snapshot, new: Snapshot, tmp_path: Path) -> None:
    folder = model(tmp_path / "m", old, tmp_path / "gone")
    earlier = EarlierModel.open(folder, new, "test")
    assert (earlier.gold, earlier.training) == ([], None)
    assert "say against_snapshot=FOLDER" in earlier.remarks[0]
    assert "gone" in earlier.unknown
    since = earlier.since(now=None, training=None, scored=new, predictions=[])
    assert (since.learned, since.settings, len(since.remarks)) == (None, None, 2)
    given = EarlierModel.open(folder, new, "test", elsewhere=str(old.path))
    assert given.gold == old.test
    assert given.training is not None
    with pytest.raises(UsageError, match=r"against_snapshot=.*new: is not the snapshot old of"):
        EarlierModel.open(folder, new, "test", elsewhere=str(new.path))


def test_what_changed_is_read_off_both_records(old: Snapshot, new: Snapshot, tmp_path: Path) -> None:
    earlier = EarlierModel.open(model(tmp_path / "m", old), new, "test")
    about = Data(name="new", path=str(new.path), content=new.manifest.content, ontology=new.manifest.ontology)
    config = {"snapshot": str(new.path), "output": "run", "fit": {"epochs": 7}}
    now = Trained(config=config, seed=1, packages={"torch": "9"}, snapshot=about)
    training = TrainingDocuments.of(now, new)
    sets = on_test_sets(
        earlier, training, name="new, test", scored=(new.test, new.test, new.test), older=(old.test, old.test)
    )
    since = earlier.since(now=now, training=training, scored=new, predictions=sets)
    assert since.learned
    assert len(since.learned.articles["added"]) == 20
    assert since.scored is None  # they are scored on what they were trained on
    assert since.settings == {"fit.epochs": ("30", "7")}
    assert since.packages == {"torch": ("–", "9")}
    shared = {d.id for d in new.test} & {d.id for d in [*old.train, *old.dev]}
    assert sets[0].made_with == shared
    assert [s.whose for s in since.test_sets if not s.left_out] == ["now", "before"]


def test_a_document_of_two_groups_is_predicted_once() -> None:
    first, second, third = documents(3)
    asked: list[Document] = []

    def predict(found: list[Document]) -> list[Document]:
        asked.extend(found)
        return found

    assert predict_each(predict, [first, second], [second, third], []) == [[first, second], [second, third], []]  # type: ignore[arg-type]
    assert asked == [first, second, third]
