"""`make check` asks once a day whether the packages of constraints.txt have known vulnerabilities (pip-audit).

Exit code 1 for one that is not in ACCEPTED; what cannot be asked, for want of a network, is one line and no fault.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ACCEPTED: dict[str, str] = {}
"""Ids of vulnerabilities that stay, with the reason: for one that no version mends, or that naba does not reach."""

ROOT = Path(__file__).parent.parent
CONSTRAINTS, STAMP = ROOT / "constraints.txt", ROOT / ".venv" / ".audited"
REGISTRY = "https://pypi.org/pypi/pip/24.0/json"
DAY, LIMIT = 24 * 3600, 60


def main() -> int:
    """Ask, and return the exit code."""
    if STAMP.is_file() and STAMP.stat().st_mtime > max(time.time() - DAY, CONSTRAINTS.stat().st_mtime):
        return 0
    if not _answers():
        print("vulnerabilities: not looked for, the registry does not answer")
        return 0
    command = [sys.executable, "-m", "pip_audit", "-r", str(CONSTRAINTS), "--no-deps", "--disable-pip", "-f", "json"]
    try:
        ended = subprocess.run(
            [*command, "--progress-spinner", "off", "--timeout", "5"],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT,
        )
        wrong, asked = faults(json.loads(ended.stdout))
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        print(f"vulnerabilities: not looked for, pip-audit gave no answer ({type(error).__name__})")
        return 0
    for line in wrong:
        print(f"vulnerabilities: {line}")
    print(f"vulnerabilities: {len(wrong)} in {asked} packages")
    if not wrong and asked and STAMP.parent.is_dir():
        STAMP.touch()
    return int(bool(wrong))


def faults(report: dict[str, list[dict[str, object]]]) -> tuple[list[str], int]:
    """A line for each vulnerability of pip-audit's report that is not accepted, and the number of packages."""
    wrong, asked = [], 0
    for package in report["dependencies"]:
        found = package.get("vulns")
        if not isinstance(found, list):
            continue  # not on the registry
        asked += 1
        for each in found:
            ids = {each["id"], *each.get("aliases", ())}
            if not ids & ACCEPTED.keys():
                mended = ", ".join(each.get("fix_versions", ())) or "no version yet"
                wrong.append(f"{package['name']} {package['version']}: {each['id']}, mended in {mended}")
    return wrong, asked


def _answers() -> bool:
    try:
        with urllib.request.urlopen(REGISTRY, timeout=3) as answer:
            return isinstance(json.load(answer).get("vulnerabilities"), list)
    except (OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main())
