"""The licence that a web page gives for its article: links and metadata that say so, in the order of how sure they are.

<link rel="license" href=...>  <a rel="license" href=...>     the HTML standard's own way
<meta name="dcterms.license" content=...>                      Dublin Core; also dc.rights, license, rights
<script type="application/ld+json"> {"license": ...}           schema.org
"""

from __future__ import annotations

from collections.abc import Iterator

import regex
from lxml import html as lxml_html

from annotation.articles.page_metadata import named_values, parsed, structured_data
from annotation.core.text import encodable

_MENTION = regex.compile(r"licen[cs]e|rights", regex.IGNORECASE)
_NAMES = ("dcterms.license", "dc.license", "license", "licence", "dcterms.rights", "dc.rights", "rights")
"""Names of metadata, the surest first. `copyright` is not among them: it names an owner, not a licence."""
_LONGEST = 300
"""Characters of a licence's id, address or name; more is the text of a notice."""


def licence_of_page(source: str) -> str | None:
    """The licence as the page writes it, an address or words; None where it does not say.

    Where several are given, the first of the surest kind.
    """
    if not _MENTION.search(source):
        return None
    tree = parsed(source)
    return next(filter(None, map(_tidy, _candidates(tree))), None) if tree is not None else None


def _candidates(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for element in tree.iter("link", "a", "area"):
        if "license" in (element.get("rel") or "").lower().split():
            yield element.get("href") or element.text_content()
    named = named_values(tree)
    yield from (named[name] for name in _NAMES if name in named)
    for node in structured_data(tree):
        stated = node.get("license")
        if isinstance(stated, dict):
            stated = stated.get("url") or stated.get("@id") or stated.get("name")
        if isinstance(stated, str):
            yield stated


def _tidy(stated: str) -> str | None:
    stated = " ".join(stated.split())
    return stated if 0 < len(stated) <= _LONGEST and encodable(stated) and "\0" not in stated else None
