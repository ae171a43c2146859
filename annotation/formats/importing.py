"""Import of files of any format: Documents with ids, annotators, languages and labels that other commands can use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from annotation.core import json_text
from annotation.core.document import Document, Provenance, text_id
from annotation.core.document_json import to_json
from annotation.core.errors import UsageError
from annotation.formats.base import ConversionCounts, Lost, Reader, ReadOptions, unit_counts
from annotation.formats.label_codes import original, renamed
from annotation.formats.starter_ontology import Starter


class Import:
    """One import: iterate over `documents()` once, then read the counts.

    A Document without an id gets a hash of its text, so that two annotators' files of the same sentences have the same
    ids; a repeated text gets a number after it. `annotators` names one for all files, or one for each. Raises
    UsageError when their number does not fit.
    """

    def __init__(self, files: Sequence[Path], read: Reader, how: ReadOptions, annotators: Sequence[str] = ()) -> None:
        if len(annotators) > 1 and len(annotators) != len(files):
            raise UsageError(f"{len(annotators)} annotators for {len(files)} files; name one for all, or one for each")
        self.files, self.read, self.how = files, read, how
        self.annotators = annotators
        self.tally, self.starter = ConversionCounts(), Starter()
        self.languages: Counter[str] = Counter()
        self._taken: Counter[tuple[str | None, str]] = Counter()
        self._texts: dict[str, str] = {}
        self._named: set[str] = set()

    def documents(self) -> Iterator[Document]:
        """Every Document. Raises UsageError when none could be read."""
        for at, file in enumerate(self.files):
            annotator = self.annotators[at if len(self.annotators) > 1 else 0] if self.annotators else None
            yield from self._of(file, annotator)
        if not self.tally.over["document"]:
            raise UsageError("none of what was named holds an article that could be read" + self._first())

    def _of(self, file: Path, annotator: str | None) -> Iterator[Document]:
        try:
            for item in self.read(file, self.how):
                if isinstance(item, Lost):
                    self.tally.lost.append(item)
                elif (fault := json_text.fault(to_json(item))) is not None:
                    self.tally.lost.append(Lost("document", str(file), fault, kind="wrong", detail=item.id))
                else:
                    yield self._completed(item, annotator)
        except UsageError as error:
            if len(self.files) == 1:
                raise
            self.tally.lost.append(Lost("document", str(file), str(error), kind="wrong"))

    def _first(self) -> str:
        return f"; the first fault: {self.tally.lost[0]}" if self.tally.lost else ""

    def _completed(self, original: Document, annotator: str | None) -> Document:
        document, changed = renamed(original)
        self._record_renames(original, document, changed)
        if annotator is not None:
            document = replace(document, provenance=replace(document.provenance or Provenance(), annotator=annotator))
        if not document.id:
            name = document.provenance.annotator if document.provenance else None
            id = text_id(document.text)
            self._taken[name, id] += 1
            number = self._taken[name, id]
            document = replace(document, id=id if number == 1 else f"{id}-{number}")
        document = self._told_apart(document)
        self.tally.add(document)
        self.starter.add(document)
        self.languages[document.language] += 1
        return document

    def _told_apart(self, document: Document) -> Document:
        """The Document; with a number after its id where an earlier one of that id has another text."""
        number, id, digest = 1, document.id, text_id(document.text)
        while self._texts.setdefault(id, digest) != digest:
            number += 1
            id = f"{document.id}-{number}"
        if number == 1:
            return document
        reason = "has the id of an article with another text; numbered"
        self.tally.lost.append(Lost("document", document.id, reason, id, "noted"))
        return replace(document, id=id)

    def _record_renames(self, before: Document, after: Document, changed: dict[str, str]) -> None:
        for old in sorted(set(changed) - self._named):
            self._named.add(old)
            reason = "is a label that other files and pages cannot hold; written so"
            self.tally.lost.append(Lost("other", "labels", reason, f"{old!r} -> {changed[old]!r}", "noted"))
        old_counts, new_counts = unit_counts(before), unit_counts(after)
        for unit in old_counts if changed else ():
            if merged := old_counts[unit] - new_counts[unit]:
                self.tally.lost.append(Lost(unit, after.id, "is one with another by its new label", count=merged))


def exported(documents: Iterable[Document], tally: ConversionCounts, *, names: bool = True) -> Iterator[Document]:
    """The Documents, each counted in `tally` on its way to a writer; with `names` their labels as they came in."""
    for document in documents:
        tally.add(document)
        yield renamed(document, original)[0] if names else document
