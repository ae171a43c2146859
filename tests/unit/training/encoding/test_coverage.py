"""What of gold can be said, what tokens alone could say, and what an encoder is shown nothing of."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.snapshot import snapshot
from tests.builders import build, conflict
from tests.run.small import documents
from tests.unit.training.conftest import FAMILIES, checkpoint, reader
from training.commands import train
from training.commands.audit import audit
from training.config.schema import AuditConfig, HubEncoderConfig, ModelConfig
from training.encoding.coverage import UNSEEN, coverage
from training.encoding.encoding import Encoding
from training.encoding.representable import Uncovered

HEBREW = replace(
    build("[Arrest:trigger נעצר] ב[Place>Arrest:GPE סוריה] [Person>Arrest:Person דוד]", id="he"), language="he"
)
LOSING = replace(build("[Arrest:trigger ا\u064e\u0639تقل] [Person>Arrest:Person a b c d]", id="ar"), language="ar")


def encoding(family: str = "compact", *, width: int = 3) -> Encoding:
    return Encoding(conflict(), reader(family), max_width=width)


def test_marks_are_counted_by_kind_and_language() -> None:
    found = coverage(encoding(), [HEBREW, LOSING])
    assert (found.documents, found.of(kind="entity").total, found.of(kind="argument", language="he").total) == (2, 3, 2)
    assert found.of(language="he").share == 1
    lost = found.of(kind="entity", language="ar"), found.of(kind="argument", language="ar")
    assert [(marks.total, marks.representable) for marks in lost] == [(1, 0), (1, 0)]
    assert found.share == pytest.approx(1 - 2 / 8)
    assert found.reasons() == [("it has more than 3 words", 1), ("its filler is lost", 1)]
    (example,) = found.examples["entity", "it has more than 3 words"]
    assert (example.document, example.what.split(" [")[0]) == ("ar", "Person 'a b c d'")


def test_arguments_of_a_lost_trigger_are_lost_with_it() -> None:
    document = build("אבגדהו[Arrest:trigger נעצר] [Person>Arrest:Person דוד]")
    assert [(loss.kind, loss.why) for loss in encoding().representable(document).lost] == [
        ("trigger", "it begins 6 letters into a word; 5 is the most"),
        ("argument", "its trigger is lost"),
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_said_and_what_is_lost_are_all_there_is(family: str) -> None:
    gold = [*documents(12), HEBREW, LOSING]
    found = coverage(encoding(family), gold)
    marks = found.of()
    assert marks.total == sum(len(list(d.spans())) + sum(len(e.arguments) for e in d.events) for d in gold)
    assert marks.total - marks.representable == sum(count for _, count in found.reasons())
    assert marks.tokens <= marks.total


def test_a_label_a_token_cannot_say_what_begins_inside_one() -> None:
    """The vocabulary was trained on a text with this word and its proclitic, and keeps them together."""
    spans = coverage(encoding("wordpiece"), [HEBREW]).of(kind="entity")
    assert (spans.total, spans.representable, spans.tokens) == (2, 2, 1)


@pytest.mark.parametrize(("family", "expected"), [("wordpiece", 1), ("bytes", 0), ("byte-fallback", 0), ("compact", 0)])
def test_words_of_unknown_characters_are_not_shown_to_the_encoder(family: str, expected: int) -> None:
    found = coverage(encoding(family), [build("אמר [Person \u1200\u1201]", id="x")])
    assert found.of(kind="entity").unseen == expected
    assert found.share == 1
    assert len(found.examples.get(("entity", UNSEEN), [])) == expected
    assert not found.lost


def test_the_command_shows_writes_and_warns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot.build([HEBREW, LOSING, *documents(6)], tmp_path / "snap", ontology=conflict())
    share = audit(
        AuditConfig(
            snapshot=str(tmp_path / "snap"),
            output=str(tmp_path / "audit.json"),
            model=ModelConfig(max_width=3),
            encoder=HubEncoderConfig(name=str(checkpoint("xlm-r", tmp_path / "encoder"))),
        )
    )
    told = capsys.readouterr()
    assert "entity: it has more than 3 words, as in ar: Person" in told.out
    assert "less than 99%" in told.err
    row = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert row["share"] == share < 0.99
    assert (row["documents"], row["languages"]["ar"]["argument"]["said"]) == (8, 6)
    assert {lost["why"] for lost in row["lost"]} == {"it has more than 3 words", "its filler is lost"}
    assert row["lost"][0]["examples"][0]["document"] == "ar"


def test_an_empty_split_is_told(tmp_path: Path) -> None:
    snapshot.build(documents(2), tmp_path / "snap", ontology=conflict(), ratios=(1, 0, 0))
    with pytest.raises(UsageError, match="its test split is empty"):
        audit(AuditConfig(snapshot=str(tmp_path / "snap"), split="test"))


@pytest.mark.parametrize(("gold", "level"), [([LOSING], "WARNING"), ([HEBREW, *documents(120)], ""), ([], "")])
def test_training_warns_of_what_it_cannot_teach(
    gold: list[Document], level: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="training.commands.train"):
        train._log_lost(encoding(), gold, "snapshots/x")
    assert [record.levelname for record in caplog.records] == ([level] if level else [])
    if level:
        assert "naba audit snapshot=snapshots/x" in caplog.records[0].getMessage()


def test_a_few_losses_are_said_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="training.commands.train"):
        train._log_lost(encoding(), [LOSING, *documents(200)], "snapshots/x")
    (record,) = caplog.records
    assert (record.levelname, "2 marks of 201 documents" in record.getMessage()) == ("INFO", True)


def test_a_loss_says_what_kind_it_is() -> None:
    lost = encoding().representable(build("[@x:Person דוד] הוא [@x:Ghost דויד]")).lost
    assert [loss.kind for loss in lost] == ["entity", "link"]
    assert isinstance(lost[0], Uncovered)
