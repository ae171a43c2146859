"""Which of a task's data its regions stand on: plain texts, pages of HTML, and paragraphs of dialogues.

A region names the object it stands on (`to_name`), which the labelling configuration maps to a key of the task's data.
Without the configuration, the key is told by the regions: by `source`, by an object named as a key, or because the
regions fit one of the texts only: offsets inside it, and on the words they quote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from annotation.core.document import Json
from annotation.core.errors import UsageError
from annotation.core.quoting import same_words
from annotation.formats.hypertext import TextNodes, points

_ADDRESSES = ("http://", "https://", "s3://", "gs://", "azure-blob://", "/data/")
_USUAL = ("text", "article", "html", "content", "body")
"""Keys that hold the article in tasks without regions, the likeliest first."""


class NoText(Exception):
    """A task's article cannot be determined. The message says why, and what to do."""


@dataclass(frozen=True)
class TaskText:
    """A text of a task: `content` is what a Document holds, and `place` finds a region's value in it."""

    key: str
    content: str
    page: TextNodes | None = None
    starts: tuple[int, ...] = ()
    """Where each paragraph begins in `content`; empty for a text that is no dialogue."""

    def place(self, value: Json) -> tuple[object, object]:
        """Start and end of a region in code points of `content`, or what stands there in their place."""
        if self.starts:
            return self._in_paragraphs(value)
        if self.page is not None and (place := self.page.place(value)):
            return place
        return value.get("start"), value.get("end")

    def _in_paragraphs(self, value: Json) -> tuple[object, object]:
        ends = [self._point(value.get(a), value.get(b)) for a, b in (("start", "startOffset"), ("end", "endOffset"))]
        quoted = value.get("text")
        for start, end in (ends, [self._in_units(end) for end in ends]):
            if start is not None and end is not None and same_words(str(quoted), self.content[start:end]):
                return start, end
        return ends[0], ends[1]

    def _point(self, paragraph: object, offset: object) -> int | None:
        at = int(paragraph) if isinstance(paragraph, int | str) and str(paragraph).isdecimal() else -1
        inside = isinstance(offset, int) and 0 <= at < len(self.starts)
        return self.starts[at] + offset if inside and isinstance(offset, int) else None

    def _in_units(self, point: int | None) -> int | None:
        """The offset, where it counts UTF-16 units of its paragraph and not code points."""
        if point is None:
            return None
        start = max((start for start in self.starts if start <= point), default=0)
        return start + points(self.content[start:], point - start)

    def fits(self, regions: Iterable[Json]) -> bool:
        """Whether every region lies inside the text, on the words it quotes."""
        for region in regions:
            value = value_of(region)
            start, end = self.place(value)
            if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(self.content):
                return False
            quoted = value.get("text")
            if isinstance(quoted, str) and quoted and not same_words(quoted, self.content[start:end]):
                return False
        return True


def texts_of(data: Json, *, pages: bool) -> dict[str, TaskText]:
    """The texts in a task's data by key, without addresses; `pages` reads them as HTML."""
    texts: dict[str, TaskText] = {}
    for key, value in data.items():
        if isinstance(value, str) and not _is_address(value):
            page = TextNodes(value) if pages else None
            texts[key] = TaskText(key, page.text if page else value, page)
        elif isinstance(value, list) and value and (said := _paragraphs(value)):
            starts = tuple(sum(len(one) + 1 for one in said[:at]) for at in range(len(said)))
            texts[key] = TaskText(key, "\n".join(said), starts=starts)
    return texts


def _paragraphs(rows: Sequence[object]) -> list[str]:
    """What each row of a dialogue says, under the key `text` or else the one with the most to say; empty for others."""
    objects = [row for row in rows if isinstance(row, dict)]
    if len(objects) < len(rows):
        return []
    shared = set.intersection(*({k for k, v in row.items() if isinstance(v, str)} for row in objects))
    length = {key: sum(len(row[key]) for row in objects) for key in sorted(shared)}
    key = "text" if "text" in shared else max(length, key=length.__getitem__, default=None)
    return [row[key] for row in objects] if key is not None else []


def text_under(
    regions: Sequence[Json], to_name: str, texts: Mapping[str, TaskText], known: Mapping[str, str]
) -> TaskText:
    """The text that the regions of one object stand on; `known` has the keys of objects that are known already.

    Raises NoText where it cannot be told.
    """
    sources = {str(region["source"]).removeprefix("$") for region in regions if "source" in region}
    named = next((key for key in (known.get(to_name), *sources, to_name) if key in texts), None)
    if named is not None and (to_name in known or texts[named].fits(regions)):
        return texts[named]
    fitting = [text for text in texts.values() if text.fits(regions)]
    if len(fitting) == 1 and (named is None or _quotes(regions)):
        return fitting[0]
    if named is not None or len(texts) == 1:
        return texts[named] if named is not None else next(iter(texts.values()))
    raise NoText(
        _which(fitting or list(texts.values()), f"its regions stand on {to_name!r}, which is no key of its data")
    )


def only_text(texts: Mapping[str, TaskText], known: Mapping[str, str]) -> TaskText:
    """The article of a task without regions. Raises NoText where it cannot be told."""
    usual = [key for key in (*known.values(), *_USUAL) if key in texts]
    if len(texts) == 1 or usual:
        return texts[usual[0]] if usual else next(iter(texts.values()))
    raise NoText(_which(list(texts.values()), "nothing says which of its texts is the article"))


def _which(texts: Sequence[TaskText], why: str) -> str:
    if not texts:
        return "has no text of its own (only images, or addresses); export it with the text in its data"
    return f"{why}; say --text-key {' or --text-key '.join(text.key for text in texts)}"


def _quotes(regions: Iterable[Json]) -> bool:
    return any(isinstance(value_of(region).get("text"), str) for region in regions)


def value_of(region: Json) -> Json:
    """The region's value; empty where it has none."""
    value = region.get("value")
    return value if isinstance(value, dict) else {}


def in_page(region: Json) -> bool:
    """Whether the region's offsets count in nodes of an HTML page, not in characters of the text."""
    value, kind = value_of(region), str(region.get("type"))
    if kind.startswith("paragraph"):
        return False
    start = value.get("start")
    return kind == "hypertextlabels" or "globalOffsets" in value or (isinstance(start, str) and start.startswith("/"))


def keys_of_config(config: str) -> dict[str, str]:
    """The key of the task's data for each object of a labelling configuration. Raises UsageError for no such XML."""
    try:
        root = ElementTree.fromstring(config)
    except ElementTree.ParseError as error:
        raise UsageError(f"the labelling configuration is no XML: {error}") from error
    return {
        tag.attrib["name"]: tag.attrib["value"].removeprefix("$")
        for tag in root.iter()
        if "name" in tag.attrib and tag.attrib.get("value", "").startswith("$")
    }


def _is_address(value: str) -> bool:
    return value.startswith(_ADDRESSES) and not any(map(str.isspace, value))
