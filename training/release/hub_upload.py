"""Upload to the Hugging Face hub: a folder as one commit of a repository, tagged with the release's version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Literal

import httpx2  # what huggingface_hub calls it through
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import (
    BadRequestError,
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils._validators import validate_repo_id

from annotation.core.errors import HubError, UsageError

Kind = Literal["model", "dataset"]
HUB = "hub:"
_GIT = ".gitattributes"
"""The hub's own file."""


def repository(target: str) -> str:
    """The OWNER/NAME of a target such as hub:OWNER/NAME. Raises UsageError when it is none."""
    id = target.removeprefix(HUB)
    try:
        validate_repo_id(id)
    except HFValidationError as error:
        raise UsageError(f"--to {target}: {_line(error)}; write hub:OWNER/NAME") from error
    if id.count("/") != 1:
        raise UsageError(f"--to {target}: says no owner; write hub:OWNER/NAME")
    return id


def upload(folder: Path, id: str, kind: Kind, *, version: str, public: bool) -> str | None:
    """Upload the folder's files in one commit, tagged with the version, and return the repository's address.

    What the repository held besides is deleted in the same commit. A new repository is private unless `public`. None
    where it has that version already: nothing is uploaded then. Raises UsageError where the hub refuses or the
    repository is public and that was not said, HubError where the hub does not answer.
    """
    with _one_line(f"{kind} {id}"):
        api = HfApi(
            endpoint=os.environ.get("HF_ENDPOINT"), library_name="naba", library_version=package_version("naba")
        )
        place = api.create_repo(id, repo_type=kind, private=not public, exist_ok=True)
        if not public and api.repo_info(id, repo_type=kind).private is False:
            raise UsageError(f"{kind} {id}: is public; say --public if that is meant, or name another repository")
        if version in {tag.name for tag in api.list_repo_refs(id, repo_type=kind).tags}:
            return None
        held = set(api.list_repo_files(id, repo_type=kind))
        done = api.create_commit(
            id,
            repo_type=kind,
            operations=list(_operations(folder, held)),
            commit_message=f"Release {version}",
        )
        api.create_tag(id, repo_type=kind, tag=version, revision=done.oid)
        return str(place)


def _operations(folder: Path, held: set[str]) -> Iterator[CommitOperationAdd | CommitOperationDelete]:
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name, path in files.items():
        yield CommitOperationAdd(path_in_repo=name, path_or_fileobj=path)
    for name in sorted(held - files.keys() - {_GIT}):
        yield CommitOperationDelete(path_in_repo=name)


@contextmanager
def _one_line(what: str) -> Iterator[None]:
    """Errors of the hub as ours, each with its remedy."""
    log_in = "give it with HF_TOKEN=..., or log in with: hf auth login"
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise UsageError(
            f"{what}: HF_HUB_OFFLINE keeps it from the hub; unset that, or publish into a folder"
        ) from error
    except LocalTokenNotFoundError as error:
        raise UsageError(f"{what}: the hub asks for a token that may write; {log_in}") from error
    except RepositoryNotFoundError as error:
        raise UsageError(
            f"{what}: the hub has none such, or not for this token; check the name, or {log_in}"
        ) from error
    except HfHubHTTPError as error:
        raise _refused(what, error, log_in) from error
    except (httpx2.HTTPError, OSError) as error:
        where = os.environ.get("HF_ENDPOINT", "the hub")
        raise HubError(
            f"{what}: {where} does not answer ({_line(error)}); run it again, or publish into a folder"
        ) from error


def _refused(what: str, error: HfHubHTTPError, log_in: str) -> UsageError | HubError:
    code = error.response.status_code if error.response is not None else 0
    if code == 401:
        return UsageError(f"{what}: the hub asks for a token that may write; {log_in}")
    if code == 403:
        return UsageError(f"{what}: this token may not write there; use another, or another owner's name")
    if isinstance(error, BadRequestError) or 400 <= code < 500:
        return UsageError(f"{what}: the hub refuses it: {_line(error)}")
    return HubError(f"{what}: the hub fails ({code or _line(error)}); run it again later")


def _line(error: Exception) -> str:
    lines = (line.strip() for line in str(error).splitlines())
    return next(filter(None, lines), type(error).__name__)
