"""Evaluation of a model's predictions: all figures of the report and of metrics.json, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from annotation.checks.suspects import FEWEST, Suspect, suspects
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import PRF
from annotation.core.ontology import Ontology
from training.analysis.argument_features import ArgumentFeatures
from training.analysis.baseline import Baseline
from training.analysis.calibration import Calibration, calibration
from training.analysis.confusions import Confusions, confusions
from training.analysis.document_groups import DocumentGroups, document_groups
from training.analysis.error_analysis import Diagnosis, diagnose
from training.analysis.error_causes import CAUSES
from training.analysis.exemplars import Exemplar, exemplars, of_causes
from training.analysis.human_agreement import SameArticles, human_scores, same_articles
from training.analysis.label_priorities import LabelPriority, label_priorities
from training.analysis.oracle_ceilings import Ceilings
from training.analysis.other_trainings import OtherTrainings
from training.analysis.phrase_baseline import phrase_baseline
from training.analysis.score_changes import DropsConfig
from training.analysis.since_before import SinceBefore
from training.analysis.slices import Slices, argument_slices, slices
from training.analysis.stories import with_stories
from training.analysis.training_noise import SeedsScored
from training.inference.running_cost import RunningCost
from training.lineage.release_record import Gate
from training.lineage.seed_scores import SeedScores
from training.scoring.attributes import Attributes, attributes
from training.scoring.boundary_ladder import Ladder, ladder
from training.scoring.compatibility import remarks
from training.scoring.coreference import Links, links
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.partial_matches import Matches, matches
from training.scoring.scores import Scores, score_pairs

AGAINST = "against"
SCHEMA = Path(__file__).with_name("metrics.schema.json")
"""The JSON schema of metrics.json."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's predictions against gold. `meta` says what was scored; `human` is by language, "" for all of them.

    human_articles: how many articles `human` is over. human_same: people and model on the same articles, None where
    the snapshot does not tell which several people have marked. dev: how many documents thresholds are chosen on
    and `wanted` is read off, None where there are none beside the scored ones. notes: what a reader must know
    before the scores. pages: addresses of other pages by what they are, `AGAINST` for the report of the model before.
    seed_noise: what the seed does to the scores, where the models of other seeds are at hand. votes: what each model
    at hand predicts, by document, for suspects in gold. groups: scores by what is known of the articles. phrases: what
    phrases of train alone reach. cost: what predicting the scored documents cost.
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
    human_same: Mapping[str, SameArticles] | None = None
    dev: int | None = None
    notes: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    cost: RunningCost | None = None
    pages: Mapping[str, str] = field(default_factory=dict)
    phrases: Scores | None = None
    seed_noise: SeedsScored | None = None
    votes: Mapping[str, Sequence[Document]] = field(default_factory=dict, repr=False)
    groups: DocumentGroups = field(default_factory=lambda: DocumentGroups({}, {}))

    @cached_property
    def read_first(self) -> list[Exemplar]:
        """The errors to read first: a few that stand for most of them."""
        return exemplars(self.diagnosis.errors)

    @cached_property
    def examples(self) -> Mapping[str, list[Exemplar]]:
        """A few errors of every cause that occurs."""
        return of_causes(self.diagnosis.errors, CAUSES)

    @cached_property
    def confusions(self) -> Mapping[str, Confusions]:
        """Which types are taken for which, of events, roles and entities."""
        return confusions(self.pairs)

    @cached_property
    def suspects(self) -> list[Suspect]:
        """Marks of gold that all models at hand contradict with one voice, the surest first."""
        found = [
            suspect
            for pair in self.pairs
            if len(votes := self.votes.get(pair.gold.id, ())) >= FEWEST
            for suspect in suspects(pair.gold, votes)
            if suspect.is_sure
        ]
        return sorted(found, key=lambda suspect: -suspect.score)

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
            "groups": self.groups.as_dict(),
            "read_first": [error.as_dict() for error in self.read_first],
            "confusions": {kind: confusion.as_rows() for kind, confusion in self.confusions.items()},
        }
        if self.before:
            parts["before"] = self.before.as_dict()
        if self.ceilings:
            parts["ceilings"] = self.ceilings.as_dict()
        if self.seeds:
            parts["seeds"] = self.seeds.as_dict()
        if self.seed_noise:
            parts["seed_noise"] = [row.as_dict() for row in self.seed_noise.rows]
        if self.votes:
            parts["suspects"] = [suspect.as_dict() for suspect in self.suspects]
        if self.human:
            parts["human"] = {code or "all": prf.as_dict() for code, prf in self.human.items()}
            parts["human_articles"] = self.human_articles
            if self.human_same is not None:
                parts["human_same"] = {code or "all": part.as_dict() for code, part in self.human_same.items()}
        if self.phrases:
            parts["phrases"] = self.phrases.overall.as_dict()
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
    since: SinceBefore | None = None,
    dev: tuple[Sequence[Document], Sequence[Document]] | None = None,
    agreement: Mapping[str, object] | None = None,
    ceilings: Ceilings | None = None,
    title: str = "",
    meta: Mapping[str, str] | None = None,
    studio: str | None = None,
    seeds: SeedScores | None = None,
    notes: Iterable[str] = (),
    drops: DropsConfig | None = None,
    trainings: OtherTrainings | None = None,
    phrases_of: Sequence[Document] | None = None,
    cost: RunningCost | None = None,
) -> Evaluation:
    """Evaluate predictions against gold. Raises UsageError when there is no gold Document, or the sides do not fit.

    `before`: another model's name and what it predicts for the same documents; `before_seen`: those it was trained
    with; `since`: what else changed since that model. `dev`: gold and predicted development documents, to choose
    thresholds on and what to label next; without them the scored documents serve. `agreement`: as a manifest holds it.
    `seeds`: what trainings with other seeds reached. `notes`: what a reader must know, to be put before the remarks on
    the scores. `drops`: when a change counts. `trainings`: what models of other seeds predict for the same documents.
    `phrases_of`: what the baseline without a model learns its phrases from. `cost`: what predicting cost.
    """
    if not gold:
        raise UsageError("there are 0 gold Documents to score against; name a file or a split that has some")
    pairs = with_stories(pair_documents(gold, predicted))
    scores, training = score_pairs(pairs), None if train is None else list(train)
    dev_pairs = with_stories(pair_documents(*dev)) if dev and dev[0] else None
    human, trainings = human_scores(agreement), trainings or OtherTrainings(seeds=seeds)
    slicer = partial(argument_slices, features=ArgumentFeatures(ontology, training or ()))
    compared = partial(Baseline.of, slicer=slicer, trainings=trainings, seen=before_seen, since=since, drops=drops)
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
        before=compared(*before, pairs) if before else None,
        human=human,
        human_articles=int(str(agreement["documents"])) if agreement and human else 0,
        human_same=same_articles(pairs, agreement),
        ceilings=ceilings,
        studio=studio,
        seeds=seeds,
        dev=None if dev_pairs is None else len(dev_pairs),
        notes=(*notes, *remarks(scores, ontology)),
        seed_noise=trainings.scored(pairs, scores),
        groups=document_groups(pairs, scores, training),
        votes=trainings.votes(predicted, before[1] if before else (), before_seen or ()),
        phrases=phrase_baseline(pairs, phrases_of, ontology),
        cost=cost,
    )
