"""The report: marks over any text, what it shows, what it must never let through."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.core.document import Document, Provenance, Source, Span
from annotation.page.highlighting import CORRECT, MISSED, SPURIOUS, Highlight, render, showable
from annotation.page.titles import UNITS, Names
from annotation.page.wording import Wording
from tests.builders import build, conflict
from tests.unit.training.analysis.test_comparison import corpus
from tests.unit.training.analysis.test_document_groups import dressed
from training.analysis.evaluation import Evaluation, evaluation
from training.analysis.other_trainings import OtherTrainings
from training.inference.running_cost import Machine, RunningCost
from training.lineage.seed_scores import SeedScores
from training.report.examples import MOST, worst
from training.report.report_page import write_report
from training.scoring.document_pairs import pair_documents
from training.scoring.scores import score

GOLD = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס] בידי [Agent>Arrest:ArmedGroup הכוח]",
    id="he1",
)
PREDICTED = build(
    "[Arrest:trigger נעצר] [Place>Arrest:GPE באטמה] [Person>Arrest:Person אבו חפס] בידי [Raid:trigger הכוח]", id="he1"
)
ARABIC = build("[Raid:trigger اقتحمت] قوة [Place>Raid:GPE الدانا]", id="ar1", language="ar")


class Reader(HTMLParser):
    """Reads the text back, and which marks (by their title) cover each character; refuses bad nesting."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.cover: list[frozenset[str]] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.elements: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        if tag == "mark":
            self.open.append(dict(attrs).get("title") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.cover += [frozenset(self.open)] * len(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(str(html))
    reader.close()
    return reader


characters = st.one_of(
    st.sampled_from("אבصفل \u0301\u200f\u202e\u00a0📢\r\n\x00<>&\"'{%\ud800"), st.characters(codec="utf-8")
)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Highlight]]:
    text = draw(st.text(characters, min_size=1, max_size=30))
    starts = st.integers(0, len(text) - 1)
    spans = draw(st.lists(st.tuples(starts, st.integers(1, len(text))), max_size=8))
    marks = []
    for number, (start, length) in enumerate(spans):
        span = Span(start, min(len(text), start + length), "GPE")
        layer, state = draw(st.sampled_from(("trigger", "entity"))), draw(st.sampled_from((CORRECT, MISSED, SPURIOUS)))
        marks.append(Highlight(span, layer, state, f"type <{number}>", note=str(number)))
    return text, marks


@given(marked())
def test_any_marks_over_any_text_leave_the_text_as_it_is_and_cover_what_they_cover(
    drawn: tuple[str, list[Highlight]],
) -> None:
    text, marks = drawn
    assert "\r" not in render(text, marks), "a browser would make a newline of it"
    reader = read(render(text, marks))
    assert reader.text == showable(text)
    assert reader.open == []
    expected = [
        frozenset(mark.note for mark in marks if mark.span.start <= offset < mark.span.end)
        for offset in range(len(text))
    ]
    assert reader.cover == expected
    assert sum(tag == "i" for tag in reader.elements) == len(marks)


@given(st.text(characters))
def test_only_what_html_cannot_hold_is_replaced_and_one_for_one(text: str) -> None:
    shown = showable(text)
    shown.encode()
    assert "\x00" not in shown
    assert all(a == b or a == "\x00" or "\ud800" <= a <= "\udfff" for a, b in zip(text, shown, strict=True))


def test_nested_spans_are_nested_elements_with_the_outer_outside() -> None:
    marks = [
        Highlight(Span(2, 5, "GPE"), "entity", CORRECT, "Town", "inner"),
        Highlight(Span(0, 5, "Facility"), "entity", MISSED, "Site", "outer"),
    ]
    assert render("abcde", marks) == (
        '<mark class="entity missed" title="outer">ab<mark class="entity correct" title="inner">cde</mark>'
        '<i class="tag correct" data-tag="Town\u00a0✓"></i></mark><i class="tag missed" data-tag="Site\u00a0−"></i>'
    )


