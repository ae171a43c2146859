"""Variables are set for a block, and afterwards the environment is as before."""

from __future__ import annotations

import os

import pytest

from training.config.environment import environment


def test_what_was_set_comes_back_and_what_was_not_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABA_SET", "before")
    before = dict(os.environ)
    with environment({"NABA_SET": "during", "NABA_UNSET": "during"}):
        assert (os.environ["NABA_SET"], os.environ["NABA_UNSET"]) == ("during", "during")
    assert dict(os.environ) == before


def test_defaults_leave_what_the_user_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NABA_SET", "the user's")
    with environment({"NABA_SET": "default", "NABA_UNSET": "default"}, override=False):
        assert (os.environ["NABA_SET"], os.environ["NABA_UNSET"]) == ("the user's", "default")
    assert "NABA_UNSET" not in os.environ
