"""Text of sentences of tokens: their places in it, the comment `# text = ` beside it, and places inside a token."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.formats.conll_sentences import ConllSentence, Token
from annotation.formats.conll_tags import begins


def text_of_sentences(sentences: Sequence[ConllSentence], before: str) -> tuple[str, list[list[tuple[int, int]]]]:
    """The text, and the range of each token of each sentence.

    Where a file gives no white space there is a blank between words and a newline between sentences.
    """
    pieces, at = [before], len(before)
    places: list[list[tuple[int, int]]] = []
    for number, sentence in enumerate(sentences, start=1):
        places.append([])
        for place, token in enumerate(sentence.tokens, start=1):
            ends = place == len(sentence.tokens)
            usual = " " if not ends else "\n" if number < len(sentences) else ""
            after = usual if token.after is None else token.after
            places[-1].append((at, at + len(token.form)))
            pieces += token.form, after
            at += len(token.form) + len(after)
    return "".join(pieces), places


def agrees_with_comment(sentence: ConllSentence) -> bool:
    """Whether the words are those of `# text = `, white space aside, which is then taken from there."""
    comment = sentence.comments.get("text")
    text = text_of_sentences([sentence], "")[0]
    if comment is None or comment.split() == text.split():
        return True
    if "".join(comment.split()) != "".join(text.split()):
        return False
    _take_spaces(sentence.tokens, comment.strip())
    return True


def _take_spaces(tokens: Sequence[Token], text: str) -> None:
    """Give each token its words and the white space after it as they are in the text."""
    at = 0
    for number, token in enumerate(tokens, start=1):
        start = at
        for char in "".join(token.form.split()):
            at = text.index(char, at) + 1
        token.form, space = text[start:at], at
        while at < len(text) and text[at].isspace():
            at += 1
        if number < len(tokens):
            token.after = text[space:at]


def inside(token: Token, words: int, language: str) -> int | None:
    """Where a token's first `words` syntactic words end, in characters; None where the letters do not determine it."""
    forms = [word.form for word in token.words]
    if forms and "".join(forms) == token.form:
        return sum(map(len, forms[:words]))
    return begins(token.form, words, language)
