"""The report's section on what a model costs to run: its rows, and all of their words in one place."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.core.messages import N_
from annotation.page.wording import Wording
from training.inference.running_cost import RunningCost, shown

WORDS = {
    "articles": N_("Articles a second"),
    "words": N_("Words a second"),
    "memory": N_("Memory"),
    "gpu": N_("Memory of the GPU"),
    "size": N_("Size of the model"),
    "machine": N_("Machine"),
    "range": N_("slowest pass %(low)s, fastest %(high)s"),
    "first": N_("the first pass, not counted: %(seconds)s s"),
    "held": N_("%(held)s of it before: libraries, the model, the articles"),
    "file": N_("%(parameters)s numbers"),
    "threads": N_("%(threads)s of %(cores)s cores at work, load %(load)s in the minute before"),
    "busy": N_("Others were at work on the machine meanwhile, so alone it is faster."),
    "explain": N_(
        "Measured while the %(documents)s scored articles (%(words)s words) were predicted (passes: %(passes)s). The "
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


def cost_rows(cost: RunningCost, wording: Wording) -> list[CostRow]:
    """The rows of the section."""

    def row(name: str, value: str, note: str) -> CostRow:
        return CostRow(wording.of(WORDS[name]), value, note)

    machine = cost.machine
    rates = _range(cost.articles_a_second, wording), _said("first", wording, seconds=f"{cost.seconds[0]:.2f}")
    rows = [
        row("articles", shown(cost.articles_a_second[0]), wording.gettext("; ").join(rates)),
        row("words", shown(cost.words_a_second[0]), _range(cost.words_a_second, wording)),
        row("memory", size(cost.memory), _said("held", wording, held=size(cost.held))),
        row("size", size(cost.file), _said("file", wording, parameters=f"{cost.parameters:,}")),
        row("machine", machine.processor, _threads(cost, wording)),
    ]
    if cost.gpu is not None:
        rows.insert(3, row("gpu", size(cost.gpu), wording.isolated(machine.device)))
    return rows


def cost_notes(cost: RunningCost, wording: Wording) -> str:
    """How it was measured, and what disturbed it."""
    counts = {"documents": cost.documents, "words": f"{cost.words:,}", "passes": len(cost.seconds)}
    told = _said("explain", wording, **counts)
    return f"{told} {_said('busy', wording)}" if cost.machine.busy else told


def size(count: int) -> str:
    """Bytes in the unit that suits them."""
    for of, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= of:
            return f"{count / of:.{0 if count >= 100 * of else 1}f} {unit}"
    return f"{count} B"


def _said(key: str, wording: Wording, **values: object) -> str:
    return wording.gettext(WORDS[key], **values)


def _range(rates: tuple[float, float, float], wording: Wording) -> str:
    return _said("range", wording, low=shown(rates[1]), high=shown(rates[2]))


def _threads(cost: RunningCost, wording: Wording) -> str:
    machine = cost.machine
    load = wording.gettext("unknown") if machine.load is None else f"{machine.load:g}"
    return _said("threads", wording, threads=machine.threads, cores=machine.cores, load=load)
