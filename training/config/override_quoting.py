"""Values on the command line as they were typed: what Hydra's grammar cannot read is quoted for it.

Its unquoted values hold ASCII letters, digits and a few signs; a Hebrew name, `=` or `#` must stand in quotes, which a
shell takes away. And it reads 1.10 as a number, which a version or a name is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException

_FUNCTION = r"(?:choice|range|interval|glob|sort|shuffle|tag|int|float|str|bool|json_str|extend_list)\s*\("
_PART = re.compile(
    rf"""(?P<quoted>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<mark>{_FUNCTION}|[\[\](){{}},])"""
    r"""|(?P<text>(?:\$\{[^}]*\}|\\.|\([^()]*\)|[^\[\](){},'"])+)"""
)
"""A quoted text, what opens or parts Hydra's lists, sweeps and functions, or the text between, such as `a (1)`."""
_BEGINS_STRUCTURE = re.compile(rf"""[\[({{'"]|{_FUNCTION}""")


def quoted(override: str, texts: Collection[str] = ()) -> str:
    """A Hydra override, with quotes around the plain texts in its value that Hydra cannot read.

    texts: the settings that hold text, where a number or `true` is quoted too. What cannot be read even so, such as a
    list without an end, comes back unchanged, for Hydra to refuse.
    """
    key, equals, value = override.partition("=")
    if not equals or override.startswith("-"):
        return override
    if _readable(value):
        return f"{key}={_quote(value)}" if key in texts and _is_scalar(value) else override
    by_part = _parts_quoted(value)
    if by_part is not None and _readable(by_part):
        return f"{key}={by_part}"
    return override if _structured(value) else f"{key}={_quote(value)}"


def _parts_quoted(value: str) -> str | None:
    """The value with its unreadable texts quoted, None if it has an open quote."""
    parts, at = [], 0
    while at < len(value):
        if not (part := _PART.match(value, at)):
            return None
        at, text = part.end(), part["text"]
        parts.append(part[0] if text is None or _readable(text) else _quoted_within_blanks(text))
    return "".join(parts)


def _quoted_within_blanks(text: str) -> str:
    """The text in quotes; blanks around it are no part of an item, as Hydra has it for those it can read."""
    bare = text.strip()
    return text.replace(bare, _quote(bare), 1) if bare else text


def _structured(value: str) -> bool:
    """Whether the value was meant as more than a text: a list, a sweep, a function, an interpolation."""
    return (
        "," in value
        or value.count("${") != len(re.findall(r"\$\{[^}]*\}", value))
        or bool(_BEGINS_STRUCTURE.match(value.strip()))
    )


def _readable(value: str) -> bool:
    try:
        OverridesParser.create().parse_override(f"key={value}")
    except HydraException:
        return False
    return True


def _is_scalar(value: str) -> bool:
    """Whether Hydra reads the value as a number or a truth value, and so loses how it was written."""
    return isinstance(OverridesParser.create().parse_override(f"key={value}").value(), int | float)


def _quote(text: str) -> str:
    return QuotedString(text=text, quote=Quote.single).with_quotes()
