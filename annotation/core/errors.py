"""What can go wrong, each in one line that names the thing and the remedy.

NabaError                      exit 2 unless said otherwise
├── UsageError                 the command line, or a file it names
│   ├── ArticleError           one file that cannot become an article
│   ├── DocumentsError         one line of a Documents file
│   ├── OntologyError          the ontology file, all its faults at once
│   └── SnapshotError          a snapshot that was changed, is missing, or exists already
├── RegionError                one annotation that breaks the contract; quarantined, never raised to the user
│   └── SpanDriftError
├── StudioError                exit 3: the Label Studio server, or the way there
│   ├── StudioDownError        not reachable, or it stopped answering half-way
│   ├── StudioAuthError        (exit 2) it does not take the token
│   └── ProjectError           (exit 2) the project is not as naba made it
└── Refused                    exit 1: a gate or a check said no
"""

from __future__ import annotations

from collections.abc import Sequence


class NabaError(Exception):
    """Anything naba itself reports. Its text is the whole message; `exit_code` is what the command ends with."""

    exit_code = 2


class UsageError(NabaError):
    """What the user gave is wrong."""


class ArticleError(UsageError):
    """A file, or one row of it, cannot become an article. The others go on."""

    def __init__(self, *, path: str, reason: str, remedy: str) -> None:
        super().__init__(f"{path}: {reason}; {remedy}")
        self.path, self.reason, self.remedy = path, reason, remedy


class DocumentsError(UsageError):
    """A line of a Documents file does not hold a Document."""

    def __init__(self, *, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}; mend or remove the line")


class OntologyError(UsageError):
    """The ontology file is wrong. `faults` lists every fault with its path in the file."""

    def __init__(self, *, path: str, faults: Sequence[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults))
        self.faults = tuple(faults)


class SnapshotError(UsageError):
    """A snapshot cannot be made or trusted."""


class RegionError(NabaError):
    """One region or relation of an annotation breaks the contract."""


class SpanDriftError(RegionError):
    """A region's offsets do not cover the words it quotes."""

    def __init__(self, *, task: int | None, region: str, quoted: str, found: str) -> None:
        super().__init__(
            f"{f'task {task}, ' if task is not None else ''}region {region}: the annotator marked {quoted!r} "
            f"but the offsets cover {found!r}; mark the region again in Label Studio"
        )


class StudioError(NabaError):
    """Label Studio could not do what was asked."""

    exit_code = 3


class StudioDownError(StudioError):
    """Label Studio does not answer."""


class StudioAuthError(StudioError):
    """Label Studio does not take the token."""

    exit_code = 2


class ProjectError(StudioError):
    """The Label Studio project is not one naba can work with."""

    exit_code = 2


class Refused(NabaError):
    """A gate or a check said no."""

    exit_code = 1
