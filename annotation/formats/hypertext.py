"""The text content of an HTML page as a browser counts it, for regions that Label Studio made in HyperText.

Label Studio gives such a region twice: as offsets in the page's text content, and as the path of a node with an offset
in it. Browsers count UTF-16 units, so an offset may mean those or code points; the words the region quotes decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from annotation.core.document import Json
from annotation.core.quoting import same_words

_INVISIBLE = {"script", "style", "template"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class TextNodes(HTMLParser):
    """The text content of a page, and the offset in code points where each text node begins, by its path."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.nodes: dict[str, int] = {}
        self._path: list[str] = []
        self._counts: list[Counter[str]] = [Counter()]
        self._fresh = True
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element (callback of HTMLParser)."""
        self._counts[-1][tag] += 1
        self._fresh = True
        if tag not in _VOID:
            self._path.append(f"{tag}[{self._counts[-1][tag]}]")
            self._counts.append(Counter())

    def handle_endtag(self, tag: str) -> None:
        """Leave an element (callback of HTMLParser); an end tag without a start tag is ignored."""
        names = [step.partition("[")[0] for step in self._path]
        if tag in names:
            depth = len(names) - 1 - names[::-1].index(tag)
            del self._path[depth:], self._counts[depth + 1 :]
            self._fresh = True

    def handle_data(self, data: str) -> None:
        """Add visible text (callback of HTMLParser)."""
        if any(step.partition("[")[0] in _INVISIBLE for step in self._path):
            return
        if self._fresh:
            self._counts[-1]["text()"] += 1
            self.nodes[self._node()] = len(self.text)
        self._fresh = False
        self.text += data

    def _node(self) -> str:
        return "/".join(["", *self._path, f"text()[{self._counts[-1]['text()']}]"])

    def place(self, value: Json) -> tuple[int, int] | None:
        """The range of the text for a region, by its quoted words if it has any; None where it names no place."""
        ranges = list(self._ranges(value))
        quoted = value.get("text")
        for start, end in ranges:
            if isinstance(quoted, str) and same_words(quoted, self.text[start:end]):
                return start, end
        return ranges[0] if ranges else None

    def _ranges(self, value: Json) -> Iterator[tuple[int, int]]:
        offsets = value.get("globalOffsets")
        if isinstance(offsets, dict):
            start, end = offsets.get("start"), offsets.get("end")
            if isinstance(start, int) and isinstance(end, int):
                yield start, end
                yield points(self.text, start), points(self.text, end)
        ends = [self._point(value.get(a), value.get(b)) for a, b in (("start", "startOffset"), ("end", "endOffset"))]
        if ends[0] is not None and ends[1] is not None:
            yield ends[0], ends[1]

    def _point(self, path: object, offset: object) -> int | None:
        if not isinstance(path, str) or not isinstance(offset, int) or path not in self.nodes:
            return None
        node = self.nodes[path]
        return node + points(self.text[node:], offset)


def points(text: str, units: int) -> int:
    """Number of code points in the first `units` UTF-16 units of the text."""
    at = counted = 0
    while at < len(text) and counted < units:
        counted += 2 if text[at] > "\uffff" else 1
        at += 1
    return at + max(0, units - counted)
