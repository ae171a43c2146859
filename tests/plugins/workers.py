"""How `make test` shares the tests out to its workers, each of which makes its own session and module fixtures."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

SERVED = ("tests/browser/", "tests/faults/", "tests/studio/")


class Sharing(LoadScopeScheduling):
    """One worker takes all that needs Label Studio, so that it is started once; else a file goes to one whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "Label Studio" if file.startswith(SERVED) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """In the order of collection: the long ones come first, and the small ones of tests/unit even out the end."""
    config.option.loadscopereorder = False
    return Sharing(config, log)
