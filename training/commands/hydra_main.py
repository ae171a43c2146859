"""The commands that Hydra composes: overrides in, the plain function of training/ called, clear errors out."""

from __future__ import annotations

from collections.abc import Sequence

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from training.commands.hydra_entry import entry, hydra_command
from training.commands.library_output import quiet_transformers
from training.config.pretraining import PretrainConfig
from training.config.schema import AuditConfig, CurveConfig, TrainConfig
from training.config.trained import (
    BackendConfig,
    DriftConfig,
    EvaluateConfig,
    OnnxConfig,
    PredictConfig,
    ReleaseConfig,
    VerifyConfig,
)
from training.config.validation import typed
from training.lineage.model_folder import with_model_folders


def train_main(overrides: Sequence[str]) -> None:
    """`naba train`: train as the overrides say. Raises NabaError."""
    with hydra_command("train", overrides, TrainConfig):
        _train()


def audit_main(overrides: Sequence[str]) -> None:
    """`naba audit`: which annotations of a snapshot an encoding can represent. Raises NabaError."""
    with hydra_command("audit", overrides, AuditConfig):
        _audit()


def pretrain_main(overrides: Sequence[str]) -> None:
    """`naba pretrain`: learn from raw articles what a training can begin with. Raises NabaError."""
    with hydra_command("pretrain", overrides, PretrainConfig):
        _pretrain()


def curve_main(overrides: Sequence[str]) -> None:
    """`naba curve`: train on shares of a snapshot, and estimate what more of them would bring. Raises NabaError."""
    with hydra_command("curve", overrides, CurveConfig):
        _curve()


def evaluate_main(overrides: Sequence[str]) -> None:
    """`naba evaluate`: score a model and write its report. Raises NabaError."""
    with hydra_command("evaluate", overrides, EvaluateConfig):
        _evaluate()


def predict_main(overrides: Sequence[str]) -> None:
    """`naba predict`: mark events in a file of Documents. Raises NabaError."""
    with hydra_command("predict", overrides, PredictConfig):
        _predict()


def drift_main(overrides: Sequence[str]) -> None:
    """`naba drift`: compare new articles with those a model was trained on. Raises NabaError."""
    with hydra_command("drift", overrides, DriftConfig):
        _drift()


def backend_main(overrides: Sequence[str]) -> None:
    """`naba backend`: let a model answer Label Studio while people label. Raises NabaError."""
    with hydra_command("backend", overrides, BackendConfig):
        _backend()


def onnx_main(overrides: Sequence[str]) -> None:
    """`naba onnx`: write a model as graphs that ONNX Runtime reads. Raises NabaError."""
    with hydra_command("onnx", overrides, OnnxConfig):
        _onnx()


def release_main(overrides: Sequence[str]) -> None:
    """`naba release`: release a model if it passes the gates. Raises NabaError, Refused among them."""
    with hydra_command("release", overrides, ReleaseConfig):
        _release()


def verify_main(overrides: Sequence[str]) -> None:
    """`naba release --verify`: train a release's model again and compare. Raises NabaError, Refused among them."""
    with hydra_command("release --verify", overrides, VerifyConfig):
        _verify()


@entry("train", "pkg://conf")
def _train(cfg: DictConfig) -> float:
    """Return the development F1 of `fit.metric`, which a sweep maximises."""
    job = HydraConfig.get()
    if job.mode == RunMode.MULTIRUN:  # each job of a sweep has a folder of its own
        cfg.output = job.runtime.output_dir
    run = typed(cfg, TrainConfig)
    from training.commands.preflight import check_needs

    check_needs(run)
    from training.commands import train  # takes seconds, which neither --help nor a fault should cost

    with quiet_transformers(downloads=True):
        return train.train(run)


@entry("audit", "pkg://conf")
def _audit(cfg: DictConfig) -> float:
    run = typed(cfg, AuditConfig)
    from training.commands.preflight import check_audit

    check_audit(run)
    from training.commands.audit import audit

    return audit(run)


@entry("pretrain", "pkg://conf")
def _pretrain(cfg: DictConfig) -> float:
    if isinstance(cfg.snapshot, str):
        cfg.snapshot = [cfg.snapshot]
    run = typed(cfg, PretrainConfig)
    from training.commands.preflight import check_pretraining

    check_pretraining(run)
    from training.commands.pretrain import pretrain

    with quiet_transformers(downloads=True):
        pretrain(run)
    return 0.0


@entry("curve", "pkg://conf")
def _curve(cfg: DictConfig) -> float:
    """Return the score of the largest share."""
    run = typed(cfg, CurveConfig)
    from training.commands.preflight import check_needs

    check_needs(run)
    from training.commands.curve import curve

    with quiet_transformers(downloads=True):
        return curve(run)


@entry("evaluate")
def _evaluate(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, EvaluateConfig), "model", "against")
    from training.commands.preflight import check_evaluation

    check_evaluation(run)
    from training.commands.evaluate import evaluate

    return evaluate(run)


@entry("predict")
def _predict(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, PredictConfig), "model", graphs=True)
    from training.commands.preflight import check_prediction

    check_prediction(run)
    from training.commands import predict

    return predict.predict(run)


@entry("drift")
def _drift(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, DriftConfig), "model", graphs=True)
    from training.commands.preflight import check_prediction

    check_prediction(run)
    from training.commands import drift

    drift.drift(run)
    return 0.0


@entry("backend")
def _backend(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, BackendConfig), "model", graphs=True)
    from training.commands.backend import backend

    backend(run)
    return 0.0


@entry("onnx")
def _onnx(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, OnnxConfig), "model")
    from training.commands.export_onnx import onnx

    return onnx(run)


@entry("release")
def _release(cfg: DictConfig) -> float:
    run = with_model_folders(typed(cfg, ReleaseConfig), "model")
    from training.commands.preflight import check_release

    check_release(run)
    from training.commands import release

    release.release(run)
    return 0.0


@entry("verify")
def _verify(cfg: DictConfig) -> float:
    run = typed(cfg, VerifyConfig)
    from training.commands.preflight import check_verification

    check_verification(run)
    from training.commands import verify

    verify.verify(run)
    return 0.0
