"""Bundled sample corpus: articles written for naba, in the form of scraped web pages, and their annotations.

    LANGUAGE/raw/NAME.txt|.html     the article as scraped, with menus, captions and other boilerplate
    LANGUAGE/unlabelled/NAME.*      articles without annotations
    LANGUAGE/ANNOTATOR/NAME.txt     the article's body in the markup of `annotation.core.inline_markup`

The senior annotator of a language marked every article in `raw`, the other two marked some of them. People, groups and
events are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from annotation.core.document import Document, Provenance
from annotation.core.inline_markup import parse

ANNOTATORS = {"ar": ("layla", "karim", "rana"), "he": ("noa", "dan", "tal")}
"""The annotators of each language, the senior first."""

_HERE = Path(__file__).parent


def raw() -> list[Path]:
    """The paths of the annotated articles, as scraped."""
    return _files("*/raw/*")


def unlabelled() -> list[Path]:
    """The paths of the articles without annotations, as scraped."""
    return _files("*/unlabelled/*")


def annotated() -> Iterator[tuple[str, Document]]:
    """(annotator, Document) for every article that each annotator marked."""
    for language, names in ANNOTATORS.items():
        for name in names:
            for path in _files(f"{language}/{name}/*.txt"):
                yield name, _document(path, language, name)


def gold() -> list[Document]:
    """The seniors' Documents: one for every article in `raw`, in the same order."""
    seniors = {names[0] for names in ANNOTATORS.values()}
    return [document for name, document in annotated() if name in seniors]


def _document(path: Path, language: str, annotator: str) -> Document:
    """Parse an annotated article. The final newline of the file is not part of the article."""
    markup = path.read_text(encoding="utf-8").removesuffix("\n")
    return replace(parse(markup, language=language), provenance=Provenance(annotator=annotator))


def _files(pattern: str) -> list[Path]:
    return sorted(_HERE.glob(pattern))
