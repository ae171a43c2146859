"""The charts of a report, and what they show as rows of tables."""

from __future__ import annotations

from markupsafe import Markup

from annotation.core.matching import ENOUGH, HEADLINE
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.analysis.score_changes import ScoreChange
from training.report import charts
from training.report.figure_words import F1, signed


def drawn(evaluation: Evaluation, names: Names) -> dict[str, object]:
    """The charts by name; those of changes are several, by caption."""
    return {
        "causes": _causes(evaluation, names.wording),
        "changes": _change_charts(evaluation, names),
        **_calibration(evaluation, names.wording),
    }


def as_rows(evaluation: Evaluation, names: Names) -> dict[str, object]:
    """The same as rows, by name, those of changes by caption."""
    return {**_change_rows(evaluation, names), **_calibration_rows(evaluation, names.wording)}


def _causes(evaluation: Evaluation, wording: Wording) -> Markup:
    causes = [cause for cause in evaluation.diagnosis.causes if cause.missed + cause.spurious]
    rows = [(wording.of(cause.name), cause.gain, signed(cause.gain)) for cause in causes]
    label = wording.gettext("%(score)s gained if a cause were fixed", score=F1)
    return charts.bars(rows, label, right_to_left=wording.right_to_left)


def _changes(evaluation: Evaluation, names: Names) -> dict[str, list[tuple[str, ScoreChange]]]:
    """Changes by the caption of their chart: scores and the headline by language, by event type, and by role."""
    before = evaluation.before
    if before is None:
        return {}
    comparison, _ = before.comparison, names.wording.gettext
    scores = list(comparison.micro.items())
    for code, part in comparison.by_language.items():
        place = _("%(score)s, %(place)s", score=HEADLINE, place=names.language(code))
        scores.append((place, part.micro[HEADLINE]))
    groups = {_("Scores"): scores}
    for kind, caption, name in (
        ("arguments", _("Event types, their arguments"), names.title),
        ("role", _("Roles"), names.role),
    ):
        groups[caption] = [(name(k), change) for k, change in comparison.by_type[kind].items()]
    return {caption: rows for caption, rows in groups.items() if rows}


def _change_charts(evaluation: Evaluation, names: Names) -> dict[str, Markup]:
    wording, _ = names.wording, names.wording.gettext
    return {
        caption: charts.changes(
            [(name, c.delta, *(c.interval or (c.delta, c.delta)), c.verdict) for name, c in rows],
            _("%(caption)s: change", caption=caption),
            axis=_("change of F1, points"),
            right_to_left=wording.right_to_left,
        )
        for caption, rows in _changes(evaluation, names).items()
    }


def _change_rows(evaluation: Evaluation, names: Names) -> dict[str, list[tuple[str, ...]]]:
    """What the charts of changes show, as rows of a table."""
    verdict, isolated = names.wording.gettext, names.wording.isolated
    return {
        caption: [
            (
                isolated(name),
                f"{isolated(signed(c.delta))} {verdict(c.verdict) if c.significant else ''}".rstrip(),
                _ends(c, names.wording),
            )
            for name, c in rows
        ]
        for caption, rows in _changes(evaluation, names).items()
    }


def _ends(change: ScoreChange, wording: Wording) -> str:
    if change.interval is None:
        return wording.gettext("too few")
    low, high = map(signed, change.interval)
    return wording.gettext("%(low)s to %(high)s", low=low, high=high)


def _calibration(evaluation: Evaluation, wording: Wording) -> dict[str, Markup]:
    """The reliability and abstention charts of the layers with enough predictions; empty if there are none."""
    _ = wording.gettext
    layers = {name: layer for name, layer in evaluation.calibration.layers.items() if layer.enough}
    if not layers:
        return {"reliability": Markup(), "abstention": Markup()}
    layers = {wording.of(name): layer for name, layer in layers.items()}
    bins = [{"series": name, "x": b.score, "y": b.right} for name, layer in layers.items() for b in layer.bins]
    abstention = [
        {"series": name, "x": point.kept, "y": point.prf.precision}
        for name, layer in layers.items()
        for point in layer.curve
        if point.prf.predicted >= ENOUGH
    ]
    return {
        "reliability": charts.lines(
            bins, _("Reliability"), x=("x", _("score")), y=("y", _("share that is right")), ideal=True
        ),
        "abstention": charts.lines(
            abstention,
            _("Abstention"),
            x=("x", _("share of predictions kept")),
            y=("y", _("precision")),
            points=False,
        ),
    }


def _calibration_rows(evaluation: Evaluation, wording: Wording) -> dict[str, list[tuple[str, str, str]]]:
    """What the charts of calibration show, as rows of tables; of the curve, a point in about ten."""
    layers = {wording.of(name): layer for name, layer in evaluation.calibration.layers.items() if layer.enough}
    reliability = [(name, f"{b.score:.0%}", f"{b.right:.0%}") for name, layer in layers.items() for b in layer.bins]
    curves = {name: [point for point in layer.curve if point.prf.predicted >= ENOUGH] for name, layer in layers.items()}
    abstention = [
        (name, f"{point.kept:.0%}", f"{point.prf.precision:.0%}")
        for name, points in curves.items()
        for point in points[:: max(1, len(points) // 10)]
    ]
    return {"reliability": reliability, "abstention": abstention}
