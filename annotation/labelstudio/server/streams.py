"""Long streams in constant memory: prefetching in a thread, and batches limited in size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class _End(Generic[T]):
    """Sentinel for the end of a stream: a future cannot raise StopIteration."""


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, each fetched in a thread while the one before is processed: network and processor overlap."""
    iterator, end = iter(items), _End[T]()
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(next, iterator, end)
        while not isinstance(item := future.result(), _End):
            future = pool.submit(next, iterator, end)
            yield item


def batched(items: Iterable[T], *, size: Callable[[T], int], most: int, count: int) -> Iterator[list[T]]:
    """Lists of at most `count` items whose sizes add up to at most `most`; a larger item has a list of its own."""
    chunk: list[T] = []
    total = 0
    for item in items:
        item_size = size(item)
        if chunk and (total + item_size > most or len(chunk) == count):
            yield chunk
            chunk, total = [], 0
        chunk.append(item)
        total += item_size
    if chunk:
        yield chunk
