"""A device by its name, and one line for one that is not there."""

from __future__ import annotations

import pytest
import torch

from annotation.core.errors import UsageError
from training.config.schema import ConfigError, FitConfig
from training.model.devices import device_of


def test_names() -> None:
    assert device_of("cpu") == torch.device("cpu")
    assert device_of("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(UsageError, match=r"device=cuda:99: torch finds \d+ GPUs here; say auto or cpu"):
        device_of("cuda:99")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cuda:", ""])
def test_no_name_of_a_device(name: str) -> None:
    with pytest.raises(ConfigError, match="device: must be auto, cpu, cuda, a GPU by its number"):
        FitConfig(device=name)
