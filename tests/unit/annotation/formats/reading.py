"""What the tests of readers share: a small file of our own, read."""

from __future__ import annotations

from pathlib import Path

from annotation.core.document import Document
from annotation.formats.base import Lost, Reader, ReadOptions


def read(reader: Reader, path: Path, content: str | None = None, **how: object) -> tuple[list[Document], list[str]]:
    """The Documents of a file with this content, and the line of each thing lost, its kind before it."""
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    items = list(reader(path, ReadOptions(**how)))  # type: ignore[arg-type]
    lost = [f"{item.kind}: {item}" for item in items if isinstance(item, Lost)]
    return [item for item in items if isinstance(item, Document)], lost


def marked(document: Document) -> list[tuple[str, str]]:
    """The words and label of every span."""
    return [(span.quote(document.text), span.label) for span in sorted(document.spans())]
