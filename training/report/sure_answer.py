"""How sure is that? Intervals, types with too few examples, other seeds, and calibration."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.core.matching import HEADLINE
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.analysis.score_changes import UNCLEAR
from training.report import seed_words
from training.report.answers import PLAIN, Answer, Reason
from training.report.figure_words import counted, ends_of
from training.scoring.scores import ScoresOfPart

STORIES = 10
"""Stories below which an interval is marked: its own width is uncertain."""


def sure(evaluation: Evaluation, names: Names) -> Answer:
    """The headline's interval, the number of types with too few examples, what other seeds reached, and calibration."""
    scores, wording, _ = evaluation.scores, names.wording, names.wording.gettext
    ends = scores.arg_c_plus.interval
    types = [(kind, name, prf) for kind in ("event", "role", "entity") for name, prf in scores.by_type[kind].items()]
    rare = [name for _, name, prf in types if not prf.enough]
    points = [_interval(_("95%% interval"), scores.overall, wording)]
    points += [
        _interval(names.language(code), part, wording)
        for code, part in scores.by_language.items()
        if len(scores.by_language) > 1
    ]
    if rare:
        few = _("%(part)s of %(all)s types", part=len(rare), all=len(types))
        points.append(Reason(_("Too few to say"), few, UNCLEAR))
    points += [*seed_words.of_scores(evaluation, wording), *_trust(evaluation, wording)]
    if not scores.arg_c_plus.gold + scores.arg_c_plus.predicted:
        return Answer(_("How sure is that?"), _("Nothing to find"), UNCLEAR, tuple(points[1:]))
    scored = counted(scores.documents, scores.overall.stories, wording)
    width = _("Too few to say, from %(scored)s", scored=scored)
    if ends:
        width = _("%(width)s points, from %(scored)s", width=f"± {50 * (ends[1] - ends[0]):.0f}", scored=scored)
    return Answer(_("How sure is that?"), width, PLAIN if ends else UNCLEAR, tuple(points))


def _trust(evaluation: Evaluation, wording: Wording) -> Iterator[Reason]:
    """The expected calibration error (ECE) of argument scores; none with too few predictions."""
    layer = evaluation.calibration.layers["argument"]
    if layer.enough:
        yield Reason(
            wording.gettext("Scores of arguments are off by"),
            wording.gettext("%(number)s points", number=f"{100 * layer.ece:.0f}"),
            note=wording.gettext(
                "on average, ECE; by chance up to %(chance)s, which 19 in 20 such sets of predictions stay below whose "
                "scores are right",
                chance=f"{100 * layer.ece_by_chance:.0f}",
            ),
        )


def _interval(subject: str, part: ScoresOfPart, wording: Wording) -> Reason:
    """The headline's interval in some of the documents, marked where these are few."""
    ends, scored = part.micro[HEADLINE].interval, counted(part.documents, part.stories, wording)
    if ends is None:
        return Reason(subject, wording.gettext("too few to say"), UNCLEAR, scored)
    few = part.stories < STORIES
    note = wording.gettext("%(scored)s: few", scored=scored) if few else ""
    figures = wording.gettext("%(low)s to %(high)s", **ends_of(ends))
    return Reason(subject, figures, UNCLEAR if few else PLAIN, note)
