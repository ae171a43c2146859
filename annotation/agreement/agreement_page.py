"""agreement.html: agreement scores, confused labels, and the articles with the most disagreements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from pathlib import Path

from markupsafe import Markup

from annotation.agreement.aggregate import FEWEST_ARTICLES, Scores
from annotation.agreement.disagreements import Article, articles, causes, confused
from annotation.agreement.item_alignment import ATTRIBUTE, CAUSES, EVENT, ITEM_LAYERS, AlignedItem, LabelledSpan
from annotation.agreement.pair_counts import EXACT, STRICTNESS, TOLERANT
from annotation.agreement.pairwise import agreement
from annotation.core.document import Document, Span
from annotation.core.layers import ARGUMENT, ENTITY
from annotation.core.matching import ENOUGH, HEADLINE, PRF, Units, units
from annotation.core.ontology import Ontology
from annotation.page import templates
from annotation.page.document_view import Marking, VersionView, direction, heading, source_url, task_url
from annotation.page.filters import filters
from annotation.page.highlighting import AGREED, CONTESTED, plain, showable
from annotation.page.titles import UNITS, Names
from annotation.page.wording import Wording
from annotation.storage.documents_file import atomic

MOST = 50
"""Articles shown in full: keeps the page at a few MB, so that it opens quickly."""
MOST_CHARACTERS = 400_000
MOST_CONFUSED = 20

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class DisagreementRow:
    """A contested item as the page lists it: its words and the answer of each annotator, which may be empty.

    `odd` marks answers that differ from the majority's; `asked` the annotators who could answer.
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
    """An article as the page shows it. `url` and `tasks` (a link by annotator) are http or https addresses, or None.

    notes: what annotators wrote to the lead, by annotator.
    """

    id: str
    title: Markup
    url: str | None
    language: str
    direction: str
    sides: Mapping[str, VersionView]
    tasks: Mapping[str, str | None]
    notes: Mapping[str, Markup]
    rows: tuple[DisagreementRow, ...]
    share: float
    places: int
    types: frozenset[str]
    causes: frozenset[str]


def write_page(
    documents: Iterable[Document], out: Path, *, ontology: Ontology, studio: str | None = None, language: str = "en"
) -> Path:
    """Write the page in a language of pages and return its path. `studio` is the URL of the Label Studio project.

    Its tasks are linked to. Raises UsageError when an article's text is not the same for all its annotators.
    """
    documents = list(documents)
    compared, names = articles(documents, ontology), Names(ontology, Wording(language))
    examples = _examples([article for article in compared if article.contested], names, studio)
    environment = templates.template_environment(_HERE, names.wording)
    page = environment.get_template("page.html.j2").render(
        result=agreement(documents, ontology=ontology),
        found=compared,
        examples=examples,
        causes=causes(compared),
        confused=confused(compared)[:MOST_CONFUSED],
        **_named(names),
        **_filters(examples, names),
        **templates.assets(_HERE / "page.css"),
    )
    with atomic(out) as file:
        file.write(page)
    return out


def _named(names: Names) -> dict[str, object]:
    """The template variables that are the same whatever was marked: titles, meanings and limits."""
    return {
        "names": names,
        "title_of": _titles(names),
        "layer_title": partial(_layer_title, names=names),
        "frequent": _frequent,
        "units": UNITS,
        "headline": HEADLINE,
        "exact": EXACT,
        "tolerant": TOLERANT,
        "strictness": STRICTNESS,
        "layers": ITEM_LAYERS,
        "meanings": CAUSES,
        "enough": ENOUGH,
        "fewest": FEWEST_ARTICLES,
    }


def _filters(examples: Sequence[ArticleView], names: Names) -> Mapping[str, object]:
    shown = (event.type for example in examples for side in example.sides.values() for event in side.events)
    return filters(examples, names, shown_types=shown, causes=CAUSES)


def _examples(compared: Sequence[Article], names: Names, studio: str | None) -> list[ArticleView]:
    """The first articles: at most `MOST`, with about `MOST_CHARACTERS` code points of text over all versions."""
    examples: list[ArticleView] = []
    characters = 0
    for article in compared[:MOST]:
        characters += len(article.document.text) * len(article.versions)
        if examples and characters > MOST_CHARACTERS:
            break
        examples.append(_example(article, names, studio))
    return examples


