"""What a training of the bundled encoder costs: memory, time and disk of each regime, and the shares of a step.

Four articles of some 200 words a batch, one thread, each row in a process of its own, since the peak of memory never
falls again. The bare loop is the encoder under a linear layer over its tokens, with AdamW over what the regime trains.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

CUT, WHOLE = 'encoder.scripts=[Hebr,Arab,"Latn:3"]', "encoder.scripts=null"
ROWS: Mapping[str, Sequence[str]] = {
    "all, whole vocabulary": (WHOLE, "encoder.learns=all"),
    "all": (CUT, "encoder.learns=all"),
    "all, attention dropout": (CUT, "encoder.learns=all", "encoder.attention_dropout=null"),
    "top, 4 layers": (CUT, "encoder.learns=top"),
    "lora, rank 8": (CUT, "encoder.learns=lora"),
    "frozen": (CUT, "encoder.learns=frozen"),
}
COLUMNS = ("weights, M", "trained, M", "step, s", "to a bare loop", "peak memory, GiB", "a checkpoint, MB")
SHARES = ("encoder forward", "heads forward", "heads backward", "encoder backward", "optimizer")


def measure(overrides: Sequence[str], epochs: int) -> dict[str, object]:
    """A training of so many epochs of two steps, then the same steps one by one, and then the bare loop."""
    import torch
    from transformers import set_seed

    from annotation import sample
    from tests.benchmarks.training import configured
    from tests.builders import conflict
    from training.encoding.encoding import Encoding
    from training.lineage.wandb_tracking import Tracker
    from training.loop.data_selection import DataSelection
    from training.loop.trainer import fit
    from training.model.batches import collate
    from training.model.encoder_training import Regime, encoders_in_training
    from training.model.event_extractor import EventExtractor

    settings = [f"fit.epochs={epochs}", f"fit.evaluate_every={epochs}", "fit.batch_size=4", "fit.patience=null"]
    run = configured(["experiment=bundled", *overrides, *settings, "fit.device=cpu"], seed=13)
    torch.set_num_threads(1)
    set_seed(13)
    documents = sorted(sample.gold(), key=lambda document: abs(len(document.text.split()) - 200))[:8]
    encoding = Encoding.build(conflict(), run.model, run.encoder)
    model = EventExtractor.build(run.model, run.encoder, encoding)
    ends: list[float] = []

    class Clock(Tracker):
        def log(self, values: Mapping[str, float]) -> None:
            if "train/loss" in values:
                ends.append(time.perf_counter())

    data, regime = DataSelection(documents, documents[:1]), Regime.of(run.encoder)
    with tempfile.TemporaryDirectory() as folder:
        fit(model, encoding, data, run.fit, seed=13, tracker=Clock(), checkpoints=Path(folder), regime=regime)
        written = sum(file.stat().st_size for file in Path(folder).rglob("checkpoint-*/*"))
    row: dict[str, object] = {
        "weights": sum(weight.numel() for weight in model.parameters()) / 1e6,
        "step": median(after - before for before, after in pairwise(ends)) / 2,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "checkpoint": written / 1e6,
    }
    examples = [encoding.encode(document, targets=True) for document in documents]
    batches = [collate(examples[at : at + 4], pad=encoding.tokenizer.pad) for at in (0, 4)]
    with encoders_in_training((model.encoder,), regime, examples):
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        row["trained"] = sum(weight.numel() for weight in weights) / 1e6
        row["shares"] = _shares(model, batches, epochs)
        row["bare"] = _bare(model.encoder, batches, epochs)
    return row


def _shares(model, batches, epochs: int) -> list[float]:  # type: ignore[no-untyped-def]
    """The shares of a step's time, medians of all but the first epoch. The states' gradient parts the backward pass."""
    import torch

    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], fused=True)
    marks: dict[str, float] = {}

    def mark(name: str) -> Callable[..., None]:
        return lambda *_: marks.__setitem__(name, time.perf_counter())

    def encoded(module: object, inputs: object, output: object) -> None:
        mark("encoded")()
        state = output.hidden_states[-1]  # type: ignore[attr-defined]
        if state.requires_grad:
            state.register_hook(mark("reached"))

    handle, rows = model.encoder.register_forward_hook(encoded), []
    for batch in batches * epochs:
        marks.clear()
        mark("start")()
        loss = model.train()(**batch).loss
        mark("forward")()
        loss.backward()
        mark("backward")()
        optimizer.step()
        optimizer.zero_grad()
        mark("end")()
        marks.setdefault("reached", marks["backward"])
        order = [marks[name] for name in ("start", "encoded", "forward", "reached", "backward", "end")]
        rows.append([after - before for before, after in pairwise(order)])
    handle.remove()
    middle = [median(column) for column in zip(*rows[2:], strict=True)]
    return [part / sum(middle) for part in middle]


def _bare(encoder, batches, epochs: int) -> float:  # type: ignore[no-untyped-def]
    """Seconds of a step of the bare loop; of a frozen encoder there is none."""
    import torch

    head = torch.nn.Linear(encoder.config.hidden_size, 2)
    weights = [weight for weight in (*encoder.parameters(), *head.parameters()) if weight.requires_grad]
    optimizer, seconds = torch.optim.AdamW(weights, lr=3e-5, fused=True), []
    encoder.train()
    for batch in batches * epochs:
        began = time.perf_counter()
        ids, mask = batch["input_ids"], batch["attention_mask"]
        logits = head(encoder(input_ids=ids, attention_mask=mask).last_hidden_state)
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), (ids % 2).flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - began)
    return median(seconds[2:])


def main() -> None:
    arguments = _arguments()
    print(f"| | {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * len(COLUMNS)}")
    shares: dict[str, list[float]] = {}
    for name in arguments.rows:
        row = _measured(name, arguments.epochs)
        shares[name] = row["shares"]
        cells = f"{row['weights']:.1f} | {row['trained']:.1f} | {row['step']:.2f} | {row['step'] / row['bare']:.2f}"
        print(f"| {name} | {cells} | {row['peak']:.2f} | {row['checkpoint']:.0f} |", flush=True)
    print(f"\n| | {' | '.join(SHARES)} |\n| --- |{' ---: |' * len(SHARES)}")
    for name, parts in shares.items():
        print(f"| {name} | {' | '.join(f'{100 * part:.0f}%' for part in parts)} |")


def _measured(name: str, epochs: int) -> dict[str, Any]:  # a row of JSON
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", __spec__.name, "--measure", name, str(epochs)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--epochs", type=int, default=5)
    return parser.parse_args()


if sys.argv[1:2] == ["--measure"]:
    print(json.dumps(measure(ROWS[sys.argv[2]], int(sys.argv[3]))))
elif __name__ == "__main__":
    main()
