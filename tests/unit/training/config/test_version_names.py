"""A version is the name of a folder, never of one elsewhere."""

from __future__ import annotations

import pytest

from training.config.version_names import version_fault


@pytest.mark.parametrize("version", ["1.0", "1.10", "2026-11-20", "v2_rc.1+he"])
def test_a_plain_version_is_taken_as_it_is(version: str) -> None:
    assert version_fault(version) is None


@pytest.mark.parametrize("version", ["", "..", "../up", "a/b", "a b", "-x", "refused", "last", "none"])
def test_what_would_leave_the_folder_or_mean_something_else_is_refused(version: str) -> None:
    assert version_fault(version)
