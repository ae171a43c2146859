"""Summary of a report: five questions that decide on a release, each with a short answer and its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotation.core.matching import HEADLINE, PRF
from annotation.core.messages import percent, signed_percent
from annotation.page.titles import Names
from training.analysis.comparison import BETTER, SCORE, SEQEVAL, UNCLEAR, WORSE, Comparison, ScoreChange
from training.analysis.evaluation import Baseline, Evaluation
from training.analysis.label_priorities import FLOOR, LabelPriority
from training.analysis.slices import Slice
from training.scoring.scores import ScoresOfPart, counted, seqeval_title

PLAIN = "plain"
STORIES = 10
"""Stories below which an interval is marked: its own width is uncertain."""
_MOST = 5
"""The most reasons shown for an answer; the sections below the summary have all."""
FIXED_MEANS = (
    f"If fixed: {HEADLINE} F1 were each argument missed for this cause found, each one predicted wrongly for it left "
    "out, and all else as it is; gain: how much that is above the F1 now."
)
"""What the figures of a cause are."""
CHANCE_MEANS = (
    "By chance: where every score is just the chance of being right, 95 in 100 sets of as many predictions in as many "
    "documents are off by less."
)
"""What the bound beside a calibration error is."""
_KINDS = {"event": "trigger", "arguments": "arguments", "role": "role", "entity": "entity"}


@dataclass(frozen=True)
class Reason:
    """A reason: its title, its figures as text, and optionally a bar of the score `share` with a line at `goal`."""

    title: str
    words: str
    tone: str = PLAIN
    note: str = ""
    share: PRF | None = None
    goal: float | None = None


@dataclass(frozen=True)
class Answer:
    """A question, its short answer, and the reasons (`points`)."""

    question: str
    words: str
    tone: str = PLAIN
    points: tuple[Reason, ...] = ()
    note: str = ""


def answers(evaluation: Evaluation) -> list[Answer]:
    """The five answers, in order."""
    names = Names(evaluation.ontology)
    return [
        better(evaluation, names),
        where(evaluation, names),
        sure(evaluation, names),
        human(evaluation, names),
        following(evaluation, names),
    ]


def better(evaluation: Evaluation, names: Names) -> Answer:
    """Whether the headline score is better than the baseline's, over all documents and in each language."""
    question, before = "Is it better?", evaluation.before
    if before is None:
        note = "Name the model in use, against=MODEL, and every score is compared on the same documents."
        return Answer(question, "Compared with nothing yet", UNCLEAR, note=note)
    comparison = before.comparison
    change, losses = comparison.headline, len(comparison.losses)
    languages = comparison.by_language if len(comparison.by_language) > 1 else {}
    points = [*_seen(before, evaluation.scores.documents), _change("All documents", change)]
    points += [_change(names.language(code), part.micro[HEADLINE]) for code, part in languages.items()]
    words = {BETTER: "Yes, better", WORSE: "No, it is worse", UNCLEAR: "No clear change"}[change.verdict]
    if not change.enough:
        words = "Too few to say"
    if losses and change.verdict != WORSE:
        words += f", but {_count(losses, 'score')} fell"
    scored = counted(comparison.documents, comparison.stories)
    note = f"{HEADLINE} F1 against {before.name}, on the same {scored}. A test decides; intervals are estimates."
    return Answer(question, words, WORSE if losses else change.verdict, tuple(points), note)


def where(evaluation: Evaluation, names: Names) -> Answer:
    """The significant rises and falls of scores; without a baseline, the weakest slices of the model."""
    if evaluation.before is None:
        return _weak(evaluation, names)
    comparison = evaluation.before.comparison
    note = (
        f"Of {len(comparison.changes)} scores, by type, language and kind of argument, {comparison.testable} differ in "
        f"stories enough to say; the chance of any false alarm among falls is {comparison.drops.level:.0%}, and among "
        "rises the same."
    )
    points = tuple(_points(comparison, names))
    if not points:
        enough = comparison.testable or comparison.headline.enough
        words = "Nothing changed beyond chance" if enough else "Too few to say"
        return Answer("Where?", words, UNCLEAR, note=note)
    groups = ((comparison.losses, "fell"), (comparison.gains, "rose"))
    parts = [f"{title(changes[0], names)} {verb}{_more(len(changes) - 1)}" for changes, verb in groups if changes]
    return Answer("Where?", "; ".join(parts), WORSE if comparison.losses else BETTER, points, note)


