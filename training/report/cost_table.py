"""The report's section on what a model costs to run: its rows, and all of its words in one place."""

from __future__ import annotations

from dataclasses import dataclass

from training.inference.running_cost import RunningCost, shown

WORDS = {
    "title": "What it costs to run",
    "caption": "Measured on this machine",
    "articles": "Articles a second",
    "words": "Words a second",
    "memory": "Memory",
    "gpu": "Memory of the GPU",
    "size": "Size of the model",
    "machine": "Machine",
    "range": "slowest pass {low}, fastest {high}",
    "first": "the first pass, not counted: {first}",
    "held": "{held} of it before: libraries, the model, the articles",
    "file": "{parameters} numbers",
    "threads": "{threads} of {cores} cores at work, load {load} in the minute before",
    "busy": "Others were at work on the machine meanwhile, so alone it is faster.",
    "explain": (
        "Measured while the {documents} scored articles ({words} words) were predicted, {passes} times. The "
        "median is shown; other articles, machines and batch sizes differ, and nothing but another measurement says "
        "how much."
    ),
}


@dataclass(frozen=True)
class CostRow:
    """A line of the section: what, how much, and what to know of it."""

    name: str
    value: str
    note: str = ""


def cost_rows(cost: RunningCost) -> list[CostRow]:
    """The rows of the section."""
    machine = cost.machine
    warm = WORDS["first"].format(first=f"{cost.seconds[0]:.2f} s")
    rows = [
        CostRow(WORDS["articles"], shown(cost.articles_a_second[0]), f"{_range(cost.articles_a_second)}; {warm}"),
        CostRow(WORDS["words"], shown(cost.words_a_second[0]), _range(cost.words_a_second)),
        CostRow(WORDS["memory"], size(cost.memory), WORDS["held"].format(held=size(cost.held))),
        CostRow(WORDS["size"], size(cost.file), WORDS["file"].format(parameters=f"{cost.parameters:,}")),
        CostRow(WORDS["machine"], machine.processor, _threads(cost)),
    ]
    if cost.gpu is not None:
        rows.insert(3, CostRow(WORDS["gpu"], size(cost.gpu), machine.device))
    return rows


def cost_notes(cost: RunningCost) -> str:
    """How it was measured, and what disturbed it."""
    told = WORDS["explain"].format(documents=cost.documents, words=f"{cost.words:,}", passes=len(cost.seconds))
    return f"{told} {WORDS['busy']}" if cost.machine.busy else told


def size(count: int) -> str:
    """Bytes in the unit that suits them."""
    for of, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= of:
            return f"{count / of:.{0 if count >= 100 * of else 1}f} {unit}"
    return f"{count} B"


def _range(rates: tuple[float, float, float]) -> str:
    return WORDS["range"].format(low=shown(rates[1]), high=shown(rates[2]))


def _threads(cost: RunningCost) -> str:
    machine = cost.machine
    load = "unknown" if machine.load is None else f"{machine.load:g}"
    return WORDS["threads"].format(threads=machine.threads, cores=machine.cores, load=load)
