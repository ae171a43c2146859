"""The flat token view, held against seqeval's own reading of the whole text."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from annotation.core.document import Document, Span
from annotation.core.inline_markup import parse
from training.scoring import token_f1
from training.scoring.document_pairs import DocumentPair


def entity_counts(gold: str, predicted: str) -> tuple[int, int, int]:
    return token_f1.count_chunks(DocumentPair(parse(gold), parse(predicted)))[0]


def test_the_longest_span_is_kept_and_what_overlaps_it_is_left_out() -> None:
    outer, inner, crossing, apart = Span(0, 10, "A"), Span(2, 5, "B"), Span(8, 12, "C"), Span(12, 13, "D")
    assert token_f1.flatten([inner, apart, crossing, outer]) == [outer, apart]


def test_a_proclitic_taken_along_is_an_error_though_the_word_is_the_same() -> None:
    assert entity_counts("ירי ב[GPE אטמה] בבוקר", "ירי [GPE באטמה] בבוקר") == (1, 1, 0)
    assert entity_counts("قصف ب[Location ريف] المدينة", "قصف ب[Location ريف] المدينة") == (1, 1, 1)


def test_a_shorter_or_otherwise_labelled_span_is_an_error_in_strict_mode() -> None:
    assert entity_counts("[Person אבו חפס] נעצר", "[Person אבו] חפס נעצר") == (1, 1, 0)
    assert entity_counts("[Person אבו חפס] נעצר", "[ArmedGroup אבו חפס] נעצר") == (1, 1, 0)


def test_neighbours_of_one_type_stay_two() -> None:
    assert entity_counts("[Person סמי][Person רמי]", "[Person סמירמי]") == (2, 1, 0)


def test_entities_and_triggers_are_two_layers() -> None:
    document = parse("[Strike:trigger הפצצת [GPE אידליב]]")
    assert token_f1.count_chunks(DocumentPair(document, document)) == [(1, 1, 1), (1, 1, 1)]
    assert token_f1.count_chunks(DocumentPair(document, document.bare())) == [(1, 0, 0), (1, 0, 0)]


def whole_tags(text: str, spans: list[Span], cuts: set[int]) -> list[str]:
    """A tag for every token of the text, the outside ones included: words, cut where any span begins or ends."""
    tokens = []
    for word in re.finditer(r"\S+", text):
        bounds = [word.start(), *sorted(cut for cut in cuts if word.start() < cut < word.end()), word.end()]
        tokens += list(pairwise(bounds))
    tags = ["O"] * len(tokens)
    for span in spans:
        inside = [i for i, (start, end) in enumerate(tokens) if span.start < end and start < span.end]
        for i in inside:
            tags[i] = ("B-" if i == inside[0] else "I-") + span.label
    return tags


TEXT = "ab c  defg hi\u00a0j\nklm n"
spans = st.lists(
    st.builds(
        lambda a, length, label: Span(a, min(len(TEXT), a + length), label),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 8),
        st.sampled_from(("A", "B")),
    ),
    max_size=6,
)


@given(gold=spans, predicted=spans)
def test_counts_are_those_of_seqeval_over_every_token_of_the_text(gold: list[Span], predicted: list[Span]) -> None:
    left, right = token_f1.flatten(gold), token_f1.flatten(predicted)
    cuts = {offset for span in (*left, *right) for offset in (span.start, span.end)}
    sequences = [[whole_tags(TEXT, side, cuts)] for side in (left, right)]
    precision, recall, f1, support = precision_recall_fscore_support(
        *sequences, average="micro", scheme=IOB2, zero_division=0
    )
    ours = token_f1.count_chunks(
        DocumentPair(Document("d", TEXT, entities=tuple(gold)), Document("d", TEXT, entities=tuple(predicted)))
    )[0]
    assert ours[0] == support
    assert ours[2] == round(recall * support) == round(precision * ours[1])
    assert 2 * ours[2] / max(1, ours[0] + ours[1]) == f1 or abs(2 * ours[2] / (ours[0] + ours[1]) - f1) < 1e-9
