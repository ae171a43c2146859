"""What travels between Label Studio and us, as pydantic shapes.

The server checks nothing, so a page of tasks is read leniently: unknown keys are ignored and the rows of an annotation
stay raw JSON until `row` reads them one by one. A row that does not fit is then one row's fault, not a page's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Row: TypeAlias = dict[str, object]
"""One entry of an annotation's `result`, as it came."""

Whole = Annotated[int, Field(strict=True)]

TEXT = "text"
TRIGGER = "trigger"
ENTITY = "entity"
"""The names of the controls: what `to_name` and `from_name` say."""

FINDINGS = "findings"
"""The key of a task's data, and the name of the panel, that tell what is to be mended in its annotations."""

MENDED = "naba"
"""The key in a region's `meta` that says how naba mended it."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class LabelsValue(_Shape):
    """A stretch of the task's text, in code points, and what it is labelled. `text` is a witness, never trusted."""

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
    choices: list[str]


class Choices(_Shape):
    """What is chosen for the region of the same id: an attribute of the event its trigger stands for."""

    type: Literal["choices"]
    id: str = Field(min_length=1)
    from_name: str
    to_name: str
    value: ChoicesValue


class Relation(_Shape):
    """An arrow between two regions. `labels` are titles as shown, not codes."""

    type: Literal["relation"]
    from_id: str
    to_id: str
    direction: Literal["left", "right", "bi"] = "right"
    labels: list[str] = []


class Annotation(_Shape):
    """What one annotator marked in a task. `completed_by` is a user id, or the user where the server expands it."""

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
        """The rows of `result`; something that is no list counts as one bad row."""
        if self.result is None:
            return []
        return self.result if isinstance(self.result, list) else [self.result]

    @property
    def mended_from(self) -> int | None:
        """The annotation naba made this one from, mending what it safely could; the annotator is that one's."""
        marks = (row.get("meta") for row in self.rows if isinstance(row, Mapping))
        mended = any(isinstance(mark, Mapping) and MENDED in mark for mark in marks)
        return self.parent_annotation if mended else None

    @property
    def annotator(self) -> str | None:
        """The annotator's e-mail where the server tells it, else the user's number."""
        if isinstance(self.completed_by, Mapping):
            named = self.completed_by.get("email") or self.completed_by.get("username") or self.completed_by.get("id")
            return str(named) if named is not None else None
        return str(self.completed_by) if self.completed_by is not None else self.created_username


class Prediction(_Shape):
    """A suggestion of a model."""

    id: int | None = None
    result: object = None
    model_version: str | None = None
    score: float | None = None


class Task(_Shape):
    """A task with everything that hangs on it. Exports give only the numbers of predictions."""

    id: int
    data: Row
    annotations: list[Annotation] = []
    predictions: list[Prediction | int] = []
    updated_at: str | None = None


Result: TypeAlias = Labels | Choices | Relation
TASKS = TypeAdapter(list[Task])
"""Reads a whole page of tasks at once."""

_RESULT: TypeAdapter[Result] = TypeAdapter(Annotated[Result, Field(discriminator="type")])


def row(raw: object) -> Result:
    """The shape of one row. Raises ValueError that says in one line what does not fit."""
    try:
        return _RESULT.validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "row"
        raise ValueError(f"{place}: {first['msg']}") from error
