"""Charts as inline SVG, drawn by Vega-Lite when the page is written, so that the page needs no script for them.

The colours are those of the light theme of page.css, which replaces each by its counterpart in the dark theme.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import vl_convert
from markupsafe import Markup

from annotation.page.highlighting import showable

Spec: TypeAlias = dict[str, object]
ChartRow: TypeAlias = Mapping[str, object]

INK, SOFT, LINE, FILL = "#1d2125", "#5c646c", "#dcd9d3", "#2f6f9f"
CORRECT, MISSED, SPURIOUS = "#0b7a57", "#b4460a", "#7a3bc2"
WIDTH = 270
"""Width of the plot in pixels: with its axis it fits the screen of a phone without scaling."""

_FONT = "system-ui, sans-serif"
_CONFIG: Spec = {
    "background": None,
    "padding": {"left": 16, "top": 5, "right": 5, "bottom": 5},  # a page's font may be wider than the one measured here
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 190,
    },
    "legend": {"labelColor": INK, "titleColor": SOFT, "orient": "top", "labelFontSize": 12, "symbolSize": 80},
    "text": {"color": INK, "fontSize": 12},
}
_PERCENT: Spec = {"format": ".0%", "tickCount": 5}


def draw(spec: Spec, label: str) -> Markup:
    """The chart as an <svg> element with `label` as its accessible name."""
    svg = vl_convert.vegalite_to_svg({**spec, "config": _CONFIG}, allowed_base_urls=[])
    size = re.search(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]*)"', svg)
    body = svg[svg.index(">") + 1 :].replace('role="graphics-object"', "").replace('role="graphics-symbol"', "")
    width, height, box = size.groups() if size else ("300", "150", "0 0 300 150")
    head = Markup('<svg class="chart" role="img" aria-label="{}" width="{}" height="{}" viewBox="{}">')
    return head.format(_shown(label), width, height, box) + Markup(re.sub(r' aria-\w+="[^"]*"', "", body))


def bars(
    rows: Sequence[tuple[str, float, str]], label: str, *, color: str = FILL, right_to_left: bool = False
) -> Markup:
    """A chart with one horizontal bar per row (title, length, text beside it), in this order. Lengths are in 0..1."""
    values = [{"title": _shown(title), "value": value, "words": _shown(words)} for title, value, words in rows]
    longest = max([value for _, value, _ in rows], default=0) or 1
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, longest * 1.45], "reverse": right_to_left},
    }
    y = _titles(right_to_left)
    text = {"type": "text", **({"align": "right", "dx": -5} if right_to_left else {"align": "left", "dx": 5})}
    layers = [
        {"mark": {"type": "bar", "color": color, "height": 13}, "encoding": {"x": x, "y": y}},
        {"mark": text, "encoding": {"x": x, "y": y, "text": {"field": "words"}}},
    ]
    return draw({"width": WIDTH, "height": {"step": 25}, "data": {"values": values}, "layer": layers}, label)


def changes(
    rows: Sequence[tuple[str, float, float, float, str]],
    label: str,
    *,
    axis: str = "change of F1, points",
    right_to_left: bool = False,
) -> Markup:
    """A chart of differences in F1, in 0..1, with intervals: (title, delta, low, high, state).

    A state is better, worse or unclear. Titles are on the right for `right_to_left`; numbers grow to the right always.
    """
    values = [
        {"title": _shown(title), "delta": 100 * delta, "low": 100 * low, "high": 100 * high, "state": state}
        for title, delta, low, high, state in rows
    ]
    color = {
        "field": "state",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["better", "worse", "unclear"], "range": [CORRECT, MISSED, SOFT]},
    }
    y = _titles(right_to_left)
    x = {"type": "quantitative", "axis": {"title": axis, "tickCount": 5}}
    layers = [
        {"mark": {"type": "rule", "color": INK, "strokeDash": [3, 3]}, "encoding": {"x": {"datum": 0}}},
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": color},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"y": y, "x": {**x, "field": "delta"}, "color": color},
        },
    ]
    return draw({"width": WIDTH, "height": {"step": 25}, "data": {"values": values}, "layer": layers}, label)


def lines(
    rows: Sequence[ChartRow],
    label: str,
    *,
    x: tuple[str, str],
    y: tuple[str, str],
    ideal: bool = False,
    points: bool = True,
) -> Markup:
    """A chart with a line for each `series` of the rows; `x` and `y` are (field, title), values in 0..1.

    `ideal` adds the diagonal, `points` a dot at every row.
    """
    values = [{**row, "series": _shown(str(row["series"]))} for row in rows]
    axes = {channel: _share(*named) for channel, named in (("x", x), ("y", y))}
    color = {
        "field": "series",
        "type": "nominal",
        "legend": {"title": None},
        "scale": {"range": [FILL, MISSED, SPURIOUS, CORRECT]},
    }
    dash = {"field": "series", "type": "nominal", "legend": None}
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "point": {"size": 40} if points else False, "strokeWidth": 2},
            "encoding": {**axes, "color": color, "strokeDash": dash},
        }
    ]
    if ideal:
        ends = {"values": [{"at": 0}, {"at": 1}]}
        at = {channel: {"field": "at", "type": "quantitative"} for channel in ("x", "y")}
        mark = {"type": "line", "color": SOFT, "strokeDash": [3, 3], "strokeWidth": 1}
        layers.insert(0, {"data": ends, "mark": mark, "encoding": at})
    return draw({"width": WIDTH, "height": 210, "data": {"values": values}, "layer": layers}, label)


def _titles(right_to_left: bool) -> Spec:
    """The axis of the rows' titles."""
    axis: Spec = {"title": None, "ticks": False, "domain": False, "labelPadding": 8}
    if right_to_left:
        axis["orient"] = "right"
    return {"field": "title", "type": "nominal", "sort": None, "axis": axis}


def _share(field: str, title: str) -> Spec:
    """An axis from 0 to 100%."""
    axis = {"title": title, **_PERCENT}
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}


def _shown(text: str) -> str:
    """The text without lone surrogates, which Vega-Lite refuses."""
    return showable(text)
