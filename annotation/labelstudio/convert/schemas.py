"""Pydantic schemas of the JSON exchanged with Label Studio.

The server validates nothing, so a page of tasks is parsed leniently: unknown keys are ignored, and the rows of an
annotation stay raw JSON until `row` parses them one by one. A malformed row then affects that row, not the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Row: TypeAlias = dict[str, object]
"""A JSON object as received, such as one entry of an annotation's `result`."""

Whole = Annotated[int, Field(strict=True)]

TEXT = "text"
TRIGGER = "trigger"
ENTITY = "entity"
"""The names of the controls, as they appear in `to_name` and `from_name`."""

NOTE = "note_to_lead"
"""The control in which an annotator writes a note to the lead, about the whole article."""

NO_EVENTS = "no_events"
"""The control, and its only value, by which an annotator states that the article tells of no event."""

FINDINGS = "findings"
"""Key of a task's data, and name of the panel, that list the faults to correct in its annotations."""

HEADING, LINK = "article_heading", "article_link"
"""Keys of a task's data: title, date and source of the article in lines, and a link to it in Markdown."""

CONTROLS = (TEXT, TRIGGER, ENTITY, FINDINGS, NOTE, NO_EVENTS, HEADING)
"""The names that the labelling page uses itself."""

MENDED = "naba"
"""Key in a region's `meta` that records how naba mended it."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class LabelsValue(_Shape):
    """A span of the task's text, in code points, and its labels.

    `text` is compared with the words at the offsets, and never used in their place.
    """

    start: Whole
    end: Whole
    labels: list[str]
    text: object = None


class Labels(_Shape):
    """A region: a labelled span."""

    type: Literal["labels"]
    id: str = Field(min_length=1)
    from_name: str
    to_name: str
    value: LabelsValue


class ChoicesValue(_Shape):
    """The values chosen in one control."""

    choices: list[str]


class Choices(_Shape):
    """The choice for the region of the same id: an attribute of the event whose trigger that region is."""

    type: Literal["choices"]
    id: str = Field(min_length=1)
    from_name: str
    to_name: str
    value: ChoicesValue


class TextAreaValue(_Shape):
    """The texts written in one control."""

    text: list[str]


class TextArea(_Shape):
    """What was written in a control about the whole article. The id is the row's own, not a region's."""

    type: Literal["textarea"]
    id: str = ""
    from_name: str
    value: TextAreaValue


class Relation(_Shape):
    """An arrow between two regions. `labels` are titles as displayed, not codes."""

    type: Literal["relation"]
    from_id: str
    to_id: str
    direction: Literal["left", "right", "bi"] = "right"
    labels: list[str] = []


class Annotation(_Shape):
    """One annotator's annotation of a task.

    `completed_by` is a user id, or the user object where the server expands it.
    """

    id: int | None = None
    result: object = None
    completed_by: int | Row | None = None
    created_username: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None
    was_cancelled: bool = False
    parent_annotation: int | None = None
    parent_prediction: int | None = None

    @property
    def rows(self) -> list[object]:
        """The rows of `result`. A `result` that is not a list counts as one malformed row."""
        if self.result is None:
            return []
        return self.result if isinstance(self.result, list) else [self.result]

    @property
    def mended_from(self) -> int | None:
        """The id of the annotation this one is a mended copy of, else None. Both have the same annotator."""
        metas = (row.get("meta") for row in self.rows if isinstance(row, Mapping))
        mended = any(isinstance(meta, Mapping) and MENDED in meta for meta in metas)
        return self.parent_annotation if mended else None

    @property
    def annotator(self) -> str | None:
        """The annotator's e-mail address where the server sends it, else the user's number."""
        if isinstance(self.completed_by, Mapping):
            named = self.completed_by.get("email") or self.completed_by.get("username") or self.completed_by.get("id")
            return str(named) if named is not None else None
        return str(self.completed_by) if self.completed_by is not None else self.created_username


class Prediction(_Shape):
    """A model's suggestion."""

    id: int | None = None
    result: object = None
    model_version: str | None = None
    score: float | None = None


class Task(_Shape):
    """A task with its annotations and predictions. Exports contain only the numbers of predictions."""

    id: int
    data: Row
    annotations: list[Annotation] = []
    predictions: list[Prediction | int] = []
    updated_at: str | None = None


Result: TypeAlias = Labels | Choices | TextArea | Relation
TASKS = TypeAdapter(list[Task])
"""Parses a whole page of tasks at once."""

_RESULT: TypeAdapter[Result] = TypeAdapter(Annotated[Result, Field(discriminator="type")])


def row(raw: object) -> Result:
    """Parse one row. Raises ValueError with the first fault on one line."""
    try:
        return _RESULT.validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "row"
        raise ValueError(f"{place}: {first['msg']}") from error