def sure(evaluation: Evaluation, names: Names) -> Answer:
    """The headline's interval, the number of types with too few examples, what other seeds reached, and calibration."""
    scores = evaluation.scores
    ends = scores.arg_c_plus.interval
    types = [(kind, name, prf) for kind in ("event", "role", "entity") for name, prf in scores.by_type[kind].items()]
    rare = [name for _, name, prf in types if not prf.enough]
    points = [_interval("95% interval", scores.overall)]
    points += [
        _interval(names.language(code), part)
        for code, part in scores.by_language.items()
        if len(scores.by_language) > 1
    ]
    if rare:
        points.append(Reason("Too few to say", f"{len(rare)} of {len(types)} types", UNCLEAR))
    points += [*_seeds(evaluation), *_trust(evaluation)]
    if not scores.arg_c_plus.gold + scores.arg_c_plus.predicted:
        return Answer("How sure is that?", "Nothing to find", UNCLEAR, tuple(points[1:]))
    scored = counted(scores.documents, scores.overall.stories)
    width = f"± {50 * (ends[1] - ends[0]):.0f} points, from {scored}" if ends else f"Too few to say, from {scored}"
    return Answer("How sure is that?", width, PLAIN if ends else UNCLEAR, tuple(points))


def human(evaluation: Evaluation, names: Names) -> Answer:
    """The agreement of two annotators in the headline score, and the model's share of it."""
    question, agreement = "What would a human reach?", evaluation.human
    if not agreement:
        note = "A snapshot made with --annotated knows how far its annotators agree; the model is held against that."
        return Answer(question, "Not measured", UNCLEAR, note=note)
    model_scores = {"": evaluation.scores.micro, **{k: part.micro for k, part in evaluation.scores.by_language.items()}}
    points = [
        Reason(
            title=names.language(code) if code else "All documents",
            words=f"{percent(model_scores[code][HEADLINE].f1)} of {percent(prf.f1)}",
            note=f"{_between(prf)} for humans" if prf.interval else "",
            share=model_scores[code][HEADLINE],
            goal=prf.f1,
        )
        for code, prf in agreement.items()
        if code in model_scores
    ]
    whole = next(iter(agreement.values()))
    share = evaluation.scores.arg_c_plus.f1 / whole.f1 if whole.f1 else 0.0
    documents = _count(evaluation.scores.documents, "document")
    note = (
        f"{HEADLINE} F1 of two annotators against each other, on the {_count(evaluation.human_articles, 'article')} "
        f"of all splits that both have marked; the model is scored on {documents}, so they are not the same articles, "
        "and those of one may be easier."
    )
    return Answer(question, f"{percent(whole.f1)}; the model is at {share:.0%} of it", PLAIN, tuple(points), note)


def following(evaluation: Evaluation, names: Names) -> Answer:
    """The event types to label next: many errors, few examples."""
    question, types = "What to label next?", evaluation.wanted
    if not types:
        return Answer(question, "Nothing stands out", UNCLEAR, note=f"No argument {_read_off(evaluation)} is wrong.")
    points = [_wanted(cell, names) for cell in types[:_MOST]]
    mood, first = points[0].tone, points[0].title
    words = first if mood == PLAIN else f"Too few to say; first would be {first}"
    return Answer(question, words, mood, tuple(points), _order(evaluation))


def _wanted(cell: LabelPriority, names: Names) -> Reason:
    """A type to label, grey where its arguments are too few to say what it costs."""
    notes = [] if cell.examples is None else [f"{_count(cell.examples, 'example')} trained on"]
    if not cell.enough:
        arguments = _count(max(cell.now.gold, cell.now.predicted), "argument")
        notes.append(f"too few to say, {arguments} in {_count(cell.documents, 'document')}")
    title = f"{names.title(cell.type)}, {names.language(cell.language)}"
    mood = PLAIN if cell.enough else UNCLEAR
    return Reason(title, f"up to +{percent(cell.gain)}", mood, note="; ".join(notes))


def _order(evaluation: Evaluation) -> str:
    """What the gains are, where they are read off, and the rule of their order."""
    known = evaluation.wanted[0].examples is not None
    rule = f"gain for each example trained on (and {FLOOR} more)" if known else "gain"
    source = (
        ""
        if evaluation.dev
        else " There are no dev predictions: who labels by these errors fits the next model to the scored documents."
    )
    return (
        f"Up to: what {HEADLINE} F1 {_read_off(evaluation)} would gain were all arguments of the type right in that "
        f"language, and all else as it is. First is the largest {rule}.{source}"
    )


def _read_off(evaluation: Evaluation) -> str:
    return f"of the {_count(evaluation.dev, 'dev document')}" if evaluation.dev else "of the scored documents"


def _seen(before: Baseline, documents: int) -> Iterator[Reason]:
    """That the model compared with was trained with some of the documents."""
    if before.seen:
        note = "its scores on them are too high: a fall may be none"
        yield Reason(f"{before.name} was trained with", f"{len(before.seen)} of {documents} documents", WORSE, note)


def _between(prf: PRF) -> str:
    low, high = prf.interval or (0.0, 1.0)
    return f"95% {percent(low)} to {percent(high)}"


def signed(delta: float) -> str:
    """A difference of fractions in percentage points, with its sign, such as "+1.2"."""
    return signed_percent(delta).replace("-", "−")


