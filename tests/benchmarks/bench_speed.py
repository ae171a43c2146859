"""Training, batches and prediction against what they could cost at most, as ratios measured in one run.

Encoders have BERT base's shape (12 layers, `--layers`; 3 where only the ratio counts, `--thin`) and random weights.
The two sides of a ratio alternate, and medians are told. `--device auto` takes the GPU where there is one, where naba
and its peers compute in bf16; `--only` names sections, and `--steps`, `--documents` and `--rounds` make it smaller.
BENCH_CLOCK=processor counts the processors' time for the wall's, which says little on a busy machine.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Sampler
from torch.utils.flop_counter import FlopCounterMode
from transformers.utils import logging as transformers_logging

from annotation.core.document import Document
from annotation.core.words import split_words
from tests.benchmarks import shapes
from tests.benchmarks.shapes import articles, header, row, spread
from tests.benchmarks.versus import Sides, tagger, versus
from tests.builders import conflict
from training.config.schema import (
    AnyEncoderConfig,
    CompactEncoderConfig,
    FitConfig,
    HubEncoderConfig,
    ModelConfig,
)
from training.encoding.encoding import Encoding
from training.inference.predictor import Predictor
from training.loop.optimizer import optimizer
from training.model.batches import Examples, LengthBatches, collate
from training.model.event_extractor import EventExtractor
from training.model.mixed_precision import Precision, uses_bf16

HEADS = ModelConfig()
BATCH = 16
LENGTHS = (50, 150, 500, 1500, 5000)
LONG = 1500
KINDS: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}
SIZES = {
    "cpu": {"thin": 3, "steps": 9, "batch": 8, "epochs": 3, "documents": 16, "rounds": 3, "words": 5000},
    "cuda": {"thin": 12, "steps": 5, "batch": 32, "epochs": 5, "documents": 320, "rounds": 3, "words": 20000},
}
"""What the options are where they are not given."""


class Machine(NamedTuple):
    """Where it runs, and whether in bf16."""

    device: torch.device
    half: bool

    @property
    def fit(self) -> FitConfig:
        """A training there."""
        return FitConfig(device="auto" if self.device.type == "cuda" else "cpu", patience=None, batch_size=BATCH)


def built(encoder: AnyEncoderConfig, machine: Machine) -> tuple[EventExtractor, Encoding]:
    """A model for the sample's ontology, untrained."""
    torch.manual_seed(1)
    encoding = Encoding.build(conflict(), HEADS, encoder)
    model = EventExtractor.build(HEADS, encoder, encoding)
    torch.nn.Module.to(model, machine.device)
    return model, encoding


def hub(folder: Path) -> AnyEncoderConfig:
    """The checkpoint there."""
    return HubEncoderConfig(name=str(folder))


def training(machine: Machine, folder: Path, steps: int, size: int) -> None:
    """`naba train`'s loop, and a bare one that gets the batches it has read."""
    block = 20 if machine.device.type == "cuda" else 1
    documents = articles(min(80, (steps + 1) * block * size))
    epochs = math.ceil((steps + 1) * block / math.ceil(len(documents) / size))
    model, encoding = built(hub(folder), machine)
    fit = replace(machine.fit, batch_size=size, epochs=epochs, evaluate_every=epochs)
    sides = versus(model, encoding, documents, fit, folder, machine.half, block)
    report(sides, machine, steps, size, block)


def report(sides: Sides, machine: Machine, steps: int, size: int, block: int) -> None:
    """What training costs, against the bare loop and the machine's peak."""
    most = shapes.peak(machine.device, torch.bfloat16 if machine.half else torch.float32)
    print(f"\nTraining, {size} documents a step, {steps} x {block} steps; matrix products: {most / 1e12:.2f} TFLOP/s")
    header("loop", "tokens/s", "words/s", "seconds a step", "share of the peak")
    for name, times, work in (("naba", sides.naba, sides.work), ("bare", sides.bare, sides.bare_work)):
        rates = [
            f"{median(n / t for n, t in zip(counted, times, strict=True)):,.0f}"
            for counted in (sides.tokens, sides.words)
        ]
        share = median(n / t for n, t in zip(work, times, strict=True)) / most
        row(name, *rates, f"{median(times) / block:.2f}", f"{100 * share:.0f}%")
    print(f"\nnaba over bare: {spread([b / n for n, b in zip(sides.naba, sides.bare, strict=True)])}; goal 0.95")


