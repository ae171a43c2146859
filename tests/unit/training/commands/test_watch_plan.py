"""What a watched project's journal and state make due."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.errors import UsageError
from training.commands.watch.journal import Journal
from training.commands.watch.plan import Due, Rules, Seen, model_in_use, next_step, open_round
from training.commands.watch.training_settings import check_training
from training.config.validation import ConfigError
from training.config.watching import WatchConfig, load_watch_settings

GOLD = frozenset(f"g{number}" for number in range(10))
SEEN = Seen("pulled", GOLD, "round1", frozenset(), "articles")
RULES = Rules(every=10)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def done(journal: Journal, *steps: tuple[str, str], **facts: object) -> None:
    for step, id in steps:
        journal.add(step, id, "begun")
        journal.add(step, id, "done", **facts)


def due(journal: Journal, seen: Seen = SEEN, rules: Rules = RULES) -> tuple[str, str] | None:
    step = next_step(journal, seen, rules)
    return (step.step, step.id) if isinstance(step, Due) else None


def test_everything_comes_in_order_once(journal: Journal) -> None:
    order = [("findings", "pulled"), ("snapshot", "round1"), ("train", "round1"), ("compare", "round1")]
    for step in order:
        assert due(journal) == step
        journal.add(*step, "begun")
        assert due(journal) == step
        journal.add(*step, "done", used=True)
    seen = replace(SEEN, earlier=GOLD)
    for name in ("predict", "suggest", "queue"):
        assert due(journal, seen) == (name, "round1-articles")
        done(journal, (name, "round1-articles"))
    assert due(journal, seen) is None


@pytest.mark.parametrize("model", ["/runs/first/model", "../model", "a b", "מודל/ראשון"])
def test_the_folder_of_a_model_is_no_path_in_the_id_that_names_a_folder(journal: Journal, model: str) -> None:
    done(journal, ("findings", "pulled"))
    step = due(journal, rules=Rules(every=100, model=model))
    assert step is not None
    assert (step[0], Path(step[1]).name, len(step[1].split())) == ("predict", step[1], 1)
    assert step != due(journal, rules=Rules(every=100, model=f"{model}2"))


def test_a_round_begins_with_enough_new_gold_and_no_sooner(journal: Journal) -> None:
    done(journal, ("findings", "pulled"))
    nine = replace(SEEN, gold=GOLD - {"g3"})
    assert due(journal, nine) is None
    assert due(journal, replace(SEEN, earlier=frozenset({"g3"}))) is None
    assert due(journal) == ("snapshot", "round1")


def test_a_round_ends_with_the_gold_it_began_with(journal: Journal) -> None:
    done(journal, ("findings", "pulled"), ("snapshot", "round1"))
    later = replace(SEEN, gold=GOLD | {f"h{number}" for number in range(10)}, gold_hash="round2", earlier=GOLD)
    assert due(journal, later) == ("train", "round1")
    done(journal, ("train", "round1"))
    done(journal, ("compare", "round1"), used=True)
    assert due(journal, later) == ("snapshot", "round2")


def test_a_worse_model_is_not_used_and_the_one_before_goes_on(journal: Journal) -> None:
    done(journal, ("findings", "pulled"), *((step, "round1") for step in ("snapshot", "train")))
    done(journal, ("compare", "round1"), used=True)
    done(journal, *((step, "round2") for step in ("snapshot", "train")))
    done(journal, ("compare", "round2"), used=False)
    assert model_in_use(journal, RULES) == "round1"
    assert due(journal, replace(SEEN, earlier=GOLD)) == ("predict", "round1-articles")


def test_new_articles_get_suggestions_of_the_model_there_is(journal: Journal) -> None:
    seen = replace(SEEN, gold=frozenset(), articles="more")
    done(journal, ("findings", "pulled"))
    assert due(journal, seen, replace(RULES, model="mine")) == ("predict", "mine-more")


def test_tasks_left_out_get_theirs_when_they_are_free(journal: Journal) -> None:
    seen = replace(SEEN, gold=frozenset(), in_use=frozenset({4, 5}))
    journal.add("findings", "pulled", "done", held=[4, 5])
    assert due(journal, seen) is None
    assert due(journal, replace(seen, in_use=frozenset({5}))) == ("findings", "pulled")
    journal.add("findings", "pulled", "done", held=[5])
    assert due(journal, replace(seen, in_use=frozenset({5}))) is None


def test_a_round_that_failed_waits_for_more_gold_and_the_next_run_tries_it_again(journal: Journal) -> None:
    done(journal, ("findings", "pulled"), ("snapshot", "round1"))
    journal.add("train", "round1", "begun")
    journal.add("train", "round1", "failed", "no memory")
    failed = replace(RULES, given_up={("train", "round1")})
    seen = replace(SEEN, earlier=GOLD)
    assert due(journal, seen, failed) is None
    assert due(journal, replace(seen, gold=GOLD | {"new"}, gold_hash="r2"), failed) is None
    more = replace(seen, gold=GOLD | {f"h{number}" for number in range(10)}, gold_hash="r2")
    assert due(journal, more, failed) == ("snapshot", "r2")
    assert due(journal, seen) == ("train", "round1")


def test_a_round_with_nothing_to_compare_on_is_not_begun_again(journal: Journal) -> None:
    done(journal, ("findings", "pulled"))
    journal.add("snapshot", "round1", "skipped", "dev is empty")
    assert open_round(journal) is None
    assert due(journal) is None
    assert due(journal, replace(SEEN, gold=GOLD | {"g10"}, gold_hash="round2")) == ("snapshot", "round2")


def test_a_journal_survives_a_line_that_a_kill_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path).add("findings", "x", "done", "two", held=[1])
    with path.open("ab") as file:
        file.write(b'{"at": "2026-01-01", "step": "trai')
    again = Journal(path)
    assert [entry.step for entry in again.entries] == ["findings"]
    again.add("train", "y", "begun")
    assert [(entry.step, entry.facts) for entry in Journal(path).entries] == [
        ("findings", {"held": [1]}),
        ("train", {}),
    ]


def test_a_dry_run_writes_no_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "watch" / "journal.jsonl", writes=False)
    journal.add("findings", "x", "done")
    assert not (tmp_path / "watch").exists()


def test_settings_of_the_preset_with_changes() -> None:
    assert load_watch_settings("default") == WatchConfig()
    changed = load_watch_settings("default", ["every=5", "training=[experiment=compact,fit.epochs=2]", "warm=false"])
    assert (changed.every, changed.training) == (5, ("experiment=compact", "fit.epochs=2"))
    assert not changed.warm


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["every=0"], "every"),
        (["evry=5"], "did you mean every"),
        (["every"], "such as every=5"),
        (["policy=senior"], "senior="),
        (["every=["], "not understood"),
        (["interval=soon"], "interval"),
    ],
)
def test_wrong_settings_are_named(changes: list[str], words: str) -> None:
    with pytest.raises((UsageError, ConfigError), match=words):
        load_watch_settings("default", changes)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["experiment=compakt"], "training: experiment=compakt: no such preset; did you mean compact"),
        (["fit.epoch=3"], "training: fit.epoch: no such setting; did you mean fit.epochs"),
        (["fit.epochs=0"], "training: fit.epochs: must be at least 1"),
        (["fit.epochs=1,2"], "training: fit.epochs: has several values"),
        (["fit"], "training: "),
    ],
)
def test_a_training_that_could_never_begin_is_told_before_the_first_look(overrides: list[str], words: str) -> None:
    check_training(load_watch_settings("default").training)
    with pytest.raises(ConfigError, match=re.escape(words)):
        check_training(overrides)


def test_settings_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such preset"):
        load_watch_settings("fast")
    with pytest.raises(UsageError, match="no such file"):
        load_watch_settings(str(tmp_path / "mine.yaml"))