def test_of_marks_that_begin_together_the_longer_is_outside() -> None:
    marks = [
        Highlight(Span(0, end, "X"), "entity", CORRECT, title, title) for title, end in (("a", 1), ("b", 3), ("c", 2))
    ]
    opened = [value for name, value in read(render("xyz", marks)).attributes if name == "title"]
    assert opened == ["b", "c", "a"]


def examples(gold: Sequence[Document], predicted: Sequence[Document]) -> list:
    return worst(score(gold, predicted), pair_documents(gold, predicted), Names(conflict()))[0]


def test_each_side_shows_what_the_other_lacks() -> None:
    (example,) = examples([GOLD], [PREDICTED])
    names = Names(conflict())
    gold = [(e.trigger.title, e.trigger.state, [(a.words, a.state) for a in e.arguments]) for e in example.gold.events]
    assert gold == [
        (
            names.title("Arrest"),
            CORRECT,
            [("הכוח", MISSED), ("אבו חפס", CORRECT), ("אטמה", MISSED)],
        )
    ]
    predicted = [(e.trigger.title, e.trigger.state) for e in example.predicted.events]
    assert predicted == [(names.title("Arrest"), CORRECT), (names.title("Raid"), SPURIOUS)]
    notes = [value for name, value in read(example.gold.text).attributes if name == "title"]
    town = names.title("GPE")
    assert f"{town}: missed; the other side has {town} on “באטמה”" in notes
    assert read(example.gold.text).text == GOLD.text == read(example.predicted.text).text


def test_the_worst_document_is_first_and_one_with_nothing_in_it_last() -> None:
    gold = [
        replace(GOLD, id="good"),
        replace(GOLD, id="bad"),
        replace(GOLD, id="half"),
        replace(GOLD.bare(), id="none"),
    ]
    predicted = [gold[0], replace(GOLD.bare(), id="bad"), replace(PREDICTED, id="half"), gold[3]]
    assert [example.id for example in examples(gold, predicted)] == ["bad", "half", "good", "none"]


