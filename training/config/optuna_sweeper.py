"""`naba train --multirun hydra/sweeper=optuna`: combinations of settings chosen by how the earlier ones did.

Hydra's own plugin for Optuna needs a release of it from 2022. This one keeps its study beside the runs, so that an
interrupted sweep is resumed: unfinished trials are run again, from their own checkpoints.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Override, RangeSweep
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from annotation import terminal
from annotation.core.errors import UsageError
from annotation.storage.documents_file import atomic

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

_log = logging.getLogger(__name__)
_SPACE = "space"
_EXTRA = "a sweep with Optuna needs naba[sweep]: pip install 'naba[sweep]'"


class OptunaSweeper(Sweeper):
    """Tries `trials` combinations, `parallel` at a time, for the highest value the runs return."""

    __module__ = "hydra_plugins.naba"

    def __init__(self, *, trials: int, parallel: int, seed: int, params: Mapping[str, str] | None = None) -> None:
        self.trials, self.parallel, self.seed = max(trials, 1), max(parallel, 1), seed
        self.params = [f"{key}={value}" for key, value in (params or {}).items()]
        self.config: DictConfig | None = None
        self.launcher: Launcher | None = None
        self.hydra_context: HydraContext | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Make the launcher of the runs; Hydra calls it before `sweep`."""
        self.config, self.hydra_context = config, hydra_context
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> None:
        """Run the remaining trials. Raises UsageError when nothing varies, or the folder holds another sweep."""
        if self.config is None or self.hydra_context is None:
            raise RuntimeError("a sweep begins after setup")
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        parsed = {o.get_key_element(): o for o in parser.parse_overrides([*self.params, *arguments])}
        varied = {key: override for key, override in parsed.items() if override.is_sweep_override()}
        fixed = [f"{key}={o.get_value_element_as_str()}" for key, o in parsed.items() if key not in varied]
        folder = Path(self.config.hydra.sweep.dir).resolve()
        space = {key: distribution(o) for key, o in varied.items()}
        with terminal.logger_level("optuna", logging.WARNING):  # it sets a level of its own when it is imported
            self._search(folder, space, fixed)

    def _search(self, folder: Path, space: Mapping[str, BaseDistribution], fixed: Sequence[str]) -> None:
        study = _study(folder, space)
        broken = [trial for trial in study.trials if not trial.state.is_finished()]
        while broken or len(study.trials) < self.trials:
            batch: list[Trial | FrozenTrial] = [*broken[: self.parallel]]
            broken = broken[len(batch) :]
            while len(batch) < self.parallel and len(study.trials) < self.trials:
                batch.append(self._ask(study, space))
            self._run(study, batch, fixed)
        best = study.best_trial
        with atomic(folder / "best.yaml") as file:
            summary = {"trial": best.number, "value": best.value, "settings": dict(best.params)}
            yaml.safe_dump(summary, file, allow_unicode=True, sort_keys=False)
        terminal.say(
            f"best of {len(study.trials)}: {best.value:.4f} in {folder / str(best.number)} ({_settings(best)})"
        )

    def _ask(self, study: Study, space: Mapping[str, BaseDistribution]) -> Trial:
        """A new combination. Seeded by its number, it is the same whether or not the sweep was interrupted before."""
        from optuna.samplers import TPESampler

        study.sampler = TPESampler(seed=self.seed + len(study.trials), constant_liar=self.parallel > 1)
        return study.ask(fixed_distributions=dict(space))

    def _run(self, study: Study, batch: Sequence[Trial | FrozenTrial], fixed: Sequence[str]) -> None:
        if self.launcher is None:
            raise RuntimeError("a sweep begins after setup")
        jobs = [
            [*fixed, *(f"{key}={value}" for key, value in trial.params.items()), f"hydra.sweep.subdir='{trial.number}'"]
            for trial in batch
        ]
        for job in jobs:
            self._compose(job)
        results = self.launcher.launch(jobs, initial_job_idx=batch[0].number)
        for trial, result in zip(batch, results, strict=True):
            study.tell(trial.number, float(result.return_value))
            _log.info("trial %d of %d: %.4f (%s)", trial.number + 1, self.trials, result.return_value, _settings(trial))

    def _compose(self, job: list[str]) -> None:
        """Compose the overrides of a run, so that Hydra raises before anything is run if they do not go together."""
        if self.hydra_context is not None and self.config is not None:
            self.hydra_context.config_loader.load_sweep_config(self.config, job)


def register_sweeper() -> None:
    """Register the sweeper with Hydra, under the only package name that it takes plugins from."""
    sys.modules.setdefault(OptunaSweeper.__module__, sys.modules[__name__])
    Plugins.instance().register(OptunaSweeper)


def distribution(override: Override) -> BaseDistribution:
    """The distribution of an override that sweeps: over choices, a range with steps or an interval; `log` is a tag."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    value = override.value()
    log = isinstance(value, IntervalSweep | RangeSweep | ChoiceSweep) and "log" in value.tags
    if isinstance(value, IntervalSweep) and value.start is not None and value.end is not None:
        kind = IntDistribution if isinstance(value.start, int) and isinstance(value.end, int) else FloatDistribution
        return kind(value.start, value.end, log=log)  # type: ignore[arg-type]
    return CategoricalDistribution(list(override.sweep_string_iterator()))


def _study(folder: Path, space: Mapping[str, BaseDistribution]) -> Study:
    """The folder's study, new or resumed."""
    try:
        import optuna
        from optuna.distributions import distribution_to_json
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError as error:
        raise UsageError(_EXTRA) from error
    if not space:
        raise UsageError("nothing varies; give a setting several values, as in 'fit.clip=interval(0.5,5)' or seed=1,2")
    folder.mkdir(parents=True, exist_ok=True)
    storage = JournalStorage(JournalFileBackend(str(folder / "study.log")))
    study = optuna.create_study(storage=storage, study_name="naba", direction="maximize", load_if_exists=True)
    distributions = {key: json.loads(distribution_to_json(each)) for key, each in sorted(space.items())}
    before = study.user_attrs.get(_SPACE, distributions)
    if before != distributions:
        raise UsageError(f"{folder} holds another sweep, over {', '.join(before)}; choose another name=")
    study.set_user_attr(_SPACE, distributions)
    return study


def _settings(trial: Trial | FrozenTrial) -> str:
    return " ".join(
        f"{key}={value:.4g}" if isinstance(value, float) else f"{key}={value}" for key, value in trial.params.items()
    )
