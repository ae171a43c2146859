"""Learning curve page: whether more labels would help, how much, and for which event types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from annotation.core import bootstrap, json_text
from annotation.core.matching import ENOUGH, HEADLINE, UNITS
from annotation.core.messages import N_, Message, joined, percent
from annotation.core.ontology import Ontology
from annotation.page import templates
from annotation.page.titles import UNITS as MEANINGS
from annotation.page.titles import Names
from annotation.page.wording import Wording
from annotation.storage.documents_file import atomic
from training.analysis.learning_curve import STEP, Curve, Slope, Trend
from training.analysis.score_changes import BETTER, UNCLEAR, WORSE
from training.report.charts import FILL, INK, SOFT, WIDTH, Spec, changes, draw
from training.report.figure_words import signed
from training.report.report_page import report_templates

TITLE = N_("Learning curve")
_HERE = Path(__file__).parent
_DRAWN = {
    HEADLINE: N_("arguments (%(score)s)"),
    "Trig-C": N_("triggers (%(score)s)"),
    "Entity": N_("entities (%(score)s)"),
}
_DASHED_AHEAD: Spec = {
    "field": "part",
    "type": "nominal",
    "legend": None,
    "scale": {"domain": ["known", "foretold"], "range": [[1, 0], [5, 4]]},
}
_MOST = 12
"""The largest number of types in the chart."""

TREND_HEADING = ("", "F1 now", "95%", "twice the documents", "95%", "gain", "95%", "to be trusted")


@dataclass(frozen=True)
class Verdict:
    """The conclusion from the curve: a sentence without its full stop, and its tone (better, worse or unclear)."""

    words: str
    tone: str


def verdict(curve: Curve) -> Verdict:
    """The conclusion for the headline score; a curve with doubts gives a warning instead."""
    trend = curve.trends[HEADLINE]
    twice, last = trend.twice, curve.sizes[-1]
    if trend.doubts:
        untrusted = N_("The curve cannot be trusted beyond the documents there are: %(doubts)s")
        return Verdict(Message(untrusted, doubts=joined(trend.doubts)), WORSE)
    forecast = Message(
        "%(twice)s documents instead of %(all)s: %(score)s F1 %(gain)s (%(low)s to %(high)s)",
        twice=f"{2 * last:,.0f}",
        all=f"{last:,.0f}",
        score=HEADLINE,
        gain=signed(twice.gain),
        low=signed(twice.gain_interval[0]),
        high=signed(twice.gain_interval[1]),
    )
    if trend.helps:
        return Verdict(Message("More labels would help. %(forecast)s", forecast=forecast), BETTER)
    return Verdict(Message("No sign that more labels would help. %(forecast)s", forecast=forecast), UNCLEAR)


def write_curve(
    curve: Curve,
    out: Path,
    *,
    ontology: Ontology,
    title: str = TITLE,
    meta: Mapping[str, str] | None = None,
    language: str = "en",
) -> Path:
    """Write curve.html, in a language of pages, and curve.json into `out`, each atomically; the path of the first."""
    files = {
        "curve.json": json_text.dumps(json_text.figures(as_dict(curve, title, meta or {})), indent=2) + "\n",
        "curve.html": _page(curve, Names(ontology, Wording(language)), title, meta or {}),
    }
    for name, text in files.items():
        with atomic(out / name) as file:
            file.write(text)
    return out / "curve.html"


def _page(curve: Curve, names: Names, title: str, meta: Mapping[str, str]) -> str:
    wording = names.wording
    drawn = {unit: wording.gettext(template, score=unit) for unit, template in _DRAWN.items()}
    values = {
        "title": title,
        "meta": {**meta, N_("seeds"): ", ".join(map(str, curve.seeds))},
        "curve": curve,
        "verdict": verdict(curve),
        "names": names,
        "units": UNITS,
        "meanings": MEANINGS,
        "headline": HEADLINE,
        "enough": ENOUGH,
        "step": STEP,
        "resamples": f"{bootstrap.RESAMPLES:,}",
        "sizes": [f"{size:,.0f}" for size in curve.sizes],
        "charts": {name: _chart(curve, curve.trends[unit], name, wording) for unit, name in drawn.items()},
        "slopes": _slopes(curve.slopes, names),
        **templates.assets(_HERE / "page.css"),
    }
    return report_templates(wording).get_template("curve.html.j2").render(**values)


def trend_row(trend: Trend) -> tuple[str, ...]:
    """A row of a score for a terminal, below `TREND_HEADING`; F1 in percent."""
    now, twice = trend.intervals[-1], trend.twice
    figures = (percent(trend.f1[-1]), _between(now), percent(twice.f1), _between(twice.interval))
    gain = f"{signed(twice.gain_interval[0])}..{signed(twice.gain_interval[1])}"
    return trend.unit, *figures, signed(twice.gain), gain, "no" if trend.doubts else "yes"


def as_dict(curve: Curve, title: str, meta: Mapping[str, str]) -> dict[str, object]:
    """The content of curve.json; scores are fractions in 0..1."""
    conclusion = verdict(curve)
    return {
        "schema": 1,
        "title": title,
        "meta": dict(meta),
        "verdict": conclusion.words,
        "points": [
            {
                "share": point.share,
                "seed": point.seed,
                "documents": point.documents,
                "examples": dict(sorted(point.examples.items())),
                "scores": {unit: prf.as_dict() for unit, prf in point.scores.micro.items()},
            }
            for point in curve.points
        ],
        "trends": {unit: _trend(trend, curve) for unit, trend in curve.trends.items()},
        "types": [_slope(slope) for slope in curve.slopes],
    }


def _trend(trend: Trend, curve: Curve) -> dict[str, object]:
    points = [
        {"documents": size, "f1": f1, "interval": list(ends)}
        for size, f1, ends in zip(curve.sizes.tolist(), trend.f1, trend.intervals, strict=True)
    ]
    ahead = [
        {
            "times": forecast.factor,
            "f1": forecast.f1,
            "interval": list(forecast.interval),
            "gain": forecast.gain,
            "gain_interval": list(forecast.gain_interval),
        }
        for forecast in trend.ahead
    ]
    law = {"ceiling": trend.ceiling, "rate": trend.rate}
    return {"points": points, "law": law, "ahead": ahead, "trusted": not trend.doubts, "doubts": list(trend.doubts)}


def _slope(slope: Slope) -> dict[str, object]:
    row: dict[str, object] = {"type": slope.type, "examples": slope.examples, "helps": slope.helps}
    row |= {"doubling": slope.doubling, "interval": list(slope.interval), f"worth_of_{STEP}": slope.worth}
    return {**row, "Trig-C": slope.trigger.as_dict(), HEADLINE: slope.now.as_dict()}


def _chart(curve: Curve, trend: Trend, title: str, wording: Wording) -> Markup:
    """A chart of the points with intervals, the fitted curve with its band, and a rule at the number of documents."""
    lines = [
        {"n": n, "f1": f1, "low": low, "high": high, "part": "known" if n <= curve.sizes[-1] else "foretold"}
        for n, f1, (low, high) in zip(curve.grid.tolist(), trend.line, trend.band, strict=True)
    ]
    points = [
        {"n": n, "f1": f1, "low": low, "high": high}
        for n, f1, (low, high) in zip(curve.sizes.tolist(), trend.f1, trend.intervals, strict=True)
    ]
    x = {"field": "n", "type": "quantitative", "axis": {"title": wording.gettext("training documents"), "tickCount": 6}}
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"title": "F1", "format": ".0%", "tickCount": 5},
    }
    ends = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers = [
        {"data": {"values": lines}, "mark": {"type": "area", "color": FILL, "opacity": 0.15}, "encoding": ends},
        {
            "data": {"values": lines},
            "mark": {"type": "line", "color": FILL, "strokeWidth": 2},
            "encoding": {"x": x, "y": {**y, "field": "f1"}, "strokeDash": _DASHED_AHEAD},
        },
        {
            "data": {"values": [{"n": float(curve.sizes[-1])}]},
            "mark": {"type": "rule", "color": SOFT, "strokeDash": [2, 3]},
            "encoding": {"x": x},
        },
        {"data": {"values": points}, "mark": {"type": "rule", "color": INK}, "encoding": ends},
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "size": 60, "color": INK, "opacity": 1},
            "encoding": {"x": x, "y": {**y, "field": "f1"}},
        },
    ]
    return draw(
        {"width": WIDTH, "height": 210, "layer": layers},
        wording.gettext("F1 of %(title)s by training documents", title=title),
    )


def _slopes(slopes: Sequence[Slope], names: Names) -> Markup:
    """A chart of the change by doubling the examples of each type with enough examples; empty without such types."""
    judged = [slope for slope in slopes if slope.enough][:_MOST]
    if not judged:
        return Markup()
    rows = [(names.title(s.type), s.doubling, *s.interval, BETTER if s.helps else UNCLEAR) for s in judged]
    wording = names.wording
    label = wording.gettext("%(score)s of each event type: change with twice its examples", score=HEADLINE)
    axis = wording.gettext("change of F1, points")
    return changes(rows, label, axis=axis, right_to_left=wording.right_to_left)


def _between(ends: tuple[float, float]) -> str:
    return f"{percent(ends[0])}-{percent(ends[1])}"
