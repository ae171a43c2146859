"""What a model was made with is told by its own configuration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot, build
from tests.run.small import small
from training.lineage.release_record import Data, Trained
from training.release.baseline_remarks import BaselineRemarks
from training.release.earlier_model import EarlierModel
from training.release.training_lineage import TrainingDocuments


def test_a_model_has_seen_its_languages_only(tmp_path: Path) -> None:
    snapshot = small(tmp_path / "snap")
    manifest = snapshot.manifest
    about = Data(name="snap", path=str(snapshot.path), content=manifest.content, ontology=snapshot.ontology.hash)

    def found(**data: object) -> list[str]:
        config: dict[str, object] = {"snapshot": str(snapshot.path), "output": "run", "data": data}
        how = Trained(config=config, seed=1, packages={}, snapshot=about)
        return [document.id for document in TrainingDocuments.of(how, snapshot).seen]

    both = [*snapshot.train, *snapshot.dev]
    assert found() == [document.id for document in both]
    assert found(languages=["he"]) == [document.id for document in both if document.language == "he"]
    assert found(limit=3, dev="train") == [document.id for document in snapshot.train[:3]]
    with pytest.raises(UsageError, match=r"data\.limit"):
        found(limit=0)


def recorded(snapshot: Snapshot, **data: object) -> Trained:
    manifest = snapshot.manifest
    about = Data(name="snap", path=str(snapshot.path), content=manifest.content, ontology=snapshot.ontology.hash)
    config: dict[str, object] = {"snapshot": str(snapshot.path), "output": "run", "data": data}
    return Trained(config=config, seed=1, packages={}, snapshot=about)


def test_development_documents_are_those_it_did_not_learn_from(tmp_path: Path) -> None:
    old = small(tmp_path / "old")
    new = build([*old.train, *old.dev, *old.test], tmp_path / "new", ontology=old.ontology, ratios=(0.4, 0.3, 0.3))
    assert TrainingDocuments.of(recorded(old), old).development(old) == old.dev
    learned = {document.id for document in old.train}
    assert learned & {document.id for document in new.dev}
    found = TrainingDocuments.of(recorded(old), new).development(new)
    assert [d.id for d in found] == [d.id for d in new.dev if d.id not in learned]


def test_a_model_compared_with_is_said_to_have_seen_the_documents_and_not_to_know_labels(tmp_path: Path) -> None:
    snapshot, gold = small(tmp_path / "snap"), small(tmp_path / "snap").train[:3]
    trained = recorded(snapshot)
    row = {"config": trained.config, "seed": 1, "packages": {}, "snapshot": trained.snapshot.model_dump()}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(row), encoding="utf-8")
    model = EarlierModel.open(tmp_path, snapshot, "test")
    remarks = BaselineRemarks.of(model, snapshot.ontology, gold)
    assert remarks.seen == tuple(document.id for document in gold)
    assert "has seen 3 of the 3 documents in training" in remarks.notes[0]
    poorer = replace(snapshot.ontology, roles={})
    clean = BaselineRemarks.of(model, poorer, snapshot.test)
    assert clean.seen == ()
    assert "lacks 2 of the 5 labels and roles that gold is marked in" in clean.notes[0]
    (tmp_path / "config.yaml").unlink()
    unknown = BaselineRemarks.of(EarlierModel.open(tmp_path, snapshot, "test"), snapshot.ontology, gold)
    assert unknown.seen is None
    assert "cannot be told" in unknown.notes[0]
