"""Jinja templates of self-contained HTML pages, with a content security policy that allows nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import jinja2
from markupsafe import Markup

from annotation.core.messages import percent

_HERE = Path(__file__).parent


def template_environment(folder: Path) -> jinja2.Environment:
    """A Jinja environment with the templates of `folder`, then the shared ones of this package.

    Templates that end in .html.j2 are escaped; an undefined name is an error.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, _HERE]),
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "json": json.dumps}
    return environment


def assets(style: Path) -> dict[str, object]:
    """The `style`, the `script` and a content security `policy` that allows only these, for a page of Documents.

    The page's own style follows the shared one and may override it.
    """
    css = Markup("\n").join([_source(_HERE / "base.css"), _source(style)])
    script = Markup("\n").join([_source(_HERE / "filter.js"), _source(_HERE / "arcs.js")])
    policy = f"default-src 'none'; style-src {_digest(css)}; script-src {_digest(script)}; base-uri 'none'"
    return {"style": css, "script": script, "policy": policy}


def _source(path: Path) -> Markup:
    """A file of this package, inserted into the page without escaping."""
    return Markup(path.read_text(encoding="utf-8"))


def _digest(source: str) -> str:
    """The hash source of a script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
