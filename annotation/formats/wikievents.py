"""Reader of WikiEvents, as GenIE (gen-arg) has it: one article a line, its mentions in tokens of the whole article.

`start` and `end` count the article's tokens and `end` is exclusive; each token has its characters in `sentences`. The
groups of mentions of one thing are in a file of their own, coref/NAME.jsonlines beside NAME.jsonl, which is read along:
each group becomes a chain of links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from annotation.core.document import Json
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.file_marks import FileMarks
from annotation.formats.json_values import items, strings, whole
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects
from annotation.formats.textee import window_text
from annotation.formats.token_mentions import MENTIONS, TokenMentions
from annotation.formats.token_text import TokenText, WhiteSpaceNote, joined, located

_KNOWN = ("doc_id", "text", "sentence", "lang", "tokens", "pieces", "token_lens", "sentences")
_Groups = dict[str, tuple[str, Json]]


def recognises(opening: Opening) -> bool:
    """Whether the first row is an article with its tokens in sentences, and not a window."""
    if not opening.objects:  # an article of the corpus can be longer than what is looked at
        return {"doc_id", "tokens", "sentences"} <= opening.keys and "wnd_id" not in opening.keys
    row = opening.objects[0]
    listed = {"sentences", *MENTIONS} & set(row)
    return {"doc_id", "tokens"} <= set(row) and bool(listed) and not {"wnd_id", "sent_id", "schema"} & set(row)


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """The Documents of a file of articles, with the groups of the file of coreference beside it."""
    note = WhiteSpaceNote(path.name)
    groups: _Groups = {}
    yield from _groups(path.parent / "coref" / f"{path.name.partition('.')[0]}.jsonlines", groups)
    for item in objects(path):
        if isinstance(item, Lost):
            yield item
        elif not isinstance(item[1].get("tokens"), list):
            yield Lost("document", item[0], "has no list of tokens; mend or remove it", kind="wrong")
        else:
            yield from _article(*item, groups, how, note)
    for id, (where, _) in groups.items():
        yield Lost("link", where, "groups mentions of an article that is not in the file", id, "wrong")


def _groups(path: Path, groups: _Groups) -> Iterator[Lost]:
    """Collect the rows of the file of coreference by their articles' ids."""
    for item in objects(path) if path.is_file() else ():
        if isinstance(item, Lost):
            yield item
        else:
            groups[str(item[1].get("doc_key"))] = item


def _article(
    where: str, row: Json, groups: _Groups, how: ReadOptions, note: WhiteSpaceNote
) -> Iterator[DocumentOrLost]:
    id = str(row.get("doc_id") or "")
    tokens = _tokens(row)
    draft = DocumentBuilder(tokens.text, where, repair=how.repair)
    mentions = TokenMentions(draft, tokens)
    mentions.read(row)
    draft.unread(row, (*_KNOWN, *MENTIONS))
    if id in groups:
        _same(mentions.marks, *groups.pop(id))
    yield draft.document(id, str(row.get("lang") or how.language or guess_language(tokens.text)))
    yield from draft.lost
    yield from note.of(tokens)


def _tokens(row: Json) -> TokenText:
    """The text with the characters that `sentences` gives for each token; else where the tokens stand in order."""
    words, text = strings(row["tokens"]), window_text(row)
    given = [piece for sentence in _lists(row.get("sentences")) for piece in _lists(sentence[0] if sentence else [])]
    places = [(whole(piece[1]), whole(piece[2])) for piece in given if len(piece) >= 3]
    ranges = [(start, end) for start, end in places if start is not None and end is not None]
    if isinstance(text, str) and [text[start:end] for start, end in ranges] == words and all(words):
        return TokenText(text, tuple(ranges), own=True)
    sentences = [[str(piece[0]) for piece in _lists(s[0] if s else []) if piece] for s in _lists(row.get("sentences"))]
    whole_words = [word for sentence in sentences for word in sentence]
    found = located(text, [words])
    return joined(sentences) if not found.own and whole_words == words else found


def _lists(value: object) -> list[list[object]]:
    return [item for item in value if isinstance(item, list)] if isinstance(value, list) else []


def _same(marks: FileMarks, where: str, row: Mapping[str, object]) -> None:
    """Link the mentions of each group; the words that stand for a group are recorded as lost."""
    for at, group in items(marks.draft, row, "clusters", "link", where):
        ids = strings(group)
        spans = [marks.by_id[id] for id in ids if id in marks.by_id]
        for id in ids:
            if id not in marks.by_id:
                marks.draft.wrong("link", at, "groups a mention that is not there or was left out", id)
        marks.same(spans, at=at)
    marks.draft.unread(row, ("doc_key", "clusters"), at=where)
