"""Evaluation of a model's predictions: all figures of the report and of metrics.json, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE, PRF
from annotation.core.ontology import Ontology
from training.analysis.argument_features import ArgumentFeatures
from training.analysis.calibration import Calibration, calibration
from training.analysis.comparison import Comparison, DropsConfig, compare
from training.analysis.error_analysis import Diagnosis, diagnose
from training.analysis.label_priorities import LabelPriority, label_priorities
from training.analysis.oracle_ceilings import Ceilings
from training.analysis.slices import Slices, argument_slices, slices
from training.analysis.stories import with_stories
from training.inference.running_cost import RunningCost
from training.lineage.release_record import Gate
from training.lineage.seed_scores import SeedScores
from training.scoring.attributes import Attributes, attributes
from training.scoring.boundary_ladder import Ladder, ladder
from training.scoring.compatibility import remarks
from training.scoring.coreference import Links, links
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.partial_matches import Matches, matches
from training.scoring.scores import Scores, Slicer, score_pairs

SCHEMA = Path(__file__).with_name("metrics.schema.json")
"""The JSON schema of metrics.json."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """The model compared with.

    `seen`: ids of the documents that the model was trained with, so that its scores are too high; None: not known.
    """

    name: str
    scores: Scores
    comparison: Comparison
    seen: tuple[str, ...] | None = None

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        seen = {} if self.seen is None else {"seen": list(self.seen)}
        return {"name": self.name, **self.comparison.as_dict(), **seen}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's predictions against gold. `meta` says what was scored; `human` is by language, "" for all of them.

    human_articles: how many articles `human` is over. dev: how many documents thresholds are chosen on and `wanted` is
    read off, None where there are none beside the scored ones. notes: what a reader must know before the scores.
    `gates` are those that the model was held against, where it was. cost: what predicting the scored documents cost.
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
    gates: tuple[Gate, ...] = ()
    cost: RunningCost | None = None

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
        if self.cost:
            parts["cost"] = self.cost.as_dict()
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
    drops: DropsConfig | None = None,
    cost: RunningCost | None = None,
) -> Evaluation:
    """Evaluate predictions against gold. Raises UsageError when there is no gold Document, or the sides do not fit.

    `before`: another model's name and what it predicts for the same documents; `before_seen`: those it was trained
    with. `dev`: gold and predicted development documents, to choose thresholds on and what to label next; without them
    the scored documents serve. `agreement`: as a manifest holds it. `seeds`: what trainings with other seeds reached.
    `notes`: what a reader must know, to be put before the remarks on the scores. `drops`: when a change counts.
    `cost`: what predicting cost.
    """
    if not gold:
        raise UsageError("there are 0 gold Documents to score against; name a file or a split that has some")
    pairs = with_stories(pair_documents(gold, predicted))
    scores, training = score_pairs(pairs), None if train is None else list(train)
    dev_pairs = with_stories(pair_documents(*dev)) if dev and dev[0] else None
    human = human_scores(agreement)
    slicer = partial(argument_slices, features=ArgumentFeatures(ontology, training or ()))
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
        before=_baseline(pairs, before, before_seen, slicer, drops) if before else None,
        human=human,
        human_articles=int(str(agreement["documents"])) if agreement and human else 0,
        ceilings=ceilings,
        studio=studio,
        seeds=seeds,
        dev=None if dev_pairs is None else len(dev_pairs),
        notes=(*notes, *remarks(scores, ontology)),
        cost=cost,
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
    before: tuple[str, Sequence[Document]],
    seen: Iterable[str] | None,
    slicer: Slicer,
    drops: DropsConfig | None,
) -> Baseline:
    """The model of this name that predicts these for the same documents, of which it has `seen` some."""
    name, others = before
    paired = pair_documents((pair.gold for pair in pairs), others)
    scores = score_pairs((replace(b, cluster=a.story) for a, b in zip(pairs, paired, strict=True)), slicer)
    comparison = compare(score_pairs(pairs, slicer), scores, drops)
    return Baseline(name, scores, comparison, None if seen is None else tuple(seen))
