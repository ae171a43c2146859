"""Every fault of a configuration is reported at once, each with its path, and the presets say what the classes say."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hydra import compose, initialize_config_module
from hydra.core.plugins import Plugins
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf

import conf
from annotation.core.matching import UNITS
from training.config.schema import (
    AuditConfig,
    CompactEncoderConfig,
    FitConfig,
    HubEncoderConfig,
    TrainConfig,
    up_to_date,
)
from training.config.trained import (
    EvaluateConfig,
    PredictConfig,
    ReleaseConfig,
    VerifyConfig,
)
from training.config.validation import ConfigError, Settings, needed, paths, setting, typed

ENCODERS = Path(conf.__file__).parent / "encoder"


def composed(*overrides: str, command: str = "train") -> DictConfig:
    root = "conf" if command in ("train", "audit") else "conf.trained"
    with initialize_config_module(root, version_base="1.3"):
        return compose(command, overrides=list(overrides))


def faults(cfg: DictConfig | dict[str, object], cls: type[Settings] = TrainConfig) -> set[str]:
    with pytest.raises(ConfigError) as caught:
        typed(OmegaConf.create(cfg), cls)
    assert str(caught.value) == "; ".join(caught.value.faults)
    return set(caught.value.faults)


def test_a_command_with_what_it_needs_has_a_configuration() -> None:
    run = typed(composed("snapshot=snapshots/a", "name=x"), TrainConfig)
    assert (run.snapshot, run.output, run.fit.epochs) == ("snapshots/a", "outputs/x", FitConfig().epochs)


def test_every_fault_is_reported_at_once_with_its_path() -> None:
    cfg = composed(
        "fit.epochs=0", "fit.warmup=many", "data.languages={he: 1}", "encoder=hub", "seed=-1", "model.dropout=1"
    )
    assert faults(cfg) == {
        "snapshot: missing; say snapshot=...",
        "encoder.name: missing; say encoder.name=...",
        "fit.epochs: must be at least 1, not 0",
        "fit.warmup: must be a number, not 'many'",
        "data.languages: must be a list, not {'he': 1}",
        "seed: must be from 0 to 4294967295, not -1",
        "model.dropout: must be below 1, not 1.0",
    }


def test_an_unknown_setting_is_named_with_what_was_meant() -> None:
    cfg = composed("snapshot=a", "+fit.epcohs=3", "+colour=red")
    unmeant, meant = sorted(faults(cfg))
    assert meant == "fit.epcohs: no such setting; did you mean epochs?"
    assert unmeant.startswith("colour: no such setting; it has data, encoder, fit, ")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (True, "fit.epochs: must be a whole number, not True"),
        (1.5, "fit.epochs: must be a whole number, not 1.5"),
        (None, "fit.epochs: must be a whole number, not None"),
        ([3], "fit.epochs: must be a whole number, not [3]"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_as_it_was_given(value: object, fault: str) -> None:
    assert faults({"snapshot": "a", "output": "b", "fit": {"epochs": value}}) == {fault}


def test_a_value_that_is_no_choice_is_told_the_choices() -> None:
    assert faults(composed("snapshot=a", "fit.precision=fp8", "tracking.mode=loud", "resume=maybe")) == {
        "fit.precision: must be one of auto, fp32, bf16, not 'fp8'",
        "tracking.mode: must be one of auto, offline, online, off, not 'loud'",
        "resume: must be true or false, not 'maybe'",
    }


def test_a_setting_where_a_group_belongs_and_a_bad_item_of_a_list_are_told() -> None:
    row = {"snapshot": "a", "output": "b", "fit": 3, "data": {"languages": ["he", ["ar"]]}}
    assert faults(row) == {
        "fit: must be a group of settings, not 3",
        "data.languages[1]: must be text, not ['ar']",
    }


def test_an_interpolation_that_leads_nowhere_is_told() -> None:
    (fault,) = faults(composed("snapshot=a", "fit.epochs=${fit.rounds}"))
    assert fault.startswith("fit.epochs: ")
    assert "fit.rounds" in fault


def test_a_fault_between_fields_is_told_with_the_path_of_its_group() -> None:
    row = {"snapshot": "a", "output": "b", "encoder": {"kind": "hub"}}
    assert faults(row) == {"encoder.name: missing; say encoder.name=..."}


def test_a_configuration_built_by_hand_checks_itself() -> None:
    with pytest.raises(ConfigError, match=r"epochs: must be at least 1, not 0; clip: must be above 0, not -1"):
        FitConfig(epochs=0, clip=-1)
    with pytest.raises(TypeError, match="name"):
        HubEncoderConfig()  # type: ignore[call-arg]


def test_a_setting_of_another_kind_of_encoder_is_refused() -> None:
    row = {"snapshot": "a", "output": "b", "encoder": {"kind": "hub", "name": "x/y", "layers": 24}}
    (fault,) = faults(row)
    assert fault.startswith("encoder.layers: no such setting of kind hub")


def test_numbers_that_are_given_for_text_and_fractions_are_taken() -> None:
    run = typed(composed("snapshot=20", "fit.warmup=0", "fit.clip=2", "data.languages=[he]"), TrainConfig)
    assert (run.snapshot, run.fit.clip, run.data.languages) == ("20", 2.0, ("he",))
    assert isinstance(run.fit.clip, float)


@pytest.mark.parametrize(
    ("cls", "rows"),
    [
        (TrainConfig, [composed("snapshot=a"), composed("encoder=hub")]),
        (AuditConfig, [composed(command="audit"), composed("encoder=hub", command="audit")]),
        (EvaluateConfig, [composed(command="evaluate")]),
        (PredictConfig, [composed(command="predict")]),
        (ReleaseConfig, [composed(command="release")]),
        (VerifyConfig, [composed(command="verify")]),
    ],
)
def test_the_presets_have_every_setting_of_their_class_and_no_other(
    cls: type[Settings], rows: list[DictConfig]
) -> None:
    assert {path for row in rows for path in _keys(OmegaConf.to_container(row))} == set(paths(cls))


def test_a_trained_model_is_named_by_its_folder_and_no_preset_of_that_name_is_looked_for() -> None:
    cfg = composed("model=outputs/x/model", "snapshot=a", command="evaluate")
    assert typed(cfg, EvaluateConfig).model == "outputs/x/model"


def _keys(row: object, prefix: str = "") -> set[str]:
    here = {prefix + key: value for key, value in row.items()} if isinstance(row, dict) else {}
    return {*here, *(inner for key, value in here.items() for inner in _keys(value, f"{key}."))}


def test_the_default_presets_say_what_the_classes_say() -> None:
    run = typed(composed("snapshot=a", "name=run", "output=b"), TrainConfig)
    expected = TrainConfig(
        snapshot="a", output="b", fit=FitConfig(encoder_learning_rate=CompactEncoderConfig().learning_rate)
    )
    assert run == expected


@pytest.mark.parametrize(
    "override",
    [
        *("experiment=demo", "experiment=compact", "experiment=ner", "debug=overfit", "debug=fast", "fit=quick"),
        *("tracking=off", "tracking=online", "tracking=offline"),
    ],
)
def test_every_preset_composes_and_changes_something(override: str) -> None:
    plain, chosen = (typed(composed("snapshot=a", "name=run", *more), TrainConfig) for more in ((), (override,)))
    assert chosen != plain


NAMED = [
    file for file in ENCODERS.glob("*.yaml") if "\nname: ???" not in (text := file.read_text()) and "name:" in text
]


@pytest.mark.parametrize("file", NAMED, ids=lambda file: file.stem)
def test_every_named_encoder_composes_and_says_its_licence_and_length(file: Path) -> None:
    encoder = typed(composed("snapshot=a", f"encoder={file.stem}"), TrainConfig).encoder
    told = file.read_text(encoding="utf-8")
    assert isinstance(encoder, HubEncoderConfig)
    assert encoder.name.count("/") == 1
    assert all(word in told for word in ("# Licence: ", "Longest window: ", "Quirks: ", "arXiv "))


@pytest.mark.parametrize("debug", ["overfit", "fast"])
def test_every_encoder_can_be_debugged(debug: str) -> None:
    for chosen in ("experiment=demo", "encoder=xlm-r"):
        run = typed(composed("snapshot=a", chosen, f"debug={debug}"), TrainConfig)
        assert (run.fit.patience, run.tracking.mode, run.data.limit is None) == (None, "off", False)


def test_overfitting_hides_nothing_from_the_compact_encoder_whatever_the_experiment() -> None:
    for chosen in ("experiment=demo", "experiment=ner"):
        encoder = typed(composed("snapshot=a", chosen, "debug=overfit"), TrainConfig).encoder
        assert isinstance(encoder, CompactEncoderConfig)
        assert (encoder.dropout, encoder.word_dropout) == (0.0, 0.0)


def test_the_hub_experiment_needs_only_the_encoder() -> None:
    run = typed(composed("snapshot=a", "experiment=hub", "encoder.name=some/encoder"), TrainConfig)
    assert run.fit.encoder_learning_rate == run.encoder.learning_rate < 1e-4


@given(
    st.builds(
        FitConfig,
        epochs=st.integers(1, 10**6),
        clip=st.floats(1e-6, 1e6),
        warmup=st.floats(0, 1),
        patience=st.none() | st.integers(1, 100),
        precision=st.sampled_from(["auto", "fp32", "bf16"]),
    )
)
def test_a_configuration_survives_the_trip_through_yaml(fit: FitConfig) -> None:
    assert typed(OmegaConf.create(OmegaConf.to_yaml(OmegaConf.create(asdict(fit)))), FitConfig) == fit


def test_rules_are_not_asked_of_none_but_needed_fields_are() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Small(Settings):
        must: str = needed(str, lambda value: "is bad" if value == "bad" else None)
        may: int | None = setting(None, lambda value: "never good")

    assert Small(must="x").may is None
    with pytest.raises(ConfigError, match="must: is bad; may: never good"):
        Small(must="bad", may=1)


def test_one_value_alone_is_a_list_of_it() -> None:
    assert typed(composed("snapshot=a", "data.languages=he"), TrainConfig).data.languages == ("he",)


def test_the_metrics_are_the_units_of_scoring() -> None:
    assert get_args(get_type_hints(FitConfig)["metric"]) == UNITS


def test_a_record_from_before_the_metric_was_a_setting_is_of_the_same_run() -> None:
    old = {"fit": {"epochs": 3}, "encoder": {"kind": "compact"}}
    assert up_to_date(old)["fit"] == asdict(FitConfig(epochs=3))


def test_the_slurm_launcher_composes() -> None:
    Plugins.instance()
    with initialize_config_module("conf", version_base="1.3"):
        cfg = compose("train", overrides=["hydra/launcher=slurm"], return_hydra_config=True)
    launcher = cfg.hydra.launcher
    assert launcher._target_.endswith("SlurmLauncher")
    assert (launcher.timeout_min, launcher.partition) == (240, None)
