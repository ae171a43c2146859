"""Warm start: a new model takes over the weights of a trained one, those of labels by the labels' names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod

import torch
from torch import Tensor

from annotation.core.errors import UsageError
from training.encoding.label_match import AXES, LabelMatch
from training.model.event_extractor import EventExtractor

LAYOUTS: Mapping[str, str] = {
    "spans.query.weight": "(span size) state",
    "spans.query.bias": "(span size)",
    "spans.key.weight": "(span size) state",
    "spans.key.bias": "(span size)",
    "spans.ends.weight": "(part span) state",
    "spans.ends.bias": "(part span)",
    "spans.lengths": "span width",
    "boundaries.label.weight": "span hidden",
    "mentions.label.weight": "span hidden",
    "roles.bilinear": "role half half",
    "roles.of_trigger.weight": "role half",
    "roles.of_trigger.bias": "role",
    "roles.of_filler.weight": "role half",
    "roles.of_filler.bias": "role",
    "roles.distance.weight": "bucket role",
    "roles.sentence.weight": "bucket role",
    "roles.rivals.weight": "bucket role",
    "roles.prior.weight": "(span span) role",
    "attributes.weight": "value hidden",
    "attributes.bias": "value",
    "links.bilinear": "link half half",
    "links.alone.weight": "link half",
    "links.alone.bias": "link",
    "links.distance.weight": "bucket link",
    "links.sentence.weight": "bucket link",
    "links.same.weight": "bucket link",
    "links.prior.weight": "(span span) link",
}
"""What the dimensions of each parameter count whose shape depends on the label space. A dimension in brackets counts
pairs, the second part fastest. The words of `AXES` stand for labels."""
_UNORDERED = ("links.prior.weight",)
"""Tables of pairs of labels that are read with the label of the lower number first."""
_OF_ONTOLOGY = ("permits",)
_OPTIONAL = ("links.", "roles.rivals.", "other_judges.")
"""Parts that not every model has."""


def take_over(model: EventExtractor, source: EventExtractor, match: LabelMatch) -> None:
    """Copy the weights of `source` into the model, those of a label to the number that it has there.

    Weights of labels that `source` does not know, and of parts that it lacks, stay as they are. Raises UsageError, and
    copies nothing, where the two models differ in more than their labels.
    """
    own, others = model.state_dict(), source.state_dict()
    lacking = (part for part in _OPTIONAL if not any(name.startswith(part) for name in others))
    left = (*_OF_ONTOLOGY, *lacking)
    names = [name for name in own if not name.startswith(left)]
    if absent := [name for name in names if name not in others]:
        raise UsageError(f"it lacks {len(absent)} weights of this run's model, {absent[0]} among them")
    pairs = [_alike(name, own[name], others[name], match) for name in names]
    for name, (new, old) in zip(names, pairs, strict=True):
        _copy(new, _both_orders(old) if name in _UNORDERED else old, _words(name), match)


def layout(name: str) -> str:
    """The layout of a parameter, empty where no label is counted; of further members' heads that of the first one's."""
    first = re.sub(r"^other_judges\.\d+\.", "", re.sub(r"^other_spans\.\d+", "spans", name))
    return LAYOUTS.get(first, "")


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", layout(name))


def _alike(name: str, new: Tensor, old: Tensor, match: LabelMatch) -> tuple[Tensor, Tensor]:
    """Views of the two tensors with pairs taken apart. Raises UsageError where they differ beside the labels."""
    shapes = tuple(new.shape), tuple(old.shape)
    words = _words(name)
    if words:
        new = _taken_apart(new, layout(name), {kind: len(axis.new) for kind, axis in match.axes.items()})
        old = _taken_apart(old, layout(name), {kind: len(axis.old) for kind, axis in match.axes.items()})
    plain = [at for at in range(new.dim()) if not (words and words[at] in AXES)]
    if new.dim() != old.dim() or [new.shape[at] for at in plain] != [old.shape[at] for at in plain]:
        raise UsageError(f"its {name} is {shapes[1]}, and {shapes[0]} in this run's model")
    return new, old


def _taken_apart(tensor: Tensor, pattern: str, labels: Mapping[str, int]) -> Tensor:
    """The tensor with a dimension for each word of the pattern. One word of a pair at most is no label."""
    groups = [re.findall(r"\w+", group) for group in re.findall(r"\([^)]*\)|\w+", pattern)]
    sizes = (_sizes(whole, group, labels) for whole, group in zip(tensor.shape, groups, strict=True))
    return tensor.view([size for each in sizes for size in each])


def _sizes(whole: int, group: Sequence[str], labels: Mapping[str, int]) -> Iterator[int]:
    """The sizes of the words that a dimension of the size `whole` is made of."""
    if len(group) == 1:
        yield whole  # attributes have a row also where the ontology has none
        return
    rest = whole // max(prod(labels.get(word, 1) for word in group), 1)
    yield from (labels.get(word, rest) for word in group)


def _both_orders(table: Tensor) -> Tensor:
    """A table of pairs [C, C, ...] with each pair's row in both orders."""
    later_first = torch.ones(table.shape[:2], dtype=torch.bool).tril(-1)
    return torch.where(later_first[..., None], table.transpose(0, 1), table)


def _copy(new: Tensor, old: Tensor, words: Sequence[str], match: LabelMatch) -> None:
    """Copy what belongs to known labels, along each dimension that counts labels; all where none does."""
    if not words:
        new.copy_(old)
        return
    numbers = [_numbers(word, size, match) for word, size in zip(words, new.shape, strict=True)]
    here, there = (torch.meshgrid(*(pair[side] for pair in numbers), indexing="ij") for side in (0, 1))
    new[here] = old[there]


def _numbers(word: str, size: int, match: LabelMatch) -> Tensor:
    """The numbers to copy to and those to copy from, [2, K]."""
    if word in AXES:
        return torch.from_numpy(match.axes[word].pairs)
    return torch.arange(size).expand(2, -1)
