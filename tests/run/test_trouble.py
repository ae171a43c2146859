"""What a disk, a pipe and a stranger's model do to the commands: one line and the right exit code."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from annotation import sample
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import read_documents, write_documents
from tests.run.small import TINY, documents, environment, naba, small

RAW = str(sample.raw()[0])
KEPT = {"manifest.json", "ontology.yaml", "README.md", "train.parquet", "dev.parquet", "test.parquet"}
"""The files of a snapshot."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trouble")
    small(folder / "snapshot")
    ended = naba("train", "snapshot=snapshot", "name=m", *TINY, "fit.epochs=1", cwd=folder)
    assert ended.code == 0, ended.err
    write_documents(folder / "docs.jsonl", documents(4))
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "open.yaml").write_text("leakage: 100\n", encoding="utf-8")
    return folder


def run(*words: object, cwd: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "training", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=environment(), check=False, capture_output=True, **options)  # type: ignore[call-overload,no-any-return]


def one_line(err: str) -> bool:
    lines = [line for line in err.splitlines() if line.startswith("naba: ")]
    return len(lines) == 1 and "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("read", RAW, "--out", "."), 2, "is a folder"),
        (("read", RAW, "--out", "pipe"), 2, "pipe: is a device, pipe or socket"),
        (("read", RAW, "--out", "/dev/full"), 2, "/dev/full: is a device"),
        (("read", RAW, "--out", "docs.jsonl/x/y.jsonl"), 2, "a file stands where a folder should"),
        (("read", RAW, "--out", "a" * 300), 2, "choose a shorter name"),
        (("export", "docs.jsonl", "--format", "brat", "--out", "docs.jsonl"), 2, "docs.jsonl: "),
        (("export", "docs.jsonl", "--format", "brat", "--out", "-"), 2, "several files"),
        (("export", "docs.jsonl", "--format", "webanno", "--out", "-"), 2, "several files"),
        (("predict", "model=outputs/m/model", "input=docs.jsonl", "output=pipe"), 2, "pipe: is a device"),
        (("evaluate", "model=outputs/m/model", "snapshot=snapshot", "output=docs.jsonl"), 2, "docs.jsonl: "),
        (("train", "snapshot=snapshot", "output=docs.jsonl", *TINY), 2, "docs.jsonl"),
        (("train", "snapshot=snapshot", "output=-", *TINY), 2, "output: must be a folder"),
        (("evaluate", "model=outputs/m/model", "snapshot=snapshot", "output=/dev/stdout"), 2, "must be a folder"),
        (("onnx", "model=outputs/m/model", "output=-"), 2, "must be a folder"),
        (("pretrain", f"input={RAW}", "output=-"), 2, "must be a folder"),
        (("drift", "model=outputs/m/model", "input=docs.jsonl", "output=-"), 2, "must be a folder"),
        (("release", "version=1", "model=outputs/m/model", "snapshot=snapshot", "releases=-"), 2, "must be a folder"),
        (("snapshot", "docs.jsonl", "--out", "-"), 2, "-: is standard output, and here are several files"),
        (("snapshot", "docs.jsonl", "--out", "loop"), 2, "loop: is a link, and a new folder is made here"),
        (("snapshot", "docs.jsonl", "--out", "pipe"), 2, "pipe: exists and is no snapshot"),
        (("check", "docs.jsonl", "--mine", "-"), 2, "name a folder"),
        (("check", "docs.jsonl", "--suspects", "loop"), 2, "links lead in a circle"),
        (("predict", "model=loop", "input=docs.jsonl", "output=o.jsonl"), 2, "links lead in a circle"),
        (("onnx", "model=loop"), 2, "links lead in a circle"),
        (("draft", RAW, "--list", "/dev/full", "--out", "o.jsonl"), 2, "is over 500,000,000 bytes"),
        (("serve", "--workspace", "docs.jsonl"), 2, "a file stands where a folder should"),
        (("export", "docs.jsonl", "--format", "textee", "--out", "o", "--report", "o"), 2, "named for two outputs"),
        (("import", "docs.jsonl", "--out", "-", "--report", "/dev/stdout"), 2, "named for two outputs"),
        (
            (
                *("draft", RAW, "--examples", "docs.jsonl", "--endpoint", "http://127.0.0.1:9", "--model", "m"),
                *("--cache", "docs.jsonl", "--out", "o.jsonl"),
            ),
            2,
            "docs.jsonl: File exists",
        ),
        (("audit", "snapshot=snapshot", "output=outputs"), 2, "outputs: is a folder"),
    ],
)
def test_a_wrong_path_is_one_line_and_2(words: tuple[str, ...], code: int, said: str, place: Path) -> None:
    ended = naba(*words, cwd=place)
    assert (ended.code, one_line(ended.err)) == (code, True), ended.err
    assert said in ended.err
    assert (place / "pipe").is_fifo()
    assert (place / "loop").is_symlink()
    assert not (place / "-").exists()
    assert len(list(read_documents(place / "docs.jsonl"))) == 4


