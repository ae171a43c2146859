"""What the server that forks commands imports beforehand: all that a command of Label Studio's needs."""

from __future__ import annotations

import training.cli  # noqa: F401
