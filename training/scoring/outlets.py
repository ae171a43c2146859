"""Where an article is from: what scores, slices, gates and drift call its source."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from annotation.core.document import Document

_FILE = re.compile(r"\.(txt|html?|xml|jsonl?|gz|csv|tsv|parquet|pdf|docx?)$", re.IGNORECASE)


def outlet(document: Document) -> str:
    """The site an article is from, else the name of its source unless that is a file's; "" where neither is known."""
    source = document.source
    if source is None:
        return ""
    try:
        host = urlsplit(source.url or "").hostname or ""
    except ValueError:
        host = ""
    return host.removeprefix("www.") or ("" if _FILE.search(source.name) else source.name.strip())
