"""A team's own lists of phrases: a TSV file with one column for each type, and the type in its first line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.errors import UsageError, hint
from annotation.core.ontology import Ontology
from annotation.core.text import decode_bytes
from annotation.drafting.article_words import Key, key
from annotation.drafting.phrases import Phrase
from annotation.storage.documents_file import expanded, open_bytes

_CERTAIN = 98
"""Places that a phrase of a list counts as marked at, so that its score is 0.99."""


def read_word_list(path: Path, ontology: Ontology) -> tuple[dict[Key, Phrase], list[str]]:
    """The phrases of a list, and a line on each cell that is left out.

    Any encoding that articles may have is read, and cells in quotation marks as spreadsheets write them. Of a phrase in
    two columns, the first counts. Raises UsageError when the file cannot be read, or its first line names a type that
    the ontology does not have.
    """
    heading, *rows = list(_rows(path)) or [(1, [])]
    labels = _labels(heading[1], ontology, path)
    phrases: dict[Key, Phrase] = {}
    faults = []
    for number, cells in rows:
        if any(cells[len(labels) :]):
            faults.append(f"{path}, line {number}: has more cells than the first line has types; the rest is left out")
        for label, cell in zip(labels, cells, strict=False):
            if fault := _add(phrases, label, cell, ontology) if cell else None:
                faults.append(f"{path}, line {number}: {fault}")
    return phrases, faults


def _add(phrases: dict[Key, Phrase], label: str, cell: str, ontology: Ontology) -> str | None:
    """Add a phrase, or say why it is left out."""
    words = key(cell)
    if not words:
        return f"{cell!r} has no letter; left out"
    if phrases.setdefault(words, Phrase(label, label in ontology.events, marked=_CERTAIN)).label != label:
        return f"{cell!r} is listed as {phrases[words].label} before; left out as {label}"
    return None


def _labels(cells: list[str], ontology: Ontology, path: Path) -> list[str]:
    if not any(cells):
        raise UsageError(f"{path}: is empty; its first line names a type for each column, such as Person or Strike")
    for cell in cells:
        if cell not in ontology.labels:
            raise UsageError(f"{path}, line 1: {cell!r} is no type of the ontology; {hint(cell, ontology.labels)}")
    return cells


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with its number from 1."""
    try:
        with open_bytes(path) as file:
            text, _ = decode_bytes(expanded(file))
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a list of phrases: {error}") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, [_unquoted(cell.strip()) for cell in line.split("\t")]


def _unquoted(cell: str) -> str:
    """A cell as a spreadsheet shows it; an acronym's own quotation mark stays."""
    inner = cell[1:-1].replace('""', "")
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inner:
        return cell[1:-1].replace('""', '"').strip()
    return cell
