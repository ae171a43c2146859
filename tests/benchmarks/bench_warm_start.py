"""What going on from an earlier model saves: steps to the development score that a training from scratch reaches.

    python -m tests.benchmarks.bench_warm_start --rows rows.jsonl

The bundled sample, `experiment=compact`, one thread. A model is trained on 70% of the training documents, as after the
last round of labelling; then one on all of them from scratch, one with `init` and the same settings, and one with
`init` and a third of the epochs. What is in the rows already is not trained again.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

from annotation import sample
from annotation.snapshot import snapshot
from tests.builders import conflict

EARLIER, SCRATCH = "70%, from scratch", "all, from scratch"
TRAININGS: Mapping[str, tuple[str, ...]] = {
    EARLIER: ("data.share=0.7",),
    SCRATCH: (),
    "all, init, 30 epochs": ("init={earlier}",),
    "all, init, 10 epochs": ("init={earlier}", "fit.epochs=10"),
}
COMMON = ("experiment=compact", "fit.threads=1", "fit.device=cpu", "fit.patience=null", "tracking=off")
SHARES = (0.9, 1.0)
"""Of the score that the training from scratch reaches at best."""
_SCORE = re.compile(r"epoch (\d+) of \d+: .*Arg-C\+ ([\d.]+)")


class TrainingRow(TypedDict):
    """One training: development Arg-C+ after each epoch, steps of an epoch, and processor time in seconds."""

    name: str
    seed: int
    scores: list[float]
    steps: int
    processor: float


def measure(name: str, seed: int, folder: Path) -> TrainingRow:
    """Train once, in a process of its own."""
    output = folder / f"{re.sub(r'[^a-z0-9]+', '-', name)}-{seed}"
    earlier = folder / f"{re.sub(r'[^a-z0-9]+', '-', EARLIER)}-{seed}"
    settings = [setting.format(earlier=earlier) for setting in TRAININGS[name]]
    words = [f"snapshot={_sample(folder)}", f"output={output}", f"seed={seed}", *COMMON, *settings]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "training", "train", *words], stderr=subprocess.PIPE, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    scores = [float(score) for _, score in _SCORE.findall(done.stderr)]
    documents = snapshot.Snapshot.open(_sample(folder)).manifest.counts["train"].documents
    share = 0.7 if name == EARLIER else 1.0
    return {
        "name": name,
        "seed": seed,
        "scores": scores,
        "steps": -(-round(share * documents) // 4),
        "processor": round(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, 1),
    }


def _sample(folder: Path) -> Path:
    """The snapshot of the sample."""
    snapshot.build(sample.gold(), folder / "snapshot", ontology=conflict(), ratios=(0.6, 0.2, 0.2))
    return folder / "snapshot"


def table(rows: list[TrainingRow]) -> Iterator[str]:
    """Markdown: each training of each seed beside the one from scratch."""
    shares = [f"steps to {share:.0%}" for share in SHARES]
    yield f"| {' | '.join(['seed', 'training', 'dev Arg-C+, best', *shares, 'processor, s'])} |"
    yield "| --- | --- |" + " ---: |" * (2 + len(shares))
    for row in rows:
        scratch = next(r for r in rows if (r["name"], r["seed"]) == (SCRATCH, row["seed"]))
        reached = [_steps(row, share * max(scratch["scores"])) for share in SHARES]
        cells = [row["seed"], row["name"], f"{max(row['scores']):.1f}", *reached, row["processor"]]
        yield f"| {' | '.join(map(str, cells))} |"


def _steps(row: TrainingRow, goal: float) -> str:
    """Steps until the score was reached, at the end of an epoch."""
    epoch = next((number for number, score in enumerate(row["scores"], start=1) if score >= goal), None)
    return "never" if epoch is None else str(epoch * row["steps"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, help="A file that keeps what was measured; models go beside it.")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2])
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        kept = told.rows or Path(temporary) / "rows.jsonl"
        rows: list[TrainingRow] = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
        for seed in told.seeds:
            for name in TRAININGS:
                if not any((row["name"], row["seed"]) == (name, seed) for row in rows):
                    rows.append(measure(name, seed, kept.parent.resolve()))
                    with kept.open("a") as file:
                        file.write(json.dumps(rows[-1]) + "\n")
        print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
