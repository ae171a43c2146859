"""Release gates: floors of scores, significant drops, leakage, calibration and alignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Literal

from omegaconf import OmegaConf

from annotation.core import yaml_text
from annotation.core.errors import UsageError
from annotation.core.layers import LAYERS
from annotation.core.matching import PRF, UNITS
from annotation.core.messages import N_, Message, joined, percent
from annotation.page.titles import Names
from training.analysis.leakage import Leakage
from training.analysis.score_changes import Comparison, DropsConfig, ScoreChange
from training.config.validation import ConfigError, Settings, at_least, hint, setting, typed, within
from training.release.change_subject import name_of, subject
from training.scoring.scores import KINDS

FLOOR, DROP, LEAKAGE = N_("floor"), N_("drop"), N_("leakage")
CALIBRATION, ALIGNMENT = N_("calibration"), N_("alignment")


@dataclass(frozen=True, kw_only=True)
class GatesConfig(Settings):
    """The gates of a preset; scores and shares are in 0..1. A gate that is None or absent is not checked.

    floors: lowest F1, by score. leakage: most documents seen in training. calibration: highest expected calibration
    error by layer, unless chance explains it. alignment: lowest coverage of the encoding. undecided: what becomes of a
    release of which a gate could not say whether it is good enough.
    """

    floors: dict[str, float] = field(default_factory=dict)
    drops: DropsConfig | None = None
    leakage: int | None = setting(None, at_least(0))
    calibration: dict[str, float] = field(default_factory=dict)
    alignment: float | None = setting(None, within(0, 1))
    undecided: Literal["pass", "refuse"] = "pass"

    def faults(self) -> Iterator[str]:
        """The faults of the fields, unknown scores and layers, and values outside 0..1."""
        yield from super().faults()
        for name, values, allowed in (("floors", self.floors, UNITS), ("calibration", self.calibration, LAYERS)):
            for key, value in values.items():
                if key not in allowed:
                    yield f"{name}.{key}: no such thing to ask for; {hint(key, list(allowed))}"
                elif fault := within(0, 1)(value):
                    yield f"{name}.{key}: {fault}"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a gate: its name, whether it passed, and its message in one line.

    `passed` is None where there was too little to test: it could not say.
    """

    gate: str
    passed: bool | None
    said: str

    def as_dict(self) -> dict[str, object]:
        """The outcome as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Findings:
    """The figures that the gates check.

    calibration: by layer, (expected calibration error, the error that chance alone may give). comparison: None
    without a baseline. baseline: its name, that it was trained with `seen` of the documents `scored`, which the
    comparison leaves out; None where that is not known.
    """

    micro: Mapping[str, PRF]
    leaks: Leakage
    alignment: float
    calibration: Mapping[str, tuple[float, float]]
    comparison: Comparison | None
    baseline: str = "the model before"
    seen: int | None = 0
    scored: int = 0


def load_gates(name: str) -> GatesConfig:
    """The gates in a YAML file, or the preset of that name.

    Raises UsageError when there is none or it is no YAML, ConfigError with every fault in its values.
    """
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
        return typed(OmegaConf.create(_settings(text)), GatesConfig)
    except ConfigError as error:
        raise ConfigError([f"gates {name}: {fault}" for fault in error.faults]) from error
    except ValueError as error:
        raise UsageError(f"gates {name}: not understood: {' '.join(str(error).split())}") from error


def _settings(text: str) -> dict[str, object]:
    """The settings in a YAML text. Raises ValueError."""
    row = yaml_text.loads(text)
    if not isinstance(row, dict | None):
        raise ValueError(f"holds a {type(row).__name__}, not settings")
    return row or {}


def judge(gates: GatesConfig, findings: Findings, names: Names) -> list[Outcome]:
    """The outcomes of all gates: floors, drops, leakage, calibration, alignment."""
    return [
        *_floors(gates.floors, findings.micro),
        *(_drops(findings, names) if gates.drops else ()),
        *(_leakage(gates.leakage, findings.leaks) if gates.leakage is not None else ()),
        *_calibration(gates.calibration, findings.calibration),
        *(_alignment(gates.alignment, findings.alignment) if gates.alignment is not None else ()),
    ]


def _floors(floors: Mapping[str, float], micro: Mapping[str, PRF]) -> Iterator[Outcome]:
    for unit, floor in floors.items():
        reached = micro[unit].f1
        if not micro[unit].gold + micro[unit].predicted:
            said = Message("%(score)s: nothing is marked, by annotators or the model", score=unit)
            yield Outcome(FLOOR, None, said)
            continue
        figures = {"score": unit, "f1": percent(reached), "least": percent(floor)}
        said = Message("%(score)s is %(f1)s; at least %(least)s is asked", **figures)
        yield Outcome(FLOOR, reached >= floor, said)


def _drops(findings: Findings, names: Names) -> Iterator[Outcome]:
    """What fell, on the documents that the model compared with was not trained with: on others it scores too high."""
    comparison, where = findings.comparison, _where_compared(findings)
    if comparison is None:
        yield Outcome(DROP, True, Message("no release before this one to compare with"))
        return
    if findings.seen and findings.seen == findings.scored:
        all_ = N_("%(model)s was trained with all %(number)s documents: nothing is left to compare it on")
        yield Outcome(DROP, None, Message(all_, model=findings.baseline, number=findings.scored))
        return
    for change in sorted(comparison.losses, key=_rank):
        said = Message(
            "%(subject)s: F1 %(before)s before, %(now)s now (p %(p)s, %(differing)s stories differ)",
            subject=subject(change, names),
            before=percent(change.before),
            now=percent(change.now),
            p=f"{change.p:.4f}",
            differing=change.differing,
        )
        yield Outcome(DROP, False, joined((said, *where)))
    if not comparison.losses:
        outcome = _no_drop(comparison)
        yield replace(outcome, said=joined((outcome.said, *where)))


def _where_compared(findings: Findings) -> tuple[Message, ...]:
    """On which documents, where these are not simply all."""
    if findings.seen is None:
        unknown = N_("whether %(model)s was trained with some of the documents is not known")
        return (Message(unknown, model=findings.baseline),)
    if findings.seen:
        rest = N_("on the %(part)s of %(all)s documents that %(model)s was not trained with")
        part = findings.scored - findings.seen
        return (Message(rest, part=part, all=findings.scored, model=findings.baseline),)
    return ()


def _no_drop(comparison: Comparison) -> Outcome:
    """Nothing fell beyond chance: a pass where any score could have, or where the models mark the very same."""
    number, level = len(comparison.changes), comparison.drops.level
    if comparison.testable:
        said = Message(
            "none of %(testable)s scores fell significantly (level %(level)s); %(few)s more: too few to say",
            testable=comparison.testable,
            level=f"{level:g}",
            few=number - comparison.testable,
        )
        return Outcome(DROP, True, said)
    if comparison.headline.enough and not any(change.differing for change in comparison.changes):
        same = N_("none of %(scores)s scores differs in any of %(stories)s stories")
        return Outcome(DROP, True, Message(same, scores=number, stories=comparison.stories))
    few = N_("too few of %(stories)s stories differ to say whether any of %(scores)s scores fell")
    return Outcome(DROP, None, Message(few, scores=number, stories=comparison.stories))


def _rank(change: ScoreChange) -> tuple[float, float, bool]:
    """Sort key: the smallest p-value first, then the largest drop, then types before slices."""
    return change.p, round(change.delta, 6), change.key[0] not in KINDS


def _leakage(most: int, leaks: Leakage) -> Iterator[Outcome]:
    message = Message(
        "%(seen)s documents were seen in training: %(how)s; at most %(most)s may be",
        seen=len(leaks),
        how=leaks.summary,
        most=most,
    )
    yield Outcome(LEAKAGE, len(leaks) <= most, message)


def _calibration(limits: Mapping[str, float], errors: Mapping[str, tuple[float, float]]) -> Iterator[Outcome]:
    for layer, most in limits.items():
        if layer not in errors:
            yield Outcome(CALIBRATION, None, Message("%(layer)s: too few found to say", layer=name_of(layer)))
            continue
        error, chance = errors[layer]
        template = N_("%(layer)s scores are off by %(error)s points; at most %(most)s is asked")
        if most < error <= chance:
            template = N_(
                "%(layer)s scores are off by %(error)s points; at most %(most)s is asked, but so few may be off by "
                "%(chance)s by chance"
            )
        figures = {"error": percent(error), "most": percent(most), "chance": percent(chance)}
        message = Message(template, layer=name_of(layer), **figures)
        yield Outcome(CALIBRATION, error <= max(most, chance), message)


def _alignment(least: float, share: float) -> Iterator[Outcome]:
    figures = {"share": percent(share), "least": percent(least)}
    message = Message("%(share)s percent of the marks can be learned; at least %(least)s is asked", **figures)
    yield Outcome(ALIGNMENT, share >= least, message)


def failed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that did not pass."""
    return [outcome for outcome in outcomes if outcome.passed is False]


def refusing(gates: GatesConfig, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes for which the release is refused: what failed, and what could not say where that is not enough."""
    unsaid = [outcome for outcome in outcomes if outcome.passed is None and gates.undecided == "refuse"]
    return [*failed(outcomes), *unsaid]
