"""Answers of a language model kept on disk, by all that they were asked with, so that none is paid for twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from annotation.core import json_text
from annotation.drafting.chat_server import Reply
from annotation.drafting.endpoint import Endpoint
from annotation.drafting.prompt import Message
from annotation.storage.documents_file import atomic


@dataclass(frozen=True)
class AnswerCache:
    """A folder with one file for each answer. Files that cannot be read count as missing."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> AnswerCache:
        """The cache in this folder, which is made. Raises OSError where no file can be written into it.

        That is seen here, before an answer is paid for that could not be kept.
        """
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
        return cls(folder)

    def read(self, name: str) -> Reply | None:
        """The answer of this name."""
        try:
            return msgspec.json.decode(self._path(name).read_bytes(), type=Reply)
        except (OSError, msgspec.DecodeError):
            return None

    def write(self, name: str, reply: Reply) -> None:
        """Keep an answer; it is there entirely or not at all, whenever the process dies."""
        with atomic(self._path(name)) as file:
            json_text.dump(asdict(reply), file)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name}.json"


def answer_name(endpoint: Endpoint, messages: Sequence[Message], schema: Mapping[str, object]) -> str:
    """The name of the answer to these messages: a digest of the address, the model, the messages and the settings."""
    basis = [str(endpoint.url), endpoint.model, endpoint.most_tokens, list(messages), schema]
    content = json.dumps(basis, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