def bucketing(machine: Machine, folder: Path, rounds: int) -> None:
    """Epochs over the sample in the sampler's batches, and in as large ones in random order, each padded to its own
    longest document."""
    print(f"\nBatches of {BATCH} by length and in random order: {rounds} epochs of training over 80 articles")
    header(
        "encoder",
        "by length, s",
        "random, s",
        "random over by length",
        "words and padding per word, by length",
        "random",
    )
    for name, encoder in (("compact", CompactEncoderConfig()), ("hub-shaped", hub(folder))):
        learner = Learner(encoder, machine)
        lengths = learner.examples.lengths
        sides = {"close": LengthBatches(lengths, size=BATCH), "mixed": Mixed(lengths, size=BATCH)}
        learner.epoch(list(sides["close"])[:1])
        runs = {side: partial(learner.epoch, batches) for side, batches in sides.items()}
        close, mixed = shapes.in_turn(runs, rounds, machine.device).values()
        read = [padded(batches, np.array(lengths)) for batches in sides.values()]
        ratio = spread([b / a for a, b in zip(close, mixed, strict=True)])
        row(name, f"{median(close):.1f}", f"{median(mixed):.1f}", ratio, *(f"{times:.2f}" for times in read))
    print("\nThe goal is 1.5.")


class Mixed(LengthBatches):
    """As many documents a batch, in random order."""

    def __iter__(self) -> Iterator[list[int]]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.lengths))
        self.epoch += 1
        return (order[start : start + BATCH].tolist() for start in range(0, len(order), BATCH))


def padded(batches: Sampler[list[int]], lengths: NDArray[np.int64], epochs: int = 50) -> float:
    """Words that are read for each that there is."""
    read = sum(len(batch) * int(lengths[batch].max()) for _ in range(epochs) for batch in batches)
    return read / int(lengths.sum()) / epochs


class Learner:
    """Training steps, and nothing around them."""

    def __init__(self, encoder: AnyEncoderConfig, machine: Machine) -> None:
        self.machine = machine
        self.model, encoding = built(encoder, machine)
        self.examples = Examples(articles(80), encoding)
        self.pad = encoding.tokenizer.pad
        self.optimizer = optimizer(self.model, self.model.encoder, machine.fit)

    def epoch(self, batches: Iterable[list[int]]) -> None:
        """Learn from all of them."""
        device = self.machine.device
        self.model.train()
        for places in batches:
            batch = collate([self.examples[at] for at in places], pad=self.pad)
            with torch.autocast(device.type, torch.bfloat16, enabled=self.machine.half):
                loss = self.model(**{name: tensor.to(device) for name, tensor in batch.items()}).loss
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()


def prediction(machine: Machine, folder: Path, count: int, rounds: int) -> None:
    """Documents in, marks out: the sample's, which fit a window, and as many words in texts that do not."""
    documents = articles(count)
    words = sum(len(split_words(document.text)) for document in documents)
    for some in (documents, shapes.cut_to(LONG, words)):
        marking(machine, folder, some, rounds)
    print("\nThe goal is 1.5.")