def title(change: ScoreChange, names: Names) -> str:
    """The subject of a change: a score, a type by its title, or a slice of arguments; and the slice of documents."""
    (kind, name), (slice_kind, value) = change.key, change.slice_
    subject = names.role(name) if kind == "role" else names.title(name)
    if kind not in _KINDS:
        subject = name if kind == SCORE else seqeval_title(name) if kind == SEQEVAL else f"arguments, {kind}: {name}"
    else:
        subject = f"{subject} ({_KINDS[kind]})"
    place = names.language(value) if slice_kind == "language" else value
    return f"{subject}, {place}" if place else subject


def _points(comparison: Comparison, names: Names) -> Iterator[Reason]:
    """Reasons for changes: falls first, then rises in the remaining places, each the largest first."""
    losses = comparison.losses[:_MOST]
    for change in (*losses, *comparison.gains[: max(2, _MOST - len(losses))]):
        figures = f"{percent(change.before)} → {percent(change.now)}"
        yield Reason(title(change, names), signed(change.delta), change.verdict, figures)


def _weak(evaluation: Evaluation, names: Names) -> Answer:
    """The slices that are significantly worse than the rest; if there are none, the worst event types."""
    worst = evaluation.slices.worst
    if worst:
        note = "Slices of the arguments that are worse than the rest, beyond chance (95%, corrected for all slices)."
        points = [
            Reason(slice_title(s, names), percent(s.score.f1), WORSE, f"the rest {percent(s.rest.f1)}", s.score)
            for s in worst[:_MOST]
        ]
        return Answer("Where is it weak?", points[0].title, PLAIN, tuple(points), note)
    scored = {k: prf for k, prf in evaluation.scores.by_type["arguments"].items() if prf.gold + prf.predicted}
    ranked = sorted(scored, key=lambda k: (not scored[k].enough, scored[k].f1, -scored[k].gold, k))[:_MOST]
    judged = any(part.enough for part in evaluation.slices.rows)
    points = [
        Reason(
            names.title(k), percent(scored[k].f1), PLAIN if judged and scored[k].enough else UNCLEAR, share=scored[k]
        )
        for k in ranked
    ]
    words = "Nowhere beyond chance" if judged else "Too few documents to say"
    legend = "; grey: too few to say" if points and points[-1].tone == UNCLEAR else ""
    note = f"Shown are the lowest event types by {HEADLINE} F1{legend}." if points else ""
    return Answer("Where is it weak?", words, UNCLEAR, tuple(points), note)


def slice_title(part: Slice, names: Names) -> str:
    """The title of a slice: its kind and its name."""
    return f"{part.kind}: {slice_name(part, names)}"


def slice_name(part: Slice, names: Names) -> str:
    """The name of a slice, by the ontology's title where it has one."""
    title_of = {"language": names.language, "event": names.title, "role": names.role}.get(part.kind)
    return title_of(part.name) if title_of else part.name


def _seeds(evaluation: Evaluation) -> Iterator[Reason]:
    """What trainings that differ in their seed reached on dev; none where there was one training."""
    if seeds := evaluation.seeds:
        kept = percent(seeds.scores[seeds.kept][seeds.metric])
        note = f"mean and standard deviation; this is seed {seeds.kept}, {kept}"
        title = f"Trained with {_count(len(seeds.scores), 'seed')}"
        yield Reason(title, f"dev {seeds.metric} {seeds.mean_and_spread(seeds.metric)}", note=note)


def _trust(evaluation: Evaluation) -> Iterator[Reason]:
    """The expected calibration error (ECE) of argument scores; none with too few predictions."""
    layer = evaluation.calibration.layers["argument"]
    if layer.enough:
        yield Reason(
            "Scores of arguments are off by",
            f"{100 * layer.ece:.0f} points",
            note=f"on average, ECE; by chance up to {100 * layer.ece_by_chance:.0f}, which 19 in 20 such sets of "
            "predictions stay below whose scores are right",
        )


def _change(subject: str, change: ScoreChange) -> Reason:
    figures = f"{percent(change.before)} → {percent(change.now)}"
    if change.interval and change.testable:
        figures += ", 95% {} to {}".format(*map(signed, change.interval))
    return Reason(subject, signed(change.delta), change.verdict, figures + _said(change))


def _said(change: ScoreChange) -> str:
    """What the test says of a change that it does not call one; the interval beside it may leave out 0 all the same."""
    if not change.enough:
        return f"; too few to say: {_stories(change.differing)} of {change.stories} differ"
    return "" if change.significant or not change.differing else "; may be chance"


def _stories(number: int) -> str:
    return f"{number:,} {'story' if number == 1 else 'stories'}"


def _interval(subject: str, part: ScoresOfPart) -> Reason:
    """The headline's interval in some of the documents, marked where these are few."""
    ends = part.micro[HEADLINE].interval
    if ends is None:
        return Reason(subject, "too few to say", UNCLEAR, counted(part.documents, part.stories))
    few = part.stories < STORIES
    note = f"{counted(part.documents, part.stories)}: few" if few else ""
    return Reason(subject, "{} to {}".format(*map(percent, ends)), UNCLEAR if few else PLAIN, note)


def _more(number: int) -> str:
    return f", and {number} more" if number else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