def test_direction_follows_the_language_and_is_left_open_where_it_is_not_known() -> None:
    documents = [GOLD, ARABIC, replace(GOLD, id="x", language="und")]
    found = {example.id: example.direction for example in examples(documents, documents)}
    assert found == {"he1": "rtl", "ar1": "rtl", "x": "auto"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/1", "https://news.example/1"),
        ("javascript:alert(1)", None),
        ("/etc/passwd", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, shown: str | None) -> None:
    document = replace(GOLD, source=Source("sample", url=url))
    assert examples([document], [document])[0].url == shown


def test_a_task_is_linked_where_the_document_and_the_studio_are_known() -> None:
    document = replace(GOLD, provenance=Provenance(task=7))
    scores, names = score([document], [document]), Names(conflict())
    found = {
        studio: worst(scores, pair_documents([document], [document]), names, studio=studio)[0][0].task
        for studio in ("http://studio.example/projects/3/", "javascript:alert(1)", None)
    }
    assert found == {
        "http://studio.example/projects/3/": "http://studio.example/projects/3/data?task=7",
        "javascript:alert(1)": None,
        None: None,
    }
    assert (
        worst(score([GOLD], [GOLD]), pair_documents([GOLD], [GOLD]), names, studio="http://studio.example")[0][0].task
        is None
    )


def test_an_arc_joins_the_marks_of_a_trigger_and_its_filler() -> None:
    (example,) = examples([GOLD], [PREDICTED])
    for side, document in ((example.gold, GOLD), (example.predicted, PREDICTED)):
        words = dict(re.findall(r'data-n="(\d+)">([^<]+)<', side.text))
        joined = [(words[str(a)], words[str(b)], state) for a, b, _, state in side.arcs]
        states = {chip.words: chip.state for event in side.events for chip in event.arguments}
        assert joined == [
            (e.trigger.quote(GOLD.text), a.filler.quote(GOLD.text), states[a.filler.quote(GOLD.text)])
            for e in document.events
            for a in e.arguments
        ]


def test_an_example_names_the_event_types_that_have_an_error() -> None:
    (example,) = examples([GOLD], [PREDICTED])
    assert example.types == {"Arrest", "Raid"}
    (example,) = examples([ARABIC], [ARABIC])
    assert example.types == frozenset()


def test_a_rare_cause_is_shown_though_other_documents_are_worse() -> None:
    gold = [replace(GOLD, id=f"{i:03}") for i in range(MOST + 20)]
    predicted = [replace(document.bare()) for document in gold[:-1]] + [replace(PREDICTED, id=gold[-1].id)]
    causes = {document.id: frozenset({"trigger missed"}) for document in gold[:-1]} | {gold[-1].id: frozenset({"role"})}
    names = Names(conflict())
    shown, others = worst(score(gold, predicted), pair_documents(gold, predicted), names, causes=causes)
    assert len(shown) == MOST
    assert shown[-1].causes == {"role"}
    assert {brief.id for brief in (*shown, *others)} == {document.id for document in gold}
    assert {brief.types for brief in others} == {frozenset({"Arrest"})}
    assert gold[-1].id not in {e.id for e in worst(score(gold, predicted), pair_documents(gold, predicted), names)[0]}


def report(out: Path, gold: Sequence[Document], predicted: Sequence[Document], title: str = "Ours") -> str:
    path = write_report(evaluation(gold, predicted, ontology=conflict(), title=title, meta={"model": "<b>m</b>"}), out)
    assert path == out / "report.html"
    return path.read_text(encoding="utf-8")


def test_the_page_shows_every_score_the_interval_and_the_names(tmp_path: Path) -> None:
    page = report(tmp_path, [GOLD, ARABIC], [PREDICTED, ARABIC])
    text = " ".join(read(page).text.split())
    for unit in UNITS:
        assert f"{unit} {UNITS[unit]}" in text
    assert 'by seqeval, mode="strict", scheme=IOB2' in text
    assert "57.1 Arg-C+ F1" in text
    assert "2 (Arabic 1, Hebrew 1)" in text
    raid = conflict().events["Raid"].title
    assert f"{raid['en']} {raid['ar']} · {raid['he']}" in text
    (languages,) = re.findall(r'<select name="language".*?</select>', page, re.DOTALL)
    assert re.findall(r">([^<\n]+)</option>", languages) == ["all", "Arabic", "Hebrew"]


def test_a_page_in_one_language_has_no_choice_of_languages(tmp_path: Path) -> None:
    assert 'name="language"' not in report(tmp_path, [GOLD], [PREDICTED])


def test_nothing_in_an_article_becomes_markup(tmp_path: Path) -> None:
    evil = '</div><script>alert("x")</script><img src=x onerror=alert(1)>{{ 7*7 }}'
    document = replace(
        GOLD.bare(),
        id=evil,
        text=evil,
        language='"><b>',
        entities=(Span(0, 12, evil), Span(6, 20, "GPE")),
        source=Source(evil, title=evil, url='https://e.example/"onclick="x'),
    )
    page = report(tmp_path, [document], [replace(document, entities=())], title=evil)
    reader = read(page)
    assert reader.elements.count("script") == 1
    assert "img" not in reader.elements
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert evil in reader.text
    assert "<b>m</b>" in reader.text


def test_the_page_needs_nothing_else_and_lets_a_browser_run_only_its_own(tmp_path: Path) -> None:
    page = report(tmp_path, [GOLD], [PREDICTED])
    assert not {"link", "img", "iframe", "object", "embed"} & set(read(page).elements)
    assert not re.search(r"@import|url\(|src=", page)
    (policy,) = [value for name, value in read(page).attributes if name == "content" and "default-src" in str(value)]
    for element in ("style", "script"):
        (body,) = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)


