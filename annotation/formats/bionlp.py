"""Reader of the BioNLP shared tasks' standoff: NAME.txt, given entities in NAME.a1, events in NAME.a2 beside it.

The lines are described in standoff.py: entities (`T`) in .a1; triggers (`T`), events, modifications (`M`), relations
and equivalences in .a2; relations of the task REL in .rel. Ids run through all files of an article. Offsets count code
points of the .txt. A task of 2009 names its .a2 files by the parts they cover (.a2.t1, .a2.t12, .a2.t123): the last
one, which covers most, is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, id_of, text_of
from annotation.formats.standoff import StandoffAnnotations, standoff_lines
from annotation.storage.folder_files import files_below

_MARKS = re.compile(r"(.+)\.(a1|a2(?:\.t\d+)?|rel)")
_FILES = re.compile(_MARKS.pattern.replace("rel", "rel|txt"))


def recognises(opening: Opening) -> bool:
    """Whether it is a folder with .a1 files, or a file of an article that has one."""
    if opening.path.is_dir():
        return any(name.endswith(".a1") for name in opening.names)
    found = _FILES.fullmatch(opening.path.name)
    return found is not None and opening.path.with_name(f"{found[1]}.a1").is_file()


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a folder, or the one that a file belongs to. An id is the path in the folder, no ending.

    Raises UsageError where there are no such files or the only article cannot be read.
    """
    folder = path if path.is_dir() else path.parent
    files = files_below(folder)
    articles: dict[Path, list[Path]] = {}
    for file in files:
        if found := _MARKS.fullmatch(file.name):
            articles.setdefault(file.with_name(found[1]), []).append(file)
    if not path.is_dir():
        found = _MARKS.fullmatch(path.name)
        stem = path.with_name(found[1]) if found else path.with_suffix("")
        yield from _article(stem, articles.get(stem, []), folder, how)
        return
    if not articles:
        raise UsageError(f"{path}: holds no .a1 or .a2 files")
    for file in files:
        if not _MARKS.fullmatch(file.name) and file.with_suffix("") not in articles:
            yield Lost("other", file.relative_to(path).as_posix(), "belongs to no article with .a1 or .a2; passed over")
        elif not _MARKS.fullmatch(file.name) and file.suffix != ".txt":
            yield Lost("other", file.relative_to(path).as_posix(), "is no .txt, .a1, .a2 or .rel; passed over")
    for stem, marks in articles.items():
        try:
            yield from _article(stem, marks, folder, how)
        except UsageError as error:
            yield Lost("document", stem.relative_to(path).as_posix(), str(error), kind="wrong")


def _article(stem: Path, marks: list[Path], folder: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """One article. Raises UsageError where one of its files cannot be read."""
    text_file = stem.with_name(f"{stem.name}.txt")
    if not text_file.exists():
        raise UsageError(f"{marks[0] if marks else stem}: its text is not beside it; add {text_file.name}")
    draft = DocumentBuilder(text_of(text_file, exact=True), stem.name, repair=how.repair)
    variants = [file for file in marks if ".a2" in file.name.removeprefix(stem.name)]
    for file in variants[:-1]:
        draft.lose("other", file.name, f"is not read, {variants[-1].name} is")
    kept = [file for file in marks if file not in variants[:-1]]
    StandoffAnnotations(
        draft,
        [line for file in kept for line in standoff_lines(text_of(file, exact=True), f"{file.suffixes[-1]} line")],
    )
    id = "/".join(id_of(piece) for piece in stem.relative_to(folder).parts)
    yield draft.document(id, how.language or guess_language(draft.text))
    yield from draft.lost
