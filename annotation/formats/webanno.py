"""Reader of WebAnno TSV 3, which INCEpTION exports: layers of spans, slots, chains and relations, a row a token.

webanno_file.py describes the file, uima_marks.py what becomes of its layers. The text is that of the sentences; the
words of each row are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.offset_units import POINTS, UTF16, OffsetUnit, unit
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, id_of, text_of
from annotation.formats.uima_marks import Arrow, UimaMark, add_marks, is_grammar
from annotation.formats.webanno_cells import NONE, NULL, slots, stacked, unescaped, with_chain, with_id
from annotation.formats.webanno_file import HEADER, WebAnnoFile, WebannoLayer, WebannoRow, WebannoSentence, parse
from annotation.storage.folder_files import files_below

_Key = tuple[str, str, int]
"""Layer, row and place in the stack of a mark."""


def recognises(opening: Opening) -> bool:
    """Whether the file, or the first .tsv of a folder, begins with the format's name and version."""
    tables = [name for name in opening.names if name.endswith(".tsv")]
    return (Opening(opening.path / tables[0]) if tables else opening).text.startswith(HEADER + "3")


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Document of a file, or of each .tsv of a folder; its id is the file's path there without the ending.

    Raises UsageError where the only file is not in the format.
    """
    if path.is_dir():
        yield from _folder(path, how)
        return
    yield from _file(path, path.name, how)


def _file(path: Path, name: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    draft = webanno_draft(text_of(path, exact=True), name, how)
    id = "/".join(map(id_of, name.removesuffix(".gz").removesuffix(".tsv").split("/")))
    yield draft.document(id, how.language or guess_language(draft.text))
    yield from draft.lost


def _folder(folder: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    files = files_below(folder)
    if not files:
        raise UsageError(f"{folder}: holds no .tsv files")
    for file in files:
        name = file.relative_to(folder).as_posix()
        if file.suffix != ".tsv":
            yield Lost("other", name, "is no .tsv; passed over")
            continue
        try:
            yield from _file(file, name, how)
        except UsageError as error:
            yield Lost("document", name, str(error), kind="wrong")


def webanno_draft(content: str, where: str, how: ReadOptions) -> DocumentBuilder:
    """The annotations of a file with this content. Raises UsageError where it is not in the format."""
    try:
        file = parse(content.removeprefix("\ufeff"))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    text, counted, padding = _text(file)
    draft = DocumentBuilder(text, where, repair=how.repair)
    if padding:
        detail = f"{padding} characters"
        draft.note("other", "", "stands between sentences, where the file has no text; spaces are put there", detail)
    if counted.name != UTF16:
        draft.note("document", "", "counts its offsets in another unit, as all its words prove", counted.name)
    for at, fault in file.faults:
        draft.wrong("other", at, fault)
    rows = _Rows(file, draft, counted)
    for row in file.rows():
        for layer in file.layers:
            rows.read(row, layer)
    rows.finish()
    add_marks(draft, rows.marks, rows.arrows, _features(file), how)
    return draft


def _features(file: WebAnnoFile) -> dict[str, list[str]]:
    """The features of each layer that have values of their own."""
    chains = {layer.name.removesuffix("Link"): ["label"] for layer in file.layers if layer.kind == "chain"}
    features = {layer.name: [c.name for c in layer.columns if c.kind == "feature"] for layer in file.layers}
    return {**chains, **features}


def _text(file: WebAnnoFile) -> tuple[str, OffsetUnit, int]:
    """The article's text, the unit its offsets count, and how many characters of it are not in the file."""
    results = [_text_counting(file.sentences, name) for name in (UTF16, POINTS)]
    for text, counted, padding in results:
        if all(_covers(row, text, counted) for row in file.rows()):
            return text, counted, padding
    return results[0]