def test_text_no_file_can_hold_is_still_written(tmp_path: Path) -> None:
    document = Document("d", "a\x00b\ud800c\r\nd", entities=(Span(0, 5, "GPE"),))
    page = report(tmp_path, [document], [document])
    assert "a\u2400b\ufffdc" in page


def test_metrics_and_the_short_table_stand_beside_it(tmp_path: Path) -> None:
    report(tmp_path, [GOLD], [PREDICTED])
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["schema"] == 1
    assert metrics["title"] == "Ours"
    assert metrics["meta"] == {"model": "<b>m</b>"}
    assert metrics["micro"]["Arg-C+"]["correct"] == 1
    short = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "**Arg-C+ F1 40.0**" in short
    table = [
        line for line in short.split("| F1 if fixed |")[1].split("\n\n", 1)[1].splitlines() if line.startswith("|")
    ]
    assert len({line.count("|") for line in table}) == 1
    assert len(table) == 2 + 7 + 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "report.html", "report.md"]


def test_five_hundred_long_documents_stay_a_small_page_that_says_what_it_left_out(tmp_path: Path) -> None:
    gold = [replace(ARABIC, id=str(i), text=ARABIC.text + " كلام" * 600) for i in range(500)]
    predicted = [replace(document, events=(), entities=()) for document in gold]
    page = report(tmp_path, gold, predicted)
    assert len(page.encode()) < 3_000_000
    assert f"{MOST} of 500 documents in full, the worst ones and some of every cause" in page
    assert page.count('<li class="example"') == 500 - MOST
    assert page.count('<details class="example"') == MOST


@pytest.mark.parametrize(
    ("language", "interval", "type_"), [("he", "רווח סמך", "מעצר"), ("ar", "فاصل الثقة", "اعتقال")]
)
def test_a_report_in_another_language_says_nothing_in_english_but_names(
    language: str, interval: str, type_: str, tmp_path: Path
) -> None:
    gold, predicted = [GOLD, ARABIC], [PREDICTED, ARABIC]
    result = evaluation(gold, predicted, ontology=conflict(), before=("older", gold), title="m1")
    for code in ("en", language):
        write_report(result, tmp_path / code, code)
    page, english = ((tmp_path / code / "report.html").read_text(encoding="utf-8") for code in (language, "en"))
    assert f'<html lang="{language}" dir="rtl">' in page
    assert '<html lang="en">' in english
    assert '<bdi dir="ltr">Arg-C+</bdi>' in page
    assert interval in page
    assert type_ in page
    assert "<bdi dir" not in english
    assert not {"the", "of", "and", "too", "few", "missed", "correct"} & set(words_shown(page))
    markdown = (tmp_path / language / "report.md").read_text(encoding="utf-8")
    assert Wording(language).gettext("Is it better?") in markdown
    same = [(tmp_path / code / "metrics.json").read_bytes() for code in ("en", language)]
    assert same[0] == same[1]


def moved_signs(page: str) -> list[str]:
    """Texts that begin with a sign, or end a Latin word with one, which would then stand on its other side."""
    inner = re.sub(r"<svg.*?</svg>", "", page[page.index("<main") :], flags=re.DOTALL)
    texts = re.findall(r'<(?![^>]*dir="ltr")[a-z][^>]*>([^<]*)', inner)
    bare = [re.sub("[\u2066\u2067][^\u2066\u2069]*\u2069", "", text).strip() for text in texts]
    return [text for text in bare if re.search(r"(?:^|\s)[+−±] ?\d|[A-Za-z]\+|→", text)]


