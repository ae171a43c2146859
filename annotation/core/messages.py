"""Parts of messages: the first few of many names, and fractions as percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self


def first_few(names: Sequence[str], most: int = 3) -> str:
    """The first `most` names separated by commas, and "..." where there are more."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def percent(fraction: float) -> str:
    """A fraction in percent with one decimal and no sign, such as "46.2"."""
    return f"{100 * fraction:.1f}"


def signed_percent(difference: float) -> str:
    """A difference of two fractions in percentage points with its sign, such as "+1.2"."""
    return f"{100 * difference:+.1f}"


def N_(text: str) -> str:
    """The text itself, marked for translation: it is a name or an explanation that pages show in their language."""
    return text


class Message(str):
    """A sentence in English that keeps its template and values, so that a page can say it in another language.

    Values are put in as by the % operator, so a percent sign of the template is doubled; a value may be a Message.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """The sentence of the template filled with the values."""
        message = super().__new__(cls, template % values)
        message.template, message.values = template, values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What a copy is made of."""
        return (self.template,), dict(self.values)


def joined(parts: Sequence[str]) -> Message:
    """The messages as one, separated by semicolons."""
    template = "; ".join(f"%({number})s" for number in range(len(parts)))
    return Message(template, **{str(number): part for number, part in enumerate(parts)})
