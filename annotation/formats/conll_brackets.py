"""Mentions in brackets, as CorefUD, GUM and Universal Anaphora write them in `Entity=`, and PARSEME's expressions.

`(e1-person-1-` ... opens a mention of entity e1 at a word, `e1)` closes it at its last word, `(e1-person-1)` is one of
a single word; a word may open and close several. `# global.Entity = eid-etype-head-other` declares the parts between
the hyphens. A mention in pieces, `(e1[1/2]-person` and `(e1[2/2]-person`, is represented by its longest piece.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

_BRACKET = re.compile(r"\((?P<opened>[^()]*)(?P<at_once>\))?|(?P<closed>[^()]*)\)|(?P<neither>[^()]+)")
_PIECE = re.compile(r"(.*)\[([0-9]+)/([0-9]+)\]")
_IDS, _TYPES = ("eid", "GRP", "grp", "id"), ("etype", "entity", "type")
_NUMBERED = re.compile(r"e?[0-9]+")


@dataclass(slots=True)
class Mention:
    """A mention from word `start` to word `end` (inclusive). `pieces` are those of one that is not in one piece."""

    start: int
    end: int
    label: str
    id: str = ""
    pieces: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BracketFault:
    """What is wrong with a bracket at a word."""

    word: int
    reason: str
    detail: str


@dataclass(slots=True)
class _Opened:
    start: int
    label: str
    id: str
    keys: frozenset[str]
    content: str


class EntityBrackets:
    """The brackets of one article. `names` are the declared parts of a bracket; none where the file declares none."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = names
        self.id_at = next((names.index(name) for name in _IDS if name in names), None)
        self.type_at = next((names.index(name) for name in _TYPES if name in names), None)
        self.mentions: list[Mention] = []
        self.faults: list[BracketFault] = []
        self.others: Counter[str] = Counter()
        """Number of values of each part of a bracket beside id and type."""
        self._open: list[_Opened] = []
        self._pieces: dict[str, Mention] = {}

    def read(self, values: Iterable[str]) -> None:
        """Read the value of each word in turn, empty where it has none; the mentions and faults are kept."""
        for word, value in enumerate(values):
            for match in _BRACKET.finditer(value):
                if match["neither"] is not None:
                    self._fault(word, "is no bracket that opens or closes a mention", match["neither"])
                elif match["opened"] is not None:
                    opened = self._opened(word, match["opened"])
                    self._open.append(opened)
                    if match["at_once"]:
                        self._close(word, self._open.pop())
                else:
                    self._closed(word, match["closed"])
        for opened in self._open:
            self._fault(opened.start, "opens a mention that is never closed; close or remove it", f"({opened.content}")
        self._open = []
        self.mentions += self._pieces.values()

    def _opened(self, word: int, content: str) -> _Opened:
        id, label = self._declared(content) if self.names else self._undeclared(content)
        keys = frozenset((id, label, content, f"{id}-{label}", f"{label}-{id}")) - {"", "-"}
        return _Opened(word, unquote(_PIECE.sub(r"\1", label)), id, keys, content)

    def _declared(self, content: str) -> tuple[str, str]:
        parts = content.split("-", len(self.names) - 1)
        used = (self.id_at, self.type_at)
        self.others.update(self.names[at] for at, part in enumerate(parts) if part and at not in used)
        id, label = (parts[at] if at is not None and at < len(parts) else "" for at in used)
        return id, label

    def _undeclared(self, content: str) -> tuple[str, str]:
        """Id and label of a bracket without declared parts: `ORG`, `e1-person-...`, `1-person` or `person-1`."""
        first, second, *rest = [*content.split("-"), ""]
        numbered = _NUMBERED.fullmatch(_PIECE.sub(r"\1", first))
        id, label = (first, second) if numbered else (second, first) if _NUMBERED.fullmatch(second) else ("", first)
        self.others["further part"] += sum(map(bool, rest)) + bool(second and not id)
        return id, label

    def _closed(self, word: int, content: str) -> None:
        for opened in reversed(self._open):
            if content in opened.keys or not content:
                self._open.remove(opened)
                self._close(word, opened)
                return
        self._fault(word, "closes a mention that was never opened; open or remove it", f"{content})")

    def _close(self, word: int, opened: _Opened) -> None:
        piece = _PIECE.fullmatch(opened.id)
        if piece is None:
            self.mentions.append(Mention(opened.start, word, opened.label, opened.id))
            return
        if piece[2] == "1" and (earlier := self._pieces.pop(piece[1], None)):
            self.mentions.append(earlier)
        mention = self._pieces.setdefault(piece[1], Mention(opened.start, word, opened.label, piece[1]))
        mention.pieces.append((opened.start, word))

    def _fault(self, word: int, reason: str, detail: str) -> None:
        self.faults.append(BracketFault(word, reason, detail))


def expressions(values: Iterable[str]) -> Iterator[Mention]:
    """The expressions of a column PARSEME:MWE, such as `1:VID` and further on `1`; a word may be in several."""
    found: dict[str, Mention] = {}
    for word, value in enumerate(values):
        for part in value.split(";") if value not in ("*", "_", "") else ():
            number, _, label = part.partition(":")
            mention = found.setdefault(number, Mention(word, word, label, number))
            mention.label = mention.label or label
            if mention.pieces and mention.pieces[-1][1] == word - 1:
                mention.pieces[-1] = (mention.pieces[-1][0], word)
            else:
                mention.pieces.append((word, word))
    yield from found.values()
