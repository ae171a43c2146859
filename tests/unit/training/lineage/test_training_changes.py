"""Settings and packages of two trainings: what differs, and nothing that only says where things are."""

from __future__ import annotations

from training.lineage.release_record import Data, Origin, Trained
from training.lineage.training_changes import packages_changed, settings_changed

DATA = Data(name="snap", path="snapshots/snap", content="c0ffee", ontology="f00")


def trained(seed: int = 13, **config: object) -> Trained:
    whole = {"snapshot": "snap", "output": "out", **config}
    return Trained(config=whole, seed=seed, packages={}, snapshot=DATA)


def test_settings_are_named_as_on_the_command_line_and_places_are_none() -> None:
    before = trained(fit={"epochs": 3}, name="one", encoder={"kind": "compact"})
    now = trained(14, fit={"epochs": 5}, name="two", output="elsewhere", encoder={"kind": "compact"})
    assert settings_changed(before, now) == {"fit.epochs": ("3", "5"), "seed": ("13", "14")}


def test_a_setting_that_came_later_is_no_change_while_it_has_its_default() -> None:
    assert settings_changed(trained(fit={"epochs": 3}), trained(fit={"epochs": 3, "accumulate": 1})) == {}
    assert settings_changed(trained(fit={"epochs": 3}), trained(fit={"epochs": 3, "accumulate": 2})) == {
        "fit.accumulate": ("1", "2")
    }


def test_a_record_that_is_not_understood_any_more_is_compared_as_it_stands() -> None:
    assert settings_changed(trained(model={"gone": 1}), trained(model={"gone": 2}))["model.gone"] == ("1", "2")


def test_a_model_that_went_on_from_another_or_learned_from_more_says_so() -> None:
    origin = Origin(path="releases/0.9", model="one-0badc0de", weights="f00d", trained=trained())
    now = trained().model_copy(update={"init": origin, "also": (DATA,)})
    assert settings_changed(trained(), now) == {"init": ("–", "one-0badc0de"), "data.also": ("–", "snap")}


def test_packages_that_came_went_or_changed_are_named() -> None:
    assert packages_changed({"torch": "1", "old": "1", "same": "2"}, {"torch": "2", "new": "3", "same": "2"}) == {
        "new": ("–", "3"),
        "old": ("1", "–"),
        "torch": ("1", "2"),
    }