def marking(machine: Machine, folder: Path, documents: Sequence[Document], rounds: int) -> None:
    """naba's Finder, and transformers' pipeline of the same encoder. The share of the peak says what is left to gain:
    FLOPs of the encoder's products, without padding, over those the machine could do in the time."""
    words = sum(len(split_words(document.text)) for document in documents)
    sides: dict[str, Callable[[], object]] = {}
    for precision in KINDS:
        predictor = Predictor.of(*spoken(hub(folder), machine), batch_size=BATCH, precision=precision)
        sides[f"naba, {precision}"] = partial(reading, predictor, documents)
        for size in (1, 8) if machine.device.type == "cpu" else (1, 8, 32):
            peer = tagger(folder, machine.device, precision, documents[0])
            sides[f"pipeline, {precision}, {size} at once"] = partial(
                peer, [d.text for d in documents], batch_size=size
            )
    shapes.in_turn({name: run for name, run in sides.items() if "naba" in name}, 1, machine.device)
    times = {name: median(values) for name, values in shapes.in_turn(sides, rounds, machine.device).items()}
    most = {kind: shapes.peak(machine.device, dtype) for kind, dtype in KINDS.items()}
    with FlopCounterMode(display=False) as counter:
        sides["pipeline, fp32, 1 at once"]()
    work = counter.get_total_flops()
    print(f"\nPrediction, {len(documents)} texts, {words} words, {rounds} rounds")
    header("side", "words/s", "share of the peak", *(f"{name} is faster by" for name in times if "naba" in name))
    for name, taken in times.items():
        share = work / taken / next(rate for kind, rate in most.items() if kind in name)
        faster = (f"{taken / times[own]:.2f}" for own in times if "naba" in own)
        row(name, f"{words / taken:,.0f}", f"{100 * share:.0f}%", *faster)


def spoken(encoder: AnyEncoderConfig, machine: Machine) -> tuple[EventExtractor, Encoding]:
    """A model that marks about as much as there is."""
    model, encoding = built(encoder, machine)
    return shapes.talkative(model, encoding), encoding


def length(machine: Machine, folder: Path, words: int, rounds: int) -> None:
    """What a document costs by how long it is, and the power of its length that this grows with."""
    print(f"\nPrediction by length, {words} words in documents of one length, ms a document, {rounds} rounds")
    header("encoder", *(f"{size} words" for size in LENGTHS), "exponent")
    for name, encoder in (("compact", CompactEncoderConfig()), ("hub-shaped", hub(folder))):
        predictor = Predictor.of(*spoken(encoder, machine), batch_size=BATCH)
        documents = {size: shapes.cut_to(size, words) for size in LENGTHS}
        list(predictor.stream(documents[LENGTHS[0]]))
        runs = {str(size): partial(reading, predictor, some) for size, some in documents.items()}
        times = shapes.in_turn(runs, rounds, machine.device)
        costs = [median(times[str(size)]) / len(documents[size]) for size in LENGTHS]
        exponent, _ = np.polyfit(np.log(LENGTHS), np.log(costs), 1)
        row(name, *(f"{1000 * cost:,.1f}" for cost in costs), f"{exponent:.2f}")


def reading(predictor: Predictor, documents: Sequence[Document]) -> int:
    """Marks found in them."""
    return sum(len(found.entities) + len(found.events) for found in predictor.stream(documents))


def main() -> None:
    arguments = _arguments()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    machine = Machine(device := shapes.device(arguments.device), uses_bf16("auto", device))
    print(f"{torch.get_num_threads()} threads, {device.type}, {'bf16' if machine.half else 'fp32'}")
    with tempfile.TemporaryDirectory() as place:
        whole, thin = (
            shapes.checkpoint(Path(place) / str(layers), layers) for layers in (arguments.layers, arguments.thin)
        )
        sections: dict[str, Callable[[], None]] = {
            "training": lambda: training(machine, whole, arguments.steps, arguments.batch),
            "bucketing": lambda: bucketing(machine, thin, arguments.epochs),
            "prediction": lambda: prediction(machine, whole, arguments.documents, arguments.rounds),
            "length": lambda: length(machine, thin, arguments.words, arguments.rounds),
        }
        for name in arguments.only or sections:
            sections[name]()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=("training", "bucketing", "prediction", "length"))
    parser.add_argument("--device", choices=("auto", "cpu"), default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--layers", type=int, default=12)
    for name in SIZES["cpu"]:
        parser.add_argument(f"--{name}", type=int)
    arguments = parser.parse_args()
    for name, value in SIZES[shapes.device(arguments.device).type].items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    return arguments


if __name__ == "__main__":
    main()
