"""Generated files of columns in every scheme: each mention planted in one is in the Documents, or in the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.formats.conll import read as read_columns
from annotation.formats.conll import recognises
from annotation.formats.opening import Opening
from tests.unit.annotation.formats.reading import marked, read

VOCABULARY = (
    "מרים",
    "סאלח",
    "הגיעה",
    "אל",
    "עראבה",
    "ليلى",
    "سافرت",
    "إلى",
    "البلدة",
    "المجلس",
    "10",
    "-",
    "O",
    "B-52",
)
LABELS = ("PER", "ORG", "GPE", "event-nom")


class Planted(NamedTuple):
    """Words of a sentence, and its mentions as first word, last word (inclusive) and label, apart from each other."""

    words: list[str]
    mentions: list[tuple[int, int, str]]


@st.composite
def sentences(draw: st.DrawFn) -> Planted:
    """A sentence of at least twelve words with a mention or two, of which at least half are in none."""
    words = draw(st.lists(st.sampled_from(VOCABULARY), min_size=12, max_size=16))
    labels = st.sampled_from(LABELS)
    first = (draw(st.integers(0, 1)), draw(st.integers(1, 3)), draw(labels))
    second = (draw(st.integers(5, 6)), draw(st.integers(6, 7)), draw(labels))
    return Planted(words, [first, second][: draw(st.integers(1, 2))])


def positions(scheme: str, length: int) -> list[str]:
    """The position of each word of a mention."""
    first, middle, last, single = {
        "BIO": "BIIB",
        "IOB1": "IIII",
        "BIOES": "BIES",
        "BILOU": "BILU",
        "BMES": "BMES",
        "BMEWO": "BMEW",
    }[scheme]
    return [single] if length == 1 else [first, *middle * (length - 2), last]


def tags(planted: Planted, scheme: str, spell: Callable[[str, str], str], outside: str) -> list[str]:
    """The tag of each word."""
    result = [outside] * len(planted.words)
    for start, end, label in planted.mentions:
        for at, position in enumerate(positions(scheme, end - start + 1), start=start):
            result[at] = spell(position, label)
    return result


SPELLINGS: dict[str, Callable[[str, str], str]] = {
    "B-PER": lambda position, label: f"{position}-{label}",
    "B_PER": lambda position, label: f"{position}_{label}",
    "B/PER": lambda position, label: f"{position}/{label}",
    "b-PER": lambda position, label: f"{position.lower()}-{label}",
    "PER-B": lambda position, label: f"{label}-{position}",
    "PER_B": lambda position, label: f"{label}_{position}",
}


def lines(planted: Planted, column: list[str], between: str, *, numbered: bool, further: bool) -> list[str]:
    """A line a word, with a number before it or a column of no use beside it where asked for."""
    rows = []
    for number, (word, tag) in enumerate(zip(planted.words, column, strict=True), start=1):
        cells = [str(number)] * numbered + [word] + ["_"] * further + [tag]
        rows.append(between.join(cells))
    return rows


@pytest.mark.parametrize("scheme", ["BIO", "IOB1", "BIOES", "BILOU", "BMES", "BMEWO"])
@settings(max_examples=25, deadline=None)
@given(
    planted=st.lists(sentences(), min_size=2, max_size=4),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    outside=st.sampled_from(["O", "0", "_"]),
    between=st.sampled_from([" ", "\t"]),
    numbered=st.booleans(),
    further=st.booleans(),
)
def test_planted_mentions_are_found_in_every_scheme(
    scheme: str,
    planted: list[Planted],
    spelling: str,
    outside: str,
    between: str,
    numbered: bool,
    further: bool,
) -> None:
    rows: list[str] = []
    for one in planted:
        column = tags(one, scheme, SPELLINGS[spelling], outside)
        rows += [*lines(one, column, between, numbered=numbered, further=further), ""]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        documents, lost = read(read_columns, path, "\n".join(rows))
        assert recognises(Opening(path))
    assert [document.text for document in documents] == [" ".join(one.words) for one in planted]
    assert [marked(document) for document in documents] == [
        [(" ".join(one.words[start : end + 1]), label) for start, end, label in one.mentions] for one in planted
    ]
    assert all("tags are read as" in line for line in lost)


@settings(max_examples=40, deadline=None)
@given(
    planted=st.lists(sentences(), min_size=2, max_size=4),
    at=st.integers(0, 11),
    junk=st.sampled_from(["X-PER", "PER", "?"]),
)
def test_a_broken_tag_is_in_the_report(planted: list[Planted], at: int, junk: str) -> None:
    rows = [
        lines(one, tags(one, "BIO", SPELLINGS["B-PER"], "O"), "\t", numbered=False, further=False) for one in planted
    ]
    rows[1][at] = f"{planted[1].words[at]}\t{junk}"
    with TemporaryDirectory() as folder:
        _, lost = read(read_columns, Path(folder) / "a.txt", "\n\n".join("\n".join(one) for one in rows))
    assert any(f"{junk!r} of {planted[1].words[at]!r}: is no tag" in line for line in lost)


@settings(max_examples=40, deadline=None)
@given(planted=st.lists(sentences(), min_size=2, max_size=4), between=st.sampled_from([" ", "\t", "|"]))
def test_planted_nested_mentions_are_found(planted: list[Planted], between: str) -> None:
    """Around the first mention of each sentence lies an outer one, one word longer."""
    rows: list[str] = []
    for one in planted:
        inner = tags(one, "BIO", SPELLINGS["B-PER"], "")
        end = one.mentions[0][1] + 1
        for at, word in enumerate(one.words):
            outer = "B-Outer" if at == 0 else "I-Outer" if at <= end else ""
            several = [tag for tag in (outer, inner[at]) if tag] or ["O"]
            rows.append(f"{word}{' ' if between == ' ' else chr(9)}{between.join(several)}")
        rows.append("")
    with TemporaryDirectory() as folder:
        documents, lost = read(read_columns, Path(folder) / "a.txt", "\n".join(rows))
    assert [document.text for document in documents] == [" ".join(one.words) for one in planted]
    for document, one in zip(documents, planted, strict=True):
        expected = [(" ".join(one.words[start : end + 1]), label) for start, end, label in one.mentions]
        outer = (" ".join(one.words[: one.mentions[0][1] + 2]), "Outer")
        assert sorted(marked(document)) == sorted([outer, *expected])
    assert all("tags are read as" in line for line in lost)