def _example(article: Article, names: Names, studio: str | None) -> ArticleView:
    document, contested = article.document, article.contested
    types = {item.about.label for item in contested if item.layer in (ARGUMENT, ATTRIBUTE)}
    types |= {label for item in contested if item.layer in (ENTITY, EVENT) for label in item.labels}
    return ArticleView(
        id=document.id,
        title=heading(document),
        url=source_url(document),
        language=document.language,
        direction=direction(document.language),
        sides={name: _side(article, name, names) for name in article.versions},
        tasks={name: task_url(studio, version) for name, version in article.versions.items()},
        notes={
            name: plain(version.provenance.note)
            for name, version in article.versions.items()
            if version.provenance and version.provenance.note
        },
        rows=tuple(_row(item, document.text, names, list(article.versions)) for item in contested),
        share=article.share,
        places=len(article.items),
        types=frozenset(types),
        causes=frozenset(cause for item in contested for cause in item.causes),
    )


def _side(article: Article, name: str, names: Names) -> VersionView:
    """One version, highlighted where it differs from another; a contested span's note has the other answers."""
    version = article.versions[name]
    others = [units(other) for annotator, other in article.versions.items() if annotator != name]
    notes: dict[Span, str] = {}
    for item in article.contested:
        if item.layer in (ENTITY, EVENT):
            answers = "; ".join(
                f"{annotator}: {_answer_text(answer, version.text, names)}"
                for annotator, answer in item.answers.items()
                if annotator != name
            )
            notes |= {span: f"; {answers}" for _, span in item.answers[name]}
    return Marking(version, reduce(_intersection, others), names, AGREED, CONTESTED, notes).side()


def _intersection(first: Units, second: Units) -> Units:
    return {unit: first[unit] & second[unit] for unit in first}


def _answer_text(answer: Sequence[LabelledSpan], text: str, names: Names) -> str:
    _ = names.wording.gettext
    parts = (
        _("%(type)s on “%(words)s”", type=names.title(label), words=showable(span.quote(text)))
        for label, span in answer
    )
    return _(", ").join(parts) or _("nothing")


def _row(item: AlignedItem, text: str, names: Names, annotators: Sequence[str]) -> DisagreementRow:
    title = _titles(names)(item.name or item.layer)
    answers = tuple(
        tuple((title(label), plain(_shown(item, span, text))) for label, span in item.answers.get(name, ()))
        for name in annotators
    )
    what = names.title(item.about.label) if item.layer in (ARGUMENT, ATTRIBUTE) else ""
    asked = tuple(name in item.answers for name in annotators)
    (common, most), *_ = item.votes().most_common(1)
    majority = 2 * most > len(item.answers)
    odd = tuple(majority and item.answers.get(name, common) != common for name in annotators)
    words = plain(item.about.quote(text))
    return DisagreementRow(item.name or item.layer, what, words, answers, asked, odd, item.causes)


def _shown(item: AlignedItem, span: Span, text: str) -> str:
    """The words of an answer's span; none for an attribute, whose span is the item's own."""
    return "" if item.layer == ATTRIBUTE else span.quote(text)


def _titles(names: Names) -> Callable[[str], Callable[[str], str]]:
    """A function from a layer, attribute or link to a function that gives the title of its labels."""

    def of(layer: str) -> Callable[[str], str]:
        if layer in names.ontology.links:
            return names.link
        if layer in (ENTITY, EVENT):
            return names.title
        return names.role if layer == ARGUMENT else partial(names.value, layer)

    return of


def _layer_title(layer: str, names: Names) -> str:
    """The title of a layer, of one attribute, or of one kind of link."""
    if layer in names.ontology.attributes:
        return names.attribute(layer)
    return names.link(layer) if layer in names.ontology.links else names.wording.of(layer)


def _frequent(scores: Scores) -> list[tuple[str, PRF]]:
    """Types and scores, the most often marked first: these scores are the most reliable."""
    return sorted(scores.items(), key=lambda item: (-item[1].gold - item[1].predicted, item[0]))
