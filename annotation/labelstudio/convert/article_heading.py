"""What the labelling page shows above an article: title, date and source, and a link to where it was published."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from annotation.core.document import Source
from annotation.labelstudio.convert import schemas

_SAFE = "%/:?#@!$&*+,;=~-._"
"""Characters of a URL that mean nothing in Markdown and HTML."""
_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:")


def article_heading(source: Source | None) -> schemas.Row:
    """The task's data for the heading; none for an article without a source."""
    if source is None:
        return {}
    lines = (source.title, " · ".join(filter(None, (_day(source.published), source.name))))
    text = "\n".join(" ".join(line.split()) for line in lines if line)
    link = _link(source.url)
    # The page hides a text of one line, since that is all it can tell a missing one by.
    return {**({schemas.HEADING: f"{text}\n"} if text else {}), **({schemas.LINK: link} if link else {})}


def _day(published: str | None) -> str:
    """The date as it was read, without the time of an ISO date and time."""
    found = _ISO_TIME.match(published or "")
    return found[1] if found else published or ""


def _link(url: str | None) -> str:
    """The URL as a Markdown link with the host as its words; empty unless it is http or https.

    Label Studio renders HTML in Markdown as it stands, so whatever could begin a tag or end the link is escaped.
    """
    try:
        parts = urlsplit((url or "").strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    address = quote((url or "").strip(), safe=_SAFE)
    return f"[{quote(host, safe='.-:')}]({address})"
