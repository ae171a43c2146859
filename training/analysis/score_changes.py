"""Changes of scores from one model to the next: each by itself, those of some of the documents, and all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from annotation.core.matching import HEADLINE, Interval
from annotation.core.messages import percent, signed_percent
from training.analysis.training_noise import ChangeNoise, Trainings
from training.config.validation import Settings, above, below, setting, within
from training.scoring.scores import KINDS, seqeval_title

BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"
SCORE, SEQEVAL = "score", "seqeval"
ScoreKey = tuple[str, str]
"""What is counted: (SCORE, one of `UNITS`), (SEQEVAL, a layer), a kind of `KINDS` and a type, or a kind and a slice."""
EVERYWHERE: ScoreKey = ("", "")
"""The slice of all documents; others are ("language", code) and ("source", name)."""


@dataclass(frozen=True, kw_only=True)
class DropsConfig(Settings):
    """When a change counts: for reports, gates and `naba score` alike.

    level: the chance that any score at all of an equally good model is said to have fallen, and the same of rising.
    tolerate: a change of F1, in 0..1, that never counts.
    """

    level: float = setting(0.05, above(0), below(1))
    tolerate: float = setting(0.005, within(0, 1))


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A score before and now over the documents of a slice, as fractions; `interval` is the 95% interval of the change.

    p: the chance of a change as large, to this side, between equally good models, corrected for all that is tested.
    stories: those with anything to count, `differing` those in which the models differ. verdict: what the test says.
    testable: whether any change in these could have been beyond chance. enough: whether there was anything to say.
    noise: what the seed of a training does to it, None where that is not known. lucky: a rise that the documents do not
    explain, but the seed may.
    """

    key: ScoreKey
    slice_: ScoreKey
    before: float
    now: float
    interval: Interval | None
    p: float
    stories: int
    differing: int
    verdict: str
    testable: bool
    enough: bool
    noise: ChangeNoise | None = None
    lucky: bool = False

    @property
    def delta(self) -> float:
        """F1 now less F1 before, as a fraction."""
        return self.now - self.before

    @property
    def significant(self) -> bool:
        """Whether the change is beyond chance."""
        return self.verdict != UNCLEAR

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        kind, name = self.key
        row: dict[str, object] = {"kind": kind, "name": name, "slice": None}
        if self.slice_ != EVERYWHERE:
            row["slice"] = list(self.slice_)
        row |= {"before": self.before, "now": self.now, "delta": self.delta}
        if self.interval:
            row |= dict(zip(("low", "high"), self.interval, strict=True))
        row |= {"p": self.p, "stories": self.stories, "differing": self.differing, "verdict": self.verdict}
        row |= {"testable": self.testable, "significant": self.significant, "enough": self.enough}
        return row | ({"noise": self.noise.as_dict(), "lucky": self.lucky} if self.noise else {})


@dataclass(frozen=True)
class ChangesOfPart:
    """Over some of the documents: each of `UNITS`, each of seqeval's layers, each type of each kind that occurs."""

    micro: Mapping[str, ScoreChange]
    seqeval: Mapping[str, ScoreChange]
    types: Mapping[str, Mapping[str, ScoreChange]]

    @classmethod
    def of(cls, changes: Sequence[ScoreChange]) -> ChangesOfPart:
        """From the changes of one slice of the documents."""
        by_kind: dict[str, dict[str, ScoreChange]] = {kind: {} for kind in (SCORE, SEQEVAL, *KINDS)}
        for change in changes:
            by_kind.setdefault(change.key[0], {})[change.key[1]] = change
        return cls(by_kind[SCORE], by_kind[SEQEVAL], {kind: by_kind[kind] for kind in KINDS})

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "micro": _plain(self.micro),
            "seqeval": _plain(self.seqeval),
            "types": {kind: _plain(types) for kind, types in self.types.items()},
        }


@dataclass(frozen=True)
class Comparison:
    """Every change from one model to the next over the same documents, in the order in which they were tested."""

    documents: int
    stories: int
    languages: tuple[str, ...]
    changes: tuple[ScoreChange, ...]
    drops: DropsConfig
    trainings: Trainings | None = None

    @cached_property
    def overall(self) -> ChangesOfPart:
        """All documents."""
        return self._part(EVERYWHERE)

    @cached_property
    def by_language(self) -> Mapping[str, ChangesOfPart]:
        """The documents of each language."""
        several = len(self.languages) > 1
        return {code: self._part(("language", code)) if several else self.overall for code in self.languages}

    @property
    def headline(self) -> ScoreChange:
        """The change that is tested first."""
        return self.micro[HEADLINE]

    @property
    def micro(self) -> Mapping[str, ScoreChange]:
        """Each of `UNITS` over all documents."""
        return self.overall.micro

    @property
    def by_type(self) -> Mapping[str, Mapping[str, ScoreChange]]:
        """The types of each kind over all documents."""
        return self.overall.types

    @cached_property
    def losses(self) -> tuple[ScoreChange, ...]:
        """What fell beyond chance, the largest fall first."""
        return tuple(sorted((c for c in self.changes if c.verdict == WORSE), key=lambda c: (c.delta, c.key, c.slice_)))

    @cached_property
    def gains(self) -> tuple[ScoreChange, ...]:
        """What rose beyond chance, the largest rise first."""
        return tuple(sorted((c for c in self.changes if c.verdict == BETTER), key=lambda c: (-c.delta, c.key)))

    @property
    def testable(self) -> int:
        """How many scores differ in stories enough to say."""
        return sum(change.testable for change in self.changes)

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "documents": self.documents,
            "stories": self.stories,
            **self.overall.as_dict(),
            "languages": {language: changes.as_dict() for language, changes in self.by_language.items()},
            "test": {
                "name": "paired randomization of stories, maxT, the headline first",
                "level": self.drops.level,
                "tolerate": self.drops.tolerate,
            },
            "looked_at": len(self.changes),
            "testable": self.testable,
            "losses": [change.as_dict() for change in self.losses],
            "gains": [change.as_dict() for change in self.gains],
        }

    def table(self) -> Iterator[tuple[str, ...]]:
        """Rows for a terminal, a heading first, in percent: the scores, then whatever else changed beyond chance."""
        yield "", "F1", "before", "change", "95%", ""
        shown = {change.key: change for change in self.overall.micro.values()}
        shown |= {change.key: change for change in self.overall.seqeval.values()}
        for change in shown.values():
            yield _row(change)
        for change in (*self.losses, *self.gains):
            if change.key not in shown or change.slice_ != EVERYWHERE:
                yield _row(change)

    def _part(self, slice_: ScoreKey) -> ChangesOfPart:
        return ChangesOfPart.of([change for change in self.changes if change.slice_ == slice_])


def _row(change: ScoreChange) -> tuple[str, ...]:
    shares = (percent(change.now), percent(change.before), signed_percent(change.delta))
    ends = "..".join(map(signed_percent, change.interval)) if change.interval else "too few"
    words = change.verdict if change.significant else "no clear change" if change.enough else "too few to say"
    words = "may be the seed" if change.lucky else words
    return _title(change), *shares, ends, words


def _title(change: ScoreChange) -> str:
    (kind, name), (_, value) = change.key, change.slice_
    title = name if kind == SCORE else seqeval_title(name) if kind == SEQEVAL else f"{kind} {name}"
    return f"{title}, {value}" if value else title


def _plain(changes: Mapping[str, ScoreChange]) -> dict[str, object]:
    return {name: change.as_dict() for name, change in changes.items()}
