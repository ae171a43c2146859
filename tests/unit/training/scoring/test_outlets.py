"""A source is the same in scores, gates, slices, groups and drift: the site of an article, and never its file."""

from __future__ import annotations

from dataclasses import replace

from annotation.core.document import Document, Source
from tests.unit.training.analysis.test_comparison import compared, corpus
from training.analysis.article_figures import TrainedOn
from training.encoding.compact_tokenizer import CompactTokenizer
from training.scoring.outlets import outlet


def of(name: str, url: str | None = None) -> Document:
    return Document("d", "x", source=Source(name, url=url))


def from_files(documents: list[Document]) -> list[Document]:
    """Each in a file of its own, every second from one of two sites."""
    sites = "https://www.paper.example/1", None, "https://journal.example/2", None
    return [replace(d, source=Source(f"{d.id}.html", url=sites[at % 4])) for at, d in enumerate(documents)]


def test_a_source_is_a_site_or_a_name_but_no_file() -> None:
    assert outlet(of("a.txt", url="https://www.paper.example/news/1")) == "paper.example"
    assert outlet(of("העיתון")) == "העיתון"
    assert outlet(of("he01.html")) == outlet(Document("d", "x")) == outlet(of("x.TXT", url="http://[broken")) == ""


def test_a_model_that_is_worse_in_one_site_alone_has_it_named_though_each_article_has_a_file() -> None:
    gold = from_files(corpus(80, found=[True]))
    result = compared(corpus(80, found=[False, True, True, True]), corpus(80, found=[True]), gold)
    assert result.before is not None
    changes = result.before.comparison.changes
    assert {c.slice_[1] for c in changes if c.slice_[0] == "source"} == {"paper.example", "journal.example"}
    worse = {c.slice_ for c in changes if c.verdict == "worse" and c.slice_[0] == "source"}
    assert worse == {("source", "paper.example")}
    assert {row.name for row in result.slices.of("source")} == {"paper.example", "journal.example", "unknown"}


def test_an_article_of_no_known_source_is_of_no_new_one() -> None:
    learned = TrainedOn(CompactTokenizer(), from_files(corpus(8, found=[True])))
    rows = learned.new([*from_files(corpus(2, found=[True])), of("a.html", url="https://third.example/3")]).figures
    assert [(row.source, row.new_source) for row in rows] == [
        ("paper.example", False),
        ("", False),
        ("third.example", True),
    ]
