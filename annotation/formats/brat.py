"""Reader of brat's standoff format: an article in NAME.txt, its annotations in NAME.ann beside it, one a line.

The lines are described in standoff.py. Offsets count code points of the .txt.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, id_of, text_of
from annotation.formats.standoff import StandoffAnnotations, is_standoff, standoff_lines
from annotation.storage.folder_files import files_below

_SETTINGS = (".conf", ".stats_cache", ".md5")
"""Files of brat's own that say nothing of an article."""
_CHECKED = 20


def recognises(opening: Opening) -> bool:
    """Whether it is a folder with .ann files in this format, such a file, or the text of one."""
    if opening.path.is_dir():
        marks = [name for name in opening.names if name.endswith(".ann")]
        others = any(Path(name).suffix == ".a1" for name in opening.names)
        return not others and any(_is_standoff(opening.path / name) for name in marks[:_CHECKED])
    beside = opening.path.with_suffix(".ann")
    return opening.path.suffix in (".ann", ".txt") and beside.is_file() and _is_standoff(beside)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a folder, or the one of a .ann or .txt file. An id is the file's path in the folder, no ending.

    In a folder with .ann files, a .txt without one is no article and is named; so is a .ann without its .txt. Raises
    UsageError where there are no .txt files or the only file cannot be read.
    """
    if not path.is_dir():
        yield from _article(path.with_suffix(".txt"), path.stem, how)
        return
    texts, marks, others = _files(path)
    if not texts:
        raise UsageError(f"{path}: holds no .txt files")
    for file in others:
        yield Lost("other", _name(file, path), "is neither an article nor its annotations; passed over")
    for file in marks:
        if not file.with_suffix(".txt").exists():
            reason = "has no .txt with its text beside it; add it"
            yield Lost("document", _name(file, path), reason, kind="wrong")
    for file in texts:
        if marks and not file.with_suffix(".ann").exists():
            reason = "has no .ann beside it, so it is no article; add an empty one where it is"
            yield Lost("document", _name(file, path), reason)
            continue
        try:
            yield from _article(file, file.relative_to(path).with_suffix("").as_posix(), how)
        except UsageError as error:
            yield Lost("document", str(file), str(error), kind="wrong")


def _files(folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """The texts, the annotations, and other files but settings, each in order of their names."""
    files = files_below(folder)
    texts = [file for file in files if file.suffix == ".txt"]
    marks = [file for file in files if file.suffix == ".ann"]
    return texts, marks, [file for file in files if file.suffix not in (".txt", ".ann", *_SETTINGS)]


def _article(file: Path, name: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """One article. Raises UsageError where its text or annotations cannot be read."""
    if not file.exists():
        raise UsageError(f"{file.with_suffix('.ann')}: its text is not beside it; add {file.name}")
    text, marks = text_of(file, exact=True), file.with_suffix(".ann")
    lines = text_of(marks, exact=True) if marks.exists() else ""
    if not is_standoff(lines):
        raise UsageError(f"{marks}: none of its lines is brat's, such as `T1⇥Person 0 4⇥Rami`; mend or remove it")
    draft = DocumentBuilder(text, marks.name, repair=how.repair)
    StandoffAnnotations(draft, standoff_lines(lines))
    id = "/".join(id_of(piece) for piece in name.split("/"))
    yield draft.document(id, how.language or guess_language(text))
    yield from draft.lost


def _is_standoff(file: Path) -> bool:
    try:
        return is_standoff(text_of(file, exact=True))
    except UsageError:
        return False


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()
