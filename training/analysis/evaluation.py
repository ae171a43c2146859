"""Evaluation of a model's predictions: all figures of the report and of metrics.json, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE, PRF
from annotation.core.ontology import Ontology
from training.analysis.calibration import Calibration, calibration
from training.analysis.error_analysis import Diagnosis, diagnose
from training.analysis.label_priorities import LabelPriority, label_priorities
from training.analysis.oracle_ceilings import Ceilings
from training.analysis.paired_bootstrap import Comparison, compare
from training.analysis.randomization_test import ScoreKey, Shift, drops_and_rises
from training.analysis.slices import Slices, slices
from training.lineage.seed_scores import SeedScores
from training.scoring.attributes import Attributes, attributes
from training.scoring.boundary_ladder import Ladder, ladder
from training.scoring.compatibility import remarks
from training.scoring.coreference import Links, links
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.partial_matches import Matches, matches
from training.scoring.scores import Scores, score_pairs

BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"
_LEVEL = 0.05
"""The chance that any score at all is said to have fallen or risen, where the two models are equally good."""
SCHEMA = Path(__file__).with_name("metrics.schema.json")
"""The JSON schema of metrics.json."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """The model compared with. `losses` and `gains` are what chance does not explain, the largest first.

    `looked_at` counts the scores compared, by type and slice; of them `testable` differ on documents enough to say.
    `seen`: ids of the documents that the model was trained with, so that its scores are too high; None: not known.
    """

    name: str
    scores: Scores
    comparison: Comparison
    losses: tuple[Shift, ...]
    gains: tuple[Shift, ...]
    looked_at: int
    testable: int
    seen: tuple[str, ...] | None = None

    def mood(self, key: ScoreKey, slice_: ScoreKey = ("", "")) -> str:
        """Whether chance does not explain what a score, of a slice of the documents, lost or gained."""
        sides = {WORSE: self.losses, BETTER: self.gains}
        return next(
            (mood for mood, side in sides.items() if any((s.key, s.slice_) == (key, slice_) for s in side)), UNCLEAR
        )

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "name": self.name,
            **self.comparison.as_dict(),
            "looked_at": self.looked_at,
            "testable": self.testable,
            "losses": [shift.as_dict() for shift in self.losses],
            "gains": [shift.as_dict() for shift in self.gains],
            **({} if self.seen is None else {"seen": list(self.seen)}),
        }


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's predictions against gold. `meta` says what was scored; `human` is by language, "" for all of them.

    human_articles: how many articles `human` is over. dev: how many documents thresholds are chosen on and `wanted` is
    read off, None where there are none beside the scored ones. notes: what a reader must know before the scores.
    """

    title: str
    meta: Mapping[str, str]
    ontology: Ontology
    pairs: Sequence[DocumentPair] = field(repr=False)
    scores: Scores
    diagnosis: Diagnosis
    slices: Slices
    calibration: Calibration
    matches: Matches
    ladder: Ladder
    links: Links
    attributes: Attributes
    wanted: Sequence[LabelPriority]
    before: Baseline | None = None
    human: Mapping[str, PRF] = field(default_factory=dict)
    ceilings: Ceilings | None = None
    studio: str | None = None
    seeds: SeedScores | None = None
    human_articles: int = 0
    dev: int | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def causes(self) -> dict[str, frozenset[str]]:
        """The causes of each document's errors, by its id."""
        causes: dict[str, set[str]] = {}
        for error in self.diagnosis.errors:
            causes.setdefault(error.document, set()).add(error.cause)
        return {id: frozenset(names) for id, names in causes.items()}

    def as_dict(self) -> dict[str, object]:
        """What metrics.json holds, as plain JSON values: the scores, and beside them each part there is."""
        parts: dict[str, object] = {
            "diagnosis": self.diagnosis.as_dict(),
            "slices": self.slices.as_dict(),
            "calibration": self.calibration.as_dict(),
            "matches": self.matches.as_dict(),
            "boundaries": self.ladder.as_dict(),
            "links": self.links.as_dict(),
            **self.attributes.as_dict(),
            "wanted": [cell.as_dict() for cell in self.wanted],
        }
        if self.before:
            parts["before"] = self.before.as_dict()
        if self.ceilings:
            parts["ceilings"] = self.ceilings.as_dict()
        if self.seeds:
            parts["seeds"] = self.seeds.as_dict()
        if self.human:
            parts["human"] = {code or "all": prf.as_dict() for code, prf in self.human.items()}
            parts["human_articles"] = self.human_articles
        if self.dev is not None:
            parts["dev"] = {"documents": self.dev}
        if self.notes:
            parts["notes"] = list(self.notes)
        return {**self.scores.as_dict(), "title": self.title, "meta": dict(self.meta), **parts}


