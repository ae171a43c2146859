"""agreement.html: how far annotators agree, what they take for what, and the articles they disagree about most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from markupsafe import Markup

from annotation.agreement.aggregate import FEWEST_ARTICLES, Scores
from annotation.agreement.disagreements import Article, articles, causes, confused
from annotation.agreement.item_alignment import (
    ARGUMENT,
    ATTRIBUTE,
    CAUSES,
    ENTITY,
    EVENT,
    LAYERS,
    AlignedItem,
    LabelledSpan,
)
from annotation.agreement.pair_counts import EXACT, STRICTNESS, TOLERANT
from annotation.agreement.pairwise import agreement
from annotation.core.document import Document, Span
from annotation.core.matching import ENOUGH, HEADLINE, PRF, Units, units
from annotation.core.ontology import Ontology
from annotation.page import templates
from annotation.page.document_view import Marking, Side, direction, heading, source_url, task_url
from annotation.page.highlighting import AGREED, CONTESTED, plain, showable
from annotation.page.titles import UNITS, Names
from annotation.storage.documents_file import atomic

MOST = 50
"""Articles shown in full; the page must open at once and stay within a few MB."""
MOST_CHARACTERS = 400_000
MOST_CONFUSED = 20

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class DisagreementRow:
    """A contested place as the page lists it: its words, and what each annotator said, which may be nothing.

    `odd` tells whose answer is not that of most; `asked` who was in a position to answer.
    """

    layer: str
    what: str
    words: Markup
    answers: tuple[tuple[tuple[str, Markup], ...], ...]
    asked: tuple[bool, ...]
    odd: tuple[bool, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True)
class ArticleView:
    """An article as the page shows it. Links are only ever http or https; `tasks` has one for each annotator."""

    id: str
    title: Markup
    url: str | None
    language: str
    direction: str
    sides: Mapping[str, Side]
    tasks: Mapping[str, str | None]
    rows: tuple[DisagreementRow, ...]
    share: float
    places: int
    types: frozenset[str]
    causes: frozenset[str]


def write_page(documents: Iterable[Document], out: Path, *, ontology: Ontology, studio: str | None = None) -> Path:
    """Write the page and return its path. `studio` is the address of the Label Studio project, for links to its tasks.

    Raises UsageError when an article's text is not the same for all its annotators.
    """
    given = list(documents)
    found, names = articles(given, ontology), Names(ontology)
    examples = _examples([article for article in found if article.contested], names, studio)
    environment = templates.environment(_HERE)
    page = environment.get_template("page.html.j2").render(
        result=agreement(given, ontology=ontology),
        found=found,
        examples=examples,
        names=names,
        title_of=_titles(names),
        frequent=_frequent,
        units=UNITS,
        headline=HEADLINE,
        exact=EXACT,
        tolerant=TOLERANT,
        strictness=STRICTNESS,
        layers=LAYERS,
        meanings=CAUSES,
        causes=causes(found),
        confused=confused(found)[:MOST_CONFUSED],
        enough=ENOUGH,
        fewest=FEWEST_ARTICLES,
        **_filters(examples, names),
        **templates.assets(_HERE / "page.css"),
    )
    with atomic(out) as file:
        file.write(page)
    return out


def _examples(found: Sequence[Article], names: Names, studio: str | None) -> list[ArticleView]:
    """The worst articles: at most `MOST`, and about `MOST_CHARACTERS` of text, each version counted."""
    examples: list[ArticleView] = []
    characters = 0
    for article in found[:MOST]:
        characters += len(article.document.text) * len(article.versions)
        if examples and characters > MOST_CHARACTERS:
            break
        examples.append(_example(article, names, studio))
    return examples


def _example(article: Article, names: Names, studio: str | None) -> ArticleView:
    document, contested = article.document, article.contested
    types = {place.about.label for place in contested if place.layer in (ARGUMENT, ATTRIBUTE)}
    types |= {label for place in contested if place.layer in (ENTITY, EVENT) for label in place.labels}
    return ArticleView(
        id=document.id,
        title=heading(document),
        url=source_url(document),
        language=document.language,
        direction=direction(document.language),
        sides={name: _side(article, name, names) for name in article.versions},
        tasks={name: task_url(studio, version) for name, version in article.versions.items()},
        rows=tuple(_row(place, document.text, names, list(article.versions)) for place in contested),
        share=article.share,
        places=len(article.places),
        types=frozenset(types),
        causes=frozenset(cause for place in contested for cause in place.causes),
    )


def _side(article: Article, name: str, names: Names) -> Side:
    """One version, loud where it is not what all others have; a contested span tells what they have instead."""
    version = article.versions[name]
    others = [units(other) for who, other in article.versions.items() if who != name]
    notes: dict[Span, str] = {}
    for place in article.contested:
        if place.layer in (ENTITY, EVENT):
            told = "; ".join(
                f"{who}: {_said(given, version.text, names)}" for who, given in place.answers.items() if who != name
            )
            notes |= {span: f"; {told}" for _, span in place.answers[name]}
    return Marking(version, reduce(_both, others), names, AGREED, CONTESTED, notes).side()


def _both(one: Units, two: Units) -> Units:
    return {unit: one[unit] & two[unit] for unit in one}


def _said(given: Sequence[LabelledSpan], text: str, names: Names) -> str:
    told = (f"{names.title(label)} on “{showable(span.quote(text))}”" for label, span in given)
    return ", ".join(told) or "nothing"


def _row(place: AlignedItem, text: str, names: Names, annotators: Sequence[str]) -> DisagreementRow:
    title = _titles(names)(place.name or place.layer)
    answers = tuple(
        tuple((title(label), plain(_shown(place, span, text))) for label, span in place.answers.get(name, ()))
        for name in annotators
    )
    what = names.title(place.about.label) if place.layer in (ARGUMENT, ATTRIBUTE) else ""
    asked = tuple(name in place.answers for name in annotators)
    (common, most), *_ = place.votes().most_common(1)
    majority = 2 * most > len(place.answers)
    odd = tuple(majority and place.answers.get(name, common) != common for name in annotators)
    words = plain(place.about.quote(text))
    return DisagreementRow(place.name or place.layer, what, words, answers, asked, odd, place.causes)


def _shown(place: AlignedItem, span: Span, text: str) -> str:
    """The words an answer adds: none where they are those of the place itself."""
    return "" if place.layer == ATTRIBUTE else span.quote(text)


def _titles(names: Names) -> Callable[[str], Callable[[str], str]]:
    """By layer or attribute, what a label of it is called."""

    def of(layer: str) -> Callable[[str], str]:
        if layer in names.ontology.links:
            return lambda code: names.ontology.links[code].title.get("en", code)
        if layer in (ENTITY, EVENT):
            return names.title
        return names.role if layer == ARGUMENT else str

    return of


def _frequent(scores: Scores) -> list[tuple[str, PRF]]:
    """The types marked most often first: their scores say most."""
    return sorted(scores.items(), key=lambda item: (-item[1].gold - item[1].predicted, item[0]))


def _filters(examples: Sequence[ArticleView], names: Names) -> dict[str, object]:
    """What the articles can be chosen by: a number for each value, since codes may hold anything, and its title."""
    shown = {event.type for example in examples for side in example.sides.values() for event in side.events}
    contested = {label for example in examples for label in example.types}
    languages = sorted({example.language for example in examples})
    types = sorted(shown | contested, key=lambda label: (names.title(label), label))
    told = [cause for cause in CAUSES if any(cause in example.causes for example in examples)]
    numbers = {
        kind: {value: number for number, value in enumerate(values)}
        for kind, values in (("languages", languages), ("types", types), ("causes", told))
    }
    return {
        "numbers": numbers,
        "choices": {
            "language": [(number, names.language(value)) for value, number in numbers["languages"].items()],
            "type": [(numbers["types"][label], names.title(label)) for label in types if label in contested],
            "cause": [(number, value) for value, number in numbers["causes"].items()],
        },
    }
