"""Texts of the pages in English, Hebrew and Arabic.

Catalogues are gettext's, `translations/LANGUAGE.po`: the English text where it is written is the key of the others, a
number takes the plural forms of its language, and a text that has no translation yet is shown in English.
"""

from __future__ import annotations

import gettext
import io
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from annotation.core.errors import UsageError
from annotation.core.messages import Message

LANGUAGES = ("en", "he", "ar")
TRANSLATED = LANGUAGES[1:]
"""All but English, which texts are written in."""
CATALOGUES = Path(__file__).parent / "translations"
_RIGHT_TO_LEFT = ("he", "ar")
_LRI, _RLI, _PDI = "\u2066", "\u2067", "\u2069"
"""Isolates, from left to right and from right to left, and their end. FSI would not do: it goes by the first letter
outside of other isolates, and a translation that is only values has none."""
_PLAIN_NUMBER = re.compile(r"\d[\d.,]*")


class Wording:
    """The texts of one language. Raises UsageError for a language that pages are not in.

    In a language written from right to left each value in a text is isolated from it, so that a label like Arg-C+ or
    an interval keeps its own direction.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            raise UsageError(f"language={language}: pages are in {', '.join(LANGUAGES)}; choose one of them")
        self.language = language
        self.right_to_left = language in _RIGHT_TO_LEFT
        self._catalogue = _catalogue(language)

    def gettext(self, message: str, /, **values: object) -> str:
        """The message in this language, its %(name)s filled with the values; a percent sign of its own is doubled."""
        return self._catalogue.gettext(message) % self.shown(values)

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form of the message for the number `n`, which `%(number)s` writes with its thousands separated."""
        return self.form(one, many, n) % self.shown({"number": f"{n:,}", **values})

    def form(self, one: str, many: str | None = None, n: int = 1) -> str:
        """The message in this language, for the number `n`, before its values are put in."""
        return self._catalogue.gettext(one) if many is None else self._catalogue.ngettext(one, many, n)

    def of(self, text: str) -> str:
        """A text made elsewhere: a Message with its values, or a name such as that of a cause of errors."""
        if isinstance(text, Message):
            return self.gettext(text.template, **text.values)
        return self._catalogue.gettext(text) if text else text

    def shown(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values as they are put into a message."""
        return {name: self.isolated(value) for name, value in values.items()}

    def isolated(self, value: object) -> str:
        """The value as text, between direction isolates where what stands around it could reorder it."""
        text = self.of(value) if isinstance(value, Message) else value if isinstance(value, str) else str(value)
        if not self.right_to_left or not text or _PLAIN_NUMBER.fullmatch(text):
            return text
        return (_RLI if _reads_to_the_left(text) else _LRI) + text + _PDI


def _reads_to_the_left(text: str) -> bool:
    """Whether the first letter does; a text with isolates in it is a translation, whatever name it begins with."""
    letters = (unicodedata.bidirectional(character) for character in text)
    return _PDI in text or next((letter for letter in letters if letter in ("L", "R", "AL")), "L") != "L"


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
