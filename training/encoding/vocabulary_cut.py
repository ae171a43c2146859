"""Vocabulary cut: a tokenizer with the pieces of some scripts alone, for an encoder with so many fewer embeddings.

A piece is kept when each of its characters is of a kept script or of none (digits, punctuation, marks). So every piece
that can be found in a text of these scripts is kept, and every smaller one that it is merged from: such a text is
tokenized as before, by Unigram, WordPiece and BPE alike. Letters of other scripts become unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import regex
from tokenizers import Tokenizer, decoders
from transformers import PreTrainedTokenizerFast

from annotation.core.errors import UsageError
from annotation.core.messages import first_few
from training.config.script_codes import script_limits

Keeps = Callable[[str], bool]
_BYTE = regex.compile(r"<0x[0-9A-F]{2}>")
"""A piece that stands for one byte of a character without a piece."""
_LETTER = regex.compile(r"\p{L}")
_SPECIAL = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")


def cut_vocabulary(
    tokenizer: PreTrainedTokenizerFast, scripts: Sequence[str]
) -> tuple[PreTrainedTokenizerFast, npt.NDArray[np.int64]]:
    """The tokenizer with the pieces of these scripts, and the former id of each piece that is left, [V], rising.

    A script is its code in ISO 15924 such as "Hebr"; "Latn:4" keeps pieces with at most four letters of that script.
    Special tokens and single bytes stay. Raises UsageError for a script that there is not, for scripts that leave no
    letters, and for a tokenizer that has no table of pieces.
    """
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    model = state["model"]
    pieces = _pieces(model)
    keeps, byte_level = _keeps(scripts), _is_byte_level(state)
    added = {int(token["id"]) for token in state["added_tokens"]}
    texts = {id: _text(piece) if byte_level else piece for id, piece in pieces.items() if id not in added}
    written = {id for id, text in texts.items() if keeps(text)}
    if not any(_LETTER.search(texts[id]) for id in written):
        raise UsageError(f"encoder.scripts: {first_few(scripts)} leave no letters; name the scripts of your articles")
    bytes_ = {id for id, piece in pieces.items() if _BYTE.fullmatch(piece) or (byte_level and len(piece) == 1)}
    former = sorted(written | bytes_ | added | _needed(model, pieces))
    new = {old: number for number, old in enumerate(former)}
    cut = {
        **state,
        "added_tokens": [{**token, "id": new[token["id"]]} for token in state["added_tokens"]],
        "post_processor": _renumbered(state["post_processor"], new),
        "model": {**model, **_cut_model(model, pieces, new)},
    }
    return _rebuilt(tokenizer, Tokenizer.from_str(json.dumps(cut))), np.array(former, dtype=np.int64)


def _pieces(model: Mapping[str, object]) -> dict[int, str]:
    """The pieces of the model by id. Raises UsageError where it has no table of them."""
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, list):
        return {id: str(piece) for id, (piece, _) in enumerate(vocabulary)}
    if isinstance(vocabulary, dict):
        return {int(id): str(piece) for piece, id in vocabulary.items()}
    raise UsageError(
        f"encoder.scripts: its tokenizer ({model.get('type')}) has no table of pieces to cut; leave encoder.scripts out"
    )


def _keeps(scripts: Sequence[str]) -> Keeps:
    """Whether a text is in these scripts. Raises UsageError for a script that there is not."""
    try:
        limits = script_limits(scripts)
    except ValueError as error:
        raise UsageError(f"encoder.scripts: {error}") from error
    classes = "".join(rf"\p{{{script}}}" for script in ("Zyyy", "Zinh", "Zzzz", *limits))
    allowed = regex.compile(f"[{classes}]*")
    limited = [(regex.compile(rf"\p{{{script}}}"), most) for script, most in limits.items() if most]

    def keeps(text: str) -> bool:
        return bool(allowed.fullmatch(text)) and all(len(letter.findall(text)) <= most for letter, most in limited)

    return keeps


def _is_byte_level(state: Mapping[str, object]) -> bool:
    """Whether the characters of pieces stand for bytes."""
    return '"ByteLevel"' in json.dumps([state["pre_tokenizer"], state["decoder"]])


def _text(piece: str) -> str:
    """The text of a piece of bytes; those that are no whole character become U+FFFD, which is of no script."""
    return str(decoders.ByteLevel().decode([piece]))


def _needed(model: Mapping[str, object], pieces: Mapping[int, str]) -> set[int]:
    """Pieces the model itself depends on: the unknown one, and the least likely, from which its score is made."""
    if model["type"] != "Unigram":
        return {id for id, piece in pieces.items() if piece == model.get("unk_token")}
    scores = [score for _, score in model["vocab"]]  # type: ignore[attr-defined]
    unknown = model.get("unk_id")
    return {scores.index(min(scores))} | ({int(unknown)} if unknown is not None else set())  # type: ignore[call-overload]


def _cut_model(model: Mapping[str, object], pieces: Mapping[int, str], new: Mapping[int, int]) -> Mapping[str, object]:
    """The fields of the model that change."""
    if model["type"] == "Unigram":
        vocabulary = [row for id, row in enumerate(model["vocab"]) if id in new]  # type: ignore[arg-type, var-annotated]
        unknown = model.get("unk_id")
        return {"vocab": vocabulary, "unk_id": None if unknown is None else new[unknown]}  # type: ignore[index]
    fields: dict[str, object] = {"vocab": {piece: new[id] for id, piece in pieces.items() if id in new}}
    if "merges" in model:
        left = {piece for id, piece in pieces.items() if id in new}
        merges = (tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in model["merges"])  # type: ignore[attr-defined]
        fields["merges"] = [list(pair) for pair in merges if {*pair, "".join(pair)} <= left]
    return fields


def _renumbered(processor: object, new: Mapping[int, int]) -> object:
    """The post-processor with new ids: `ids` of special tokens, and the pairs (token, id) of BERT and RoBERTa."""
    if isinstance(processor, list):
        return [_renumbered(part, new) for part in processor]
    if not isinstance(processor, dict):
        return processor
    return {
        name: [new[id] for id in value]
        if name == "ids"
        else [value[0], new[value[1]]]
        if name in ("sep", "cls")
        else _renumbered(value, new)
        for name, value in processor.items()
    }


def _rebuilt(tokenizer: PreTrainedTokenizerFast, backend: Tokenizer) -> PreTrainedTokenizerFast:
    special = {name: token for name in _SPECIAL if (token := getattr(tokenizer, name, None)) is not None}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend, model_max_length=tokenizer.model_max_length, **special
    )
