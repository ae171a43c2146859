"""The other sides: a bare training loop that takes turns with ours, and transformers' own pipeline."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModel, AutoModelForTokenClassification, AutoTokenizer, pipeline

from annotation.core.document import Document
from tests.benchmarks.shapes import finish, now, seconds
from tests.builders import conflict
from training.config.schema import FitConfig
from training.encoding.encoding import Encoding
from training.lineage.wandb_tracking import Tracker
from training.loop.data_selection import DataSelection
from training.loop.trainer import fit
from training.model.batches import Batch
from training.model.event_extractor import EventExtractor
from training.model.mixed_precision import Precision

STRIDE = 128
"""Tokens that a pipeline's windows share, one more than naba's."""


class Bare:
    """The encoder with a classifier of its tokens, cross-entropy, and AdamW as fast as it comes; nothing else."""

    def __init__(self, folder: Path, device: torch.device, half: bool) -> None:
        self.encoder = AutoModel.from_pretrained(str(folder), dtype=torch.float32).to(device).train()
        self.head = nn.Linear(self.encoder.config.hidden_size, 2, device=device)
        parameters = [*self.encoder.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.AdamW(parameters, lr=3e-5, fused=True)
        self.autocast = torch.autocast(device.type, torch.bfloat16, enabled=half)

    def learn(self, batch: Mapping[str, Tensor]) -> None:
        """Gradients of a batch."""
        ids, mask = batch["input_ids"], batch["attention_mask"]
        known = None if mask.is_meta else mask  # transformers looks at its values; the work is the same without
        with self.autocast:
            logits = self.head(self.encoder(input_ids=ids, attention_mask=known).last_hidden_state)
            loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), (ids % 2).flatten())
        loss.backward()

    def step(self, batch: Mapping[str, Tensor]) -> None:
        """And the change of the weights."""
        self.learn(batch)
        self.optimizer.step()
        self.optimizer.zero_grad()


@dataclass
class Sides:
    """Of each block of steps: seconds of either side, and the words, tokens and FLOPs in it, without padding."""

    naba: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    work: list[int] = field(default_factory=list)
    bare_work: list[int] = field(default_factory=list)


class _Turns:
    """Listens to the model and to optimizers: our block ends with its last step, and then the bare one runs."""

    def __init__(self, bare: Bare, device: torch.device, block: int) -> None:
        self.bare, self.device, self.block = bare, device, block
        self.blocks: list[tuple[float, float, list[Batch]]] = []
        self._batches: list[Batch] = []
        self._began = now()

    def read(self, model: nn.Module, args: object, batch: Batch) -> None:
        """Keep what the model is given in training."""
        if model.training:
            self._batches.append(batch)

    def stepped(self, stepper: torch.optim.Optimizer, *rest: object) -> None:
        """Whoever's step it was: the other side's turn after so many of ours."""
        if stepper is self.bare.optimizer or len(self._batches) < self.block:
            return
        finish(self.device)
        ours = now() - self._began
        theirs = seconds(self._bare_steps, self.device)
        self.blocks.append((ours, theirs, self._batches))
        self._batches = []
        self._began = now()

    def _bare_steps(self) -> None:
        for batch in self._batches:
            self.bare.step(batch)


def versus(
    model: EventExtractor,
    encoding: Encoding,
    documents: Sequence[Document],
    config: FitConfig,
    folder: Path,
    half: bool,
    block: int,
) -> Sides:
    """Train on the documents, `block` steps at a time in turn with the bare loop. The first block warms both up."""
    device = model.device
    turns = _Turns(Bare(folder, device, half), device, block)
    handles = [
        model.register_forward_pre_hook(turns.read, with_kwargs=True),
        register_optimizer_step_post_hook(turns.stepped),
    ]
    with tempfile.TemporaryDirectory() as checkpoints:
        splits = DataSelection(documents, documents[:1])
        fit(model, encoding, splits, config, seed=1, tracker=Tracker(), checkpoints=Path(checkpoints))
    for handle in handles:
        handle.remove()
    return _summed(model, turns)


def _summed(model: EventExtractor, turns: _Turns) -> Sides:
    sides = Sides()
    bare = turns.bare
    ours = Work(lambda batch: model(**batch).loss.backward(), nn.Module.to(model, "meta"))
    theirs = Work(bare.learn, bare.encoder.to("meta"), bare.head.to("meta"))
    for naba, other, batches in turns.blocks[1:]:
        sides.naba.append(naba)
        sides.bare.append(other)
        sides.words.append(sum(int(batch["mask"].sum()) for batch in batches))
        sides.tokens.append(sum(int(batch["attention_mask"].sum()) for batch in batches))
        sides.work.append(sum(map(ours.of, batches)))
        sides.bare_work.append(sum(map(theirs.of, batches)))
    return sides


def tagger(folder: Path, device: torch.device, precision: Precision, sample: Document) -> Callable[..., object]:
    """transformers' own way to mark spans, which marks some: three tokens in ten are within one."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    names = ["O", *(f"{side}-{label}" for label in conflict().labels for side in "BI")]
    model = AutoModelForTokenClassification.from_pretrained(
        str(folder), id2label=dict(enumerate(names)), label2id={name: at for at, name in enumerate(names)}, dtype=kind
    )
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    with torch.inference_mode():
        logits = model(**tokenizer(sample.text, return_tensors="pt", truncation=True)).logits[0].float()
        model.classifier.bias.data[0] += (logits[:, 1:].amax(dim=-1) - logits[:, 0]).quantile(0.7)
    return pipeline(
        "token-classification",
        model=model,
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        stride=STRIDE,
        device=device,
    )


class Work:
    """FLOPs of the products in a step, forwards and backwards, by the shapes alone: modules are on the meta device."""

    def __init__(self, learn: Callable[[Batch], object], *modules: nn.Module) -> None:
        self.learn = learn
        self._known: dict[tuple[torch.Size, ...], int] = {}
        for module in modules:
            module.train()

    def of(self, batch: Batch) -> int:
        """Those of a batch."""
        shape = tuple(tensor.shape for tensor in batch.values())
        if shape not in self._known:
            with FlopCounterMode(display=False) as counter:
                self.learn({name: tensor.to("meta") for name, tensor in batch.items()})
            self._known[shape] = counter.get_total_flops()
        return self._known[shape]
