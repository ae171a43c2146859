"""The report of one evaluation: report.html, which needs nothing but itself, report.md and metrics.json."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from annotation.document import Document
from annotation.files import atomic
from annotation.matching import HEADLINE, PRF
from annotation.ontology import Ontology
from training import bootstrap, flat
from training.report.examples import worst
from training.report.names import UNITS, Names
from training.scoring import Scores

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class TypeRow:
    """A type with its title, its titles in the articles' languages, and its scores: the first one ranks."""

    title: str
    native: list[tuple[str, str]]
    scores: tuple[PRF, ...]


def write_report(
    scores: Scores,
    gold: Sequence[Document],
    predicted: Sequence[Document],
    out: Path,
    *,
    title: str,
    ontology: Ontology,
    meta: Mapping[str, str] | None = None,
) -> Path:
    """Write report.html, report.md and metrics.json into the folder `out`, each atomically, and return the first.

    `meta` is shown under the title as it is: model, snapshot, split and whatever else says what was scored.
    """
    meta = dict(meta or {})
    values = {"scores": scores, "title": title, "meta": meta, "headline": HEADLINE}
    page = _environment().get_template("page.html.j2").render(**values, **_page(scores, gold, predicted, ontology))
    metrics = {**scores.as_dict(), "title": title, "meta": meta}
    _write(out / "metrics.json", json.dumps(metrics, ensure_ascii=False, indent=2) + "\n")
    _write(out / "report.md", _environment().get_template("report.md.j2").render(**values, table=scores.table()))
    _write(out / "report.html", page)
    return out / "report.html"


def _page(
    scores: Scores, gold: Sequence[Document], predicted: Sequence[Document], ontology: Ontology
) -> dict[str, object]:
    names = Names(ontology)
    style, script = _source("page.css"), _source("filter.js")
    return {
        "names": names,
        "units": UNITS,
        "layers": flat.LAYERS,
        "resamples": f"{bootstrap.RESAMPLES:,}",
        "types": _types(scores, names),
        "unscored": names.unscored(scores.by_type),
        "examples": worst(scores, gold, predicted, names),
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; base-uri 'none'",
    }


def _types(scores: Scores, names: Names) -> dict[str, list[TypeRow]]:
    by = scores.by_type
    arguments = by["arguments"]
    events = [
        TypeRow(names.title(k), names.native(k), (prf, arguments.get(k, PRF(0, 0, 0))))
        for k, prf in by["event"].items()
    ]
    roles = [TypeRow(names.role(k), names.native_role(k), (prf,)) for k, prf in by["role"].items()]
    entities = [TypeRow(names.title(k), names.native(k), (prf,)) for k, prf in by["entity"].items()]
    return {"event": _ranked(events), "role": _ranked(roles), "entity": _ranked(entities)}


def _ranked(rows: list[TypeRow]) -> list[TypeRow]:
    """The most frequent in gold first: their scores say most."""
    return sorted(rows, key=lambda row: (-row.scores[0].gold, row.title))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda fraction: f"{100 * fraction:.1f}"
    return environment


def _source(name: str) -> Markup:
    """A file of this package, to be put into the page as it is."""
    return Markup((_HERE / name).read_text(encoding="utf-8"))


def _digest(source: str) -> str:
    """How the page's policy names the one script and the one style it lets a browser use."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _write(path: Path, text: str) -> None:
    with atomic(path) as file:
        file.write(text)
