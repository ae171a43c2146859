"""Raw text: encoding detection, lines, the folded shadow, graphemes and proclitics.

Nothing here changes an article. The shadow is a folded view with an offset map, used to match and to de-duplicate.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import regex
from charset_normalizer import from_bytes

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LEGACY = ["cp1255", "cp1256"]
_FINAL_INSIDE = regex.compile(rb"[\xea\xed\xef\xf3\xf5](?=[\xe0-\xfa])")
_CONTROLS = regex.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_LINE = regex.compile(r"\r\n|\n|\r")
_GRAPHEME = regex.compile(r"\X")


def decode_bytes(raw: bytes) -> tuple[str, str]:
    """The text without its BOM, newlines unchanged, and the codec; `raw.decode(codec)` gives the text again.

    Raises ValueError with the reason for bytes that are not text or are damaged UTF-8.
    """
    bom = next((codec for mark, codec in _BOMS if raw.startswith(mark)), None)
    codecs = [bom] if bom else [*_wide(raw), "utf-8"]
    for codec in codecs:
        try:
            return _textual(raw.decode(codec)), codec
        except UnicodeDecodeError as error:
            fault = f"byte {error.start} is not {codec}"
    if bom or _damaged_utf8(raw):
        raise ValueError(f"{fault}, though the rest of it is")
    codec = _legacy(raw)
    return _textual(raw.decode(codec)), codec


def _wide(raw: bytes) -> list[str]:
    """Codecs of UTF-16 without a BOM: every second byte is the number of the block, 0 ASCII, 5 Hebrew, 6 Arabic."""
    sample = raw[:4096]
    if len(sample) < 4 or len(raw) % 2:
        return []
    for codec, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if sum(byte in (0, 5, 6) for byte in high) > 0.8 * len(high):
            return [codec]
    return []


def _damaged_utf8(raw: bytes) -> bool:
    """Whether these are UTF-8 with a few bad bytes, which a single-byte codec would decode to long nonsense."""
    lenient = raw.decode("utf-8", "replace")
    foreign = sum(char > "\x7f" for char in lenient)
    return lenient.count("\ufffd") < 0.1 * foreign


def _legacy(raw: bytes) -> str:
    """windows-1255 or windows-1256, by the byte ranges of their letters; else the codec charset-normalizer finds.

    Hebrew letters are bytes E0..FA and little else is above them; of the Arabic ones only some are up there, between
    French letters, while alef and most others are C0..DF, where windows-1255 has points and gaps. And a Hebrew word has
    no final letter inside. This works for a single word, where statistics of whole files do not.
    """
    high = sum(byte >= 0xC0 for byte in raw)
    against = sum(0xC0 <= byte < 0xE0 for byte in raw) + len(_FINAL_INSIDE.findall(raw))
    first, second = _LEGACY if against <= 0.2 * high else reversed(_LEGACY)
    for codec in (first, second):
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return codec
    best = from_bytes(raw).best()
    if best is None:
        raise ValueError("it is in no encoding known here")
    return best.encoding


def _textual(text: str) -> str:
    """The text unchanged. Raises ValueError when it holds control characters, as binary data does."""
    if "\0" in text or len(_CONTROLS.findall(text)) > 0.01 * len(text):
        raise ValueError("it is binary, not text")
    return text


def encodable(text: str) -> bool:
    """Whether UTF-8 can encode the text, which it cannot where half a surrogate pair stands alone."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def lines(text: str) -> list[tuple[int, int]]:
    """The range of each line without its terminator; the lines joined by "\\n" are the text with unified newlines."""
    ranges, start = [], 0
    for match in _LINE.finditer(text):
        ranges.append((start, match.start()))
        start = match.end()
    return [*ranges, (start, len(text))]


