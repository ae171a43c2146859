"""Reader of the JSON of protest-event gold records: sentences with the verb and actors that annotators marked.

Annotations are lists of words without offsets, in any order; the span is the longest run of words of the sentence that
are all in the list. The verb is the trigger of an event of the sentence's type, the actors are entities and fill
`Source` and `Target`. The corpus's gold is what its annotators agreed on; single records can be read too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from annotation.core.document import Document, Json, Provenance, Source, Span
from annotation.formats.base import DocumentOrLost, Lost, ReadOptions, Unit
from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.opening import Opening
from annotation.formats.source_text import guess_language, objects, rows_in
from annotation.formats.tokenization import word_ranges

ACTOR = "Actor"
ROLES = {"source": "Source", "target": "Target"}


def recognises(opening: Opening) -> bool:
    """Whether the first row is a sentence with records and what their annotators agreed on."""
    return _is_sentence(opening) and "verb_gold" in opening.objects[0]


def recognises_records(opening: Opening) -> bool:
    """Whether the first row is a sentence with records only; where there is gold too, they have to be asked for."""
    return _is_sentence(opening) and "verb_gold" not in opening.objects[0]


def _is_sentence(opening: Opening) -> bool:
    row = opening.objects[0] if opening.objects else {}
    records = rows_in(row, "spans")
    return "text" in row and "spans" in row and ("verb_gold" in row or any("verb" in record for record in records))


def read(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """One Document for each sentence, with the event its annotators agreed on."""
    for where, row, bare in _sentences(path, how):
        if isinstance(bare, Lost):
            yield bare
            continue
        marks = {name: str(row.get(f"{name}_gold") or "").split() for name in ("verb", *ROLES)}
        draft = DocumentBuilder(bare.text, where)
        _event(draft, str(row.get("event_type") or "Event"), marks)
        yield draft.document(bare.id, bare.language, source=bare.source)
        yield from draft.lost


def read_records(path: Path, how: ReadOptions) -> Iterator[DocumentOrLost]:
    """One Document for each record; the first record of every sentence has annotator `record-1`, and so on.

    The corpus does not give the annotator of a record, nor whether two records of a sentence are by the same person.
    """
    for where, row, bare in _sentences(path, how):
        if isinstance(bare, Lost):
            yield bare
            continue
        for at, record in enumerate(rows_in(row, "spans"), start=1):
            draft = DocumentBuilder(bare.text, f"{where}, record {at}")
            marks = {"verb": _words(record.get("verb"))}
            marks |= {name: _words(record.get(f"{name}_actor")) for name in ROLES}
            _event(draft, str(row.get("event_type") or "Event"), marks)
            for name in ROLES:
                codes_by_actor = record.get(f"{name}_role")
                codes = (
                    [str(value) for value in codes_by_actor.values() if value != "None"]
                    if isinstance(codes_by_actor, dict)
                    else []
                )
                if codes:
                    draft.lose("other", "", "is the code of an actor, which Documents do not hold", " ".join(codes))
            document = draft.document(bare.id, bare.language, source=bare.source)
            yield replace(document, provenance=Provenance(annotator=f"record-{at}"))
            yield from draft.lost


def _sentences(path: Path, how: ReadOptions) -> Iterator[tuple[str, Json, Document | Lost]]:
    for item in objects(path):
        if isinstance(item, Lost):
            yield "", {}, item
            continue
        where, row = item
        text = row.get("text")
        if not isinstance(text, str) or not text or not isinstance(row.get("spans"), list):
            yield where, row, Lost("document", where, "has no text or no `spans`", kind="wrong")
            continue
        source = Source(name=str(row["source"])) if row.get("source") else None
        yield where, row, Document(str(row.get("_id") or ""), text, how.language or guess_language(text), source=source)


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _event(draft: DocumentBuilder, label: str, marks: Mapping[str, Sequence[str]]) -> None:
    """Add a record: its verb as an event, and its actors as entities even without a verb."""
    trigger = _mark(draft, "event", label, marks["verb"])
    if trigger is not None:
        draft.event(trigger)
    for name, role in ROLES.items():
        if (actor := _mark(draft, "entity", ACTOR, marks[name])) is None:
            continue
        if not draft.contains(actor):
            draft.entity(actor)
        if trigger is None:
            draft.lose("argument", "", "has no verb that it could be an argument of", role)
        else:
            draft.argument(trigger, role, actor)


def _mark(draft: DocumentBuilder, unit: Unit, label: str, words: Sequence[str]) -> Span | None:
    """The span for a list of words; None where the list is empty or none of its words is in the text."""
    pieces = [piece for word in words for piece in _pieces(word)]
    if not pieces:
        return None
    best, length, ties = _longest_run(draft.text, Counter(pieces))
    quoted = " ".join(words)
    if best is None:
        draft.wrong(unit, "", "has no word that stands in the text", f"{label} {quoted!r}")
        return None
    if length < len(pieces):
        draft.note(unit, "", "is scattered words; only the longest run of them is kept", f"{label} {quoted!r}")
    elif ties > 1:
        draft.note(unit, "", "stands in the text more than once; the first is taken", f"{label} {quoted!r}")
    return Span(*best, label)


def _longest_run(text: str, words: Counter[str]) -> tuple[tuple[int, int] | None, int, int]:
    """The first longest run of text words that are all in `words`, its length in words, and the number of such runs."""
    places = word_ranges(text, set())
    runs: list[tuple[int, tuple[int, int]]] = []
    for first, (start, _) in enumerate(places):
        left, last = Counter(words), first
        while last < len(places) and left[text[slice(*places[last])]] > 0:
            left[text[slice(*places[last])]] -= 1
            last += 1
        if last > first:
            runs.append((last - first, (start, places[last - 1][1])))
    if not runs:
        return None, 0, 0
    most = max(length for length, _ in runs)
    longest = [place for length, place in runs if length == most]
    return longest[0], most, len(longest)


def _pieces(word: str) -> list[str]:
    return [word[start:end] for start, end in word_ranges(word, set())]
