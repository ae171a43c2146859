"""Files scored as they are read: the same numbers as in memory, in any order, in any number of processes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotation import sample
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.formats.document_lines import DocumentLines
from annotation.formats.textee_write import to_textee
from annotation.formats.tokenization import borders
from annotation.storage.documents_file import write_documents
from tests.builders import conflict
from training.analysis.comparison import compare
from training.analysis.evaluation import evaluation
from training.commands.score import metrics
from training.scoring import counts, parallel_scoring
from training.scoring.attributes import attributes
from training.scoring.boundary_ladder import ladder
from training.scoring.coreference import links
from training.scoring.document_pairs import pair_documents
from training.scoring.parallel_scoring import Scored, ScoringTask, score_files
from training.scoring.partial_matches import matches
from training.scoring.scores import score

GOLD = sample.gold()[::3]


ANALYSED = ("title", "meta", "diagnosis", "slices", "calibration", "wanted", "read_first", "groups", "confusions")
"""What an evaluation says beside scores."""


def spoiled(document: Document) -> Document:
    """Half of the arguments gone, all links and attributes, and some of the events and entities that fill nothing."""
    events = [replace(event, arguments=event.arguments[::2], attributes=()) for event in document.events]
    fillers = {argument.filler for event in events for argument in event.arguments}
    events = [event for at, event in enumerate(events) if at % 3 or event.trigger in fillers]
    entities = [span for at, span in enumerate(document.entities) if at % 3 or span in fillers]
    return replace(document, entities=tuple(entities), events=tuple(events), links=())


PREDICTED = [spoiled(document) for document in GOLD]


def files(folder: Path, gold: Sequence[Document], predicted: Sequence[Document], **how: bool) -> ScoringTask:
    write_documents(folder / "gold.jsonl", gold)
    write_documents(folder / "predicted.jsonl", predicted)
    sides = DocumentLines(folder / "gold.jsonl"), DocumentLines(folder / "predicted.jsonl")
    return ScoringTask(*sides, further=how.get("further", False), ontology=conflict() if how.get("further") else None)


def plain(scored: Scored) -> dict[str, object]:
    *parts, _ = scored
    return {type(part).__name__: part.as_dict() for part in parts if part is not None}


def totals(part: object) -> object:
    """What as_dict says, without the intervals."""
    if isinstance(part, dict):
        return {name: totals(value) for name, value in part.items() if "interval" not in name}
    return part


@pytest.mark.parametrize("workers", [1, 2])
def test_files_score_as_the_documents_in_them_do(workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_scoring, "_BLOCK", 3)
    scored = score_files(files(tmp_path, GOLD, PREDICTED, further=True), workers=workers)
    assert json.dumps(plain(scored)) == json.dumps(
        {
            "Scores": score(GOLD, PREDICTED).as_dict(),
            "Matches": matches(pair_documents(GOLD, PREDICTED)).as_dict(),
            "Ladder": ladder(pair_documents(GOLD, PREDICTED)).as_dict(),
            "Links": links(pair_documents(GOLD, PREDICTED)).as_dict(),
            "Attributes": attributes(pair_documents(GOLD, PREDICTED), conflict()).as_dict(),
        }
    )


def test_a_full_score_says_all_that_an_evaluation_scores(tmp_path: Path) -> None:
    scored = score_files(files(tmp_path, GOLD, PREDICTED, further=True))
    whole = evaluation(GOLD, PREDICTED, ontology=conflict()).as_dict()
    assert metrics(scored).keys() == whole.keys() - {*ANALYSED, "unconfirmed_as_confirmed"}


def test_another_order_changes_nothing_not_even_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_scoring, "_BLOCK", 2)
    shuffled = random.Random(1).sample(PREDICTED, len(PREDICTED))
    scores, expected = score_files(files(tmp_path, GOLD, shuffled)).scores, score(GOLD, PREDICTED)
    assert scores.ids == expected.ids == tuple(document.id for document in GOLD)
    assert np.array_equal(scores.counts, expected.counts)
    assert np.array_equal(scores.type_counts, expected.type_counts)
    assert scores.as_dict() == expected.as_dict()


def test_an_archive_s_rows_are_shared_and_its_scores_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_scoring, "_BLOCK", 2)
    for module in (parallel_scoring, counts):
        monkeypatch.setattr(module, "ROWS", len(GOLD) // 2)
    shuffled = random.Random(1).sample(PREDICTED, len(PREDICTED))
    one, other = (score_files(files(tmp_path, GOLD, side, further=True)) for side in (PREDICTED, shuffled))
    expected = score(GOLD, PREDICTED)
    assert one.scores.documents == len(GOLD) >= 2 * len(one.scores.counts) > 0
    sizes = {language: part.documents for language, part in one.scores.by_language.items()}
    assert sizes == Counter(document.language for document in GOLD)
    assert plain(one) == plain(other)
    assert totals(one.scores.as_dict()) == totals(expected.as_dict())
    assert np.array_equal(one.scores.type_counts.sum(axis=0), expected.type_counts.sum(axis=0))
    for mine, whole in (
        (one.matches, matches(pair_documents(GOLD, PREDICTED))),
        (one.ladder, ladder(pair_documents(GOLD, PREDICTED))),
    ):
        assert mine is not None
        assert totals(mine.as_dict()) == totals(whole.as_dict())
    assert one.attributes is not None
    for name, confusion in attributes(pair_documents(GOLD, PREDICTED), conflict()).by_name.items():
        assert np.array_equal(one.attributes.by_name[name].matrix, confusion.matrix)
    assert compare(one.scores, other.scores).micro["Arg-C+"].delta == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_does_not_fit_is_counted_over_the_whole_files(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_scoring, "_BLOCK", 2)
    first, second, third, fourth, fifth, *_ = GOLD
    other = replace(fifth.bare(), text=fifth.text + "!")
    task = files(tmp_path, [first, second, second, third, fifth, first], [third, fourth, other, first, fourth])
    with pytest.raises(UsageError) as caught:
        score_files(task, workers=workers)
    assert str(caught.value) == (
        f"gold and predicted do not fit: 2 more than once in gold ({second.id}, {first.id}); "
        f"1 more than once in predicted ({fourth.id}); 1 only in gold ({second.id}); "
        f"1 only in predicted ({fourth.id}); 1 with another text in predicted than in gold ({fifth.id}); "
        "predict the very documents that are gold"
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_line_is_named_from_whatever_process(workers: int, tmp_path: Path) -> None:
    task = files(tmp_path, GOLD, PREDICTED)
    path = tmp_path / "predicted.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"schema": 1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=rf"predicted.jsonl, line {len(GOLD) + 1}: not a document"):
        score_files(task, workers=workers)


def test_textee_s_windows_score_the_same_a_line_each_or_as_one_list(tmp_path: Path) -> None:
    rows = [
        [to_textee(one, cuts=borders(two)).row for one, two in zip(*sides, strict=True)]
        for sides in ((GOLD, PREDICTED), (PREDICTED, GOLD))
    ]
    (tmp_path / "gold.json").write_text(json.dumps(rows[0], indent=1), encoding="utf-8")
    (tmp_path / "predicted.json").write_text("\n".join(map(json.dumps, rows[1])), encoding="utf-8")
    scored = score_files(ScoringTask(DocumentLines(tmp_path / "gold.json"), DocumentLines(tmp_path / "predicted.json")))
    assert scored.scores.as_dict() == score(GOLD, PREDICTED).as_dict()
    assert not scored.lost


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1, 2", "begins like a JSON list but is none"),
        ("[1, 2]", "line 1: not a document"),
        ("no json", "line 1: Expecting value"),
        ('{"wnd_id": "w", "tokens": []}', "line 1: not a window of TextEE's: KeyError: 'doc_id'"),
    ],
)
def test_a_file_that_is_neither_is_told_in_one_line(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    side = DocumentLines(tmp_path / "a.json")
    with pytest.raises(UsageError, match=said):
        score_files(ScoringTask(side, side))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    side = DocumentLines(tmp_path / "b.json")
    with pytest.raises(UsageError, match=r"b\.json: No such file"):
        score_files(ScoringTask(side, side))
