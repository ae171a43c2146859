"""What `naba curve` is configured by: a training, and what is varied about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from training.config import TrainConfig
from training.settings import setting


def _shares(value: object) -> str | None:
    shares = cast(tuple[float, ...], value)
    if wrong := [share for share in shares if not 0 < share <= 1]:
        return f"must be above 0 and at most 1, not {wrong[0]}"
    few = len(set(shares)) < 2
    return "must be two at least; it takes four to see further than the documents there are" if few else None


def _some(value: object) -> str | None:
    return None if value else "must not be empty; null takes seed alone"


@dataclass(frozen=True, kw_only=True)
class CurveConfig(TrainConfig):
    """Trainings on `shares` of the documents, each into a folder of its own under `output`, with each of the `seeds`.

    seeds: `seed` alone where none are given. split: what is scored. same_steps: train on fewer documents for more
    epochs, so that the weights change as often and only the documents make the difference.
    """

    shares: tuple[float, ...] = setting((0.1, 0.25, 0.5, 0.75, 1.0), _shares)
    seeds: tuple[int, ...] | None = setting(None, _some)
    split: Literal["dev", "test"] = "dev"
    same_steps: bool = True

    def faults(self) -> Iterator[str]:
        """The rules' faults, and a share of its own."""
        yield from super().faults()
        if self.data.share is not None:
            yield "data.share: is what a curve goes through; say shares=[...]"
