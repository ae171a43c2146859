"""What a learning curve says of more labels, from points whose answer is known."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.matching import HEADLINE
from annotation.core.messages import Message
from tests.builders import build, conflict
from training.analysis.learning_curve import Curve, TrainingPoint
from training.report.learning_curve_page import write_curve
from training.scoring.scores import score

ARREST = "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]"
RAID = "[Raid:trigger פשטו] על [Place>Raid:GPE דיר בלוט]"
GOLD = [build(RAID if number % 3 == 0 else ARREST, id=f"d{number:03}") for number in range(120)]
SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)


def found(right: float, *, raids: float | None = None, seed: int = 1) -> list[Document]:
    """The gold documents, so many of them with all their events, the others with none."""
    chance = random.Random(seed)
    order = {document.id: chance.random() for document in GOLD}

    def kept(document: Document) -> bool:
        share = raids if raids is not None and document.events[0].type == "Raid" else right
        return order[document.id] < share

    return [document if kept(document) else document.bare() for document in GOLD]


def point(share: float, predicted: Sequence[Document], *, seed: int = 1) -> TrainingPoint:
    size = round(200 * share)
    return TrainingPoint(share, seed, size, {"Arrest": size, "Raid": size // 2}, score(GOLD, predicted))


def grown(**further: float) -> Curve:
    """Arg-C+ that rises by an inverse power law; recall too, since what is found is right."""
    return Curve([point(s, found(0.95 - 2.6 * (200 * s) ** -0.6, **further)) for s in SHARES])


def test_a_rising_curve_says_that_more_would_help_and_how_much() -> None:
    trend = grown().trends[HEADLINE]
    assert trend.doubts == ()
    assert trend.helps
    assert trend.f1[0] < trend.f1[-1]
    assert trend.twice.f1 > trend.f1[-1] + 0.01
    assert trend.twice.gain_interval[0] < trend.twice.gain < trend.twice.gain_interval[1]
    assert [ahead.factor for ahead in trend.ahead] == [1.5, 2.0, 3.0]


def test_a_flat_curve_says_that_it_does_not_rise() -> None:
    curve = Curve([point(share, found(0.6)) for share in SHARES])
    trend = curve.trends[HEADLINE]
    assert not trend.helps
    assert trend.doubts == ("it did not rise with the documents",)


def test_a_curve_that_breaks_off_is_not_trusted() -> None:
    rates = (0.1, 0.4, 0.6, 0.75, 0.3)
    curve = Curve([point(share, found(rate)) for share, rate in zip(SHARES, rates, strict=True)])
    (doubt,) = [doubt for doubt in curve.trends[HEADLINE].doubts if "by the smaller sizes" in doubt]
    assert "and it reached" in doubt


def test_few_sizes_and_few_arguments_are_said() -> None:
    few = Curve([point(share, found(0.2 + share / 2)) for share in (0.5, 1.0)])
    assert "2 sizes are too few to fit a curve to; it takes 4" in few.trends[HEADLINE].doubts
    some = score(GOLD[:5], GOLD[:5])
    small = Curve([TrainingPoint(share, 1, round(200 * share), {}, some) for share in SHARES])
    assert "fewer than 30 of what it counts were there to score" in small.trends[HEADLINE].doubts


def test_the_type_that_grew_is_the_one_to_label() -> None:
    curve = Curve([point(s, found(0.7, raids=0.1 + 0.8 * s)) for s in SHARES])
    raid, arrest = curve.slopes
    assert (raid.type, raid.examples, raid.helps) == ("Raid", 100, True)
    assert raid.doubling > 0.15
    assert raid.worth > 0
    assert (arrest.type, arrest.helps) == ("Arrest", False)
    assert arrest.doubling == pytest.approx(0, abs=1e-9)


def test_several_seeds_are_averaged_and_widen_the_intervals() -> None:
    one = Curve([point(s, found(0.3 + 0.4 * s)) for s in SHARES])
    other = [replace(p, seed=2, scores=score(GOLD, found(0.5 + 0.4 * p.share, seed=2))) for p in one.points]
    both = Curve([*one.points, *other])
    assert both.seeds == (1, 2)
    f1 = [(a.scores.arg_c_plus.f1 + b.scores.arg_c_plus.f1) / 2 for a, b in zip(one.points, other, strict=True)]
    assert both.trends[HEADLINE].f1 == pytest.approx(f1)

    def width(curve: Curve) -> float:
        low, high = curve.trends[HEADLINE].intervals[-1]
        return high - low

    assert width(both) > width(one)


@pytest.mark.parametrize("language", ["he", "ar"])
def test_the_page_is_in_the_language_asked_for_and_what_machines_read_is_not(language: str, tmp_path: Path) -> None:
    few = Curve([point(share, found(0.2 + share / 2)) for share in (0.5, 1.0)])
    about = {"ontology": conflict(), "title": Message("What more labels bring to %(name)s", name="curve")}
    pages = {}
    for code in ("en", language):
        pages[code] = write_curve(few, tmp_path / code, **about, language=code).read_text(encoding="utf-8")  # type: ignore[arg-type]
    assert f'<html lang="{language}" dir="rtl">' in pages[language]
    english = set(re.findall(r"(?<![\w-])[a-z]{4,}(?![\w-])", visible(pages["en"])))
    assert {"labels", "curve", "trusted"} <= english
    assert english & set(re.findall(r"\b[a-z]{4,}", visible(pages[language]))) <= {
        "curve",
        "seeds",
    }  # a name, a setting
    same = [(tmp_path / code / "curve.json").read_bytes() for code in ("en", language)]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Learning curve"), ("he", "עקומת למידה"), ("ar", "منحنى التعلّم")]
)
def test_a_curve_without_a_title_has_one_in_the_language_of_its_page(language: str, title: str, tmp_path: Path) -> None:
    few = Curve([point(share, found(0.2 + share / 2)) for share in (0.5, 1.0)])
    page = write_curve(few, tmp_path, ontology=conflict(), language=language).read_text(encoding="utf-8")
    assert f"<title>{title}</title>" in page


def visible(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL))
