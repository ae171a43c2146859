"""What to label next? The event types with many errors and few examples."""

from __future__ import annotations

from annotation.core.messages import percent
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.analysis.label_priorities import FLOOR, LabelPriority
from training.analysis.score_changes import UNCLEAR
from training.report.answers import MOST, PLAIN, Answer, Reason
from training.report.figure_words import F1


def following(evaluation: Evaluation, names: Names) -> Answer:
    """The event types to label next: many errors, few examples."""
    wording, _ = names.wording, names.wording.gettext
    question, types = _("What to label next?"), evaluation.wanted
    if not types:
        note = _("No argument %(documents)s is wrong.", documents=_read_off(evaluation, wording))
        return Answer(question, _("Nothing stands out"), UNCLEAR, note=note)
    points = [_wanted(cell, names) for cell in types[:MOST]]
    mood, first = points[0].tone, points[0].title
    words = first if mood == PLAIN else _("Too few to say; first would be %(type)s", type=first)
    return Answer(question, words, mood, tuple(points), _order(evaluation, wording))


def _wanted(cell: LabelPriority, names: Names) -> Reason:
    """A type to label, grey where its arguments are too few to say what it costs."""
    wording, notes = names.wording, []
    if cell.examples is not None:
        notes.append(wording.ngettext("%(number)s example trained on", "%(number)s examples trained on", cell.examples))
    if not cell.enough:
        arguments = max(cell.now.gold, cell.now.predicted)
        notes.append(
            wording.gettext(
                "too few to say, %(arguments)s in %(documents)s",
                arguments=wording.ngettext("%(number)s argument", "%(number)s arguments", arguments),
                documents=wording.ngettext("%(number)s document", "%(number)s documents", cell.documents),
            )
        )
    title = wording.gettext("%(score)s, %(place)s", score=names.title(cell.type), place=names.language(cell.language))
    gain = wording.gettext("up to %(gain)s", gain=f"+{percent(cell.gain)}")
    return Reason(title, gain, PLAIN if cell.enough else UNCLEAR, note=wording.gettext("; ").join(notes))


def _order(evaluation: Evaluation, wording: Wording) -> str:
    """What the gains are, where they are read off, and the rule of their order."""
    _ = wording.gettext
    known = evaluation.wanted[0].examples is not None
    gain = _(
        "Up to: what %(score)s %(documents)s would gain were all arguments of the type right in that language, and "
        "all else as it is.",
        score=F1,
        documents=_read_off(evaluation, wording),
    )
    rule = (
        _("First is the largest gain for each example trained on (and %(floor)s more).", floor=FLOOR)
        if known
        else _("First is the largest gain.")
    )
    source = _("There are no dev predictions: who labels by these errors fits the next model to the scored documents.")
    return " ".join([gain, rule] if evaluation.dev else [gain, rule, source])


def _read_off(evaluation: Evaluation, wording: Wording) -> str:
    if not evaluation.dev:
        return wording.gettext("of the scored documents")
    return wording.ngettext("of the %(number)s dev document", "of the %(number)s dev documents", evaluation.dev)
