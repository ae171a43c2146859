"""Is a new model worse on dev than the one in use? The test is the report's; where it cannot say, the figures do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotation.core.document import Document, Json
from annotation.core.errors import NabaError
from annotation.core.layers import SPAN_LAYERS
from annotation.core.matching import HEADLINE, UNITS
from annotation.core.messages import percent, signed_percent
from annotation.snapshot.snapshot import Snapshot
from training.analysis.comparison import compare
from training.analysis.leakage import leakage
from training.analysis.score_changes import Comparison, DropsConfig, ScoreChange
from training.release.training_lineage import TrainingDocuments, read_training_record
from training.scoring.scores import score

_MOST_LOSSES = 5


@dataclass(frozen=True)
class DevVerdict:
    """Whether the new model is used, why, and the figures (F1 as fractions)."""

    used: bool
    why: str
    facts: Json = field(default_factory=dict)


def dev_of_both(snapshot: Snapshot, *models: Path) -> tuple[list[Document], int]:
    """The dev documents that none of the models learned from, and how many others were left out.

    A new snapshot may have a document in dev that an earlier one had in train. Where no document is left, or where a
    model does not say what it learned from, all of them are taken.
    """
    learned: list[Document] = []
    for model in models:
        try:
            learned += TrainingDocuments.of(read_training_record(model), snapshot).learned
        except NabaError:
            continue
    seen = leakage(snapshot.dev, learned).seen
    unseen = [document for document in snapshot.dev if document.id not in seen]
    return (unseen, len(seen)) if unseen else (snapshot.dev, 0)


def verdict(
    gold: Sequence[Document],
    now: Sequence[Document],
    before: Sequence[Document],
    *,
    drops: DropsConfig | None,
    left_out: int = 0,
) -> DevVerdict:
    """Compare what the new model and the one in use predict for the same gold Documents.

    Worse is what falls beyond chance, in any score, as in the report and its gates. Where too few documents differ for
    the headline score to be tested, worse is a headline lower by more than `drops.tolerate`.
    """
    comparison = compare(score(gold, now), score(gold, before), drops)
    headline, losses = comparison.headline, comparison.losses
    facts: Json = {
        "documents": len(gold),
        "left_out": left_out,
        "f1": {unit: [change.before, change.now] for unit, change in comparison.micro.items()},
        "p": headline.p,
        "losses": [_said(change) for change in losses[:_MOST_LOSSES]],
    }
    told = f"{HEADLINE} {percent(headline.before)} before, {percent(headline.now)} now on {len(gold):,} dev articles"
    if losses:
        return DevVerdict(False, f"worse beyond chance: {', '.join(map(_said, losses[:_MOST_LOSSES]))}; {told}", facts)
    if not headline.enough and headline.delta < -comparison.drops.tolerate:
        return DevVerdict(False, f"lower, on too few articles to test: {told}", facts)
    return DevVerdict(True, f"{_not_worse(comparison)}: {told}", facts)


def first_verdict(f1: Mapping[str, float]) -> DevVerdict:
    """The verdict on the first model, whose training reached these scores on dev."""
    facts: Json = {"f1": {unit: [None, f1[unit]] for unit in UNITS if unit in f1}}
    return DevVerdict(True, f"the first model; {HEADLINE} {percent(f1[HEADLINE])} on dev", facts)


def _not_worse(comparison: Comparison) -> str:
    if comparison.headline.verdict == "better":
        return "better beyond chance"
    return "not worse" if comparison.headline.enough else "not lower, on too few articles to test"


def _said(change: ScoreChange) -> str:
    kind, name = change.key
    where = f" in {change.slice_[1]}" if change.slice_[1] else ""
    title = name if kind == "score" or name in SPAN_LAYERS else f"{kind} {name}"
    return f"{title}{where} {signed_percent(change.delta)} (p {change.p:.3f})"
