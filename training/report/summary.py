"""Summary of a report: five questions that decide on a release, each with a short answer and its reasons.

`Names.wording` has the texts in the language of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from annotation.core.matching import HEADLINE, Interval
from annotation.core.messages import N_, percent, signed_percent
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.argument_features import EVENT, LANGUAGE, ROLE, SOURCE, UNKNOWN
from training.analysis.comparison import BETTER, SCORE, SEQEVAL, UNCLEAR, WORSE, Comparison, ScoreChange
from training.analysis.evaluation import Baseline, Evaluation
from training.analysis.label_priorities import FLOOR, LabelPriority
from training.analysis.slices import OTHERS, Slice
from training.report import seed_words
from training.report.answers import PLAIN, Answer, Reason
from training.scoring.scores import ScoresOfPart, seqeval_title

STORIES = 10
"""Stories below which an interval is marked: its own width is uncertain."""
_MOST = 5
"""The most reasons shown for an answer; the sections below the summary have all."""
_FIXED_MEANS = N_(
    "If fixed: %(score)s were each argument missed for this cause found, each one predicted wrongly for it left "
    "out, and all else as it is; gain: how much that is above the F1 now."
)
_CHANCE_MEANS = N_(
    "By chance: where every score is just the chance of being right, 95 in 100 sets of as many predictions in as many "
    "documents are off by less."
)
_KINDS = {"event": N_("trigger"), "arguments": N_("arguments"), "role": N_("role"), "entity": N_("entity")}
_F1 = f"{HEADLINE} F1"


def fixed_means(wording: Wording) -> str:
    """What the figures of a cause are."""
    return wording.gettext(_FIXED_MEANS, score=_F1)


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
        score=_F1,
        model=before.name,
        scored=counted(comparison.documents, comparison.stories, names.wording),
    )
    return Answer(question, words, WORSE if losses else change.verdict, tuple(points), note)


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


def human(evaluation: Evaluation, names: Names) -> Answer:
    """The agreement of two annotators in the headline score, and the model's share of it."""
    wording, _ = names.wording, names.wording.gettext
    question, agreement = _("What would a human reach?"), evaluation.human
    if not agreement:
        note = _(
            "A snapshot made with %(option)s knows how far its annotators agree; the model is held against that.",
            option="--annotated",
        )
        return Answer(question, _("Not measured"), UNCLEAR, note=note)
    model_scores = {"": evaluation.scores.micro, **{k: part.micro for k, part in evaluation.scores.by_language.items()}}
    points = [
        Reason(
            title=names.language(code) if code else _("All documents"),
            words=_("%(part)s of %(all)s", part=percent(model_scores[code][HEADLINE].f1), all=percent(prf.f1)),
            note=_("95%% %(low)s to %(high)s for humans", **_ends(prf.interval)) if prf.interval else "",
            share=model_scores[code][HEADLINE],
            goal=prf.f1,
        )
        for code, prf in agreement.items()
        if code in model_scores
    ]
    whole = next(iter(agreement.values()))
    share = evaluation.scores.arg_c_plus.f1 / whole.f1 if whole.f1 else 0.0
    note = _(
        "%(score)s of two annotators against each other, on the %(articles)s of all splits that both have marked; the "
        "model is scored on %(documents)s, so they are not the same articles, and those of one may be easier.",
        score=_F1,
        articles=wording.ngettext("%(number)s article", "%(number)s articles", evaluation.human_articles),
        documents=wording.ngettext("%(number)s document", "%(number)s documents", evaluation.scores.documents),
    )
    words = _("%(human)s; the model is at %(share)s of it", human=percent(whole.f1), share=f"{share:.0%}")
    return Answer(question, words, PLAIN, tuple(points), note)


def following(evaluation: Evaluation, names: Names) -> Answer:
    """The event types to label next: many errors, few examples."""
    wording, _ = names.wording, names.wording.gettext
    question, types = _("What to label next?"), evaluation.wanted
    if not types:
        note = _("No argument %(documents)s is wrong.", documents=_read_off(evaluation, wording))
        return Answer(question, _("Nothing stands out"), UNCLEAR, note=note)
    points = [_wanted(cell, names) for cell in types[:_MOST]]
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
        score=_F1,
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


def _ends(interval: Interval) -> dict[str, str]:
    return dict(zip(("low", "high"), map(percent, interval), strict=True))


def signed(delta: float) -> str:
    """A difference of fractions in percentage points, with its sign, such as "+1.2"."""
    return signed_percent(delta).replace("-", "−")


