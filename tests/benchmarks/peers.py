"""The peers: a linear-chain CRF over hand-made features, spaCy's blank pipeline, and transformers' own recipe.

All read sentences cut at white space, which is how the corpora are tokenised and what these tools are made for.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from typing import Protocol

import sklearn_crfsuite
import spacy
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import minibatch
from transformers import (
    BatchEncoding,
    BertConfig,
    BertForTokenClassification,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
    set_seed,
)

from annotation.core.document import Document, Span
from training.config.schema import BundledEncoderConfig
from training.encoding.bundled import checkpoint_of
from training.encoding.tokenizer import HubTokenizer
from training.model.encoder import load_pretrained

_EPOCHS, _BATCH, _DROPOUT = 10, 32, 0.2
_RATE, _ROUNDS = 2e-4, 3
_TOKEN = re.compile(r"\S+")


class Peer(Protocol):
    """Learns from sentences and marks others."""

    def train(self, sentences: Sequence[Document], seed: int) -> None: ...

    def predict(self, sentences: Sequence[Document]) -> Iterator[Sequence[Span]]: ...


class Crf:
    """L-BFGS with both penalties at 0.1; words, affixes, stems, lengths and kinds of a word and its neighbours."""

    def train(self, sentences: Sequence[Document], seed: int) -> None:
        self.model = sklearn_crfsuite.CRF(c1=0.1, c2=0.1, max_iterations=100, all_possible_transitions=True)
        self.model.fit([_features(s.text) for s in sentences], [_tags(s) for s in sentences])

    def predict(self, sentences: Sequence[Document]) -> Iterator[Sequence[Span]]:
        for sentence in sentences:
            yield list(_spans(sentence.text, self.model.predict_single(_features(sentence.text))))


class Spacy:
    """`spacy.blank` with `ner` and its own hashed embeddings, with weights averaged over the run as it does itself."""

    def train(self, sentences: Sequence[Document], seed: int) -> None:
        chance = random.Random(seed)
        spacy.util.fix_random_seed(seed)  # type: ignore[attr-defined]
        self.nlp = spacy.blank(sentences[0].language)
        self.nlp.add_pipe("ner")
        examples = [_example(self.nlp, sentence) for sentence in sentences]
        self.optimizer = self.nlp.initialize(lambda: examples)
        for _ in range(_EPOCHS):
            chance.shuffle(examples)
            for batch in minibatch(examples, _BATCH):
                self.nlp.update(batch, sgd=self.optimizer, drop=_DROPOUT)

    def predict(self, sentences: Sequence[Document]) -> Iterator[Sequence[Span]]:
        with self.nlp.use_params(self.optimizer.averages):
            for doc in self.nlp.pipe(_doc(self.nlp, s.text) for s in sentences):
                yield [Span(e.start_char, e.end_char, e.label_) for e in doc.ents]


class Recipe:
    """transformers' token-classification example: a linear layer on the bundled encoder, the label of each word on its
    first piece, its settings by default but a rate that suits so small an encoder, and the cut vocabulary."""

    def train(self, sentences: Sequence[Document], seed: int) -> None:
        set_seed(seed)
        config = BundledEncoderConfig(scripts=("Hebr", "Arab", "Latn:3"), attention_dropout=None)
        name, _ = checkpoint_of(config)
        cut = HubTokenizer.from_pretrained(name).cut(config.scripts or ())
        self.tokenizer = cut.tokenizer
        self.labels = sorted({tag for sentence in sentences for tag in _tags(sentence)})
        body = load_pretrained(config, cut.pretrained_rows)
        assert isinstance(body.config, BertConfig)
        body.config.num_labels = len(self.labels)
        self.model = BertForTokenClassification(body.config)
        self.model.bert.load_state_dict(body.state_dict(), strict=False)
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                folder,
                learning_rate=_RATE,
                num_train_epochs=_ROUNDS,
                seed=seed,
                use_cpu=True,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
            )
            collator = DataCollatorForTokenClassification(self.tokenizer)
            rows = [self._row(sentence) for sentence in sentences]
            Trainer(self.model, arguments, data_collator=collator, train_dataset=rows).train()

    def predict(self, sentences: Sequence[Document]) -> Iterator[Sequence[Span]]:
        self.model.eval()
        for sentence in sentences:
            coded = self._coded(sentence)
            with torch.inference_mode():
                best = self.model(torch.tensor([coded["input_ids"]])).logits[0].argmax(dim=-1).tolist()
            first = {word: best[at] for at, word in reversed(list(enumerate(coded.word_ids()))) if word is not None}
            tags = [self.labels[first[word]] if word in first else "O" for word in range(len(_tags(sentence)))]
            yield list(_spans(sentence.text, tags))

    def _row(self, sentence: Document) -> dict[str, list[int]]:
        coded, tags = self._coded(sentence), _tags(sentence)
        words, row = coded.word_ids(), []
        for at, word in enumerate(words):
            later = at > 0 and words[at - 1] == word
            row.append(-100 if word is None or later else self.labels.index(tags[word]))
        return {"input_ids": coded["input_ids"], "attention_mask": coded["attention_mask"], "labels": row}

    def _coded(self, sentence: Document) -> BatchEncoding:
        return self.tokenizer(_TOKEN.findall(sentence.text), is_split_into_words=True, truncation=True, max_length=512)


PEERS: dict[str, type[Peer]] = {"crf": Crf, "spacy": Spacy, "recipe": Recipe}


def _doc(nlp: Language, text: str) -> Doc:
    words = _TOKEN.findall(text)
    return Doc(nlp.vocab, words=words, spaces=[True] * (len(words) - 1) + [False] * bool(words))


def _example(nlp: Language, sentence: Document) -> Example:
    spans = [(s.start, s.end, s.label) for s in sentence.entities]
    return Example.from_dict(_doc(nlp, sentence.text), {"entities": spans})


def _tags(sentence: Document) -> list[str]:
    """IOB2, one a token; mentions are made of whole tokens."""
    tags = []
    for token in _TOKEN.finditer(sentence.text):
        around = [s for s in sentence.entities if s.start <= token.start() < s.end]
        tags.append(f"{'B' if around[0].start == token.start() else 'I'}-{around[0].label}" if around else "O")
    return tags


def _spans(text: str, tags: Sequence[str]) -> Iterator[Span]:
    """What strict IOB2 reads: an I- that continues nothing of its label is nothing."""
    open_: Span | None = None
    for token, tag in zip(_TOKEN.finditer(text), tags, strict=True):
        if tag.startswith("I-") and open_ and open_.label == tag[2:]:
            open_ = Span(open_.start, token.end(), open_.label)
            continue
        if open_:
            yield open_
        open_ = Span(token.start(), token.end(), tag[2:]) if tag.startswith("B-") else None
    if open_:
        yield open_


def _features(text: str) -> list[dict[str, str | bool]]:
    words = _TOKEN.findall(text)
    own = [_word(word) for word in words]
    rows = []
    for at, word in enumerate(words):
        row = dict(own[at])
        for step in (-2, -1, 1, 2):
            if not 0 <= at + step < len(words):
                row[f"{step}:edge"] = True
            elif abs(step) == 1:
                row.update({f"{step}:{name}": value for name, value in own[at + step].items()})
            else:
                row[f"{step}:word"] = words[at + step]
        row["pair"] = f"{words[at - 1]} {word}" if at else ""
        rows.append(row)
    return rows


def _word(word: str) -> dict[str, str | bool]:
    row: dict[str, str | bool] = {
        "word": word,
        "length": str(min(len(word), 10)),
        "number": word.isdigit(),
        "digit": any(char.isdigit() for char in word),
        "punctuation": not any(char.isalnum() for char in word),
    }
    row |= {f"prefix{n}": word[:n] for n in (1, 2, 3, 4) if len(word) > n}
    row |= {f"suffix{n}": word[-n:] for n in (1, 2, 3, 4) if len(word) > n}
    return row | {f"stem{n}": word[n:] for n in (1, 2) if len(word) > n + 1}
