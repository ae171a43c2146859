"""Reader and writer of spaCy's DocBin: entities without overlaps in `doc.ents`, all spans in `doc.spans`.

Words are cut where a span begins or ends, so that spaCy's tokens can represent every offset. Roles, attributes and
links, which spaCy cannot represent, are stored in `doc.user_data` and restored if the spans are unchanged.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from annotation.core import json_text
from annotation.core.document import Document, Span
from annotation.core.document_json import from_json, to_json
from annotation.core.errors import UsageError
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, WriteOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language
from annotation.formats.tokenization import borders, word_ranges
from annotation.storage.documents_file import write_bytes

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as SpacySpan
    from spacy.vocab import Vocab

KEY = "naba"
_TOKEN_VALUES = {"TAG": "tag_", "POS": "pos_", "MORPH": "morph", "LEMMA": "lemma_", "DEP": "dep_"}
ENTITIES, TRIGGERS = "entities", "triggers"
_SHOWN = 200
_MISSING = "spaCy is not installed, which this format needs; install naba with its extra: pip install 'naba[spacy]'"


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a .spacy file. Raises UsageError where spaCy is missing or cannot read it."""
    try:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab
    except ImportError as error:
        raise UsageError(_MISSING) from error
    try:
        docs = list(DocBin().from_disk(path).get_docs(Vocab()))
    except Exception as error:  # its zlib and msgpack readers raise errors of many types
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(f"{path}: spaCy cannot read it as a DocBin: {why}") from error
    for at, doc in enumerate(docs, start=1):
        yield from _document(doc, f"{path.name}, doc {at}", how)


def recognises(opening: Opening) -> bool:
    """Whether the file is a DocBin: zlib around a map with the keys that spaCy writes first."""
    try:
        unpacked = zlib.decompressobj().decompress(opening.start, 1 << 12)
    except zlib.error:
        return False
    return b"version" in unpacked[:64] and b"attrs" in unpacked[:64]


def _document(doc: Doc, where: str, how: ReadOptions) -> Iterator[DocumentOrLost]:
    draft = DocumentBuilder(doc.text, where)
    seen: set[Span] = set()
    groups = [("ents", list(doc.ents)), *((name, list(group)) for name, group in doc.spans.items())]
    for name, spans in groups:
        for spacy_span in spans:
            span = draft.span(
                spacy_span.start_char,
                spacy_span.end_char,
                spacy_span.label_,
                at=f"spans {name}",
                quoted=None,
                unit="entity",
            )
            if span is None or span in seen:
                continue  # an entity is in doc.ents and in a group as well
            seen.add(span)
            _name_ids(draft, spacy_span, name)
            (draft.event if name == TRIGGERS or span.label in how.events else draft.entity)(span)
    _name_unread(draft, doc)
    document = draft.document("", how.language or guess_language(doc.text))
    stored = doc.user_data.get(KEY)
    if isinstance(stored, str):
        whole = _stored_document(stored, document)
        if whole is None:
            draft.note("document", "", "was changed since naba wrote it; roles, attributes and links are left out")
        else:
            document = whole
    yield document
    yield from draft.lost


def _name_ids(draft: DocumentBuilder, span: SpacySpan, group: str) -> None:
    for kind, id in (("an entry of a knowledge base", span.kb_id_), ("the id of a span", span.id_)):
        if id:
            detail = f"{id} of {span.label_} [{span.start_char}:{span.end_char}]"
            draft.lose("other", f"spans {group}", f"is {kind}, which Documents do not hold", detail)


def _name_unread(draft: DocumentBuilder, doc: Doc) -> None:
    """Record what spaCy keeps of a text, its tokens and its spans that Documents do not hold."""
    for label, score in doc.cats.items():
        draft.lose("other", "", "is a category of the whole text, which Documents do not hold", f"{label} {score}")
    for key, value in doc.user_data.items():
        if key != KEY:
            extension = isinstance(key, tuple) and key[:1] == ("._.",) and len(key) > 1
            name = f"a custom extension ._.{key[1]}" if extension else "a value of user_data"
            draft.lose("other", "", f"is {name}, which Documents do not hold", f"{key}: {value!r}"[:_SHOWN])
    for name in _TOKEN_VALUES:
        if doc.has_annotation(name):
            count = sum(bool(str(getattr(token, _TOKEN_VALUES[name]))) for token in doc)
            draft.lose("other", "", f"is a token's {name}, which Documents do not hold", count=count)
    for name, group in doc.spans.items():
        if group.attrs:
            draft.lose("other", f"spans {name}", "is a value of a group of spans, which Documents do not hold")


def _stored_document(line: str, read: Document) -> Document | None:
    """The Document as naba wrote it, if its spans are those of spaCy's Doc; else None."""
    try:
        document = from_json({**json_text.loads_object(line), "text": read.text})
    except (ValueError, TypeError):
        return None
    same = set(document.entities) == set(read.entities) and set(document.triggers) == set(read.triggers)
    return document if same else None


def write(documents: Iterable[Document], out: Path, how: WriteOptions) -> list[Lost]:
    """Write one DocBin. Nothing is lost in it, but spaCy itself uses only `doc.ents` and `doc.spans`.

    Raises UsageError where spaCy is missing.
    """
    try:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab
    except ImportError as error:
        raise UsageError(_MISSING) from error
    docbin, vocab = DocBin(store_user_data=True), Vocab()
    for document in documents:
        docbin.add(_doc(document, vocab))
    write_bytes(out, docbin.to_bytes())
    return []


def _doc(document: Document, vocab: Vocab) -> Doc:
    from spacy.tokens import Doc
    from spacy.util import filter_spans

    words, spaces = _words(document)
    doc = Doc(vocab, words=words, spaces=spaces)
    entities = _spans(doc, document.entities)
    doc.spans[ENTITIES] = entities
    doc.spans[TRIGGERS] = _spans(doc, document.triggers)
    doc.ents = filter_spans(span for span in entities if span.text == span.text.strip())
    row = {key: value for key, value in to_json(document).items() if key != "text"}
    doc.user_data[KEY] = json_text.dumps(row)  # spaCy would return plain lists as tuples
    return doc


def _spans(doc: Doc, spans: Iterable[Span]) -> list[SpacySpan]:
    """The spans in tokens; none is lost, since words are cut where spans begin and end."""
    token_spans = (doc.char_span(span.start, span.end, label=span.label) for span in spans)
    return [span for span in token_spans if span is not None]


def _words(document: Document) -> tuple[list[str], list[bool]]:
    """Tokens that make up the text exactly, and whether a space follows each. Other white space is a token."""
    text = document.text
    begins = {span.start for span in document.spans()}
    ends = {span.end for span in document.spans()}
    words: list[str] = []
    spaces: list[bool] = []

    def gap(start: int, end: int) -> None:
        cuts = sorted({start, end, *(at for at in begins | ends if start < at < end)})
        for left, right in pairwise(cuts):
            follows = bool(words) and not spaces[-1] and left == start and left not in begins
            if follows and text[left] == " " and not (right == left + 1 and right in ends):
                spaces[-1] = True
                left += 1
            if left < right:
                words.append(text[left:right])
                spaces.append(False)

    at = 0
    for start, end in word_ranges(text, borders(document)):
        gap(at, start)
        words.append(text[start:end])
        spaces.append(False)
        at = end
    gap(at, len(text))
    return words, spaces
