"""Curves for TensorBoard, in a folder of the run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from annotation.core.errors import UsageError


class TensorBoardCurves:
    """A writer of curves into a folder. Raises UsageError where the package is missing."""

    def __init__(self, folder: Path) -> None:
        check_tensorboard()
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder))

    def log(self, values: Mapping[str, float]) -> None:
        """Write one point of each curve; `epoch` among the values is the x axis."""
        epoch = round(values.get("epoch", 0))
        for name, value in values.items():
            if name != "epoch":
                self._writer.add_scalar(name, value, epoch)

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


def check_tensorboard() -> None:
    """Raise UsageError where the package is missing."""
    if find_spec("tensorboard") is None:
        raise UsageError("tracking.tensorboard needs its package; pip install 'naba[tensorboard]'")
