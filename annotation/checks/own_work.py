"""A page for each person about their own work: what to look at again, by article.

Nobody else's marks are read for it, not even counted, so a page may be given to its annotator while others are still at
work on the same articles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from annotation.checks import wording
from annotation.checks.corpus_counts import Corpus
from annotation.checks.file_faults import SetAside, read_lines
from annotation.checks.finding import WITHOUT_WORDS, Finding
from annotation.checks.run import check
from annotation.core.annotator_versions import annotator, updated
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.page import templates
from annotation.page.document_view import direction, heading, source_url, task_url
from annotation.page.highlighting import plain
from annotation.page.wording import Wording
from annotation.storage.documents_file import atomic
from annotation.storage.pull_files import PullFiles

_HERE = Path(__file__).parent
_SHOWN = 160
"""Characters of the words of one finding: it may be on a whole paragraph."""
_LONGEST = 120
_SIGNS = {"error": "✗", "warning": "○"}


@dataclass(frozen=True)
class FindingView:
    """A finding as the page shows it, in the page's language: its words in their context, the fault, the remedy."""

    severity: str
    sign: str
    before: Markup
    words: Markup
    after: Markup
    message: Markup
    remedy: Markup


@dataclass(frozen=True)
class OwnArticle:
    """An article with something to look at. `url` and `task` are http or https addresses, or None."""

    id: str
    title: Markup
    language: str
    direction: str
    url: str | None
    task: str | None
    findings: tuple[FindingView, ...]


@dataclass
class OwnWork:
    """One person's latest submission of each article, and what was found in them."""

    name: str
    documents: dict[str, Document] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, document: Document) -> None:
        """Take a submission; of two of one article the one updated later counts."""
        earlier = self.documents.get(document.id)
        if earlier is None or updated(earlier) <= updated(document):
            self.documents[document.id] = document

    def check(self, ontology: Ontology, suggested: Iterable[Document]) -> None:
        """Look for faults, each article held against this person's others only, and against a model's suggestions."""
        corpus = Corpus(self.documents.values())
        for document in suggested:
            corpus.suggest(document)
        for document in self.documents.values():
            self.findings += check(document, ontology, corpus)

    def count(self, severity: str) -> int:
        """How many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def last(self) -> str:
        """The day of the last submission, as YYYY-MM-DD; empty where none is recorded."""
        return max(map(updated, self.documents.values()), default="")[:10]


def own_works(
    path: Path, ontology: Ontology, suggested: Sequence[Document] = (), further: Iterable[Finding] = ()
) -> list[OwnWork]:
    """The work of each person named in a Documents file, checked by itself, in the order of their names.

    `suggested` is what a model suggested. `further` are findings made elsewhere; each goes to the person it names.
    Lines without a Document are left out. Raises UsageError when there are lines and none names a
    person.
    """
    works: dict[str, OwnWork] = {}
    unnamed = False
    set_aside = SetAside(PullFiles(path).quarantine)
    for item in read_lines(path):
        if isinstance(item, Document) and (name := annotator(item)):
            works.setdefault(name, OwnWork(name)).add(item)
            set_aside.meet(item)
        else:
            unnamed = True
    if unnamed and not works:
        raise UsageError(f"{path}: no line says who annotated it; check a file that naba pull wrote")
    for work in works.values():
        work.check(ontology, suggested)
    for finding in (*set_aside.findings(), *further):
        if finding.annotator in works:
            works[finding.annotator].findings.append(finding)
    return [works[name] for name in sorted(works)]


def write_pages(
    works: Iterable[OwnWork], folder: Path, *, ontology: Ontology, language: str = "en", studio: str | None = None
) -> dict[str, Path]:
    """Write a page for each person into the folder, and return the pages by name.

    `studio` is the URL of the Label Studio project, for links to its tasks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = Wording(language)
    template = templates.template_environment(_HERE, said).get_template("own_work.html.j2")
    look = templates.assets(_HERE / "own_work.css")
    pages = {}
    for work in works:
        pages[work.name] = folder / file_name(work.name)
        shown = [*_articles(work, ontology, language, studio)]
        with atomic(pages[work.name]) as file:
            file.write(template.render(work=work, articles=shown, **look))
    return pages


def file_name(name: str) -> str:
    """The name of a person's page: characters that a file system may not take are %-escaped, a long name is cut."""
    safe = quote(name, safe="@+")
    if len(safe) > _LONGEST:
        safe = f"{safe[: _LONGEST - 13]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return f"{safe}.html"


def _articles(work: OwnWork, ontology: Ontology, language: str, studio: str | None) -> Iterable[OwnArticle]:
    """The articles with findings, those with the most errors first."""
    by_article: dict[str, list[Finding]] = {}
    for finding in work.findings:
        by_article.setdefault(finding.document, []).append(finding)
    worst_first = sorted(by_article.items(), key=lambda item: -sum(f.severity == "error" for f in item[1]))
    for id, findings in worst_first:
        document = work.documents.get(id)
        ordered = sorted(findings, key=lambda f: (f.severity, f.span.start if f.span else -1))
        yield OwnArticle(
            id,
            heading(document) if document else plain(id),
            document.language if document else "und",
            direction(document.language) if document else "auto",
            source_url(document) if document else None,
            task_url(studio, document) if document else None,
            tuple(_view(finding, ontology, language) for finding in ordered),
        )


def _view(finding: Finding, ontology: Ontology, language: str) -> FindingView:
    whole = finding.kind in WITHOUT_WORDS
    words = finding.words if len(finding.words) <= _SHOWN else f"{finding.words[:_SHOWN]}…"
    parts = ("", "", "") if whole else (finding.before, words, finding.after)
    before, words, after = map(plain, parts)
    message = plain(wording.message(finding.kind, finding.values, language, ontology))
    remedy = plain(wording.remedy(finding.kind, finding.values, language, ontology))
    return FindingView(finding.severity, _SIGNS[finding.severity], before, words, after, message, remedy)
