"""Where? The rises and falls of scores beyond chance; without a model before, where this one is weak."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.core.messages import N_, percent
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.analysis.score_changes import BETTER, UNCLEAR, WORSE, Comparison
from training.report.answers import MOST, PLAIN, Answer, Reason
from training.report.figure_words import F1, signed
from training.report.slice_words import slice_title, title


def where(evaluation: Evaluation, names: Names) -> Answer:
    """The significant rises and falls of scores; without a baseline, the weakest slices of the model."""
    if evaluation.before is None:
        return _weak(evaluation, names)
    comparison, _ = evaluation.before.comparison, names.wording.gettext
    note = _(
        "Of %(scores)s scores, by type, language and kind of argument, %(testable)s differ in stories enough to say; "
        "the chance of any false alarm among falls is %(level)s, and among rises the same.",
        scores=len(comparison.changes),
        testable=comparison.testable,
        level=f"{comparison.drops.level:.0%}",
    )
    points = tuple(_points(comparison, names))
    if not points:
        enough = comparison.testable or comparison.headline.enough
        words = _("Nothing changed beyond chance") if enough else _("Too few to say")
        return Answer(_("Where?"), words, UNCLEAR, note=note)
    groups = ((comparison.losses, N_("%(score)s fell")), (comparison.gains, N_("%(score)s rose")))
    parts = [
        _(moved, score=title(changes[0], names)) + _more(len(changes) - 1, names.wording)
        for changes, moved in groups
        if changes
    ]
    return Answer(_("Where?"), _("; ").join(parts), WORSE if comparison.losses else BETTER, points, note)


def _points(comparison: Comparison, names: Names) -> Iterator[Reason]:
    """Reasons for changes: falls first, then rises in the remaining places, each the largest first."""
    losses = comparison.losses[:MOST]
    for change in (*losses, *comparison.gains[: max(2, MOST - len(losses))]):
        figures = names.wording.isolated(f"{percent(change.before)} → {percent(change.now)}")
        yield Reason(title(change, names), names.wording.isolated(signed(change.delta)), change.verdict, figures)


def _more(number: int, wording: Wording) -> str:
    return wording.gettext(", and %(number)s more", number=number) if number else ""


def _weak(evaluation: Evaluation, names: Names) -> Answer:
    """The slices that are significantly worse than the rest; if there are none, the worst event types."""
    worst, _ = evaluation.slices.worst, names.wording.gettext
    if worst:
        note = _(
            "Slices of the arguments that are worse than the rest, beyond chance (95%%, corrected for all slices)."
        )
        points = [
            Reason(
                slice_title(s, names),
                percent(s.score.f1),
                WORSE,
                _("the rest %(f1)s", f1=percent(s.rest.f1)),
                s.score,
            )
            for s in worst[:MOST]
        ]
        return Answer(_("Where is it weak?"), points[0].title, PLAIN, tuple(points), note)
    scored = {k: prf for k, prf in evaluation.scores.by_type["arguments"].items() if prf.gold + prf.predicted}
    ranked = sorted(scored, key=lambda k: (not scored[k].enough, scored[k].f1, -scored[k].gold, k))[:MOST]
    judged = any(part.enough for part in evaluation.slices.rows)
    points = [
        Reason(
            names.title(k), percent(scored[k].f1), PLAIN if judged and scored[k].enough else UNCLEAR, share=scored[k]
        )
        for k in ranked
    ]
    words = _("Nowhere beyond chance") if judged else _("Too few documents to say")
    note = _("Shown are the lowest event types by %(score)s.", score=F1) if points else ""
    if points and points[-1].tone == UNCLEAR:
        note = _("Shown are the lowest event types by %(score)s; grey: too few to say.", score=F1)
    return Answer(_("Where is it weak?"), words, UNCLEAR, tuple(points), note)
