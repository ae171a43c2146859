"""Word vectors from raw text: skip-gram with n-grams of characters (Bojanowski et al. 2017), by gensim on one core.

Vectors of two widths of context stand side by side. A wide one says what a word is about, a narrow one what could
stand in its place; together they name entities better than either (tests/benchmarks/RESULTS.md).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.words import split_words
from annotation.terminal import ProgressBar
from training.config.pretraining import VectorsConfig
from training.encoding.word_vectors import NGRAM_SIZES, WordIndex, WordVectors, key, word_hash

_WORDS_IN_ALL = 35_000_000
"""Words that are read in all passes together where no number of passes is given: 1.4 million are read 25 times."""
_PASSES = (5, 30)
_FEW = 1000
"""Words of a text from which nothing can be learnt."""
_TOP = 0.9999
"""The quantile of the numbers of n-grams that 127 stands for; greater ones are cut."""

Numbers = npt.NDArray[np.float32]


def train_vectors(
    documents: Iterable[Document], config: VectorsConfig, seed: int
) -> tuple[WordVectors, Mapping[str, float]]:
    """Vectors of the words of the documents, and what was counted; the same documents and seed give the same vectors.

    Raises UsageError for too little text.
    """
    with tempfile.TemporaryDirectory(prefix="naba-") as folder:
        corpus = Path(folder) / "words.txt"
        words = write_words(documents, corpus)
        if words < _FEW:
            raise UsageError(f"the raw articles have {words:,} words; vectors take at least {_FEW:,}, better a million")
        passes = config.passes or min(max(round(_WORDS_IN_ALL / words), _PASSES[0]), _PASSES[1])
        with ProgressBar("word vectors, passes", total=passes * len(config.windows)) as bar:
            models = [_trained(corpus, config, window, passes, seed, bar.advance) for window in config.windows]
    return _tables(models, config), {"words": words, "passes": passes}


def write_words(documents: Iterable[Document], path: Path) -> int:
    """Write the words of each line of the documents, as they are looked up, and return how many there are."""
    count = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        for document in documents:
            for line in document.text.splitlines():
                words = [key(line[word.start : word.end]) for word in split_words(line)]
                count += len(words)
                file.write(" ".join(words) + "\n")
    return count


class _Vectors:
    """What is used of a model of gensim. names [V], the most frequent first; words [V, d]; ngrams [buckets, d]."""

    def __init__(self, names: list[str], words: Numbers, ngrams: Numbers) -> None:
        mean = words.mean(axis=0)  # what all words share says nothing
        self.names, self.words, self.ngrams = names, words - mean, ngrams - mean


def _trained(
    corpus: Path, config: VectorsConfig, window: int, passes: int, seed: int, each_pass: Callable[[], None]
) -> _Vectors:
    from gensim.models import FastText

    try:
        model = FastText(
            corpus_file=str(corpus),
            sg=1,
            vector_size=config.size,
            window=window,
            min_count=config.min_count,
            max_final_vocab=config.most_words,
            bucket=config.buckets,
            min_n=NGRAM_SIZES[0],
            max_n=NGRAM_SIZES[-1],
            sample=1e-4,
            alpha=config.rate,
            epochs=passes,
            seed=seed,
            workers=1,  # with more the order of updates is another in each run
            callbacks=[_each_pass(each_pass)],
        )
    except RuntimeError as error:
        raise UsageError(f"no word is there {config.min_count} times; give more articles: {error}") from error
    return _Vectors(list(model.wv.index_to_key), model.wv.vectors, model.wv.vectors_ngrams)


def _tables(models: list[_Vectors], config: VectorsConfig) -> WordVectors:
    """One table of all models, whose words are the same, in the order of the words' hashes."""
    hashes = np.array([word_hash(name) for name in models[0].names], dtype=np.uint64)
    hashes, order = np.unique(hashes, return_index=True)
    words = np.concatenate([_unit(model.words) for model in models], axis=1)[order]
    ngrams = np.concatenate([model.ngrams for model in models], axis=1)
    rows = [
        np.zeros((1, words.shape[1]), dtype=np.int8),
        _in_8_bits(words, np.abs(words).max(axis=1, keepdims=True)),
        _in_8_bits(ngrams, float(np.quantile(np.abs(ngrams), _TOP))),
    ]
    return WordVectors(WordIndex(hashes, config.buckets), np.concatenate(rows))


def require_gensim() -> None:
    """Raise UsageError where gensim is not installed."""
    if find_spec("gensim") is None:
        raise UsageError("word vectors are made by gensim, which is not installed; pip install 'naba[pretrain]'")


def _each_pass(call: Callable[[], None]) -> object:
    """A callback of gensim that calls this at the end of each pass."""
    from gensim.models.callbacks import CallbackAny2Vec

    class _EachPass(CallbackAny2Vec):  # type: ignore[misc]  # gensim has no types
        def on_epoch_end(self, model: object) -> None:
            call()

    return _EachPass()


def _unit(vectors: Numbers) -> Numbers:
    lengths: Numbers = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Numbers = vectors / np.maximum(lengths, 1e-9)
    return unit


def _in_8_bits(numbers: Numbers, top: Numbers | float) -> npt.NDArray[np.int8]:
    """The numbers as shares of `top`, which 127 stands for."""
    shares = np.clip(numbers / np.maximum(top, 1e-9), -1, 1)
    whole: npt.NDArray[np.int8] = np.rint(127 * shares).astype(np.int8)
    return whole
