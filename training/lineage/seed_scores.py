"""Trainings that differ in their seed: their development scores, `seeds.json` of the model kept, and their models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE
from annotation.core.messages import percent
from annotation.storage.documents_file import atomic
from annotation.storage.json_file import read_object

SEEDS_FILE = "seeds.json"
_METRICS = "metrics.json"
"""The development scores of a training, in the folder of its model."""
_SHOWN = ("Trig-C", HEADLINE, "Entity")


def shown_units(*metrics: str) -> list[str]:
    """The scores that lists of runs show: these, and what the runs were chosen by."""
    return list(dict.fromkeys((*_SHOWN, *metrics)))


@dataclass(frozen=True)
class SeedScores:
    """F1 (0..1) of each unit by seed, and the seed whose model was kept, which is the best by the metric."""

    kept: int
    metric: str
    scores: Mapping[int, Mapping[str, float]]

    def of(self, unit: str) -> list[float]:
        """The unit's score with each seed."""
        return [scores[unit] for scores in self.scores.values()]

    def mean_and_spread(self, unit: str) -> str:
        """The mean and the sample standard deviation in percent, such as "45.1 ± 1.2"."""
        return mean_and_spread(self.of(unit))

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values; the deviation of a single seed is left out."""
        units = list(next(iter(self.scores.values())))
        spread = {unit: stdev(self.of(unit)) for unit in units} if len(self.scores) > 1 else {}
        return {
            "kept": self.kept,
            "metric": self.metric,
            "seeds": {str(seed): dict(scores) for seed, scores in self.scores.items()},
            "mean": {unit: mean(self.of(unit)) for unit in units},
            "deviation": spread,
        }

    def write(self, model: Path) -> None:
        """Write them into the folder of a model."""
        with atomic(model / SEEDS_FILE) as file:
            json_text.dump(self.as_dict(), file, indent=2)

    @classmethod
    def read(cls, model: Path) -> SeedScores | None:
        """Those of the model in the folder, None where it was trained with one seed. Raises UsageError when damaged."""
        file = model / SEEDS_FILE
        if not file.is_file():
            return None
        try:
            row = read_object(file)
            scores = {int(seed): {unit: float(f1) for unit, f1 in of.items()} for seed, of in row["seeds"].items()}
            return cls(int(row["kept"]), str(row["metric"]), scores)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{file}: cannot be read: {error}; train with these seeds again") from error


def models_beside(model: Path) -> dict[int, Path]:
    """The models of the other seeds that `naba train seeds=[...]` left beside this one, by seed.

    Left out are those that are gone, or whose development scores are not those recorded: they are of another training.
    """
    seeds = SeedScores.read(model)
    found: dict[int, Path] = {}
    for seed, scores in seeds.scores.items() if seeds else ():
        other = model.resolve().parent / f"seed-{seed}" / "model"
        if seeds and seed != seeds.kept and _development_scores(other) == scores:
            found[seed] = other
    return found


def _development_scores(model: Path) -> dict[str, float] | None:
    """F1 of each unit on dev as the training wrote them; None where they cannot be read."""
    try:
        return {unit: float(prf["f1"]) for unit, prf in read_object(model / _METRICS)["micro"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def mean_and_spread(values: list[float]) -> str:
    """The mean of fractions and their sample standard deviation in percent; of one value that alone."""
    return percent(mean(values)) + (f" ± {percent(stdev(values))}" if len(values) > 1 else "")
