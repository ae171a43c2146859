"""What the commands do with a stream of articles before they hand it on."""

import pytest

from annotation import sample
from annotation.articles.reader import read
from annotation.commands import studio
from annotation.core.document import Document


def test_near_duplicates_are_left_out_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    found = [document for document in read(sample.raw()) if isinstance(document, Document)]
    kept = list(studio._first_of_each(found))
    lines = [line for line in capsys.readouterr().err.splitlines() if "nearly the same as" in line]
    assert len(kept) == len(found) - len(lines)
    left_out = sorted(line.split(":")[0].removeprefix("! ") for line in lines)
    assert left_out == ["ar03.txt", "ar40.txt", "he04.txt", "he40.txt"]
