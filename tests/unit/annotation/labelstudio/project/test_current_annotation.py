"""A mended annotation and the one it was are one opinion, and the later of the two is it."""

from __future__ import annotations

import pytest

from annotation.labelstudio.convert.schemas import MENDED, Annotation
from annotation.labelstudio.project.current_annotation import current


def made(number: int, minute: int, parent: int | None = None, *, by: int = 1, mark: bool = True) -> Annotation:
    rows = [{"type": "labels", "meta": {MENDED: {}}}] if parent and mark else []
    stamp = f"2024-01-01T00:{minute:02}:00Z"
    return Annotation(id=number, result=rows, completed_by=by, updated_at=stamp, parent_annotation=parent)


@pytest.mark.parametrize(
    ("annotations", "left"),
    [
        ([made(1, 0), made(2, 5, by=2)], [1, 2]),
        ([made(1, 0), made(2, 5, parent=1)], [2]),
        ([made(1, 9), made(2, 5, parent=1)], [1]),
        ([made(1, 9), made(2, 5, parent=1), made(3, 10, parent=1)], [3]),
        ([made(1, 0), made(2, 5, parent=1), made(3, 10, parent=2)], [3]),
        ([made(2, 5, parent=1)], [2]),
        ([made(1, 0, by=2), made(2, 5, parent=1)], [1, 2]),
        ([made(1, 0), made(2, 5, parent=1, mark=False)], [1, 2]),
        ([made(1, 0, parent=2), made(2, 5, parent=1)], [2]),
    ],
)
def test_the_later_one_counts(annotations: list[Annotation], left: list[int]) -> None:
    assert [annotation.id for annotation in current(annotations)] == left
