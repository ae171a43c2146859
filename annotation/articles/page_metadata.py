"""What a web page says of its article in its head and in attributes: the parsed page, its JSON-LD, the day published.

<meta property="article:published_time" content=...>          Open Graph, and names that other systems give it
<script type="application/ld+json"> {"datePublished": ...}     schema.org, as JSON
<meta itemprop="datePublished" content=...>                    schema.org, as attributes
<time datetime=...>                                            HTML
<link rel="canonical" href=".../2022/02/10/...">               the day in the page's address
"""

from __future__ import annotations

from collections.abc import Iterator

import regex
from lxml import etree
from lxml import html as lxml_html

from annotation.articles.publication_date import day_of
from annotation.core import json_text

_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "date_published",
    "published_time",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "dcterms.created",
    "dc.date",
    "dc.date.created",
    "citation_publication_date",
    "publication_date",
    "publish_date",
    "publish-date",
    "publishdate",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "date",
)
"""Names of metadata with the day published, the surest first. Times of changes are not among them."""
_ADDRESS = regex.compile(r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_COMPACT = regex.compile(r"(\d{4})(\d\d)(\d\d)(?=T|\b)")


def parsed(source: str) -> lxml_html.HtmlElement | None:
    """The page as a tree; None for what is no page."""
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, RecursionError):
        return None


def structured_data(tree: lxml_html.HtmlElement) -> Iterator[dict[str, object]]:
    """The objects of schema.org's JSON in the page, also within `@graph`."""
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            yield from _nodes(script.text or "")


def named_values(tree: lxml_html.HtmlElement) -> dict[str, str]:
    """The content of each `meta` by its name or property in lower case; of several with one name the first."""
    values: dict[str, str] = {}
    for meta in tree.iter("meta"):
        values.setdefault((meta.get("name") or meta.get("property") or "").strip().lower(), meta.get("content") or "")
    return values


def day_published(source: str) -> str | None:
    """The day that the page gives its article, as YYYY-MM-DD, in the page's own time zone; None where it gives none.

    htmldate, which trafilatura asks, is not: where a page gives no day it takes that of a change, of the copyright, or
    one of the running text.
    """
    tree = parsed(source)
    return next(filter(None, map(_day, _candidates(tree))), None) if tree is not None else None


def _day(value: str) -> str | None:
    return day_of(_COMPACT.sub(r"\1-\2-\3", value.strip()[:100]).replace("T", " "))


def _candidates(tree: lxml_html.HtmlElement) -> Iterator[str]:
    named = named_values(tree)
    yield from (named[name] for name in _NAMES if name in named)
    dated = [node for node in structured_data(tree) if isinstance(node.get("datePublished"), str)]
    yield from (str(node["datePublished"]) for node in sorted(dated, key=_is_other))
    for element in tree.xpath("//*[@itemprop='datePublished']"):
        yield element.get("content") or element.get("datetime") or element.text_content()
    yield from (element.get("datetime") for element in _times(tree))
    yield from ("-".join(address) for address in _ADDRESS.findall(_canonical(tree, named)))


def _is_other(node: dict[str, object]) -> bool:
    """Whether the object is no article, such as the page or a picture."""
    return not regex.search("Article|Posting|Report", str(node.get("@type")))


def _times(tree: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """The `time` elements of the article: within it, or the first one after the headline; the only one of a page."""
    times = "time[@datetime][not(contains(@class, 'updated') or @itemprop='dateModified')]"
    found: list[lxml_html.HtmlElement] = tree.xpath(f"//article//{times}")[:1] or tree.xpath(
        f"(//h1)[1]/following::{times}"
    )
    every = tree.xpath(f"//{times}")
    return found[:1] or (every if len(every) == 1 else [])


def _canonical(tree: lxml_html.HtmlElement, named: dict[str, str]) -> str:
    links = (link.get("href") or "" for link in tree.iter("link") if link.get("rel") == "canonical")
    return next(links, named.get("og:url", ""))


def _nodes(text: str) -> Iterator[dict[str, object]]:
    try:
        value = json_text.syntax(text)
    except (ValueError, RecursionError):
        return
    graph = value.get("@graph", [value]) if isinstance(value, dict) else value
    yield from (node for node in (graph if isinstance(graph, list) else []) if isinstance(node, dict))
