"""What fuzzing has found stays mended; and fuzzing finds what is there to be found."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fuzz.cases import FOUND, Case
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, run


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "folder", sorted(path for path in FOUND.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_a_case_that_was_a_fault_is_one_line(folder: Path, tmp_path: Path) -> None:
    case = Case.read(folder)
    run(case.target, case.write(tmp_path))


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "model"])
def test_every_reader_reads_its_seeds_and_is_given_others(target: str, tmp_path: Path) -> None:
    starts, random = seeds(target), Random(1)
    for number, start in enumerate(starts):
        TARGETS[target](start.write(tmp_path / f"seed{number}"))
    changed = [mutated(random.choice(starts), random) for _ in range(5)]
    assert any(case.files not in [start.files for start in starts] for case in changed)
    for number, case in enumerate(changed):
        run(target, case.write(tmp_path / str(number)))
