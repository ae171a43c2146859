"""naba from scratch, and on the bundled encoder, against peers, on corpora of named entities outside the project.

Systems: `naba` (compact), `frozen` and `whole` (the bundled encoder), `crf`, `spacy`, and `recipe`: the bundled encoder
under a linear layer, as the token-classification example of transformers trains it.

`--data` is the folder that holds nemo_he and anercorp_ar; `--corpora`, `--systems`, `--seeds` and `--threads` narrow a
run down, and what follows `--` are overrides for naba's training. Every system is trained on the training part alone
with settings chosen there, and scored once on the other part: strict spans, as naba counts them and as seqeval does.
`--rows` is a file that each row goes into as it is measured; a row that is there is not measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean

from annotation.core.document import Document
from tests.benchmarks.corpora import Corpus, corpus, marked, missing, sentences
from tests.benchmarks.kept_rows import kept

DATA = Path(__file__).parents[3] / "shared" / "data"
HEADER = f"{'corpus':8}  {'system':6}  {'seed':>4}  {'F1':>5}  {'P':>5}  {'R':>5}  {'seqeval':>7}"
HEADER += f"  {'training':>10}  {'processor':>10}  {'words/s':>8}  {'peak':>9}"

Predict = Callable[[Sequence[Document]], list[Document]]
NABA = {
    "naba": ["experiment=ner"],
    "frozen": ["experiment=ner_bundled"],
    "whole": ["experiment=ner_bundled", "encoder.learns=all", "encoder.heads_first=5"],
}
"""Overrides of each of naba's own systems: from scratch, and the bundled encoder frozen or whole."""


def peer(name: str, data: Corpus, seed: int) -> Predict:
    """Train a peer; it reads sentence by sentence."""
    from tests.benchmarks.peers import PEERS  # not where naba's memory is measured

    built = PEERS[name]()
    built.train(list(sentences(data.train)), seed)
    return lambda documents: marked(documents, built.predict(list(sentences(documents))))


def naba(data: Corpus, seed: int, overrides: Sequence[str], threads: int) -> Predict:
    """Train as `naba train` does, to the last epoch: nothing is chosen by what is scored."""
    from tests.benchmarks.training import learned
    from training.inference.predictor import predict
    from training.loop.data_selection import DataSelection

    chosen = DataSelection(data.train, data.dev)
    model, encoding = learned(chosen, data.ontology, overrides, seed=seed, threads=threads)
    return lambda documents: list(predict(model, encoding, (d.bare() for d in documents)))


def measure(data: Path, name: str, system: str, seed: int, overrides: Sequence[str], threads: int) -> None:
    """One row as JSON, in a process of its own: the peak of memory never falls again."""
    from training.scoring.scores import score

    read = corpus(data, name)
    wall, busy = time.perf_counter(), time.process_time()
    told = [*NABA.get(system, ()), f"model.nested={str(name == 'nested').lower()}", *overrides]
    predict = naba(read, seed, told, threads) if system in NABA else peer(system, read, seed)
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    began = time.process_time()
    found = predict(read.dev)
    spent = time.process_time() - began
    scores = score(list(read.dev), found)
    entity = scores.micro["Entity"]
    row = {
        "f1": 100 * entity.f1,
        "precision": 100 * entity.precision,
        "recall": 100 * entity.recall,
        "seqeval": 100 * scores.seqeval["entity"].f1,
        "seconds": wall,
        "processor": busy,
        "speed": sum(len(d.text.split()) for d in read.dev) / spent,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(row))


def line(name: str, system: str, seed: str, row: Mapping[str, float]) -> str:
    """A row of the table. Words a second are those of one core's time."""
    scores = "  ".join(f"{row[key]:>5.1f}" for key in ("f1", "precision", "recall"))
    costs = f"{row['seconds']:>8.0f} s  {row['processor']:>8.0f} s  {row['speed']:>8,.0f}  {row['memory']:>5.0f} MiB"
    return f"{name:8}  {system:6}  {seed:>4}  {scores}  {row['seqeval']:>7.1f}  {costs}"


def main() -> None:
    arguments, overrides = _arguments()
    if absent := missing(arguments.data):
        print(f"{absent[0]} is not there; name the folder of nemo_he and anercorp_ar with --data")
        return
    print(HEADER, flush=True)
    for name in arguments.corpora:
        for system in arguments.systems if name != "nested" else ["naba"]:
            rows: dict[str, list[float]] = defaultdict(list)
            for seed in arguments.seeds if system in NABA else arguments.seeds[:1]:
                row = _kept(arguments, name, system, seed, overrides)
                print(line(name, system, str(seed), row), flush=True)
                for key, value in row.items():
                    rows[key].append(value)
            if len(rows["f1"]) > 1:
                print(line(name, system, "mean", {key: mean(values) for key, values in rows.items()}), flush=True)


def _kept(
    arguments: argparse.Namespace, name: str, system: str, seed: int, overrides: Sequence[str]
) -> Mapping[str, float]:
    """The row of the file, or else measured and added to it."""
    told = [name, system, seed, arguments.threads, overrides if system in NABA else []]
    return kept(arguments.rows, told, lambda: _measured(arguments, name, system, seed, overrides))


def _measured(
    arguments: argparse.Namespace, name: str, system: str, seed: int, overrides: Sequence[str]
) -> dict[str, float]:
    threads = str(arguments.threads)
    told = json.dumps([str(arguments.data), name, system, seed, overrides, arguments.threads])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", __spec__.name, "--measure", told],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": threads},
    )
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--corpora", nargs="+", default=["hebrew", "arabic", "nested"])
    parser.add_argument("--systems", nargs="+", default=["crf", "spacy", "naba"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rows", type=Path)
    return parser.parse_args(words[:at]), words[at + 1 :]


if sys.argv[1:2] == ["--measure"]:
    folder, *rest = json.loads(sys.argv[2])
    measure(Path(folder), *rest)
elif __name__ == "__main__":
    main()
