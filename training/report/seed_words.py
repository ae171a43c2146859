"""What the report says of the seed: with several trainings what it does to scores, with one what cannot be known."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.core.matching import HEADLINE
from annotation.core.messages import N_, percent, signed_percent
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.analysis.score_changes import UNCLEAR, Comparison
from training.analysis.training_noise import ALIKE, DEV, ChangeNoise
from training.report.answers import PLAIN, Reason

ONLY_THE_SEED = N_("No more than another seed may give")
"""The answer where a rise is beyond the chance of the documents, but not beyond that of the seed."""
UNKNOWN = N_(
    "Trained with one seed: the same training with another seed would score otherwise, and by how much cannot be known "
    "from one; %(remedy)s tells."
)
"""What one training leaves open."""
REMEDY = "naba train seeds=[1,2,3]"
_SOURCES = {
    DEV: N_(
        "; the seeds' spread is that on dev, as their models are not at hand: it is known of the seven scores only"
    ),
    ALIKE: N_("; the seed's part is read off these two trainings alone"),
}


def of_change(comparison: Comparison, wording: Wording) -> Iterator[Reason]:
    """What the seed has to do with the change of the headline."""
    _ = wording.gettext
    trainings, noise = comparison.trainings, comparison.headline.noise
    if trainings and trainings.same_recipe:
        note = _("settings, data and packages are the same: it is no other model, only another draw of it")
        yield Reason(_("They differ in"), _("the seed alone"), UNCLEAR, note)
    if noise is None:
        note = _(
            "each was trained with one seed: a difference may be nothing but that; %(remedy)s tells", remedy=REMEDY
        )
        yield Reason(_("Is it the seed?"), _("cannot be known"), UNCLEAR, note)
        return
    figures = _signed(noise.delta)
    if noise.interval:
        low, high = map(_signed, noise.interval)
        figures = _("%(delta)s, 95%% %(low)s to %(high)s", delta=figures, low=low, high=high)
    yield Reason(_("With documents and seeds"), figures, comparison.headline.verdict, _apart(noise, wording))


def of_scores(evaluation: Evaluation, wording: Wording) -> Iterator[Reason]:
    """What another training would score."""
    _, seeds = wording.gettext, evaluation.seeds
    if seeds is None or len(seeds.scores) < 2:
        note = _("trained with one seed; %(remedy)s tells", remedy=REMEDY)
        yield Reason(_("Another seed"), _("cannot be known"), UNCLEAR, note)
        return
    if evaluation.seed_noise:
        row = next(row for row in evaluation.seed_noise.rows if row.unit == HEADLINE)
        note = _(
            "mean of %(seeds)s seeds %(mean)s; standard error from the documents %(documents)s",
            seeds=len(row.by_seed),
            mean=percent(row.mean),
            documents=percent(row.documents),
        )
        yield Reason(_("Standard deviation from seed to seed"), percent(row.trainings), PLAIN, note)
    kept = percent(seeds.scores[seeds.kept][seeds.metric])
    yield Reason(
        wording.ngettext("Trained with %(number)s seed", "Trained with %(number)s seeds", len(seeds.scores)),
        wording.isolated(f"dev {seeds.metric} {seeds.mean_and_spread(seeds.metric)}"),
        note=_("mean and standard deviation; this is seed %(seed)s, %(f1)s", seed=seeds.kept, f1=kept),
    )


def _apart(noise: ChangeNoise, wording: Wording) -> str:
    before, now = noise.seeds
    text = wording.gettext(
        "mean of %(now)s against that of %(before)s; standard errors: documents %(documents)s, seeds %(seeds)s",
        now=now,
        before=before,
        documents=percent(noise.documents),
        seeds=percent(noise.trainings),
    )
    source = _SOURCES.get(noise.source)
    return text + (wording.gettext(source) if source else "")


def _signed(delta: float) -> str:
    return signed_percent(delta).replace("-", "−")
