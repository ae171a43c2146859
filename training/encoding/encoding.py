"""Encoding of Documents as model inputs and targets, and decoding of model outputs into Documents.

    Document        annotated, or bare text
       |  Encoding.encode(document, targets=True)
       v
    Example         n words, Windows of token ids ([T] or [T, F] each), features of each word [n, ...]
     .targets       Targets: spans [S, 3], leading and trailing [S], roles [P, 3], attributes [T, A], links [K, 3]
       |  training.model.batches.collate(examples), EventExtractor.extract(batch)
       v
    Outputs         spans [M, 3], logits [M], leading [M, LEADING], trailing [M, TRAILING], roles [T, M, R],
       |            attributes [T, V] each, links [M, M, L]
       |  Encoding.decode(example, outputs)
       v
    Document        predicted spans, events and links, with scores

A span is represented by its first and last word, by how many graphemes of the first word are left out (a proclitic),
and how many of the last (a suffix). Other spans are lost; `Encoding.representable` lists all that is, with reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from annotation.core import json_text
from annotation.core.document import Document, Span
from annotation.core.errors import UsageError
from annotation.core.link_clusters import link_clusters
from annotation.core.ontology import Ontology
from annotation.core.text import folded
from annotation.core.words import LEADING, TRAILING, Word, legal_cuts, sentences, split_words
from annotation.storage.json_file import read_object
from training.config.schema import AnyEncoderConfig, ModelConfig, PretrainedEncoderConfig
from training.encoding.bundled import checkpoint_of
from training.encoding.compact_tokenizer import COMPACT_TOKENIZER, CompactTokenizer
from training.encoding.decoding import Outputs, decode
from training.encoding.label_space import ONTOLOGY_FILE, LabelSpace
from training.encoding.platt_scaling import PLAIN, ScoreScales
from training.encoding.representable import Representation, WordSpan, representable, word_span
from training.encoding.tokenizer import HubTokenizer, Ids, Tokenizer
from training.encoding.windows import Windows, windows

AFFIXES = 1024
"""Size of the table of hashed strings that a cut removes; row 0 stands for a cut longer than the word."""
IGNORED = -100
"""The target that losses ignore, as in cross_entropy."""
ENCODING_FILE = "encoding.json"
_LARGEST = 1_000_000
"""Most tokens of a window, and words of a span, that a model folder may ask for."""
SPELLING_FOLDER = "spelling"


@dataclass(frozen=True, slots=True)
class Targets:
    """What the model should predict for one document.

    spans [S, 3]: first word, last word, label; the T triggers come first. leading, trailing [S]: graphemes cut from the
    first and the last word. roles [P, 3]: trigger and filler, as rows of spans, and role. attributes [T, A]: values.
    links [K, 3]: each pair of mentions of the same thing, as rows of spans, and the link's label.
    """

    spans: Ids
    leading: Ids
    trailing: Ids
    roles: Ids
    attributes: Ids
    links: Ids


@dataclass(frozen=True, slots=True)
class Example:
    """The model's input for a document of n words, and its targets if they were requested.

    affixes [n, LEADING + TRAILING]: the hash of the string that each cut removes. legal [n, LEADING]: 1 where that
    string consists of proclitics. sentences [n]: the number of each word's sentence. stems [n]: a hash of each folded
    word without its proclitics. spelling [n, F]: its features as the compact encoder reads them, F = 0 where no model
    asks for them. layers [n, K, e]: states of a frozen encoder's layers that were computed before.
    """

    document: Document
    words: tuple[Word, ...]
    windows: Windows
    affixes: Ids
    legal: Ids
    sentences: Ids
    stems: Ids
    spelling: Ids
    targets: Targets | None = None
    layers: npt.NDArray[np.float16] | None = None


class Encoding:
    """Encoder and decoder of Documents for one ontology and one tokenizer.

    window: tokens in a window, special ones included. overlap: the share of them that the next window repeats.
    max_width: words of the longest span. nested: whether an entity mention may contain another. spelling: the tokenizer
    of the features that words have beside their tokens, None where there are none.
    """

    def __init__(
        self,
        ontology: Ontology,
        tokenizer: Tokenizer,
        *,
        window: int = 512,
        overlap: float = 0.25,
        max_width: int = 24,
        nested: bool = True,
        spelling: CompactTokenizer | None = None,
    ) -> None:
        self.ontology, self.tokenizer, self.spelling = ontology, tokenizer, spelling
        self.window, self.overlap = window, overlap
        self.max_width, self.nested = max_width, nested
        self.labels = LabelSpace.of(ontology)

    @classmethod
    def build(cls, ontology: Ontology, model: ModelConfig, encoder: AnyEncoderConfig) -> Encoding:
        """For a new model. Raises UsageError when there is no such fast tokenizer, or it cannot be cut."""
        compact = CompactTokenizer.with_tables(encoder.tables)
        tokenizer: Tokenizer = compact
        spelling = None
        if isinstance(encoder, PretrainedEncoderConfig):
            spelling = compact if encoder.reader else None
            name, revision = checkpoint_of(encoder)
            whole = HubTokenizer.from_pretrained(name, revision=revision)
            tokenizer = whole if encoder.scripts is None else whole.cut(encoder.scripts)
        window = min(encoder.window or tokenizer.most, tokenizer.most)
        return cls(
            ontology,
            tokenizer,
            window=window,
            overlap=encoder.overlap,
            max_width=model.max_width,
            nested=model.nested,
            spelling=spelling,
        )

    def encode(self, document: Document, *, targets: bool = False) -> Example:
        """The document as model input; with `targets`, also the targets of what the encoding can represent."""
        words, tokenizer = split_words(document.text), self.tokenizer
        pieces = tokenizer.pieces(document.text, words)
        features = [
            _word_features(document.text[w.start : w.end], tuple(cut - w.start for cut in w.cuts)) for w in words
        ]
        table = np.array(features, dtype=np.int64).reshape(-1, LEADING + TRAILING + LEADING + 1)
        affixes, legal, stems = np.split(table, [LEADING + TRAILING, -1], axis=1)
        return Example(
            document=document,
            words=words,
            windows=windows(pieces, self.window, tokenizer.prefix, tokenizer.suffix, overlap=self.overlap),
            affixes=affixes,
            legal=legal,
            sentences=np.array(sentences(document.text, words), dtype=np.int64),
            stems=stems[:, 0],
            spelling=self._spelled(document, words),
            targets=self._targets(self._representable(document, words).document, words) if targets else None,
        )

    def _spelled(self, document: Document, words: Sequence[Word]) -> Ids:
        """[n, F]: the features of each word's spelling; F is 0 without a tokenizer of them."""
        if self.spelling is None:
            return np.zeros((len(words), 0), dtype=np.int64)
        return self.spelling.pieces(document.text, words).ids[: len(words)]

    def decode(self, example: Example, outputs: Outputs, scales: ScoreScales = PLAIN) -> Document:
        """The document with the predicted spans, events and links, under the ontology's constraints.

        Its scores are the logits of `outputs` on the given `scales`.
        """
        return decode(example.document.bare(), example.words, outputs, self.labels, scales, nested=self.nested)

    def representable(self, document: Document) -> Representation:
        """The part of the document that this encoding can represent, and what is lost, with the reasons."""
        return self._representable(document, split_words(document.text))

    def _representable(self, document: Document, words: Sequence[Word]) -> Representation:
        return representable(document, words, self.labels, self.max_width)

    def _targets(self, document: Document, words: Sequence[Word]) -> Targets:
        """Targets of a document that can be represented completely; its triggers come first."""
        labels, triggers = self.labels, {event.trigger for event in document.events}
        spans = sorted(document.spans(), key=lambda span: span not in triggers)
        places = [at for span in spans if isinstance(at := word_span(words, span), WordSpan)]
        row = {span: number for number, span in enumerate(spans)}
        roles = [
            (row[event.trigger], row[argument.filler], labels.role_number[argument.role])
            for event in document.events
            for argument in event.arguments
        ]
        attributes = np.full((len(triggers), len(labels.attributes)), IGNORED, dtype=np.int64)
        for event in document.events:
            for column, ((name, values), default) in enumerate(zip(labels.attributes, labels.defaults, strict=True)):
                value = event.attribute(name)
                attributes[row[event.trigger], column] = default if value is None else values.index(value)
        numbered = [(at.first, at.last, labels.number[span.label]) for at, span in zip(places, spans, strict=True)]
        return Targets(
            spans=_rows(numbered, 3),
            leading=np.array([at.leading for at in places], dtype=np.int64),
            trailing=np.array([at.trailing for at in places], dtype=np.int64),
            roles=_rows(roles, 3),
            attributes=attributes,
            links=_rows([(row[a], row[b], link) for a, b, link in _mention_pairs(document, labels)], 3),
        )

    def save_pretrained(self, path: str | Path) -> None:
        """Write the tokenizer, the ontology and the sizes into the folder `path`."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(folder)
        if self.spelling:
            self.spelling.save_pretrained(folder / SPELLING_FOLDER)
        (folder / ONTOLOGY_FILE).write_text(self.ontology.source, encoding="utf-8", newline="\n")
        sizes = {name: getattr(self, name) for name in ("window", "overlap", "max_width", "nested")}
        (folder / ENCODING_FILE).write_text(json_text.dumps(sizes) + "\n", encoding="utf-8")

    @classmethod
    def from_pretrained(cls, path: str | Path) -> Encoding:
        """Read what `save_pretrained` wrote. Raises UsageError or OntologyError that names the faulty file."""
        folder = Path(path)
        try:
            sizes = read_object(folder / ENCODING_FILE)
            window = int(sizes["window"])
            overlap = float(sizes.get("overlap", 0.5))  # the constant used before it became a setting
            max_width, nested = int(sizes["max_width"]), bool(sizes.get("nested", True))
            if not (3 <= window <= _LARGEST and 0 <= overlap < 1 and 1 <= max_width <= _LARGEST):
                raise ValueError(
                    f"{ENCODING_FILE}: window {window}, overlap {overlap}, max_width {max_width} fit nothing"
                )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{folder}: not the folder of a model trained by naba: {error}") from error
        compact = (folder / COMPACT_TOKENIZER).is_file()
        tokenizer: Tokenizer = (CompactTokenizer if compact else HubTokenizer).from_pretrained(folder)
        ontology = Ontology.load(folder / ONTOLOGY_FILE)
        spelled = folder / SPELLING_FOLDER
        return cls(
            ontology,
            tokenizer,
            window=window,
            overlap=overlap,
            max_width=max_width,
            nested=nested,
            spelling=CompactTokenizer.from_pretrained(spelled) if spelled.is_dir() else None,
        )


@lru_cache(maxsize=1 << 15)
def _word_features(quote: str, cuts: tuple[int, ...]) -> tuple[int, ...]:
    """Features of one word without context: its rows of `affixes` and `legal`, then its stem.

    Affixes are hashes of the strings removed by cutting 0..LEADING-1 graphemes from the start and 0..TRAILING-1 from
    the end.
    """
    heads = [f"<{quote[:cut]}" for cut in cuts[:-1][:LEADING]]
    tails = [f">{quote[cut:]}" for cut in cuts[:0:-1][:TRAILING]]
    own = legal_cuts(quote, Word(0, len(quote), cuts))
    legal = [int(cut in own) for cut in range(LEADING)]
    return (*_hashes(heads, LEADING), *_hashes(tails, TRAILING), *legal, _stem(quote[cuts[max(own)] :]))


def _hashes(strings: list[str], size: int) -> list[int]:
    hashes = [1 + crc32(string.encode("utf-8", "surrogatepass")) % (AFFIXES - 1) for string in strings]
    return hashes + [0] * (size - len(hashes))


def _stem(quote: str) -> int:
    return crc32((folded(quote) or quote).encode("utf-8", "surrogatepass"))


def _mention_pairs(document: Document, labels: LabelSpace) -> Iterator[tuple[Span, Span, int]]:
    """Each pair of mentions of the same thing, in text order, and the number of their link label."""
    for number, label in enumerate(labels.links):
        for cluster in link_clusters(link for link in document.links if link.label == label):
            yield from ((a, b, number) for a, b in combinations(sorted(cluster), 2))


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> Ids:
    return np.array(rows, dtype=np.int64).reshape(-1, width)
