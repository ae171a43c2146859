"""Parts of messages: the first few of many names, and fractions as percent."""

from __future__ import annotations

from collections.abc import Sequence


def first_few(names: Sequence[str], most: int = 3) -> str:
    """The first `most` names separated by commas, and "..." where there are more."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def percent(fraction: float) -> str:
    """A fraction in percent with one decimal and no sign, such as "46.2"."""
    return f"{100 * fraction:.1f}"


def signed_percent(difference: float) -> str:
    """A difference of two fractions in percentage points with its sign, such as "+1.2"."""
    return f"{100 * difference:+.1f}"
