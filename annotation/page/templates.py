"""Pages that need nothing but themselves: their templates, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import jinja2
from markupsafe import Markup

_HERE = Path(__file__).parent


def environment(folder: Path) -> jinja2.Environment:
    """The templates of `folder`, and behind them the shared ones of this package.

    What ends in .html.j2 is escaped, and a name that is not given is an error.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, _HERE]),
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": lambda fraction: f"{100 * fraction:.1f}", "json": json.dumps}
    return environment


def assets(style: Path) -> dict[str, object]:
    """`style`, `script` and the `policy` that allows them alone, for a page that shows Documents.

    The page's own style stands behind the shared one and may overrule it.
    """
    look = Markup("\n").join([_source(_HERE / "base.css"), _source(style)])
    script = Markup("\n").join([_source(_HERE / "filter.js"), _source(_HERE / "arcs.js")])
    policy = f"default-src 'none'; style-src {_digest(look)}; script-src {_digest(script)}; base-uri 'none'"
    return {"style": look, "script": script, "policy": policy}


def _source(path: Path) -> Markup:
    """A file of ours, to be put into the page as it is."""
    return Markup(path.read_text(encoding="utf-8"))


def _digest(source: str) -> str:
    """How the page's policy names the one script and the one style it lets a browser use."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
