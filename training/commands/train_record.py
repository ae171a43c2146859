"""The record of a training: what must be equal where it is resumed, and what its model says it was made of."""

from __future__ import annotations

from dataclasses import asdict

from annotation.core.document import Json
from annotation.snapshot.snapshot import Snapshot
from training.commands.initial_model import InitialModel
from training.config.schema import TrainConfig
from training.encoding.word_vectors import tables_digest
from training.loop.training_sources import TrainingSources

_FREE = ("output", "name", "resume", "tracking")
"""Settings that may differ when a run is resumed; so may the device and the number of threads."""


def must_be_equal(run: TrainConfig, sources: TrainingSources, initial: InitialModel | None) -> Json:
    """What must be equal for a run to be resumed: its settings, and the content of what it is made from."""
    row = {key: value for key, value in asdict(run).items() if key not in _FREE}
    fit = {key: value for key, value in row["fit"].items() if key not in ("device", "threads")}
    also = [f"{each.manifest.name} ({each.manifest.content[:16]})" for each in sources.also]
    data = {**row["data"], "also": also or None}
    init = initial.identity if initial else None
    return {**row, "fit": fit, "data": data, "init": init, "snapshot": about(sources.snapshot), **_tables(run)}


def made_of(run: TrainConfig, sources: TrainingSources, initial: InitialModel | None) -> dict[str, object]:
    """The settings of a run, and the identity of all that its model is made of."""
    made: dict[str, object] = {"config": asdict(run), "seed": run.seed, "snapshot": about(sources.snapshot)}
    if sources.also:
        made["also"] = [{**about(each), "path": str(each.path)} for each in sources.also]
    if initial:
        made["init"] = initial.origin.model_dump(mode="json")
    return {**made, **_tables(run)}


def about(snapshot: Snapshot) -> dict[str, str]:
    """What records tell of a snapshot."""
    return {"name": snapshot.manifest.name, "content": snapshot.manifest.content, "ontology": snapshot.ontology.hash}


def _tables(run: TrainConfig) -> dict[str, str]:
    return {"tables": tables_digest(run.encoder.tables)} if run.encoder.tables else {}
