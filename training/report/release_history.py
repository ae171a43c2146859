"""History page of releases: their scores over time, what each changed, its gates, and what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from markupsafe import Markup

from annotation import terminal
from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.matching import HEADLINE, UNITS
from annotation.core.messages import N_
from annotation.page import templates
from annotation.page.titles import LANGUAGES
from annotation.page.wording import Wording
from annotation.storage.documents_file import atomic
from training.config.version_names import REFUSED
from training.lineage.release_change import HeadlineChange
from training.lineage.release_record import RECORD, Record
from training.lineage.training_changes import Changes, packages_changed, settings_changed
from training.report.charts import FILL, MISSED, SPURIOUS, Spec, draw
from training.report.report_page import report_templates

HISTORY = "history.html"
_HERE = Path(__file__).parent
_LAYERS = {"Trig-C": N_("triggers (%(score)s)"), HEADLINE: N_("arguments (%(score)s)"), "Entity": N_("entities")}
_COLORS = (FILL, MISSED, SPURIOUS)


@dataclass(frozen=True)
class ReleaseRow:
    """A release and the release that it was compared with, else the one before it in time.

    `stories` of the documents scored on, None where that was not recorded.
    """

    record: Record
    before: Record | None
    stories: int | None

    @property
    def change(self) -> HeadlineChange | None:
        """The change of the headline on the same documents, as recorded."""
        return self.record.against.change if self.record.against else None

    @property
    def delta(self) -> float | None:
        """The change of the headline; None unless both were scored on the same documents."""
        if self.change:
            return self.change.now - self.change.before
        if self.before is None or not self.same_test_set:
            return None
        return self.record.scores["all"][HEADLINE] - self.before.scores["all"][HEADLINE]

    @property
    def same_test_set(self) -> bool:
        """Whether this release and the one before are scored on the same documents."""
        before = self.before
        return before is not None and _test_set(before) == _test_set(self.record)

    @cached_property
    def settings(self) -> Changes:
        """The settings of the training that differ."""
        return settings_changed(self.before.trained, self.record.trained) if self.before else {}

    @cached_property
    def packages(self) -> Changes:
        """The packages of the training whose version differs."""
        return packages_changed(self.before.trained.packages, self.record.trained.packages) if self.before else {}

    @property
    def other_data(self) -> bool:
        """Whether it was trained on another snapshot."""
        before = self.before
        return before is not None and before.trained.snapshot.content != self.record.trained.snapshot.content


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
    records, refused = releases(folder), releases(folder / REFUSED)
    rows = [ReleaseRow(record, before, _stories(folder, record)) for record, before in _with_before(records)]
    languages = sorted({language for record in records for language in record.scores} - {"all"})
    values = {
        "rows": rows[::-1],
        "refused": refused[::-1],
        "anchors": {row.record.version: f"release-{number}" for number, row in enumerate(rows)},
        "units": UNITS,
        "headline": HEADLINE,
        "languages": languages,
        "names": LANGUAGES,
    }
    values |= {**templates.assets(_HERE / "page.css"), "chart": _chart(records, wording)}
    page = report_templates(wording).get_template("history.html.j2").render(**values)
    with atomic(folder / HISTORY) as file:
        file.write(page)
    return folder / HISTORY


def _with_before(records: Sequence[Record]) -> Iterator[tuple[Record, Record | None]]:
    """Each record with that of the release it was compared with, else of the one before it."""
    by_version: dict[str, Record] = {}
    last: Record | None = None
    for record in records:
        version = record.against.version if record.against else None
        yield record, by_version.get(version, last) if version else last
        by_version[record.version] = last = record


def _test_set(record: Record) -> tuple[str, str]:
    return record.snapshot.content, record.split


def _stories(folder: Path, record: Record) -> int | None:
    """The number of stories scored on; of an older release its metrics may know it."""
    if record.stories is not None:
        return record.stories
    try:
        metrics = json_text.loads((folder / record.version / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json_text.JsonError):
        return None
    found = metrics.get("stories") if isinstance(metrics, Mapping) else None
    return found if isinstance(found, int) else None


def _chart(records: Sequence[Record], wording: Wording) -> Markup:
    """A chart of F1 of three layers by release, in order of time, with intervals; empty with fewer than two releases.

    A line ends where the test set changes: what lies on both sides of a gap is not to be compared.
    """
    if len(records) < 2:
        return Markup("")
    rows = [
        _point(record, unit, part, wording)
        for part, record in zip(_parts(records), records, strict=True)
        for unit in _LAYERS
    ]
    x = {
        "field": "release",
        "type": "nominal",
        "sort": None,
        "axis": {"title": wording.gettext("release"), "labelAngle": -45},
    }
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"title": "F1", "format": ".0%"}}
    legend = {"title": None, "direction": "vertical", "columns": 1}
    color = {"field": "series", "type": "nominal", "legend": legend, "scale": {"range": list(_COLORS)}}
    beside = {"x": x, "xOffset": {"field": "series"}, "color": color}
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {**beside, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 1.5},
            "encoding": {**beside, "y": {**y, "field": "f1"}, "detail": {"field": "part"}},
        },
    ]
    spec: Spec = {
        "width": {"step": 24 if len(records) > 6 else 40},
        "height": 240,
        "data": {"values": rows},
        "layer": layers,
    }
    return draw(spec, wording.gettext("F1 of each release"))


def _parts(records: Sequence[Record]) -> list[int]:
    """A number for each record: the same for neighbours that are scored on the same documents."""
    parts = [0]
    for before, now in pairwise(records):
        parts.append(parts[-1] + (_test_set(before) != _test_set(now)))
    return parts


def _point(record: Record, unit: str, part: int, wording: Wording) -> dict[str, object]:
    f1 = record.scores["all"][unit]
    low, high = record.intervals.get(unit, (f1, f1))
    return {
        "release": record.version,
        "series": wording.gettext(_LAYERS[unit], score=unit),
        "f1": f1,
        "low": low,
        "high": high,
        "part": part,
    }


def _records(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob(f"[!.]*/{RECORD}")):
        try:
            yield Record.read(path.parent)
        except UsageError as error:
            terminal.warn(str(error))
