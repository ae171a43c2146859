"""Charts: inline SVG that a strict policy lets through, that shows any text, and whose colours all have a dark twin."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from training.report import charts

EVIL = '<script>alert("x")</script>&\ud800\x00'
CHARTS = {
    "bars": charts.bars([("trigger missed", 0.2, "+20.0"), (EVIL, 0.1, EVIL)], EVIL),
    "changes": charts.changes([("Arg-C+", 0.1, 0.05, 0.2, "better"), (EVIL, -0.1, -0.2, 0.1, "unclear")], EVIL),
    "lines": charts.lines(
        [{"series": name, "x": x / 4, "y": x / 5} for name in ("a", EVIL) for x in range(5)],
        EVIL,
        x=("x", "score"),
        y=("y", "right"),
        ideal=True,
    ),
    "nothing": charts.bars([], "nothing"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_one_svg_element_without_styles_scripts_or_addresses(name: str) -> None:
    root = ElementTree.fromstring(str(CHARTS[name]))
    assert root.tag == "svg"
    assert root.get("role") == "img"
    for element in root.iter():
        assert element.tag in {"svg", "g", "path", "text", "line", "rect", "defs", "clipPath"}
        assert not {"style", "href", "onclick"} & set(element.attrib)


def test_titles_are_shown_as_they_are() -> None:
    words = [element.text for element in ElementTree.fromstring(str(CHARTS["bars"])).iter("text")]
    shown = EVIL.replace("\ud800", "\ufffd").replace("\x00", "\u2400")
    assert words == ["trigger missed", shown, "+20.0", shown]


def test_every_colour_of_a_chart_has_its_twin_in_the_style() -> None:
    style = (Path(charts.__file__).parent / "page.css").read_text(encoding="utf-8")
    used = {pair for chart in CHARTS.values() for pair in re.findall(r'(fill|stroke)="(#\w+|white|black)"', str(chart))}
    assert used
    assert not [pair for pair in used if '.chart [{}="{}"]'.format(*pair) not in style]


def test_a_longer_bar_is_the_larger_value() -> None:
    lengths = re.findall(r'd="M0,\d+h([\d.]+)v13', str(charts.bars([("a", 0.5, ""), ("b", 0.25, "")], "bars")))
    assert float(lengths[0]) == pytest.approx(2 * float(lengths[1]))