def title(change: ScoreChange, names: Names) -> str:
    """The subject of a change: a score, a type by its title, or a slice of arguments; and the slice of documents."""
    (slice_kind, value), wording = change.slice_, names.wording
    subject = _subject(*change.key, names)
    place = names.language(value) if slice_kind == "language" else value
    return wording.gettext("%(score)s, %(place)s", score=subject, place=place) if place else subject


def _subject(kind: str, name: str, names: Names) -> str:
    if kind in (SCORE, SEQEVAL):
        return names.wording.isolated(name if kind == SCORE else seqeval_title(name))
    if kind not in _KINDS:
        slice_ = {"kind": slice_kind(kind, names), "name": slice_name(kind, name, names)}
        return names.wording.gettext("arguments, %(kind)s: %(name)s", **slice_)
    title = names.role(name) if kind == "role" else names.title(name)
    return names.wording.gettext("%(type)s (%(kind)s)", type=title, kind=names.wording.of(_KINDS[kind]))


def _points(comparison: Comparison, names: Names) -> Iterator[Reason]:
    """Reasons for changes: falls first, then rises in the remaining places, each the largest first."""
    losses = comparison.losses[:_MOST]
    for change in (*losses, *comparison.gains[: max(2, _MOST - len(losses))]):
        figures = names.wording.isolated(f"{percent(change.before)} → {percent(change.now)}")
        yield Reason(title(change, names), names.wording.isolated(signed(change.delta)), change.verdict, figures)


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
            for s in worst[:_MOST]
        ]
        return Answer(_("Where is it weak?"), points[0].title, PLAIN, tuple(points), note)
    scored = {k: prf for k, prf in evaluation.scores.by_type["arguments"].items() if prf.gold + prf.predicted}
    ranked = sorted(scored, key=lambda k: (not scored[k].enough, scored[k].f1, -scored[k].gold, k))[:_MOST]
    judged = any(part.enough for part in evaluation.slices.rows)
    points = [
        Reason(
            names.title(k), percent(scored[k].f1), PLAIN if judged and scored[k].enough else UNCLEAR, share=scored[k]
        )
        for k in ranked
    ]
    words = _("Nowhere beyond chance") if judged else _("Too few documents to say")
    note = _("Shown are the lowest event types by %(score)s.", score=_F1) if points else ""
    if points and points[-1].tone == UNCLEAR:
        note = _("Shown are the lowest event types by %(score)s; grey: too few to say.", score=_F1)
    return Answer(_("Where is it weak?"), words, UNCLEAR, tuple(points), note)


def slice_title(part: Slice, names: Names) -> str:
    """The title of a slice: its kind and its name."""
    return names.wording.gettext(
        "%(kind)s: %(name)s", kind=slice_kind(part.kind, names), name=slice_name(part.kind, part.name, names)
    )


def slice_kind(kind: str, names: Names) -> str:
    """The title of a kind of slices, which may be an attribute of the ontology."""
    return names.attribute(kind) if kind in names.ontology.attributes else names.wording.of(kind)


def slice_name(kind: str, name: str, names: Names) -> str:
    """The name of a slice, by the ontology's title where it has one."""
    if kind in names.ontology.attributes:
        return names.value(kind, name)
    if name in (OTHERS, UNKNOWN):
        return names.wording.of(name)
    if kind == SOURCE:
        return name
    titles: dict[str, Callable[[str], str]] = {LANGUAGE: names.language, EVENT: names.title, ROLE: names.role}
    return titles.get(kind, names.wording.of)(name)


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


def _interval(subject: str, part: ScoresOfPart, wording: Wording) -> Reason:
    """The headline's interval in some of the documents, marked where these are few."""
    ends, scored = part.micro[HEADLINE].interval, counted(part.documents, part.stories, wording)
    if ends is None:
        return Reason(subject, wording.gettext("too few to say"), UNCLEAR, scored)
    few = part.stories < STORIES
    note = wording.gettext("%(scored)s: few", scored=scored) if few else ""
    figures = wording.gettext("%(low)s to %(high)s", **_ends(ends))
    return Reason(subject, figures, UNCLEAR if few else PLAIN, note)


def counted(documents: int, stories: int, wording: Wording) -> str:
    """How many were scored, such as "8 documents, 7 stories": near-duplicates are one story."""
    number = wording.ngettext("%(number)s document", "%(number)s documents", documents)
    if stories == documents:
        return number
    return number + wording.ngettext(", %(number)s story", ", %(number)s stories", stories)


def _more(number: int, wording: Wording) -> str:
    return wording.gettext(", and %(number)s more", number=number) if number else ""