class _Folds(dict[int, str]):
    """The folded form of each character, computed on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_SAME = {
    **dict.fromkeys("أإآٱٲٳ", "ا"),
    **dict.fromkeys("ىیې", "ي"),
    **dict.fromkeys("ةۀہە", "ه"),
    "ک": "ك",
    "ؤ": "و",
    "ئ": "ي",
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u05f4\uff02\u2033", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u05f3\u0060\u00b4\u2032\u2039\u203a", "'"),
    **dict.fromkeys("\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
_TATWEEL = "\u0640"


def _fold_character(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    category = unicodedata.category(char)
    if category[0] == "M" or char == _TATWEEL or category == "Cf":
        return ""
    if category == "Zs":
        return " "
    if category == "Nd":
        return str(unicodedata.digit(char))
    parts = unicodedata.normalize("NFKD", char)
    if parts != char:
        return "".join(_FOLDS[ord(part)] for part in parts)
    return char.lower()


_FOLDS = _Folds()


def folded(text: str) -> str:
    """The shadow's text without the offset map; much faster than `fold`."""
    return text.translate(_FOLDS)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A folded view of a text: alef forms, marks, tatweel, invisible controls, quotes, dashes, digits, case.

    `starts` and `ends` give, for each character of `text`, the original range it stands for; a letter's range includes
    its marks, while bidi controls belong to no range.
    """

    text: str
    original: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original text, in code points, for a range of the shadow."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.original)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def to_shadow(self, start: int, end: int) -> tuple[int, int]:
        """The smallest range of the shadow that contains all folded characters of an original range."""
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end)) if start < end else first


def fold(text: str) -> Shadow:
    """The shadow of a text, for matching."""
    parts: list[str] = []
    starts: list[int] = []
    ends: dict[int, int] = {}
    for at, char in enumerate(text):
        piece = _FOLDS[ord(char)]
        parts.append(piece)
        if piece:
            starts.extend([at] * len(piece))
            ends[at] = at + 1
        elif starts and (char == _TATWEEL or unicodedata.category(char)[0] == "M") and ends[starts[-1]] == at:
            ends[starts[-1]] = at + 1
    return Shadow("".join(parts), text, tuple(starts), tuple(ends[start] for start in starts))


def graphemes(text: str) -> list[int]:
    """Offsets where a grapheme begins, and the text's length: any other cut splits a character from its marks."""
    return [*(match.start() for match in _GRAPHEME.finditer(text)), len(text)]


def on_grapheme(text: str, offset: int) -> bool:
    """Whether the offset is one of `graphemes(text)`; only the word around it is examined."""
    if not 0 <= offset <= len(text):
        return False
    # Graphemes after a space or newline do not depend on the text before it.
    at = max(text.rfind(" ", 0, offset), text.rfind("\n", 0, offset), 0)
    while at < offset:
        at = _GRAPHEME.match(text, at).end()  # type: ignore[union-attr]
    return at == offset


def _combine(*slots: tuple[str, ...]) -> frozenset[str]:
    """Every way to take one piece from each slot, up to four letters."""
    joined = ("".join(pieces) for pieces in product(*slots))
    return frozenset(string for string in joined if 1 <= len(string) <= MOST_LETTERS)


MOST_LETTERS = 4
PROCLITICS: dict[str, frozenset[str]] = {
    # conjunction, relative, preposition, article; the article is not written after a preposition, except מ
    "he": _combine(("", "ו"), ("", "ש", "כש", "לכש", "מש"), ("", "ה", "מ", "מה", "ב", "כ", "ל", "כב", "מל", "מב")),
    # question, conjunction, then future, or preposition and article: ل and ال make لل
    "ar": _combine(("", "أ"), ("", "و", "ف"), ("", "س", "ال", "ب", "بال", "ك", "كال", "ل", "لل")),
}
"""The strings of one-letter words that are written as part of the next word, per language."""
_IGNORED = regex.compile(r"[\p{M}\p{Cf}\u0640]")


def proclitics(word: str, language: str) -> tuple[int, ...]:
    """Lengths in code points of the strings of proclitics (1 to 4 letters) that a longer word may begin with.

    Marks and tatweel on a proclitic count with it, so a pointed word may have fewer. Other languages have none.
    """
    return _proclitics(word[: MOST_LETTERS + 1], language)


@lru_cache(maxsize=1 << 16)
def _proclitics(head: str, language: str) -> tuple[int, ...]:
    table = PROCLITICS.get(language, frozenset())
    lengths, letters = [], ""
    for at, char in enumerate(head):
        if char != "\u0671" and _IGNORED.match(char):
            continue
        if letters in table:
            lengths.append(at)
        letters += "ا" if char == "\u0671" else char
    return tuple(lengths)
