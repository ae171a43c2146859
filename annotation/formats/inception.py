"""Reader of INCEpTION's exports: UIMA CAS as XMI with TypeSystem.xml or as JSON, alone, zipped, or a whole project.

dkpro-cassis reads the CAS and turns UIMA's offsets, which count UTF-16 units, into code points; cas_marks.py and
uima_marks.py describe what becomes of it. In a project, each document is a folder of `annotation` or `curation` with a
file for each annotator, in a format named here or WebAnno TSV.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from annotation.core.document import Provenance
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.cas_marks import CasMarks, annotator
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language
from annotation.formats.uima_marks import add_marks
from annotation.formats.webanno import webanno_draft
from annotation.storage.folder_files import files_below

if TYPE_CHECKING:
    from cassis import Cas

_MISSING = (
    "dkpro-cassis is not installed, which this format needs; install naba with its extra: pip install 'naba[inception]'"
)
_FOLDERS = ("annotation", "curation")
_INITIAL = "INITIAL_CAS"
_LARGEST = 1 << 28
"""Most bytes of a file in a .zip."""
_UNMAPPED = re.compile(r"Not mapping external offset \[(\d+)\]")


def recognises(opening: Opening) -> bool:
    """Whether it is XMI or a folder with it, JSON of a CAS, or a .zip with one or with a project's annotations."""
    if opening.path.is_dir():
        return any(_is_cas(name) for name in opening.names)
    if opening.path.suffix == ".zip":
        return any(_is_cas(name) or _in_project(name) for name in _zipped(opening.path))
    if opening.text.lstrip("\ufeff \r\n\t").startswith("<"):
        return "http://www.omg.org/XMI" in opening.text
    return bool({"%FEATURE_STRUCTURES", "%TYPES"} & opening.keys)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a .xmi, .json or .zip, or of all of a folder. An id is the document's name without an ending.

    Raises UsageError where dkpro-cassis is missing, an .xmi has no TypeSystem.xml beside it, or the only file cannot
    be read.
    """
    if path.is_dir():
        yield from _folder(path, how)
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    if zipfile.is_zipfile(path):
        yield from _zip(content, path.name, how)
        return
    types = [file.read_bytes() for file in sorted(path.parent.glob("*.xml")) if _is_type_system(file.name)]
    yield from _document(content, types[0] if types else None, path.name, path.stem, None, how)


def _folder(folder: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    for file in files_below(folder):
        name = file.relative_to(folder).as_posix()
        if file.suffix not in (".xmi", ".json", ".zip"):
            if not _is_type_system(name):
                yield Lost("other", name, "is no .xmi, .json or .zip; passed over")
            continue
        try:
            yield from read(file, how)
        except UsageError as error:
            yield Lost("document", name, str(error), kind="wrong")


def _zip(content: bytes, where: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """Every document of a .zip. Raises UsageError where it holds none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        project = [name for name in names if _in_project(name)]
        chosen = project or [name for name in names if _is_cas(name)]
        if not chosen:
            raise UsageError(f"{where}: holds no .xmi, .json or .tsv of INCEpTION; export it with a secondary format")
        types = next((name for name in names if _is_type_system(name)), None)
        for name in sorted(chosen):
            try:
                yield from _member(archive, name, types, where, how)
            except UsageError as error:
                yield Lost("document", f"{where}, {name}", str(error), kind="wrong")
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error) as error:
                yield Lost("document", f"{where}, {name}", f"cannot be unpacked: {error}", kind="wrong")


def _member(
    archive: zipfile.ZipFile, name: str, types: str | None, where: str, how: ReadOptions
) -> Iterator[DocumentOrLost]:
    """The Document of one file in a .zip; in a project its folder is the document and its name the annotator."""
    path = PurePosixPath(name)
    content, place = _unpacked(archive, name), f"{where}, {name}"
    id, by = (PurePosixPath(path.parts[-2]).stem, path.stem) if _in_project(name) else (path.stem, None)
    if path.suffix == ".tsv":
        draft = webanno_draft(content.decode("utf-8", "replace"), place, how)
        yield from _finished(draft, id, by, how)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(content)) as inner:
            names = [entry.filename for entry in inner.infolist()]
            inner_types = next((inner_name for inner_name in names if _is_type_system(inner_name)), None)
            type_system = _unpacked(inner, inner_types) if inner_types else None
            for inner_name in filter(_is_cas, names):
                yield from _document(_unpacked(inner, inner_name), type_system, place, id, by, how)
    else:
        yield from _document(content, _unpacked(archive, types) if types else None, place, id, by, how)


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST:
        raise UsageError(f"{name} has more than {_LARGEST >> 20} MiB; unpack it and import the files")
    return archive.read(name)


def _document(
    content: bytes, types: bytes | None, where: str, id: str, by: str | None, how: ReadOptions
) -> Iterator[DocumentOrLost]:
    """The Document of one CAS. Raises UsageError where it cannot be read."""
    cas, unmapped = _cas(content, types, where)
    text = cas.sofa_string
    if not isinstance(text, str):
        raise UsageError(f"{where}: has no text; export the document from INCEpTION again")
    draft = DocumentBuilder(text, where)
    for sofa in cas.sofas[1:]:
        draft.lose("document", "", "is a second view of the document; the first is read", str(sofa.sofaID))
    marks = CasMarks(cas, draft, unmapped)
    add_marks(draft, marks.marks, marks.arrows, marks.features, how)
    yield from _finished(draft, id, by or annotator(cas), how)


def _finished(draft: DocumentBuilder, id: str, by: str | None, how: ReadOptions) -> Iterator[DocumentOrLost]:
    provenance = Provenance(annotator=by) if by else None
    yield draft.document(id, how.language or guess_language(draft.text), provenance=provenance)
    yield from draft.lost


def _cas(content: bytes, types: bytes | None, where: str) -> tuple[Cas, set[int]]:
    """The CAS, and the offsets in it that are none of the text's, which dkpro-cassis only warns of."""
    try:
        from cassis import load_cas_from_json, load_cas_from_xmi, load_typesystem
    except ImportError as error:
        raise UsageError(_MISSING) from error
    xml = content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    if xml and types is None:
        raise UsageError(f"{where}: needs the TypeSystem.xml that INCEpTION exports with it; put it beside the file")
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in (content, types or b"") if xml):
        raise UsageError(f"{where}: declares entities, which are not read for safety; export it again")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if xml:
                cas = load_cas_from_xmi(io.BytesIO(content), typesystem=load_typesystem(io.BytesIO(types or b"")))
            else:
                cas = load_cas_from_json(io.BytesIO(content))
    except Exception as error:  # cassis lets errors of many types through
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(f"{where}: cannot be read as a CAS: {why}") from error
    found = (_UNMAPPED.match(str(warning.message)) for warning in caught)
    return cas, {int(match[1]) for match in found if match}


def _zipped(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return []


def _is_cas(name: str) -> bool:
    return name.endswith(".xmi")


def _is_type_system(name: str) -> bool:
    return PurePosixPath(name).name.lower() == "typesystem.xml"


def _in_project(name: str) -> bool:
    """Whether it is a file of one annotator in a project; not that of the document before anybody annotated it."""
    path = PurePosixPath(name.lstrip("/"))
    kinds = (".xmi", ".json", ".tsv", ".zip")
    return len(path.parts) == 3 and path.parts[0] in _FOLDERS and path.suffix in kinds and path.stem != _INITIAL