def evaluation(
    gold: Sequence[Document],
    predicted: Sequence[Document],
    *,
    ontology: Ontology,
    train: Iterable[Document] | None = None,
    before: tuple[str, Sequence[Document]] | None = None,
    before_seen: Iterable[str] | None = None,
    dev: tuple[Sequence[Document], Sequence[Document]] | None = None,
    agreement: Mapping[str, object] | None = None,
    ceilings: Ceilings | None = None,
    title: str = "",
    meta: Mapping[str, str] | None = None,
    studio: str | None = None,
    seeds: SeedScores | None = None,
    notes: Iterable[str] = (),
) -> Evaluation:
    """Evaluate predictions against gold. Raises UsageError when there is no gold Document, or the sides do not fit.

    `before`: another model's name and what it predicts for the same documents; `before_seen`: those it was trained
    with. `dev`: gold and predicted development documents, to choose thresholds on and what to label next; without them
    the scored documents serve. `agreement`: as a manifest holds it. `seeds`: what trainings with other seeds reached.
    `notes`: what a reader must know, to be put before the remarks on the scores.
    """
    if not gold:
        raise UsageError("there are 0 gold Documents to score against; name a file or a split that has some")
    pairs = pair_documents(gold, predicted)
    scores, training = score_pairs(pairs), None if train is None else list(train)
    dev_pairs = pair_documents(*dev) if dev and dev[0] else None
    human = human_scores(agreement)
    return Evaluation(
        title=title,
        meta=dict(meta or {}),
        ontology=ontology,
        pairs=pairs,
        scores=scores,
        diagnosis=diagnose(pairs),
        slices=slices(pairs, ontology=ontology, train=training or ()),
        calibration=calibration(pairs, dev_pairs),
        matches=matches(pairs),
        ladder=ladder(pairs),
        links=links(pairs),
        attributes=attributes(pairs, ontology),
        wanted=label_priorities(pairs if dev_pairs is None else dev_pairs, training),
        before=_baseline(pairs, scores, name=before[0], others=before[1], seen=before_seen) if before else None,
        human=human,
        human_articles=int(str(agreement["documents"])) if agreement and human else 0,
        ceilings=ceilings,
        studio=studio,
        seeds=seeds,
        dev=None if dev_pairs is None else len(dev_pairs),
        notes=(*notes, *remarks(scores, ontology)),
    )


def human_scores(agreement: Mapping[str, object] | None) -> dict[str, PRF]:
    """The annotators' headline over all documents ("") and by language, out of an agreement's plain values."""
    if not agreement or not agreement.get("documents"):
        return {}
    languages = agreement.get("languages")
    parts = {"": agreement.get("overall"), **(languages if isinstance(languages, Mapping) else {})}
    return {code: units[HEADLINE] for code, part in parts.items() if HEADLINE in (units := agreement_scores(part))}


def agreement_scores(part: object) -> dict[str, PRF]:
    """One part of an agreement's plain values as scores by unit; gold and predicted are merely one and the other."""
    rows = part.items() if isinstance(part, Mapping) else ()
    return {unit: _agreed(row) for unit, row in rows}


def _agreed(row: Mapping[str, object]) -> PRF:
    first, second, both = (int(str(row[side])) for side in ("a", "b", "both"))
    ends = row.get("interval")
    interval = (float(ends[0]), float(ends[1])) if isinstance(ends, Sequence) else None
    return PRF(first, second, both, interval)


def _baseline(
    pairs: Sequence[DocumentPair],
    scores: Scores,
    *,
    name: str,
    others: Sequence[Document],
    seen: Iterable[str] | None,
) -> Baseline:
    """The model that predicts `others` for the same documents, against which chance does not explain some changes."""
    pairs_before = pair_documents((pair.gold for pair in pairs), others)
    scores_before = score_pairs(pairs_before)
    drops, rises = drops_and_rises(pairs, pairs_before, level=_LEVEL / 2)
    return Baseline(
        name=name,
        scores=scores_before,
        comparison=compare(scores, scores_before),
        losses=tuple(sorted((s for s in drops if s.significant), key=lambda s: (s.delta, s.key, s.slice_))),
        gains=tuple(sorted((s for s in rises if s.significant), key=lambda s: (-s.delta, s.key))),
        looked_at=len(drops),
        testable=sum(shift.testable for shift in drops),
        seen=None if seen is None else tuple(seen),
    )