@pytest.mark.parametrize(
    "words",
    [
        ("read", RAW, "--out", "snapshot/articles.jsonl"),
        ("export", "docs.jsonl", "--format", "brat", "--out", "snapshot/brat"),
        ("agreement", "docs.jsonl", "--html", "snapshot/agreement.html"),
        ("snapshot", "docs.jsonl", "--out", "snapshot/inner"),
        ("train", "snapshot=snapshot", "output=snapshot/run", *TINY),
        ("predict", "model=outputs/m/model", "input=docs.jsonl", "output=snapshot/test.parquet.jsonl"),
        ("evaluate", "model=outputs/m/model", "snapshot=snapshot", "output=snapshot"),
        ("drift", "model=outputs/m/model", "input=docs.jsonl", "output=snapshot"),
        ("onnx", "model=outputs/m/model", "output=snapshot/onnx"),
        ("audit", "snapshot=snapshot", "output=snapshot/audit.json"),
        ("serve", "--workspace", "snapshot"),
        ("pretrain", f"input={RAW}", "output=snapshot/tables"),
        ("release", "version=1", "model=outputs/m/model", "snapshot=snapshot", "releases=snapshot", "gates=open.yaml"),
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_written_into_a_snapshot(words: tuple[str, ...], place: Path) -> None:
    ended = naba(*words, cwd=place)
    assert (ended.code, one_line(ended.err)) == (2, True), ended.err
    assert "a snapshot or release, which stays as it is; choose another path" in ended.err
    assert not [path for path in (place / "snapshot").rglob("*") if path.is_file() and path.name not in KEPT]
    Snapshot.open(place / "snapshot")


def test_a_full_disk_is_one_line_and_3_and_the_earlier_file_stays(tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    (tmp_path / "a.jsonl").write_text("earlier")
    ended = run("read", *sample.raw(), "--out", "a.jsonl", cwd=tmp_path, preexec_fn=small_files)
    assert ended.returncode == 3, ended.stderr
    assert b"a.jsonl: File too large; " in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    assert (tmp_path / "a.jsonl").read_text() == "earlier"
    with Path("/dev/full").open("wb") as full:
        code = subprocess.run(
            [sys.executable, "-m", "training", "read", RAW, "--out", "-"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (code.returncode, one_line(code.stderr.decode())) == (3, True), code.stderr


@pytest.mark.parametrize("most", [3_000, 40_000])
def test_a_full_disk_in_the_middle_of_a_training_is_one_line_and_3_and_the_earlier_model_stays(
    place: Path, tmp_path: Path, most: int
) -> None:
    """Of files of at most so many bytes: neither a record nor weights fit, or all but the weights do."""

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    shutil.copytree(place / "outputs" / "m", tmp_path / "m")
    before = {path: path.read_bytes() for path in (tmp_path / "m" / "model").rglob("*") if path.is_file()}
    words = ("train", f"snapshot={place / 'snapshot'}", "output=m", *TINY, "fit.epochs=2", "seed=5", "resume=false")
    ended = run(*words, cwd=tmp_path, preexec_fn=small_files)
    assert (ended.returncode, one_line(ended.stderr.decode())) == (3, True), ended.stderr.decode()
    assert {path: path.read_bytes() for path in (tmp_path / "m" / "model").rglob("*") if path.is_file()} == before


def test_a_disk_too_full_is_told_before_anything_is_written(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    words = ("train", f"snapshot={place / 'snapshot'}", "output=m", *TINY, "tracking=offline")
    ended = naba(*words, cwd=tmp_path)
    assert (ended.code, one_line(ended.err)) == (2, True), ended.err
    assert "training writes up to" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_documents_go_through_pipes_and_a_reader_may_leave(place: Path) -> None:
    read = run("read", RAW, "--out", "-", cwd=place)
    assert json.loads(read.stdout)["schema"] == 1
    assert b"1 articles read" in read.stderr
    assert run("check", "-", cwd=place, input=read.stdout).stdout == b"0 errors, 0 warnings\n"
    predicted = run(
        "predict",
        "model=outputs/m/model",
        "input=-",
        "output=/dev/stdout",
        cwd=place,
        input=(place / "docs.jsonl").read_bytes(),
    )
    assert len(predicted.stdout.splitlines()) == 4
    reader, writer = os.pipe()
    os.close(reader)
    left = subprocess.run(
        [sys.executable, "-m", "training", "check", "docs.jsonl"],
        cwd=place,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (left.returncode, left.stderr) == (141, b"")


def changed(file: str, change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def write(model: Path) -> None:
        row = json.loads((model / file).read_text(encoding="utf-8"))
        change(row)
        (model / file).write_text(json.dumps(row), encoding="utf-8")

    return write


def weight(value: float) -> Callable[[Path], object]:
    def write(model: Path) -> None:
        tensors = {name: tensor.copy() for name, tensor in load_file(model / "model.safetensors").items()}
        next(tensor for tensor in tensors.values() if tensor.dtype == np.float32).flat[0] = value
        save_file(tensors, model / "model.safetensors", metadata={"format": "pt"})

    return write


@pytest.mark.parametrize(
    "spoil",
    [
        lambda model: (model / "config.json").write_text("[]"),
        lambda model: (model / "config.json").write_text("[" * 100_000),
        changed("config.json", lambda row: row["heads"].update(members=1_000_000)),  # type: ignore[attr-defined]
        changed("config.json", lambda row: row.update(values="x")),
        changed("config.json", lambda row: row.update(labels=10**9)),
        changed("config.json", lambda row: row.update(heads=[1])),
        lambda model: (model / "encoding.json").write_text("[" * 100_000),
        changed("encoding.json", lambda row: row.update(window=0)),
        changed("encoding.json", lambda row: row.update(overlap=float("nan"))),
        changed("encoding.json", lambda row: row.update(max_width=10**9)),
        lambda model: (model / "compact_tokenizer.json").write_text("[" * 100_000),
        changed("compact_tokenizer.json", lambda row: row.update(alphabet=10**30)),
        lambda model: (model / "ontology.yaml").write_text("[" * 100_000),
        weight(float("nan")),
        weight(float("-inf")),
    ],
)
def test_a_spoilt_model_is_refused_in_one_line(spoil: Callable[[Path], object], place: Path, tmp_path: Path) -> None:
    model = shutil.copytree(place / "outputs" / "m" / "model", tmp_path / "model")
    spoil(model)
    ended = naba("predict", f"model={model}", "input=docs.jsonl", f"output={tmp_path / 'out.jsonl'}", cwd=place)
    assert (ended.code, one_line(ended.err)) == (2, True), ended.err
    assert str(model) in ended.err
