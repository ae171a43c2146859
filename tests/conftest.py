"""What every test may ask for, and what none may reach: the hub, a tracking service, a team's Label Studio."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.update(HF_HUB_OFFLINE="1", WANDB_MODE="offline")
for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY", "WANDB_API_KEY"):
    os.environ.pop(name, None)
# These models are so small that sharing the work costs more than it saves, and `make test` has two workers.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A deadline would measure what else the machine does. The examples are the same each time, so that a test that passed
# once does not fail on a change that has nothing to do with it; pytest --hypothesis-profile=search draws new ones.
settings.register_profile("naba", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("naba")

pytest_plugins = ["tests.plugins.studio", "tests.plugins.workers"]
