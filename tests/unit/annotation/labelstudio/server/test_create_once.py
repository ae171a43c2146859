"""An object is created once, whether the request or only its answer is lost."""

from __future__ import annotations

from typing import cast

import pytest

from annotation.core.errors import StudioDownError
from annotation.labelstudio.server.client import Client, id_of
from annotation.labelstudio.server.create_once import create_once


class FailingClient:
    """Fails the given number of times, and stores what it is sent before it fails if `stores` is set."""

    def __init__(self, failures: int, *, stores: bool = False) -> None:
        self.failures, self.stores = failures, stores
        self.stored: list[tuple[str, bytes]] = []

    def create(self, path: str, content: bytes) -> None:
        self.failures -= 1
        if self.failures < 0 or self.stores:
            self.stored.append((path, content))
        if self.failures >= 0:
            raise StudioDownError("no answer")

    def submit(self) -> None:
        create_once(
            cast(Client, self), "api/tasks/7/annotations/", {"result": ["א"]}, arrived=lambda: bool(self.stored)
        )


@pytest.mark.parametrize(("failures", "stores"), [(0, False), (1, False), (2, False), (1, True), (9, True)])
def test_it_is_created_once(failures: int, stores: bool) -> None:
    client = FailingClient(failures, stores=stores)
    client.submit()
    assert client.stored == [("api/tasks/7/annotations/", '{"result": ["א"]}'.encode())]


def test_the_third_failure_is_raised() -> None:
    client = FailingClient(9)
    with pytest.raises(StudioDownError):
        client.submit()
    assert client.failures == 6


@pytest.mark.parametrize("number", [12, "12"])
def test_the_number_of_an_entry(number: object) -> None:
    assert id_of({"id": number}) == 12
