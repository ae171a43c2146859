"""Names of releases: a version is the name of a folder, and of an alias in Weights & Biases."""

from __future__ import annotations

import re

REFUSED = "refused"
"""The folder beside the releases with the reports of models that the gates refused."""

LAST, NONE = "last", "none"
"""What a release may be compared with instead of a version."""

_PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]*")
_TAKEN = (REFUSED, LAST, NONE, "wandb", "release", "latest")


def version_fault(value: object) -> str | None:
    """Why this cannot be a version, or None."""
    if not _PLAIN.fullmatch(str(value)):
        return f"must be letters, digits, dots, dashes, underscores or plus signs, as in 1.0, not {value!r}"
    return f"must not be {value}, which means something else" if value in _TAKEN else None
