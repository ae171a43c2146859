"""What `make check` says of vulnerabilities: each with its package, but for the accepted ones."""

from __future__ import annotations

import pytest

from tests import vulnerabilities

REPORT = {
    "dependencies": [
        {"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}]},
        {"name": "two", "version": "2.0", "vulns": [{"id": "PYSEC-2", "aliases": ["CVE-2"], "fix_versions": []}]},
        {"name": "three", "version": "3.0", "vulns": []},
        {"name": "four", "skip_reason": "not on PyPI"},
    ]
}


def test_each_is_named_unless_it_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["one 1.0: PYSEC-1, mended in 1.1", "two 2.0: PYSEC-2, mended in no version yet"]
    assert vulnerabilities.faults(REPORT) == (lines, 3)  # type: ignore[arg-type]
    monkeypatch.setattr(vulnerabilities, "ACCEPTED", {"CVE-2": "it is not reached"})
    assert vulnerabilities.faults(REPORT) == (lines[:1], 3)  # type: ignore[arg-type]


def test_without_a_registry_it_is_one_line_and_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vulnerabilities, "REGISTRY", "http://127.0.0.1:9/none")
    monkeypatch.setattr(vulnerabilities, "STAMP", vulnerabilities.ROOT / "none")
    assert vulnerabilities.main() == 0
    assert capsys.readouterr().out == "vulnerabilities: not looked for, the registry does not answer\n"
