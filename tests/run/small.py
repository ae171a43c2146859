"""A small corpus that a small model learns in seconds, and the overrides that make the model small."""

from __future__ import annotations

import contextlib
import io
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Document
from annotation.core.inline_markup import parse
from annotation.snapshot import snapshot
from annotation.snapshot.snapshot import Snapshot
from tests.builders import conflict
from training.cli import main

NAMES = {"he": ("דוד", "סמיר", "חסן", "יוסף", "רמי"), "ar": ("أحمد", "سمير", "حسن", "يوسف", "رامي")}
PLACES = {"he": ("אטמה", "חיפה", "דמשק", "חאלב"), "ar": ("أطمة", "حيفا", "دمشق", "حلب")}
LETTERS = {"he": "אבגדהוזחטיכלמנסעפצקרשת", "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"}
SENTENCE = {
    "he": "[Arrest:trigger נעצר] ב[Place>Arrest:GPE {place}] [Person>Arrest:Person {name}]",
    "ar": "[Arrest:trigger اعتقل] [Person>Arrest:Person {name}] ب[Place>Arrest:GPE {place}]",
}

TINY = (
    *("experiment=demo", "encoder.hidden_size=32", "model.hidden_size=24", "model.head_size=8", "model.max_width=4"),
    *("fit.batch_size=4", "fit.threads=1", "fit.device=cpu", "fit.learning_rate=5e-3", "encoder.learning_rate=5e-3"),
    *("fit.evaluate_every=1", "tracking=off"),
)


def documents(count: int, *, seed: int = 1) -> list[Document]:
    """Half Hebrew, half Arabic; an arrest each, among words nobody knows, so that no two are near-duplicates."""
    chance = random.Random(seed)
    return [_document(f"d{number:03}", "he" if number % 2 else "ar", chance) for number in range(count)]


def _document(id: str, language: str, chance: random.Random) -> Document:
    words = ["".join(chance.choices(LETTERS[language], k=chance.randint(3, 7))) for _ in range(chance.randint(8, 16))]
    event = SENTENCE[language].format(name=chance.choice(NAMES[language]), place=chance.choice(PLACES[language]))
    middle = len(words) // 2
    return parse(" ".join([*words[:middle], event, *words[middle:]]), id=id, language=language)


def small(folder: Path, *, count: int = 40) -> Snapshot:
    """A snapshot of them."""
    return snapshot.build(documents(count), folder, ontology=conflict(), ratios=(0.6, 0.2, 0.2))


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def naba(*arguments: object, cwd: Path) -> Ended:
    """The command as a user types it, in this process: starting another one costs seconds of imports."""
    out, err = io.StringIO(), io.StringIO()
    argv, sys.argv = sys.argv, ["naba", *map(str, arguments)]
    try:
        with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.argv = argv
    return Ended(code, out.getvalue(), err.getvalue())


def process(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "training", *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def environment() -> dict[str, str]:
    """Nobody's settings but the test's: nothing is fetched, nothing is sent."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB", "HYDRA"))}
    return {**kept, "HF_HUB_OFFLINE": "1", "NO_COLOR": "1", "COLUMNS": "200"}
