"""The work behind `naba runs`: a table of runs, their scores on dev, and the settings in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from os.path import commonprefix
from pathlib import Path
from statistics import mean

from rich.cells import cell_len

from annotation import terminal
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE
from training.config.validation import spelled
from training.lineage.seed_scores import mean_and_spread, shown_units
from training.loop.run_listing import ListedRun, Listing


@dataclass(frozen=True)
class RunsRow:
    """A run, or several finished ones that differ in their seed alone."""

    name: str
    runs: Sequence[ListedRun]

    @property
    def rank(self) -> tuple[bool, float, str]:
        """Finished ones first, the best first."""
        return not self.runs[0].finished, -self.score(self.metric), self.name

    @property
    def metric(self) -> str:
        """The score that chose the weights."""
        return str(self.runs[0].settings.get("fit.metric", HEADLINE))

    @property
    def state(self) -> str:
        """Whether it is finished, or how far it is."""
        run = self.runs[0]
        return "finished" if run.finished else "no checkpoint" if run.step is None else f"step {run.step}"

    @property
    def when(self) -> datetime:
        """The time of the latest."""
        return max(run.when for run in self.runs)

    @cached_property
    def settings(self) -> dict[str, object]:
        """Those of the runs; of several, `seed` is all of theirs."""
        seeds = [run.settings.get("seed") for run in self.runs]
        return {**self.runs[0].settings, "seed": seeds if len(seeds) > 1 else seeds[0]}

    def score(self, unit: str) -> float:
        """The mean of the unit's F1."""
        return mean(run.scores.get(unit, 0.0) for run in self.runs)

    def shown(self, unit: str) -> str:
        """The mean in percent, of several with the standard deviation; empty while it is not finished."""
        return mean_and_spread([run.scores[unit] for run in self.runs]) if self.runs[0].scores else ""

    def as_dict(self, differing: Iterable[str]) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "state": self.state,
            "when": self.when.isoformat(timespec="seconds"),
            "scores": {unit: self.score(unit) for unit in self.runs[0].scores},
            "settings": {path: self.settings[path] for path in differing if path in self.settings},
            "runs": [
                {"folder": str(r.folder), "seed": r.settings.get("seed"), "step": r.step, "scores": dict(r.scores)}
                for r in self.runs
            ],
        }


def runs_command(folder: Path, *, as_json: bool) -> None:
    """Print the runs below the folder, the best first. Raises UsageError when there are none."""
    listing = Listing.of(folder)
    rows = sorted(_rows(listing, folder), key=lambda row: row.rank)
    for path, why in listing.damaged.items():
        terminal.warn(f"{path}: cannot be read ({why}); train it again with resume=false, or remove it")
    if not rows and not listing.damaged:
        raise UsageError(f"{folder}: holds no run; name a folder with some, such as outputs or multirun")
    differing = _differing(row.settings for row in rows)
    if as_json:
        damaged = {str(path): why for path, why in listing.damaged.items()}
        terminal.emit({"runs": [row.as_dict(differing) for row in rows], "damaged": damaged})
    elif rows:
        _show(folder, rows, differing)


def _rows(listing: Listing, folder: Path) -> list[RunsRow]:
    """The runs, those together that are finished and differ in their seed alone."""
    groups: dict[object, list[ListedRun]] = {}
    for run in listing.runs:
        alike = repr({path: value for path, value in sorted(run.settings.items()) if path != "seed"})
        groups.setdefault(alike if run.finished else run.folder, []).append(run)
    return [RunsRow(_name(runs, listing.several, folder), runs) for runs in groups.values()]


def _name(runs: Sequence[ListedRun], several: frozenset[Path], folder: Path) -> str:
    """The path below the folder; of several runs that of what holds them, or all paths in one, as a shell writes it."""
    parents = {run.folder.parent for run in runs}
    if len(runs) > 1 and len(parents) == 1 and parents <= several:
        return _below(folder, parents.pop())
    paths = [_below(folder, run.folder) for run in runs]
    start = commonprefix(paths)  # noqa: RUF071  # of characters: a shell puts no more into braces either
    return paths[0] if len(paths) == 1 else f"{start}{{{','.join(path.removeprefix(start) for path in paths)}}}"


def _below(folder: Path, path: Path) -> str:
    return folder.resolve().name if path == folder else path.relative_to(folder).as_posix()


def _differing(every: Iterable[Mapping[str, object]]) -> list[str]:
    """Settings that have several values. That another kind of encoder does not have one is no value of it.

    The rate of the encoder stands in two places, of which one is enough where they agree.
    """
    values: dict[str, set[str]] = {}
    twice = True
    for settings in every:
        for path, value in settings.items():
            values.setdefault(path, set()).add(repr(value))
        twice = twice and settings.get("encoder.learning_rate") == settings.get("fit.encoder_learning_rate")
    dropped = "fit.encoder_learning_rate" if twice else ""
    return [path for path, different in values.items() if len(different) > 1 and path != dropped]


def _show(folder: Path, rows: Sequence[RunsRow], differing: Sequence[str]) -> None:
    units = shown_units(*(row.metric for row in rows))
    ends = [path.rpartition(".")[2] for path in differing]
    titles = [end if ends.count(end) == 1 else path for path, end in zip(differing, ends, strict=True)]
    heading = ["run", "state", *units, "when"]
    start = [[row.name, row.state, *map(row.shown, units), f"{row.when:%b %d %H:%M}"] for row in rows]
    values = [[spelled(row.settings[path]) if path in row.settings else "" for path in differing] for row in rows]
    table = [[*left, *right] for left, right in zip(start, values, strict=True)]
    count = sum(len(row.runs) for row in rows)
    title = f"{count} run{'' if count == 1 else 's'} in {folder}, F1 on dev"
    if _width([[*heading, *titles], *table]) <= terminal.out.width:
        terminal.table(title, [*heading, *titles], table)
        return
    listed = [" ".join(f"{name}={value}" for name, value in zip(titles, row, strict=True) if value) for row in values]
    rows_with_settings = [[*left, text] for left, text in zip(start, listed, strict=True)]
    terminal.table(title, [*heading, "settings that differ"], rows_with_settings, left=("settings that differ",))


def _width(table: Sequence[Sequence[str]]) -> int:
    """The columns of a terminal that a table takes with no cell folded."""
    widths = (max(map(cell_len, column)) for column in zip(*table, strict=True))
    return sum(width + 3 for width in widths) + 1
