from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from transformers import set_seed

from annotation.core.errors import UsageError
from tests.builders import build, conflict
from training.config.schema import CompactEncoderConfig, ModelConfig
from training.encoding.encoding import Encoding
from training.inference.loading import load_model
from training.inference.predictor import Predictor
from training.model.event_extractor import EventExtractor
from training.serving.live_model import LiveModel

HEADS, BODY = ModelConfig(max_width=3, head_size=8, hidden_size=16), CompactEncoderConfig(hidden_size=24, window=32)


def saved(folder: Path, seed: int) -> Path:
    set_seed(seed)
    encoding = Encoding.build(conflict(), HEADS, BODY)
    EventExtractor.build(HEADS, BODY, encoding).save_pretrained(str(folder))
    encoding.save_pretrained(folder)
    return folder


class Watched:
    """A live model whose folder is looked at every few milliseconds."""

    def __init__(self, folder: Path) -> None:
        self.live = LiveModel(folder, lambda: Predictor.of(*load_model(folder)))
        self.stop, self.changes = Event(), list[str]()
        self.thread = Thread(target=self.live.watch, args=(self.stop, self.changes.append), kwargs={"seconds": 0.02})
        self.thread.start()

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(saved(tmp_path / "model", 1))
    yield watched
    watched.stop.set()
    watched.thread.join()


def test_another_model_in_the_folder_takes_over(watched: Watched, tmp_path: Path) -> None:
    first = watched.live.current()
    saved(tmp_path / "model", 2)
    watched.until(lambda: bool(watched.changes))
    assert watched.changes == [watched.live.current().version] != [first.version]
    bare = build("נעצר אדם", id="a")
    assert first.extract(bare).provenance != watched.live.current().extract(bare).provenance


def test_the_spans_of_a_document_are_kept_where_only_arguments_are_asked_for(watched: Watched) -> None:
    marked = build("[Arrest:trigger נעצר] ב[GPE רימון] [Person סמיר נג'אר]", id="a")
    filled = watched.live.current().fill(marked)
    assert list(filled.spans()) == list(marked.spans())


def test_a_link_that_leads_to_another_model_is_followed(tmp_path: Path) -> None:
    saved(tmp_path / "one", 1)
    saved(tmp_path / "two", 2)
    (tmp_path / "newest").symlink_to("one")
    watched = Watched(tmp_path / "newest")
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").replace(tmp_path / "newest")
    watched.until(lambda: bool(watched.changes))
    watched.stop.set()
    watched.thread.join()


def test_what_cannot_be_loaded_is_said_and_the_earlier_model_goes_on(
    watched: Watched, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = watched.live.current()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"half")
    watched.until(lambda: "goes on answering" in caplog.text)
    assert watched.live.current() is first
    shutil.rmtree(tmp_path / "model")
    saved(tmp_path / "model", 2)
    watched.until(lambda: bool(watched.changes))


def test_without_a_model_there_is_nothing_to_begin_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no model"):
        LiveModel(tmp_path, lambda: Predictor.of(*load_model(tmp_path)))
