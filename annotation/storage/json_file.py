"""Small JSON files of naba itself, such as records and states, read strictly: somebody may have changed them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotation.core import json_text

SIZE = 200_000_000
"""Most bytes; the state of a pull of a million tasks has 10 million."""


def read_object(path: Path) -> dict[str, Any]:
    """The object in the file. Raises OSError where it cannot be read, ValueError where it holds nothing of the kind."""
    with path.open("rb") as file:
        content = file.read(SIZE + 1)
    if len(content) > SIZE:
        raise json_text.JsonError(f"is over {SIZE:,} bytes")
    return json_text.loads_object(content)
