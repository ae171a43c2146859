"""`python -m tests.fuzz --seconds 600`: every reader is given small real files that were changed by chance.

A fault is a traceback, a message of several lines, more than 10 s, or more than 1 GB. Each is kept as a folder of
tests/fuzz/found, which test_found.py goes through ever after. The seed is printed: the same one makes the same cases.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.fuzz.cases import FOUND, Case
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, run

HANG = 10
MEMORY = 1_000_000_000
_CASE = "case.pickle"


def main() -> int:
    """Fuzz for the time given, the targets in turn; return 1 when something was found."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--targets", nargs="+", default=list(TARGETS), choices=list(TARGETS))
    options.add_argument("--found", type=Path, default=FOUND)
    options.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        return _child(given.targets[0], given.seconds, given.seed, given.child)
    print(f"seed {given.seed}", flush=True)
    counts = {target: _fuzz(target, given) for target in given.targets}
    print(f"{sum(tried for tried, _ in counts.values())} cases, {sum(found for _, found in counts.values())} faults")
    return int(any(found for _, found in counts.values()))


def _fuzz(target: str, given: argparse.Namespace) -> tuple[int, int]:
    """Fuzz one target in processes that may end; return the numbers of cases and of faults."""
    tried, found, ends = 0, 0, time.monotonic() + given.seconds / len(given.targets)
    with TemporaryDirectory() as place:
        while (left := ends - time.monotonic()) > 0:
            code, said = _in_child(target, left, given.seed + tried, Path(place))
            tried += int(said.splitlines()[-1]) if said.strip() else 1
            if code == 0:
                break
            case, what = pickle.loads((Path(place) / _CASE).read_bytes())
            what = what or (f"takes more than {HANG} s" if code == -signal.SIGALRM else f"ended with {code}")
            print(f"{target}: {what.splitlines()[-1]}: {case.keep(given.found, what)}", flush=True)
            found += 1
    print(f"{target}: {tried} cases, {found} faults", flush=True)
    return tried, found


def _in_child(target: str, seconds: float, seed: int, place: Path) -> tuple[int, str]:
    words = ["--targets", target, "--seconds", str(seconds), "--seed", str(seed), "--child", str(place)]
    ended = subprocess.run([sys.executable, "-m", "tests.fuzz", *words], stdout=subprocess.PIPE, text=True, check=False)
    return ended.returncode, ended.stdout


def _child(target: str, seconds: float, seed: int, place: Path) -> int:
    """Try cases until one is at fault, which is then in `place`; print their number."""
    random, starts, tried, ends = Random(seed), seeds(target), 0, time.monotonic() + seconds
    for start in starts:
        with TemporaryDirectory() as folder:
            run(target, start.write(Path(folder)))  # loads what is loaded at first use
    resource.setrlimit(resource.RLIMIT_DATA, (_memory() + MEMORY, resource.RLIM_INFINITY))
    while time.monotonic() < ends:
        tried += 1
        case = mutated(random.choice(starts), random)
        (place / _CASE).write_bytes(pickle.dumps((case, "")))
        try:
            tell(case)
        except Exception:  # noqa: BLE001  # that is what is looked for
            (place / _CASE).write_bytes(pickle.dumps((case, traceback.format_exc())))
            print(tried)
            return 1
        except BaseException:
            print(tried)
            raise
    print(tried)
    return 0


def tell(case: Case) -> None:
    """Run one case. Raises what it raises; the process ends where it takes too long."""
    with TemporaryDirectory() as folder:
        path = case.write(Path(folder))
        signal.setitimer(signal.ITIMER_REAL, HANG)
        try:
            run(case.target, path)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _memory() -> int:
    """The bytes of data that this process has now, as RLIMIT_DATA counts them."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
