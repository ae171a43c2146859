"""The history page: every release of a folder beside the others, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jinja2
from markupsafe import Markup

from annotation import terminal
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE, UNITS
from annotation.page.titles import LANGUAGES
from annotation.storage.documents_file import atomic
from training.lineage.release_record import RECORD, Record
from training.report.charts import FILL, MISSED, SPURIOUS, Spec, draw

HISTORY = "history.html"
_HERE = Path(__file__).parent
_LAYERS = {"Trig-C": "triggers (Trig-C)", HEADLINE: f"arguments ({HEADLINE})", "Entity": "entities"}
_WHOLE = {"domain": [0, 1]}
_COLORS = (FILL, MISSED, SPURIOUS)


@dataclass(frozen=True)
class ReleaseRow:
    """A release and the one before it in time, whose snapshot may be another."""

    record: Record
    before: Record | None

    def change(self, unit: str) -> float | None:
        """F1 gained since the release before, where both were scored on the same documents."""
        if self.before is None:
            return None
        mine, theirs = self.record, self.before
        same = (mine.snapshot.content, mine.split) == (theirs.snapshot.content, theirs.split)
        return mine.scores["all"][unit] - theirs.scores["all"][unit] if same else None


def releases(folder: Path) -> list[Record]:
    """The records of a folder of releases, the oldest first. What cannot be read is said and left out."""
    return sorted(_records(folder), key=lambda record: (record.created, record.version))


def latest_version(folder: Path) -> str | None:
    """The version of the newest release, if there is one."""
    found = releases(folder)
    return found[-1].version if found else None


def write_history(folder: Path) -> Path:
    """Write history.html beside the releases and return it."""
    records = releases(folder)
    rows = [ReleaseRow(now, before) for before, now in pairwise([None, *records]) if now]
    languages = sorted({language for record in records for language in record.scores} - {"all"})
    values = {"rows": rows[::-1], "units": UNITS, "headline": HEADLINE, "languages": languages, "names": LANGUAGES}
    style = Markup((_HERE / "page.css").read_text(encoding="utf-8"))
    page = _environment().get_template("history.html.j2").render(**values, style=style, chart=_chart(records))
    with atomic(folder / HISTORY) as file:
        file.write(page)
    return folder / HISTORY


def _chart(records: Sequence[Record]) -> Markup:
    """F1 of three layers at each release, in order of time; nothing where there is but one."""
    if len(records) < 2:
        return Markup("")
    rows = [
        {"release": record.version, "f1": record.scores["all"][unit], "series": title}
        for record in records
        for unit, title in _LAYERS.items()
    ]
    encoding = {
        "x": {"field": "release", "type": "nominal", "sort": None, "axis": {"title": "release", "labelAngle": -45}},
        "y": {
            "field": "f1",
            "type": "quantitative",
            "axis": {"title": "F1", "format": ".0%"},
            "scale": {"domain": [0, 1]},
        },
        "color": {"field": "series", "type": "nominal", "legend": {"title": None}, "scale": {"range": list(_COLORS)}},
    }
    spec: Spec = {"width": {"step": 60}, "height": 220, "data": {"values": rows}, "encoding": encoding}
    return draw({**spec, "mark": {"type": "line", "point": {"size": 60}}}, "F1 of each release")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda fraction: f"{100 * fraction:.1f}"
    environment.filters["signed"] = lambda fraction: f"{100 * fraction:+.1f}"
    return environment


def _records(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob(f"[!.]*/{RECORD}")):
        try:
            yield Record.read(path.parent)
        except UsageError as error:
            terminal.warn(str(error))
