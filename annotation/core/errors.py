"""The tree of errors: each message is one line that names the thing at fault and the remedy.

NabaError                      exit 2 unless another is given
├── UsageError                 the command line, or a file it names
│   ├── ArticleError           one file that cannot become an article
│   ├── DocumentsError         one line of a Documents file
│   ├── OntologyError          the ontology file, with all its faults
│   └── SnapshotError          a snapshot that was changed, is missing, or exists already
├── RegionError                one annotation that breaks the contract; quarantined, never raised to the user
│   └── SpanDriftError
├── StudioError                exit 3: the Label Studio server, or the connection to it
│   ├── StudioDownError        not reachable, or it stopped answering half-way
│   ├── StudioAuthError        (exit 2) it rejects the token
│   └── ProjectError           (exit 2) the project is not as naba made it
├── EndpointError              exit 3: the server of a language model
│   └── AnswerError            it gave no usable answer on one article; the others go on
├── HubError                   exit 3: the Hugging Face hub, or the connection to it
├── MachineError               exit 3: the disk is full, may not be written, or fails
└── Refused                    exit 1: a gate or a check failed

An OSError becomes one of them in `core/system_errors.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence


class NabaError(Exception):
    """Base of all errors naba reports. `str(error)` is the whole message, `exit_code` the command's exit status."""

    exit_code = 2


class UsageError(NabaError):
    """The user's input is wrong: the command line, or a file it names."""


class ArticleError(UsageError):
    """A file, or one row of it, cannot become an article. The other files and rows are still read."""

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
    """A snapshot was changed, is missing, or exists already."""


class RegionError(NabaError):
    """One region or relation of an annotation breaks the contract.

    `kind` is the kind of finding that `check` makes of it. `values` fill the wording of that kind; the problem and the
    remedy are always among them.
    """

    def __init__(self, problem: str, remedy: str, *, kind: str = "set-aside", **values: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.kind = kind
        self.values: Mapping[str, str] = {"problem": problem, "remedy": remedy, **values}


class SpanDriftError(RegionError):
    """A region's offsets do not cover the words it quotes. `place` is where those words stand, if that is certain."""

    def __init__(
        self, *, task: int | None, region: str, quoted: str, covered: str, place: tuple[int, int] | None = None
    ) -> None:
        super().__init__(
            f"{f'task {task}, ' if task is not None else ''}region {region}: the annotator marked {quoted!r} "
            f"but the offsets cover {covered!r}{f' (they stand at [{place[0]}:{place[1]}])' if place else ''}",
            "mark the region again in Label Studio",
            kind="drifted",
            quoted=quoted,
        )


class StudioError(NabaError):
    """Label Studio could not do what it was asked to do."""

    exit_code = 3


class StudioDownError(StudioError):
    """Label Studio cannot be reached, or stopped answering."""


class StudioAuthError(StudioError):
    """Label Studio rejects the token."""

    exit_code = 2


class ProjectError(StudioError):
    """The Label Studio project does not have the form naba needs."""

    exit_code = 2


class HubError(NabaError):
    """The Hugging Face hub could not be reached, or could not do what it was asked to do."""

    exit_code = 3


class EndpointError(NabaError):
    """The server of a language model cannot be reached, or refuses to answer."""

    exit_code = 3


class AnswerError(EndpointError):
    """A language model gave no usable answer on one article. The other articles are still drafted."""


class MachineError(NabaError):
    """The machine could not do what it was asked to do: its disk is full or fails, or something may not be touched."""

    exit_code = 3


class Refused(NabaError):
    """A gate or a check failed."""

    exit_code = 1


def hint(word: str, names: Sequence[str]) -> str:
    """The end of a message on an unknown name: the nearest of the names there are, or all of them."""
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean {close[0]}?" if close else f"it has {', '.join(sorted(names))}"
