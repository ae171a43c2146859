"""Is it better? The headline against the model before, over all documents and in each language."""

from __future__ import annotations

from collections.abc import Iterator

from annotation.core.matching import HEADLINE
from annotation.core.messages import percent
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.baseline import Baseline
from training.analysis.evaluation import Evaluation
from training.analysis.score_changes import BETTER, UNCLEAR, WORSE, ScoreChange
from training.report import seed_words
from training.report.answers import Answer, Reason
from training.report.figure_words import F1, counted, signed


def better(evaluation: Evaluation, names: Names) -> Answer:
    """Whether the headline score is better than the baseline's, over all documents and in each language."""
    _ = names.wording.gettext
    question, before = _("Is it better?"), evaluation.before
    if before is None:
        note = _(
            "Name the model in use, %(setting)s, and every score is compared on the same documents.",
            setting="against=MODEL",
        )
        return Answer(question, _("Compared with nothing yet"), UNCLEAR, note=note)
    comparison = before.comparison
    change, losses = comparison.headline, len(comparison.losses)
    languages = comparison.by_language if len(comparison.by_language) > 1 else {}
    points = [
        *_seen(before, evaluation.scores.documents, names.wording),
        _change(_("The others") if before.left_out else _("All documents"), change, names.wording),
    ]
    points += [_change(names.language(code), part.micro[HEADLINE], names.wording) for code, part in languages.items()]
    words = {BETTER: _("Yes, better"), WORSE: _("No, it is worse"), UNCLEAR: _("No clear change")}[change.verdict]
    if not change.enough:
        words = _("Too few to say")
    if change.lucky:
        words = _(seed_words.ONLY_THE_SEED)
    points += seed_words.of_change(comparison, names.wording)
    if losses and change.verdict != WORSE:
        words += names.wording.ngettext(", but %(number)s score fell", ", but %(number)s scores fell", losses)
    note = _(
        "%(score)s against %(model)s, on the same %(scored)s. A test decides; intervals are estimates.",
        score=F1,
        model=before.name,
        scored=counted(comparison.documents, comparison.stories, names.wording),
    )
    return Answer(question, words, WORSE if losses else change.verdict, tuple(points), note)


def _seen(before: Baseline, documents: int, wording: Wording) -> Iterator[Reason]:
    """That the model compared with was trained with some of the documents."""
    if before.seen:
        subject = wording.gettext("%(model)s was trained with", model=before.name)
        number = wording.gettext("%(part)s of %(all)s documents", part=len(before.seen), all=documents)
        rest = (
            wording.gettext("the comparison leaves them out")
            if before.comparable
            else wording.gettext("nothing is left to compare it on")
        )
        note = wording.gettext("its scores on them are too high; %(rest)s", rest=rest)
        yield Reason(subject, number, WORSE, note)


def _change(subject: str, change: ScoreChange, wording: Wording) -> Reason:
    figures = wording.isolated(f"{percent(change.before)} → {percent(change.now)}")
    if change.interval and change.testable:
        low, high = map(signed, change.interval)
        figures += wording.gettext(", 95%% %(low)s to %(high)s", low=low, high=high)
    figures += _said(change, wording)
    return Reason(subject, wording.isolated(signed(change.delta)), change.verdict, figures)


def _said(change: ScoreChange, wording: Wording) -> str:
    """What the test says of a change that it does not call one; the interval beside it may leave out 0 all the same."""
    if not change.enough:
        return wording.ngettext(
            "; too few to say: %(number)s story of %(all)s differ",
            "; too few to say: %(number)s stories of %(all)s differ",
            change.differing,
            all=change.stories,
        )
    if change.lucky:
        return wording.gettext("; beyond the chance of the documents, but the seed may be all of it")
    return "" if change.significant or not change.differing else wording.gettext("; may be chance")
