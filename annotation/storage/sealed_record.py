"""Sealed records: JSON files with their own checksum and the hashes of the files beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, ValidationError, model_serializer

from annotation.core import json_text
from annotation.core.errors import UsageError


class RecordPart(BaseModel):
    """Values that are read strictly: an unknown field is refused, and nothing is changed afterwards.

    later: fields that came after the first records. They are not written where they are None, so that a record made
    before them keeps its text, and its checksum.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    later: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _plain(self, plain: SerializerFunctionWrapHandler) -> dict[str, object]:
        row: dict[str, object] = plain(self)
        return {name: value for name, value in row.items() if name not in self.later or value is not None}


class SealedRecord(RecordPart):
    """A record whose last two fields are `files`, hashes by file name, and `checksum`, a hash of the whole record."""

    if TYPE_CHECKING:  # each record declares them, so that they stay its last fields and its JSON keeps its order
        files: dict[str, str]
        checksum: str

    def to_json(self) -> str:
        """The text of the record's file."""
        return json_text.dumps(self.model_dump(mode="json", by_alias=True), indent=2) + "\n"

    def sealed(self, files: Mapping[str, str]) -> Self:
        """The record with these hashes and its own checksum."""
        unsealed = self.model_copy(update={"files": dict(files), "checksum": ""})
        return unsealed.model_copy(update={"checksum": hashlib.sha256(unsealed.to_json().encode()).hexdigest()})

    @classmethod
    def read_sealed(cls, path: Path, *, absent: str, changed: str, error: type[UsageError] = UsageError) -> Self:
        """Read a record and verify its checksum.

        Raises `error` when the file is missing, with the remedy `absent`; when it cannot be read; and when its checksum
        is another, with the words `changed`.
        """
        try:
            record = cls.model_validate(json_text.loads(path.read_text(encoding="utf-8")))
        except OSError as fault:
            raise error(f"{path}: {fault.strerror or type(fault).__name__}; {absent}") from fault
        except (ValidationError, UnicodeDecodeError, json_text.JsonError) as fault:
            raise error(f"{path}: cannot be read: {str(fault).splitlines()[0]}; restore it") from fault
        if record.checksum != record.sealed(record.files).checksum:
            raise error(f"{path}: {changed}")
        return record


def file_hash(path: Path) -> str:
    """The file's SHA-256, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
