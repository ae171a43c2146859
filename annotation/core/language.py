"""Language detection: Arabic, Hebrew, or why a text is neither."""

from __future__ import annotations

from collections import Counter
from functools import cache

import regex
from lingua import Language, LanguageDetector, LanguageDetectorBuilder

_HEBREW = regex.compile(r"\p{Script=Hebrew}")
_ARABIC = regex.compile(r"\p{Script=Arabic}")
_NAMES = {Language.PERSIAN: "Persian", Language.URDU: "Urdu"}
_SAMPLE = 1500
"""Characters examined: more cost time and do not change the result."""

# No maintained detector covers Yiddish; Hebrew does not use these words.
_YIDDISH = regex.compile(
    r"(?<!\w)(?:און|איז|פון|פֿון|דער|דאס|דאָס|האט|האָט|האבן|האָבן|נישט|ניט|געווען|געוואָרן|זיך|אויף|אַז|אויך)(?!\w)"
)


def language(text: str) -> str:
    """`ar` or `he`, by the majority of letters. Raises ValueError that names what the text is instead."""
    letters = {char: count for char, count in Counter(text).items() if char.isalpha()}
    total = sum(letters.values())
    hebrew = sum(count for char, count in letters.items() if _HEBREW.match(char))
    arabic = sum(count for char, count in letters.items() if _ARABIC.match(char))
    if not total:
        raise ValueError("holds no letters")
    if 2 * (hebrew + arabic) < total:
        raise ValueError("is in neither Hebrew nor Arabic script")
    code, other = ("he", _other_hebrew(text)) if hebrew > arabic else ("ar", _other_arabic(text))
    if other:
        raise ValueError(f"is in {other}")
    return code


def _other_hebrew(text: str) -> str | None:
    sample = text[:_SAMPLE]
    return "Yiddish" if len(_YIDDISH.findall(sample)) > 0.05 * len(sample.split()) else None


def _other_arabic(text: str) -> str | None:
    return _NAMES.get(_detector().detect_language_of(text[:_SAMPLE]) or Language.ARABIC)


@cache
def _detector() -> LanguageDetector:
    """A detector limited to the likely languages; its models load on first use."""
    languages = (Language.ARABIC, Language.HEBREW, Language.ENGLISH, *_NAMES)
    return LanguageDetectorBuilder.from_languages(*languages).with_minimum_relative_distance(0.5).build()
