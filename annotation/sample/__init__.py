"""The bundled corpus: articles written for naba, as they come from the web, and what annotators marked in them.

    LANGUAGE/raw/NAME.txt|.html     the article as scraped, with everything a scrape drags along
    LANGUAGE/unlabelled/NAME.*      articles nobody has marked yet
    LANGUAGE/ANNOTATOR/NAME.txt     the article's body in the markup of `annotation.core.inline_markup`

Every article in `raw` was marked by the senior of its language, some by the other two annotators as well. People,
groups and events are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from annotation.core.document import Document, Provenance
from annotation.core.inline_markup import parse

ANNOTATORS = {"ar": ("layla", "karim", "rana"), "he": ("noa", "dan", "tal")}
"""Who marked the articles of each language, the senior first."""

_HERE = Path(__file__).parent


def raw() -> list[Path]:
    """The articles that were marked, as scraped."""
    return _files("*/raw/*")


def unlabelled() -> list[Path]:
    """The articles nobody has marked, as scraped."""
    return _files("*/unlabelled/*")


def annotated() -> Iterator[tuple[str, Document]]:
    """Each annotator's name and Document, once for every article they marked."""
    for language, names in ANNOTATORS.items():
        for name in names:
            for path in _files(f"{language}/{name}/*.txt"):
                yield name, _document(path, language, name)


def gold() -> list[Document]:
    """The seniors' Documents: one for every article in `raw`, in the same order."""
    seniors = {names[0] for names in ANNOTATORS.values()}
    return [document for name, document in annotated() if name in seniors]


def _document(path: Path, language: str, annotator: str) -> Document:
    """The file's last newline is the file's, not the article's."""
    markup = path.read_text(encoding="utf-8").removesuffix("\n")
    return replace(parse(markup, language=language), provenance=Provenance(annotator=annotator))


def _files(pattern: str) -> list[Path]:
    return sorted(_HERE.glob(pattern))
