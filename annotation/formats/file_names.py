"""Names of the files of Documents in formats that have one file, or a pair, for each."""

from __future__ import annotations

from collections import Counter

from annotation.core.document import Document, text_id
from annotation.formats.base import Lost
from annotation.formats.source_text import file_name


class FileNames:
    """A name for each Document in turn; a second version of an article, by another annotator, gets a numbered one."""

    def __init__(self) -> None:
        self.lost: list[Lost] = []
        self._uses: Counter[str] = Counter()

    def name(self, document: Document) -> str:
        """The name without an ending. Where it is not the id, that is recorded."""
        try:
            name = file_name(document.id)
        except ValueError:
            name = text_id(document.text)
            reason = "can be no file's name; named by a hash of its text"
            self.lost.append(Lost("other", document.id, reason, "id", "noted"))
        self._uses[name] += 1
        if self._uses[name] > 1:
            name = f"{name}~{self._uses[name]}"
            self.lost.append(
                Lost("other", document.id, "is there more than once; the next has a number", "id", "noted")
            )
        return name
