"""Where models contradict an annotator with one voice: each way is found where it is, and dissent is no suspect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotation import sample
from annotation.checks.model_votes import Votes
from annotation.checks.suspects import KINDS, ROLE, TYPE, UNJOINED, UNMARKED, WORDS, Suspect, suspects
from annotation.commands.check import check
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.storage.documents_file import write_documents
from tests import seeded_faults as faults
from tests.builders import build, conflict

RIGHT = build(
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס] בידי [Agent>Arrest:ArmedGroup הכוח]",
    id="one",
)
WAYS = {
    UNMARKED: (
        "[Arrest:trigger נעצר] באטמה [Person>Arrest:Person אבו חפס] בידי [Agent>Arrest:ArmedGroup הכוח]",
        "אטמה",
    ),
    TYPE: (
        "[Arrest:trigger נעצר] ב[Place>Arrest:Facility אטמה] [Person>Arrest:Person אבו חפס] "
        "בידי [Agent>Arrest:ArmedGroup הכוח]",
        "אטמה",
    ),
    WORDS: (
        "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס בידי] "
        "[Agent>Arrest:ArmedGroup הכוח]",
        "אבו חפס בידי",
    ),
    ROLE: (
        "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Agent>Arrest:Person אבו חפס] "
        "בידי [Agent>Arrest:ArmedGroup הכוח]",
        "אבו חפס",
    ),
    UNJOINED: (
        "[Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person אבו חפס] בידי [Agent>Arrest:ArmedGroup הכוח]",
        "אבו חפס",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_way_to_contradict_is_found_at_its_words(kind: str) -> None:
    markup, words = WAYS[kind]
    annotator = build(markup, id="one")
    (suspect,) = suspects(annotator, [RIGHT, RIGHT])
    assert (suspect.finding.kind, suspect.finding.words, suspect.models) == (kind, words, 2)
    assert suspect.finding.severity == "warning"
    assert suspects(annotator, [RIGHT, annotator]) == []
    assert suspects(annotator, [annotator, annotator]) == []


def test_what_no_model_finds_is_no_suspect() -> None:
    assert suspects(RIGHT, [RIGHT.bare(), RIGHT.bare()]) == []


def test_the_surest_come_first() -> None:
    marked = replace(
        RIGHT.bare(),
        entities=tuple(replace(s, score=0.6 if s.label == "GPE" else 0.9) for s in RIGHT.entities),
        events=RIGHT.events[:0],
    )
    found = suspects(RIGHT.bare(), [marked, marked])
    assert [suspect.score for suspect in found] == pytest.approx([0.9, 0.9, 0.6])


def test_one_model_is_no_witness_and_another_text_is_refused() -> None:
    with pytest.raises(UsageError, match="takes 2 that agree"):
        suspects(RIGHT, [RIGHT])
    with pytest.raises(UsageError, match="another text"):
        suspects(RIGHT, [RIGHT, build("אחר", id="one")])


def test_marks_that_are_wrong_as_seeded_are_found_where_all_models_are_right() -> None:
    """Faults that `naba check` knows, seen with models that mark what gold did before."""
    gold = sample.gold()[:6]
    for kind, expected in (("entity-type", TYPE), ("event-type", TYPE), ("ends-inside", WORDS)):
        ways = [
            (wrong, span, document)
            for document in gold
            for wrong, span in list(faults.KINDS[kind](document, conflict()))[:5]
        ]
        assert ways
        for wrong, span, document in ways:
            found: list[Suspect] = suspects(wrong, [document, document])
            assert (expected, span) in [(s.finding.kind, s.finding.span) for s in found], (kind, document.id)


def _files(folder: Path, *models: list[Document]) -> list[Path]:
    paths = [folder / f"predictions-{number}.jsonl" for number in range(len(models))]
    for path, documents in zip(paths, models, strict=True):
        write_documents(path, documents)
    return paths


def test_check_names_suspects_from_files_or_the_folder_of_a_report(tmp_path: Path, capsys) -> None:
    annotator = build(WAYS[TYPE][0], id="one")
    gold, report = tmp_path / "gold.jsonl", tmp_path / "report"
    write_documents(gold, [annotator, build("[Arrest:trigger נעצר]", id="not predicted")])
    files = _files(report, [RIGHT], [RIGHT])
    for given in ([report], files):
        check(gold, suspects=given)
        said = capsys.readouterr().out
        assert "is marked as Facility; 2 models say GPE; look again" in said
        assert said.rstrip().endswith("warnings")


def test_what_cannot_make_suspects_is_one_line(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    write_documents(gold, [RIGHT])
    (one, two) = _files(tmp_path / "report", [RIGHT], [replace(RIGHT, id="two")])
    (tmp_path / "empty").mkdir()
    for given, said in (
        ([one], "a suspect takes 2 models that agree; give --suspects again"),
        ([one, one], "a suspect takes 2 models that agree"),
        ([tmp_path / "empty"], "name the folder of a report"),
        ([one, two], "none of the articles"),
        ([one, tmp_path / "nowhere.jsonl"], "nowhere.jsonl"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            check(gold, suspects=given)
        assert "\n" not in str(caught.value)


def test_models_in_doubt_are_not_heard(tmp_path: Path) -> None:
    unsure = replace(RIGHT, entities=tuple(replace(span, score=0.7) for span in RIGHT.entities), events=())
    gold = tmp_path / "gold.jsonl"
    write_documents(gold, [RIGHT.bare()])
    assert list(Votes.read(_files(tmp_path / "report", [unsure], [unsure])).suspects(gold)) == []
