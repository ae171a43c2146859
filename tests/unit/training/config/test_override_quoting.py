"""What is typed behind `=` arrives as it was typed, and Hydra's lists, sweeps and functions stay what they are."""

from __future__ import annotations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from training.config.override_quoting import quoted
from training.config.schema import TrainConfig
from training.config.trained import EvaluateConfig, ReleaseConfig
from training.config.validation import texts


def value(override: str, *of_text: str) -> object:
    """What Hydra reads."""
    return OverridesParser.create().parse_override(quoted(override, of_text)).value()


def unchanged(override: str) -> bool:
    return quoted(override, {"name"}) == override


PLAIN = [
    *(
        "snapshots/ראשון",
        "مقالات.jsonl",
        "a=b",
        "a#b",
        "#1",
        "~/x",
        "a&b",
        "é",
        "my run",
        "מחקר 2, ",
        "it's",
        "a(1).txt",
    ),
    *("#1", "a\u200fb", "x\\", "\\'", "a{b", "a]", "100%", "a\nb", 'say "yes"', "😀", "C:\\ניסוי\\"),
]


@pytest.mark.parametrize("text", [text for text in PLAIN if "," not in text])
def test_a_text_is_taken_as_it_is(text: str) -> None:
    assert value(f"name={text}") == text


@given(st.text(st.characters(codec="utf-8", exclude_characters=",[](){}'\"\\$"), min_size=1))
def test_any_text_without_marks_of_hydra_is_taken_as_it_is(text: str) -> None:
    read = value(f"name={text}", "name")
    assert read in (text, text.strip(" \t")) or text.strip(" \t").lower() == "null"


READ = ["seed=1,2", "fit.clip=interval(0.5,5)", "data.languages=[ar,he]", "output=o/${name}", "fit.patience=null"]
QUOTED = ["name='1.10'", 'name="a, b"', "name=null"]
OTHERS = ["fit=quick", "x={a:1}", "~tracking", "+x=1", "--cfg", "--multirun", "job"]
BROKEN = ["fit.clip=(", "fit.clip=interval(1", "name='open", "name=${open", "data.languages=[ar"]


@pytest.mark.parametrize("override", [*READ, *QUOTED, *OTHERS, *BROKEN])
def test_what_hydra_reads_and_what_is_broken_stays(override: str) -> None:
    assert unchanged(override)


def test_texts_within_lists_sweeps_and_functions_are_quoted_each() -> None:
    assert value("x=[ראשון,b c,'ד']") == ["ראשון", "b c", "ד"]
    assert quoted("snapshot=א,b") == "snapshot='א',b"
    assert quoted("snapshot=choice(א,b)") == "snapshot=choice('א',b)"
    assert value("output=תוצאות/${name}") == "תוצאות/${name}"


def test_blanks_around_an_item_are_no_part_of_it() -> None:
    assert value("x=[א, b c ,c#d , e]") == ["א", "b c", "c#d", "e"]
    assert quoted("snapshot=א, ב") == "snapshot='א', 'ב'"


def test_brackets_within_an_item_are_no_list() -> None:
    assert value("x=[snapshots/סבב (1),ב (2)]") == ["snapshots/סבב (1)", "ב (2)"]
    assert quoted("snapshot=a (1),b") == "snapshot='a (1)',b"
    assert quoted("seed=shuffle(range(1, 4))") == "seed=shuffle(range(1, 4))"
    assert quoted("name=sort(א,b)") == "name=sort('א',b)"


def test_numbers_are_texts_where_text_is_wanted() -> None:
    assert value("version=1.10", "version") == "1.10"
    assert value("name=1e5", "name") == "1e5"
    assert value("name=true", "name") == "true"
    assert value("seed=007") == "007"
    assert value("seed=7", "name") == 7


def test_the_settings_that_hold_text() -> None:
    assert {"version", "against", "snapshot", "model", "studio"} <= texts(ReleaseConfig)
    assert {"name", "output", "encoder.name", "tracking.project"} <= texts(TrainConfig)
    assert not texts(TrainConfig) & {"model", "seed", "fit.precision", "data.languages", "fit"}
    assert "split" not in texts(EvaluateConfig)