@pytest.mark.parametrize("language", ["he", "ar"])
def test_chance_errors_groups_suspects_and_cost_are_in_the_language_of_the_page(language: str, tmp_path: Path) -> None:
    result = everything_known()
    assert result.seed_noise
    assert result.suspects
    assert result.groups.by_kind.keys() == {"source", "month", "annotator", "nearness"}
    for code in ("en", language):
        write_report(result, tmp_path / code, code)
    page, english = ((tmp_path / code / "report.html").read_text(encoding="utf-8") for code in (language, "en"))
    assert {"seed", "near", "slowest", "annotator"} <= set(words_shown(english))
    assert 'lang="en"' not in page
    known = {"naba", "train", "seeds", "seqeval", "strict", "macro", "precision", "recall", "mode", "scheme", "micro"}
    known |= {"against", "false", "check", "suspects", "he", "ar", "dev", "rina", "samir", "paper", "cpu"}
    known |= {"trigger", "entity", "project", "annotated", "rg", "rig", "ntity"}  # the last are Arg, Trig and Entity
    assert {word for word in words_shown(page) if len(word) > 1} - known == set()
    assert not re.findall(r'title="[^"]*: (?:missed|spurious|correct)"', page)
    assert not moved_signs(page)
    short = (tmp_path / language / "report.md").read_text(encoding="utf-8")
    assert f"## {Wording(language).gettext('What it costs to run')}" in short


def test_a_suspect_of_near_duplicates_is_listed_once_with_its_articles(tmp_path: Path) -> None:
    said = corpus(4, found=[True])
    said.append(replace(said[0], id="twin", text=f"{said[0].text} עוד"))
    gold = [replace(d, entities=(), events=()) if d.id in ("0", "1", "twin") else d for d in said]
    result = evaluation(gold, said, ontology=conflict(), trainings=OtherTrainings(now={2: said}))
    page = write_report(result, tmp_path, "en").read_text(encoding="utf-8")
    listed = page.partition("<h2>Suspects in gold</h2>")[2].partition("</section>")[0]
    marks = len(list(said[0].spans()))
    assert f"{2 * marks} places where" in listed
    assert listed.count("<li>") == 2 * marks
    assert listed.count("2 documents, 1 story") == listed.count("<bdi>0</bdi> · <bdi>twin</bdi>") == marks
    assert listed.count("<bdi>1</bdi>") == marks
    stored = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert len(stored["suspects"]) == 3 * marks  # `naba check --suspects` shows them on the tasks of all articles


def everything_known() -> Evaluation:
    """Forty articles of two papers, months and annotators, models of three seeds, and what predicting cost."""
    places = [True], [True, True, False], [False], [True, False]
    gold, *models = (dressed(corpus(40, found=found)) for found in places)
    gold[0] = replace(gold[0], entities=(), events=())  # a suspect: all three models find something in it
    seeds = SeedScores(1, "Arg-C+", {seed: dict.fromkeys(UNITS, 0.5) for seed in (1, 2, 3)})
    return evaluation(
        gold,
        models[0],
        ontology=conflict(),
        train=corpus(3, found=[True]),
        trainings=OtherTrainings(now={2: models[1], 3: models[2]}, seeds=seeds),
        seeds=seeds,
        cost=RunningCost(40, 900, (1.0, 0.5), 10**9, 10**8, 10**6, 3, 4, Machine("AMD", 2, 1, "cpu", 3.0)),
    )


def words_shown(page: str) -> list[str]:
    """The words between the elements of a page, without its style and script."""
    text = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    return re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_every_score_has_its_line_for_who_has_never_read_a_paper(language: str, tmp_path: Path) -> None:
    path = write_report(evaluation([GOLD], [PREDICTED], ontology=conflict()), tmp_path, language)
    lines = dict(
        re.findall(r"<dt>(?:<bdi[^>]*>)?(.*?)(?:</bdi>)?</dt><dd>(.*?)</dd>", path.read_text(encoding="utf-8"))
    )
    for score_ in [*UNITS, "seqeval", "F1", "P", "R", "95%", "macro-F1", "CEAF-e", "LEA"]:
        assert len(lines[score_]) > 20, score_
