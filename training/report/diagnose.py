"""What the errors come from: a cause for every wrong argument, and what Arg-C+ would be were a cause done away with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from annotation.document import Document
from annotation.matching import HEADLINE, PRF
from training.report.causes import CAUSES, Wrong, attached, wrong
from training.scoring import aligned


@dataclass(frozen=True, slots=True)
class Cause:
    """How many arguments are missed and how many predicted ones wrong for this cause.

    `f1_if_fixed` is Arg-C+ F1 if each of the missed were found and none of the wrong ones predicted; `gain` what that
    adds to the F1 there is. Fixing all causes gives 1.
    """

    name: str
    missed: int
    spurious: int
    f1_if_fixed: float
    gain: float

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        counts = {"missed": self.missed, "spurious": self.spurious}
        return {"meaning": CAUSES[self.name], **counts, "f1_if_fixed": self.f1_if_fixed, "gain": self.gain}


@dataclass(frozen=True)
class Diagnosis:
    """The errors of a model over some documents, in their order; `causes` are all of `CAUSES`, in theirs."""

    arguments: PRF
    causes: tuple[Cause, ...]
    by_language: Mapping[str, tuple[Cause, ...]]
    errors: tuple[Wrong, ...] = field(repr=False)

    @property
    def worst(self) -> Cause | None:
        """The cause whose end would add most to F1, None where nothing is wrong."""
        best = max(self.causes, key=lambda cause: cause.gain, default=None)
        return best if best and best.gain > 0 else None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, without the errors themselves."""
        return {
            "score": HEADLINE,
            "arguments": self.arguments.as_dict(),
            "causes": {cause.name: cause.as_dict() for cause in self.causes},
            "languages": {
                language: {cause.name: cause.as_dict() for cause in causes}
                for language, causes in self.by_language.items()
            },
        }


def diagnose(gold: Sequence[Document], predicted: Sequence[Document]) -> Diagnosis:
    """A cause for every missed and every spurious argument. Raises UsageError when the two sides do not fit."""
    pairs = aligned(gold, predicted)
    errors = tuple(error for ours, theirs in pairs for error in wrong(ours, theirs))
    counts = {language: _count(p for p in pairs if p[0].language == language) for language in _languages(gold)}
    total = _sum(counts.values())
    return Diagnosis(
        arguments=total,
        causes=_causes(total, errors),
        by_language={
            language: _causes(prf, [error for error in errors if error.language == language])
            for language, prf in counts.items()
        },
        errors=errors,
    )


def if_fixed(arguments: PRF, fixed: Iterable[Wrong]) -> PRF:
    """The scores with these errors mended: what they missed is found, what they invented is not predicted."""
    missed, spurious = _sides(fixed)
    return PRF(arguments.gold, arguments.predicted + missed - spurious, arguments.correct + missed)


def _causes(arguments: PRF, errors: Sequence[Wrong]) -> tuple[Cause, ...]:
    causes = []
    for name in CAUSES:
        these = [error for error in errors if error.cause == name]
        f1 = if_fixed(arguments, these).f1
        causes.append(Cause(name, *_sides(these), f1, f1 - arguments.f1))
    return tuple(causes)


def _sides(errors: Iterable[Wrong]) -> tuple[int, int]:
    sides = [(error.gold is not None, error.predicted is not None) for error in errors]
    return sum(missed for missed, _ in sides), sum(spurious for _, spurious in sides)


def _count(pairs: Iterable[tuple[Document, Document]]) -> PRF:
    items = [(attached(gold).keys(), attached(predicted).keys()) for gold, predicted in pairs]
    return _sum(PRF(len(gold), len(predicted), len(gold & predicted)) for gold, predicted in items)


def _sum(parts: Iterable[PRF]) -> PRF:
    counts = [(part.gold, part.predicted, part.correct) for part in parts]
    return PRF(*(sum(column) for column in zip(*counts, strict=True))) if counts else PRF(0, 0, 0)


def _languages(documents: Iterable[Document]) -> list[str]:
    return sorted({document.language for document in documents})
