"""Summary of a report: five questions that decide on a release, each with a short answer and its reasons.

`Names.wording` has the texts in the language of the page.
"""

from __future__ import annotations

from annotation.core.messages import N_
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.report.answers import Answer
from training.report.better_answer import better
from training.report.figure_words import F1
from training.report.human_answer import human
from training.report.labels_answer import following
from training.report.sure_answer import sure
from training.report.where_answer import where

_FIXED_MEANS = N_(
    "If fixed: %(score)s were each argument missed for this cause found, each one predicted wrongly for it left "
    "out, and all else as it is; gain: how much that is above the F1 now."
)
_CHANCE_MEANS = N_(
    "By chance: where every score is just the chance of being right, 95 in 100 sets of as many predictions in as many "
    "documents are off by less."
)


def fixed_means(wording: Wording) -> str:
    """What the figures of a cause are."""
    return wording.gettext(_FIXED_MEANS, score=F1)


def chance_means(wording: Wording) -> str:
    """What the bound beside a calibration error is."""
    return wording.gettext(_CHANCE_MEANS)


def answers(evaluation: Evaluation, names: Names | None = None) -> list[Answer]:
    """The five answers, in order, in English where no `names` say otherwise."""
    names = names or Names(evaluation.ontology)
    return [
        better(evaluation, names),
        where(evaluation, names),
        sure(evaluation, names),
        human(evaluation, names),
        following(evaluation, names),
    ]
