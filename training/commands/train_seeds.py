"""`naba train seeds=[...]`: a run for each seed, and the best of their models beside them.

output/seed-1/ ...   an ordinary run each
output/run.json      what they have in common; another training does not get the folder
output/model/        the best on dev: hard links to its files, where the file system has them, and seeds.json
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from annotation.core.document import Json
from annotation.storage.json_file import read_object
from training.config.schema import TrainConfig
from training.lineage.seed_scores import SeedScores, shown_units
from training.loop.process_group import ProcessGroup
from training.loop.run_folder import METRICS, RUN_ID, RunFolder

_log = logging.getLogger(__name__)


def train_seeds(
    run: TrainConfig, record: Json, train_one: Callable[[TrainConfig], float], group: ProcessGroup
) -> float:
    """Train the run with each of its seeds, keep the best model, and return the mean of what `train_one` returns.

    A seed that is trained already is not trained again, also where others were added. Raises UsageError when the folder
    holds another run.
    """
    common = {**record, "seed": None, "seeds": "several"}
    folder = group.broadcast(lambda: RunFolder.plan(Path(run.output).resolve(), common, resume=run.resume))
    runs = [_seed_run(run, seed) for seed in run.seeds or ()]
    reached = []
    for number, one in enumerate(runs, start=1):
        _log.info("seed %d, %d of %d", one.seed, number, len(runs))
        reached.append(train_one(one))
        group.broadcast(lambda: folder.begin(common))  # not before one was trained: what is wrong leaves nothing
    if group.is_main:
        _keep_best(folder, runs, reached)
    group.barrier()
    return mean(reached)


def _seed_run(run: TrainConfig, seed: int) -> TrainConfig:
    """The ordinary run of one seed, in a folder of its own."""
    return replace(
        run,
        seed=seed,
        seeds=None,
        name=f"{run.name}-seed-{seed}",
        output=str(Path(run.output) / f"seed-{seed}"),
        tracking=replace(run.tracking, group=run.tracking.group or run.name),
    )


def _keep_best(folder: RunFolder, runs: Sequence[TrainConfig], reached: Sequence[float]) -> None:
    """Make the model that reached most the one of the folder, unless it is already; of equals the first."""
    best = runs[reached.index(max(reached))]
    scores = SeedScores(best.seed, best.fit.metric, {one.seed: _scores(Path(one.output) / "model") for one in runs})
    if not (folder.finished() and SeedScores.read(folder.model) == scores):
        folder.publish(lambda path: _fill(path, Path(best.output) / "model", scores))
    shown = ", ".join(f"{unit} {scores.mean_and_spread(unit)}" for unit in shown_units(best.fit.metric))
    _log.info("%d seeds on dev: %s; the best, seed %d, is in %s", len(runs), shown, best.seed, folder.model)


def _scores(model: Path) -> dict[str, float]:
    units = read_object(model / METRICS)["micro"]
    return {unit: float(prf["f1"]) for unit, prf in units.items()}


def _fill(folder: Path, model: Path, scores: SeedScores) -> None:
    """Fill the folder with the model's files, without the id of its run."""
    shutil.copytree(model, folder, copy_function=_link, ignore=shutil.ignore_patterns(RUN_ID), dirs_exist_ok=True)
    scores.write(folder)


def _link(source: str, target: str) -> None:
    """A hard link, or a copy where there are none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
