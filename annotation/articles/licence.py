"""The licence that a web page gives for its article: links and metadata that say so, in the order of how sure they are.

<link rel="license" href=...>  <a rel="license" href=...>     the HTML standard's own way
<meta name="dcterms.license" content=...>                      Dublin Core; also dc.rights, license, rights
<script type="application/ld+json"> {"license": ...}           schema.org
"""

from __future__ import annotations

from collections.abc import Iterator

import regex
from lxml import etree
from lxml import html as lxml_html

from annotation.core import json_text
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
    try:
        tree = lxml_html.document_fromstring(source.encode("utf-8", "replace"), parser=_parser())
    except (etree.LxmlError, ValueError, RecursionError):  # of pages that are none
        return None
    return next(filter(None, map(_tidy, _candidates(tree))), None)


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)


def _candidates(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for element in tree.iter("link", "a", "area"):
        if "license" in (element.get("rel") or "").lower().split():
            yield element.get("href") or element.text_content()
    named = {(meta.get("name") or meta.get("property") or "").lower(): meta for meta in tree.iter("meta")}
    yield from (named[name].get("content") or "" for name in _NAMES if name in named)
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            yield from _structured(script.text or "")


def _structured(text: str) -> Iterator[str]:
    """The `license` of an article in schema.org's JSON, also within `@graph`."""
    try:
        value = json_text.syntax(text)
    except (ValueError, RecursionError):
        return
    graph = value.get("@graph", [value]) if isinstance(value, dict) else value
    for node in graph if isinstance(graph, list) else []:
        stated = node.get("license") if isinstance(node, dict) else None
        if isinstance(stated, dict):
            stated = stated.get("url") or stated.get("@id") or stated.get("name")
        if isinstance(stated, str):
            yield stated


def _tidy(stated: str) -> str | None:
    stated = " ".join(stated.split())
    return stated if 0 < len(stated) <= _LONGEST and encodable(stated) and "\0" not in stated else None