def _text_counting(sentences: list[WebannoSentence], name: str) -> tuple[str, OffsetUnit, int]:
    parts: list[str] = []
    length, padding = 0, 0
    for sentence in sentences:
        start = sentence.rows[0].start if sentence.rows else length
        if length == start + 1 and parts:
            parts[-1] = parts[-1].removesuffix("\n")
        elif length < start:
            padding += start - length
            parts.append(" " * (start - length))
        words = "".join(f"{line}\n" for line in sentence.lines)
        parts.append(words)
        length = start + (len(words) if name == POINTS else len(words.encode("utf-16-le", "surrogatepass")) // 2)
    text = "".join(parts).removesuffix("\n")
    return text, unit(name, text), padding


def _covers(row: WebannoRow, text: str, counted: OffsetUnit) -> bool:
    """Whether the row's words stand where its offsets say."""
    points = counted.points(row.start, row.end)
    if points is None:
        return False
    covered = text[points[0] : points[1]]
    return row.words == covered or row.words.split() == covered.split() or unescaped(row.words) == covered


class _Rows:
    """The marks and arrows of all rows. References are resolved when every row was read."""

    def __init__(self, file: WebAnnoFile, draft: DocumentBuilder, counted: OffsetUnit) -> None:
        self.marks: list[UimaMark] = []
        self.arrows: list[Arrow] = []
        self._draft, self._counted = draft, counted
        self._by_id: dict[str, UimaMark] = {}
        self._by_place: dict[_Key, UimaMark] = {}
        self._first: dict[str, UimaMark] = {}
        self._bad = {row.id for row in file.rows() if not _covers(row, draft.text, counted)}
        self._slots: list[tuple[UimaMark, str, str]] = []
        self._sources: list[tuple[Arrow, WebannoRow, str, str]] = []
        self._chains: dict[tuple[str, int], dict[int, tuple[UimaMark, str | None]]] = {}
        for row in file.rows():
            if row.id in self._bad:
                self._draft.wrong("other", row.at, "has words that do not stand at its offsets; mend it", row.words)

    def read(self, row: WebannoRow, layer: WebannoLayer) -> None:
        """Read the cells of one layer in a row."""
        cells = [stacked(cell) for cell in row.cells[layer.first : layer.first + len(layer.columns)]]
        for place in range(max(map(len, cells))):
            values = [cell[place] if place < len(cell) else NULL for cell in cells]
            for at, column in enumerate(layer.columns):
                if column.kind == "role" and place >= len(cells[at]):
                    values[at] = NONE  # no slots, which the file may also write so
            if layer.kind == "span":
                self._span(row, layer, values, place)
            elif layer.kind == "relation":
                self._relation(row, layer, values)
            else:
                self._element(row, layer, values)

    def _span(self, row: WebannoRow, layer: WebannoLayer, values: list[str], place: int) -> None:
        pairs = [(column, *with_id(value)) for column, value in zip(layer.columns, values, strict=True)]
        ids = [id for column, _, id in pairs if id and column.kind != "filler"]
        known = self._by_id.get(ids[0]) if ids else None
        mark = known or self._new(row, layer)
        if known:
            self._extend(mark, row)
        self._by_place[layer.name, row.id, place] = mark
        self._first.setdefault(row.id, mark)
        if ids:
            self._by_id[ids[0]] = mark
        roles, slot = "", ""
        for (column, value, _), whole in zip(pairs, values, strict=True):
            if column.kind == "feature" and value != NULL and not known:
                mark.features[column.name] = unescaped(value)
            elif column.kind == "role":
                roles, slot, mark.has_slots = value, column.name, True
            elif column.kind == "filler" and not known:
                self._fillers(mark, slot, column.name, roles, whole)

    def _fillers(self, mark: UimaMark, slot: str, target: str, roles: str, fillers: str) -> None:
        """Keep each role, or the slot's name, with the reference to its filler in the target layer, for later."""
        names, references = slots(roles), [] if fillers == NULL and roles == NONE else slots(fillers)
        for name, reference in zip(names, references, strict=False):
            mark.slots.append((slot if name == NULL else unescaped(name), None))
            self._slots.append((mark, target, reference))
        for _ in range(abs(len(names) - len(references))):
            self._draft.wrong("argument", mark.at, "has a role without a filler, or the reverse; mend it", roles)

    def _new(self, row: WebannoRow, layer: WebannoLayer) -> UimaMark:
        start, end = self._counted.points(row.start, row.end) or (row.start, row.end)
        mark = UimaMark(layer.name, start, end, row.at)
        if row.id in self._bad:
            mark.quoted = row.words
        self.marks.append(mark)
        return mark

    def _extend(self, mark: UimaMark, row: WebannoRow) -> None:
        """The mark covers this row as well. A row in the wrong place spoils it."""
        _, end = self._counted.points(row.start, row.end) or (row.start, row.end)
        mark.end = max(mark.end, end)
        if row.id in self._bad:
            mark.quoted = f"… {row.words}"

    def _relation(self, row: WebannoRow, layer: WebannoLayer, values: list[str]) -> None:
        arrow = Arrow(layer.name, None, None, row.at)
        for column, whole in zip(layer.columns, values, strict=True):
            value, _ = with_id(whole)
            if column.kind == "source":
                self._sources.append((arrow, row, column.name, whole))
            elif column.kind == "feature" and value != NULL:
                arrow.features[column.name] = unescaped(value)
        self.arrows.append(arrow)

    def _element(self, row: WebannoRow, layer: WebannoLayer, values: list[str]) -> None:
        """A mark in a chain: its value, and the value of the link to the next."""
        by_kind = {column.kind: value for column, value in zip(layer.columns, values, strict=True)}
        link, numbers = with_chain(by_kind.get("link", NULL))
        value, _ = with_id(by_kind.get("element", NULL))
        if numbers is None:
            self._draft.wrong("entity", row.at, "is in a chain but has no number in it; mend it", value)
            return
        chain = self._chains.setdefault((layer.name, numbers[0]), {})
        if numbers[1] in chain:
            self._extend(chain[numbers[1]][0], row)
            return
        mark = self._new(row, WebannoLayer(layer.name.removesuffix("Link"), "span", (), 0))
        if value != NULL:
            mark.features["label"] = unescaped(value)
        chain[numbers[1]] = (mark, None if link == NULL else unescaped(link))

    def finish(self) -> None:
        """Resolve the fillers of slots, the ends of relations, and the neighbours in chains."""
        found: dict[UimaMark, list[UimaMark | None]] = {}
        for mark, layer, reference in self._slots:
            row, id = with_id(reference)
            found.setdefault(mark, []).append(self._resolved(row, id, layer))
        for mark, fillers in found.items():
            mark.slots = [(role, filler) for (role, _), filler in zip(mark.slots, fillers, strict=True)]
        for arrow, row_of, layer, reference in self._sources:
            row, ids = with_id(reference)
            first, _, second = (ids or "0_0").partition("_")
            arrow.on_tokens = is_grammar(layer)
            arrow.source = self._resolved(row, first, layer)
            arrow.target = self._resolved(row_of.id, second, layer)
        for (layer, _), chain in self._chains.items():
            elements = [chain[number] for number in sorted(chain)]
            for (one, label), (other, _) in pairwise(elements):
                features = {"label": label} if label else {}
                self.arrows.append(Arrow(layer.removesuffix("Link"), one, other, one.at, features, directed=False))

    def _resolved(self, row: str, id: str | None, layer: str) -> UimaMark | None:
        """The mark that is meant: by its id, else the first of the layer in the row, else the first of any."""
        if id and id != "0":
            return self._by_id.get(id)
        mark = self._by_place.get((layer, row, 0))
        return mark if mark or layer != "uima.tcas.Annotation" else self._first.get(row)
