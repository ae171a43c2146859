"""Names of the files that a pull writes, so that readers find them without Label Studio."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from annotation.storage.json_file import read_object


@dataclass(frozen=True)
class PullFiles:
    """The files of a pull: the Documents (`out`), the quarantined regions, and the state for the next pull."""

    out: Path

    @property
    def quarantine(self) -> Path:
        """``docs.quarantine.jsonl`` for ``docs.jsonl``."""
        return self._beside("quarantine.jsonl")

    @property
    def state(self) -> Path:
        """``docs.state.json`` for ``docs.jsonl``."""
        return self._beside("state.json")

    def _beside(self, ending: str) -> Path:
        stem = self.out.name.removesuffix(".gz").removesuffix(".jsonl")
        return self.out.with_name(f"{stem}.{ending}")

    def annotators(self) -> int | None:
        """How many were to annotate each article at the last pull; None where no pull recorded it."""
        try:
            number = read_object(self.state).get("annotators")
        except (OSError, ValueError):
            return None
        return number if isinstance(number, int) and number > 0 else None

    def digest(self) -> str:
        """SHA-256 of both files; when one of them was changed, the next pull reads everything again."""
        total = hashlib.sha256()
        for path in (self.out, self.quarantine):
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        return total.hexdigest()
