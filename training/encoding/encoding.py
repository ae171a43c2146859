"""Document -> windows and targets, and the model's outputs -> Document: both directions in one module.

Spans are said in words: the first, the last, how many graphemes of the first are left out (a proclitic) and how many of
the last (a suffix). What cannot be said so is lost, and `representable` says what and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from zlib import crc32

import numpy as np

from annotation.core.document import Document, Span
from annotation.core.errors import UsageError
from annotation.core.link_clusters import link_clusters
from annotation.core.ontology import Ontology
from annotation.core.text import folded
from annotation.core.words import LEADING, TRAILING, Word, legal_cuts, sentences, split_words
from training.config.schema import AnyEncoderConfig, HubEncoderConfig, ModelConfig
from training.encoding.compact_tokenizer import COMPACT_TOKENIZER, CompactTokenizer
from training.encoding.decoding import Outputs, decode
from training.encoding.label_space import LabelSpace
from training.encoding.platt_scaling import PLAIN, ScoreScales
from training.encoding.representable import Representation, WordSpan, representable, word_span
from training.encoding.tokenizer import HubTokenizer, Ids, Tokenizer
from training.encoding.windows import Windows, windows

AFFIXES = 1024
"""Rows of the table of hashed strings that a cut takes off; 0 stands for a cut that the word is too short for."""
IGNORED = -100
"""The target of what is not to be learnt, as cross_entropy has it."""
ENCODING_FILE = "encoding.json"
ONTOLOGY_FILE = "ontology.yaml"


@dataclass(frozen=True, slots=True)
class Targets:
    """What the model should say of one document.

    spans [S, 3]: first word, last word, label. leading, trailing [S]: cuts. roles [P, 3]: trigger and filler, as rows
    of spans, and role. attributes [S, A]: values, IGNORED for what is no trigger. links [K, 3]: any two mentions of one
    thing, as rows of spans, and the link's label.
    """

    spans: Ids
    leading: Ids
    trailing: Ids
    roles: Ids
    attributes: Ids
    links: Ids


@dataclass(frozen=True, slots=True)
class Example:
    """A document of n words as the model reads it.

    affixes [n, LEADING + TRAILING]: the hashed string each cut takes off. legal [n, LEADING]: 1 where it is a string of
    proclitics. sentences [n]: the number of each word's sentence. stems [n]: a hash of each word as it is folded, less
    its proclitics.
    """

    document: Document
    words: tuple[Word, ...]
    windows: Windows
    affixes: Ids
    legal: Ids
    sentences: Ids
    stems: Ids
    targets: Targets | None = None


class Encoding:
    """Both directions, for one ontology and one tokenizer. window: tokens; overlap: the share of them that the next one
    has too; max_width: words of the longest span; nested: whether entity mentions may stand within others."""

    def __init__(
        self,
        ontology: Ontology,
        tokenizer: Tokenizer,
        *,
        window: int = 512,
        overlap: float = 0.25,
        max_width: int = 24,
        nested: bool = True,
    ) -> None:
        self.ontology, self.tokenizer = ontology, tokenizer
        self.window, self.overlap = window, overlap
        self.max_width, self.nested = max_width, nested
        self.labels = LabelSpace.of(ontology)

    @classmethod
    def build(cls, ontology: Ontology, model: ModelConfig, encoder: AnyEncoderConfig) -> Encoding:
        """For a new model. Raises UsageError when the hub, or the folder, has no such fast tokenizer."""
        tokenizer: Tokenizer = CompactTokenizer()
        if isinstance(encoder, HubEncoderConfig):
            tokenizer = HubTokenizer.from_pretrained(encoder.name, revision=encoder.revision)
        window = min(encoder.window or tokenizer.most, tokenizer.most)
        most, nested = model.max_width, model.nested
        return cls(ontology, tokenizer, window=window, overlap=encoder.overlap, max_width=most, nested=nested)

    def encode(self, document: Document, *, targets: bool = False) -> Example:
        """The document in windows, with what is to be learnt of it if asked."""
        words, tokenizer = split_words(document.text), self.tokenizer
        pieces = tokenizer.pieces(document.text, words)
        known = [_known(document.text[w.start : w.end], tuple(cut - w.start for cut in w.cuts)) for w in words]
        read = np.array(known, dtype=np.int64).reshape(-1, LEADING + TRAILING + LEADING + 1)
        affixes, legal, stems = np.split(read, [LEADING + TRAILING, -1], axis=1)
        return Example(
            document=document,
            words=words,
            windows=windows(pieces, self.window, tokenizer.prefix, tokenizer.suffix, overlap=self.overlap),
            affixes=affixes,
            legal=legal,
            sentences=np.array(sentences(document.text, words), dtype=np.int64),
            stems=stems[:, 0],
            targets=self._targets(self._audit(document, words).document, words) if targets else None,
        )

    def decode(self, example: Example, outputs: Outputs, reading: ScoreScales = PLAIN) -> Document:
        """The document with what the model found in it, under the ontology's constraints."""
        return decode(example.document.bare(), example.words, outputs, self.labels, reading, nested=self.nested)

    def audit(self, document: Document) -> Representation:
        """The document as far as it can be said, and what of it is lost, with the reasons."""
        return self._audit(document, split_words(document.text))

    def _audit(self, document: Document, words: Sequence[Word]) -> Representation:
        return representable(document, words, self.labels, self.max_width)

    def _targets(self, document: Document, words: Sequence[Word]) -> Targets:
        """Targets of a document that can be said whole."""
        labels, spans = self.labels, list(document.spans())
        places = [at for span in spans if isinstance(at := word_span(words, span), WordSpan)]
        row = {span: number for number, span in enumerate(spans)}
        roles = [
            (row[event.trigger], row[argument.filler], labels.role_number[argument.role])
            for event in document.events
            for argument in event.arguments
        ]
        attributes = np.full((len(spans), len(labels.attributes)), IGNORED, dtype=np.int64)
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
            links=_rows([(row[a], row[b], link) for a, b, link in _same(document, labels)], 3),
        )

    def save_pretrained(self, path: str | Path) -> None:
        """Write the tokenizer, the ontology and the sizes into the folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(folder)
        (folder / ONTOLOGY_FILE).write_text(self.ontology.source, encoding="utf-8", newline="\n")
        sizes = {name: getattr(self, name) for name in ("window", "overlap", "max_width", "nested")}
        (folder / ENCODING_FILE).write_text(json.dumps(sizes) + "\n", encoding="utf-8")

    @classmethod
    def from_pretrained(cls, path: str | Path) -> Encoding:
        """Read what `save_pretrained` wrote. Raises UsageError, or OntologyError, naming the file at fault."""
        folder = Path(path)
        try:
            sizes = json.loads((folder / ENCODING_FILE).read_text(encoding="utf-8"))
            window = int(sizes["window"])
            overlap = float(sizes.get("overlap", 0.5))  # what it was before it was a setting
            max_width, nested = int(sizes["max_width"]), bool(sizes.get("nested", True))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{folder}: not the folder of a model trained by naba: {error}") from error
        compact = (folder / COMPACT_TOKENIZER).is_file()
        tokenizer: Tokenizer = (CompactTokenizer if compact else HubTokenizer).from_pretrained(folder)
        ontology = Ontology.load(folder / ONTOLOGY_FILE)
        return cls(ontology, tokenizer, window=window, overlap=overlap, max_width=max_width, nested=nested)


@lru_cache(maxsize=1 << 15)
def _known(quote: str, cuts: tuple[int, ...]) -> tuple[int, ...]:
    """What is known of a word by itself: its rows of `affixes` and of `legal`, and its stem.

    Affixes are hashes of the strings that cutting 0..LEADING-1 graphemes off the start and 0..TRAILING-1 off the end
    takes.
    """
    heads = [f"<{quote[:cut]}" for cut in cuts[:-1][:LEADING]]
    tails = [f">{quote[cut:]}" for cut in cuts[:0:-1][:TRAILING]]
    own = legal_cuts(quote, Word(0, len(quote), cuts))
    legal = [int(cut in own) for cut in range(LEADING)]
    return (*_hashes(heads, LEADING), *_hashes(tails, TRAILING), *legal, _stem(quote[cuts[max(own)] :]))


def _hashes(strings: list[str], size: int) -> list[int]:
    found = [1 + crc32(string.encode("utf-8", "surrogatepass")) % (AFFIXES - 1) for string in strings]
    return found + [0] * (size - len(found))


def _stem(quote: str) -> int:
    return crc32((folded(quote) or quote).encode("utf-8", "surrogatepass"))


def _same(document: Document, labels: LabelSpace) -> Iterator[tuple[Span, Span, int]]:
    """Any two mentions of one thing, in text order, and the number of the link that says so."""
    for number, label in enumerate(labels.links):
        for cluster in link_clusters(link for link in document.links if link.label == label):
            yield from ((a, b, number) for a, b in combinations(sorted(cluster), 2))


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> Ids:
    return np.array(rows, dtype=np.int64).reshape(-1, width)
