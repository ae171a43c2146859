"""A version is the name of a folder, and stays what the user typed."""

from __future__ import annotations

import pytest

from training.config.version_names import quoted, version_fault


@pytest.mark.parametrize("version", ["1.0", "1.10", "2026-11-20", "v2_rc.1+he"])
def test_a_plain_version_is_taken_as_it_is(version: str) -> None:
    assert version_fault(version) is None
    assert quoted(f"version={version}") == f"version='{version}'"


@pytest.mark.parametrize("version", ["", "..", "../up", "a/b", "a b", "-x", "refused", "last", "none"])
def test_what_would_leave_the_folder_or_mean_something_else_is_refused(version: str) -> None:
    assert version_fault(version)


def test_other_overrides_are_left_alone() -> None:
    for override in ("model=1.10", "version='1.10'", "--cfg", "version", "against=outputs/a/model"):
        assert quoted(override) == override
