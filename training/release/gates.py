"""What a model must hold to be released: floors, no significant drop, no leakage, calibration and alignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path

import yaml
from omegaconf import OmegaConf

from annotation.core.errors import UsageError
from annotation.core.matching import PRF, UNITS
from annotation.page.titles import Names
from training.analysis.leakage import Leakage
from training.analysis.randomization_test import Shift
from training.config.validation import ConfigError, Settings, above, at_least, below, hint, setting, typed, within
from training.encoding.platt_scaling import LAYERS
from training.scoring.scores import KINDS


@dataclass(frozen=True, kw_only=True)
class DropsConfig(Settings):
    """`level`: the chance that a release that is just as good is refused for any drop; `tolerate`: of F1, let pass."""

    level: float = setting(0.05, above(0), below(1))
    tolerate: float = setting(0.005, within(0, 1))


@dataclass(frozen=True, kw_only=True)
class GatesConfig(Settings):
    """The gates of a preset, as fractions of 1; what is None or absent is not asked.

    floors: F1 by score. leakage: documents at most. calibration: expected calibration error by layer, at most,
    unless it may be chance. alignment: the share of marks that can be learned, at least.
    """

    floors: dict[str, float] = field(default_factory=dict)
    drops: DropsConfig | None = None
    leakage: int | None = setting(None, at_least(0))
    calibration: dict[str, float] = field(default_factory=dict)
    alignment: float | None = setting(None, within(0, 1))

    def faults(self) -> Iterator[str]:
        """The rules' faults, scores and layers that do not exist, and shares that are none."""
        yield from super().faults()
        for name, values, known in (("floors", self.floors, UNITS), ("calibration", self.calibration, LAYERS)):
            for key, value in values.items():
                if key not in known:
                    yield f"{name}.{key}: no such thing to ask for; {hint(key, list(known))}"
                elif fault := within(0, 1)(value):
                    yield f"{name}.{key}: {fault}"


@dataclass(frozen=True)
class Outcome:
    """What a gate said: its name, whether it lets pass, and in one line what it found."""

    gate: str
    passed: bool
    said: str

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Findings:
    """What the gates look at. calibration: by layer the error, and what chance alone may give. `changes` is None when
    there is nothing to compare with."""

    micro: Mapping[str, PRF]
    leaks: Leakage
    alignment: float
    calibration: Mapping[str, tuple[float, float]]
    changes: Sequence[Shift] | None


def load_gates(name: str) -> GatesConfig:
    """The gates in the file, or the preset of that name. Raises UsageError, or ConfigError with every fault."""
    if Path(name).suffix in (".yaml", ".yml"):
        source = Path(name)
        if not source.is_file():
            raise UsageError(f"{name}: no such file of gates; give a .yaml file, or gates=default")
        text = source.read_text(encoding="utf-8")
    else:
        presets = {path.name.removesuffix(".yaml"): path for path in (files("conf") / "gates").iterdir()}
        if name not in presets:
            raise UsageError(f"gates={name}: no such preset; {hint(name, list(presets))}; or give a .yaml file")
        text = presets[name].read_text(encoding="utf-8")
    try:
        return typed(OmegaConf.create(yaml.safe_load(text) or {}), GatesConfig)
    except ConfigError as error:
        raise ConfigError([f"gates {name}: {fault}" for fault in error.faults]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"gates {name}: not understood: {' '.join(str(error).split())}") from error


def judge(gates: GatesConfig, findings: Findings, names: Names) -> list[Outcome]:
    """What each gate says, in the order of the preset."""
    return [
        *_floors(gates.floors, findings.micro),
        *(_drops(gates.drops, findings.changes, names) if gates.drops else ()),
        *(_leakage(gates.leakage, findings.leaks) if gates.leakage is not None else ()),
        *_calibration(gates.calibration, findings.calibration),
        *(_alignment(gates.alignment, findings.alignment) if gates.alignment is not None else ()),
    ]


def _floors(floors: Mapping[str, float], micro: Mapping[str, PRF]) -> Iterator[Outcome]:
    for unit, floor in floors.items():
        reached = micro[unit].f1
        yield Outcome("floor", reached >= floor, f"{unit} is {_percent(reached)}; at least {_percent(floor)} is asked")


def _drops(drops: DropsConfig, changes: Sequence[Shift] | None, names: Names) -> Iterator[Outcome]:
    if changes is None:
        yield Outcome("drop", True, "no release before this one to compare with")
        return
    worse = [change for change in changes if change.significant]
    for change in sorted(worse, key=_rank):
        told = f"F1 {_percent(change.before)} before, {_percent(change.now)} now (p {change.p:.4f}"
        yield Outcome("drop", False, f"{subject(change, names)}: {told}, {change.differing} documents differ)")
    if not worse:
        testable = sum(change.testable for change in changes)
        few = len(changes) - testable
        said = f"none of {testable} scores fell significantly (level {drops.level:g}); {few} more: too few to say"
        yield Outcome("drop", True, said)


def _rank(change: Shift) -> tuple[float, float, bool]:
    """The surest and largest first; of equals, types before slices, which say less of what to do."""
    return change.p, round(change.delta, 6), change.key[0] not in KINDS


def subject(change: Shift, names: Names) -> str:
    """What changed, in words: "role Attacker in Arabic"."""
    kind, name = change.key
    spoken = {
        "score": name,
        "role": f"role {names.role(name)}",
        "arguments": f"arguments of {names.title(name)}",
        "event": f"event {names.title(name)}",
        "entity": f"entity {names.title(name)}",
    }
    what = spoken.get(kind, f"arguments, {kind} {name}")
    sort, value = change.slice_
    where = {"": "", "language": f" in {names.language(value)}", "source": f" in articles of {value}"}
    return what + where[sort]


def _leakage(most: int, leaks: Leakage) -> Iterator[Outcome]:
    said = f"{len(leaks)} documents were seen in training: {leaks}; at most {most} may be"
    yield Outcome("leakage", len(leaks) <= most, said)


def _calibration(wanted: Mapping[str, float], errors: Mapping[str, tuple[float, float]]) -> Iterator[Outcome]:
    for layer, most in wanted.items():
        if layer not in errors:
            yield Outcome("calibration", True, f"{layer}: too few found to say")
            continue
        error, chance = errors[layer]
        said = f"{layer} scores are off by {_percent(error)} points; at most {_percent(most)} is asked"
        if most < error <= chance:
            said += f", but so few may be off by {_percent(chance)} by chance"
        yield Outcome("calibration", error <= max(most, chance), said)


def _alignment(least: float, share: float) -> Iterator[Outcome]:
    said = f"{_percent(share)} percent of the marks can be learned; at least {_percent(least)} is asked"
    yield Outcome("alignment", share >= least, said)


def failed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that do not let pass."""
    return [outcome for outcome in outcomes if not outcome.passed]


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}"
