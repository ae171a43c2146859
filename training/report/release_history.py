"""History page of releases: all releases of a folder in one table, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markupsafe import Markup

from annotation import terminal
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE, UNITS
from annotation.core.messages import N_
from annotation.page.titles import LANGUAGES
from annotation.page.wording import Wording
from annotation.storage.documents_file import atomic
from training.lineage.release_record import RECORD, Record
from training.report.charts import FILL, MISSED, SPURIOUS, Spec, draw
from training.report.page import report_templates

HISTORY = "history.html"
_HERE = Path(__file__).parent
_LAYERS = {"Trig-C": N_("triggers (%(score)s)"), HEADLINE: N_("arguments (%(score)s)"), "Entity": N_("entities")}
_WHOLE = {"domain": [0, 1]}
_COLORS = (FILL, MISSED, SPURIOUS)


@dataclass(frozen=True)
class ReleaseRow:
    """A release and the release before it in time, which may have another snapshot."""

    record: Record
    before: Record | None

    def change(self, unit: str) -> float | None:
        """The change of F1 since the release before; None unless both were scored on the same documents."""
        if self.before is None:
            return None
        current, previous = self.record, self.before
        comparable = (current.snapshot.content, current.split) == (previous.snapshot.content, previous.split)
        return current.scores["all"][unit] - previous.scores["all"][unit] if comparable else None


def releases(folder: Path) -> list[Record]:
    """The records of a folder of releases, the oldest first. Warns of unreadable records and leaves them out."""
    return sorted(_records(folder), key=lambda record: (record.created, record.version))


def latest_version(folder: Path) -> str | None:
    """The version of the newest release; None if there is none."""
    records = releases(folder)
    return records[-1].version if records else None


def write_history(folder: Path, language: str = "en") -> Path:
    """Write history.html in the language into the folder of releases and return its path."""
    wording = Wording(language)
    records = releases(folder)
    rows = [ReleaseRow(now, before) for before, now in pairwise([None, *records]) if now]
    languages = sorted({language for record in records for language in record.scores} - {"all"})
    values = {"rows": rows[::-1], "units": UNITS, "headline": HEADLINE, "languages": languages, "names": LANGUAGES}
    style = Markup((_HERE / "page.css").read_text(encoding="utf-8"))
    page = (
        report_templates(wording)
        .get_template("history.html.j2")
        .render(**values, style=style, chart=_chart(records, wording))
    )
    with atomic(folder / HISTORY) as file:
        file.write(page)
    return folder / HISTORY


def _chart(records: Sequence[Record], wording: Wording) -> Markup:
    """A chart of F1 of three layers by release, in order of time; empty with fewer than two releases."""
    if len(records) < 2:
        return Markup("")
    rows = [
        {"release": record.version, "f1": record.scores["all"][unit], "series": wording.gettext(title, score=unit)}
        for record in records
        for unit, title in _LAYERS.items()
    ]
    encoding = {
        "x": {
            "field": "release",
            "type": "nominal",
            "sort": None,
            "axis": {"title": wording.gettext("release"), "labelAngle": -45},
        },
        "y": {
            "field": "f1",
            "type": "quantitative",
            "axis": {"title": "F1", "format": ".0%"},
            "scale": {"domain": [0, 1]},
        },
        "color": {"field": "series", "type": "nominal", "legend": {"title": None}, "scale": {"range": list(_COLORS)}},
    }
    spec: Spec = {"width": {"step": 60}, "height": 220, "data": {"values": rows}, "encoding": encoding}
    return draw({**spec, "mark": {"type": "line", "point": {"size": 60}}}, wording.gettext("F1 of each release"))


def _records(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob(f"[!.]*/{RECORD}")):
        try:
            yield Record.read(path.parent)
        except UsageError as error:
            terminal.warn(str(error))
