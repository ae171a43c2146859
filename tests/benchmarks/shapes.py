"""Encoders of a real one's shape with random weights, what they are compared on, and how fast the machine could be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from transformers import AutoModel, BertConfig, PreTrainedTokenizerFast

from annotation import sample
from annotation.core.document import Document
from annotation.core.words import split_words
from training.encoding.encoding import Encoding
from training.model.batches import collate
from training.model.event_extractor import EventExtractor

now = time.process_time if os.environ.get("BENCH_CLOCK") == "processor" else time.perf_counter
"""The clock. That of the processors is for machines that are busy with other things."""
_VOCABULARY = 6000
"""Gives the sample's texts 1.24 tokens a word."""
_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
_FOUND = 0.33
"""Spans a word, as the sample's articles have."""


def checkpoint(folder: Path, layers: int) -> Path:
    """A folder as the hub has them: BERT base (768 wide, 12 heads), and a WordPiece tokenizer trained on the sample."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=False, lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = WordPieceTrainer(
        vocab_size=_VOCABULARY, special_tokens=[*_SPECIAL.values(), "[MASK]"], show_progress=False
    )
    tokenizer.train_from_iterator([document.text for document in sample.gold()], trainer)
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **_SPECIAL).save_pretrained(folder)
    torch.manual_seed(1)
    config = BertConfig(vocab_size=_VOCABULARY, num_hidden_layers=layers)
    AutoModel.from_config(config).save_pretrained(folder)
    return folder


def articles(count: int) -> list[Document]:
    """So many of the sample, evenly over both its languages; more than it has are the same again."""
    gold = list(sample.gold())
    return [gold[at * len(gold) // count] for at in range(count)]


def cut_to(words: int, total: int) -> list[Document]:
    """Documents of so many words each, out of the sample's, that have so many words together, or one of them."""
    text = "\n".join(document.text for document in sample.gold())
    places = split_words(text)
    while len(places) < words + total:
        text += "\n" + text
        places = split_words(text)
    starts = range(0, max(total, words) - words + 1, words)
    return [Document(str(at), text[places[at].start : places[at + words - 1].end]) for at in starts]


def talkative(model: EventExtractor, encoding: Encoding) -> EventExtractor:
    """The untrained model with its threshold moved to where it marks as many spans as there are in the sample."""
    documents = articles(4)
    examples = [encoding.encode(document) for document in documents]
    with torch.inference_mode():
        batch = {name: tensor.to(model.device) for name, tensor in collate(examples).items()}
        logits = model.eval()(**batch).logits.flatten()
        wanted = round(_FOUND * sum(len(example.words) for example in examples))
        model.spans.ends.bias.data -= logits.topk(wanted).values[-1] / 3
    return model


def device(name: str) -> torch.device:
    """The one named, or with auto the GPU if there is one."""
    return torch.device("cuda" if name == "auto" and torch.cuda.is_available() else "cpu")


def finish(where: torch.device) -> None:
    """Wait until a GPU has done what it was given."""
    if where.type == "cuda":
        torch.cuda.synchronize(where)


def seconds(run: Callable[[], object], where: torch.device) -> float:
    """How long it takes."""
    finish(where)
    began = now()
    run()
    finish(where)
    return now() - began


def peak(where: torch.device, kind: torch.dtype) -> float:
    """FLOP/s of a large matrix product, the best of several."""
    size = 8192 if where.type == "cuda" else 2048
    left, right = (torch.randn(size, size, device=where, dtype=kind) for _ in range(2))
    times = [seconds(lambda: left @ right, where) for _ in range(8)]
    return 2 * size**3 / min(times)


def in_turn(sides: Mapping[str, Callable[[], object]], rounds: int, where: torch.device) -> dict[str, list[float]]:
    """Seconds of each side, one after the other in each round."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            times[name].append(seconds(run, where))
    return times


def row(*cells: object) -> None:
    """A row of a table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def header(*cells: str) -> None:
    """The first is text and the others are numbers."""
    print()
    row(*cells)
    print("| --- |" + " ---: |" * (len(cells) - 1), flush=True)


def spread(values: Sequence[float]) -> str:
    """The median, and from where to where they go: 0.97 (0.95 to 0.98)."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
