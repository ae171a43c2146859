"""Jinja templates of self-contained HTML pages, with a content security policy that allows nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import jinja2
from jinja2.nodes import EvalContext
from markupsafe import Markup

from annotation.core.messages import percent
from annotation.page.wording import Wording

_HERE = Path(__file__).parent


def template_environment(folder: Path, wording: Wording | None = None) -> jinja2.Environment:
    """A Jinja environment with the templates of `folder`, then the shared ones of this package.

    Templates that end in .html.j2 are escaped; an undefined name is an error. Texts are in the language of `wording`,
    by default English: `_("...")` and {% trans %} are texts of the template, the filter `local` is for texts made
    elsewhere, the filter `ltr` for figures and labels that read from left to right in every language.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, _HERE]),
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters |= {"percent": percent, "json": json.dumps}
    _install(environment, wording or Wording())
    return environment


def _install(environment: jinja2.Environment, wording: Wording) -> None:
    """Give the templates their texts. Values are escaped where the template is."""

    @jinja2.pass_eval_context
    def gettext(context: EvalContext, message: str, /, **values: object) -> str:
        text = wording.form(message)
        return (Markup(text) if context.autoescape else text) % wording.shown(values)

    @jinja2.pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, n: int, /, **values: object) -> str:
        text = wording.form(one, many, n)
        return (Markup(text) if context.autoescape else text) % wording.shown({"number": f"{n:,}", **values})

    @jinja2.pass_eval_context
    def ltr(context: EvalContext, text: str) -> str:
        if not context.autoescape:
            return wording.isolated(text)
        return Markup('<bdi dir="ltr">{}</bdi>').format(text) if wording.right_to_left and text else text

    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # the functions put the values in
    environment.globals |= {"gettext": gettext, "ngettext": ngettext, "_": gettext, "wording": wording}
    environment.filters |= {"local": wording.of, "ltr": ltr}


def assets(style: Path) -> dict[str, object]:
    """The `style`, the `script` and a content security `policy` that allows only these, for a page of Documents.

    The page's own style follows the shared one and may override it.
    """
    css = Markup("\n").join([_source(_HERE / "base.css"), _source(style)])
    script = Markup("\n").join([_source(_HERE / name) for name in ("filter.js", "arcs.js", "scroll.js")])
    policy = f"default-src 'none'; style-src {_digest(css)}; script-src {_digest(script)}; base-uri 'none'"
    return {"style": css, "script": script, "policy": policy}


def _source(path: Path) -> Markup:
    """A file of this package, inserted into the page without escaping."""
    return Markup(path.read_text(encoding="utf-8"))


def _digest(source: str) -> str:
    """The hash source of a script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
