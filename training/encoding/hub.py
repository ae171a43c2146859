"""Hub errors in one line: why an encoder or tokenizer cannot be loaded, and the remedy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import hf_hub_download
from huggingface_hub.constants import CONFIG_NAME, HF_HUB_OFFLINE
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from annotation.core.errors import UsageError
from annotation.storage.sealed_record import file_hash

_PICKLED = "pytorch_model.bin"
_SAVE_ANEW = (
    "save it anew, if you trust it, with transformers (AutoModel.from_pretrained(ID).save_pretrained(FOLDER), and so "
    "with AutoTokenizer), and name the folder"
)
_CONVERTED = "encoder.revision=refs/pr/1 may be the hub's own conversion"


def unloadable(name: str | Path, error: Exception, *, what: str) -> str:
    """One line for an error of transformers; `what` was being loaded, "encoder" or "tokenizer"."""
    folder = Path(name)
    why = _in_folder(folder, error) if folder.is_dir() else _on_hub(str(name), error)
    return f"encoder {name}: {why or _first_line(error, what)}"


def check_available(name: str, revision: str | None) -> None:
    """Look for the configuration of a pretrained encoder, in its folder or on the hub; its weights are not fetched.

    Raises UsageError with the remedy.
    """
    try:
        if Path(name).is_dir():
            _ = (Path(name) / CONFIG_NAME).read_bytes()
        else:
            hf_hub_download(name, CONFIG_NAME, revision=revision)
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise UsageError(unloadable(name, error, what="encoder")) from error


def checkpoint_hash(name: str, revision: str | None) -> str:
    """The SHA-256 of a pretrained encoder's weights, which were loaded before: of the file as the hub shows it, or of
    the files' hashes in the order of their names."""
    folder = Path(name) if Path(name).is_dir() else Path(hf_hub_download(name, CONFIG_NAME, revision=revision)).parent
    hashes = [file_hash(path) for path in sorted(folder.glob("*.safetensors"))]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _in_folder(folder: Path, error: Exception) -> str | None:
    if not (folder / "config.json").is_file():
        return "the folder has no config.json; name one that transformers or naba has saved an encoder in"
    if (folder / _PICKLED).is_file() and not any(folder.glob("*.safetensors")):
        return f"its weights are in {_PICKLED}, which can run code when it is read; {_SAVE_ANEW}"
    return _in_text(error)


def _on_hub(name: str, error: Exception) -> str | None:
    causes = tuple(_causes(error))

    def by(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if name.startswith((".", "/", "~")) or by(HFValidationError):
        return "no such folder, and no id the hub could have; ids are OWNER/NAME"
    if by(GatedRepoError):
        return (
            "its owner asks for consent first; give it on the hub's page of the model, and log in with: hf auth login"
        )
    if by(RepositoryNotFoundError):
        return (
            "the hub has no such model, or not for everybody; check the id (OWNER/NAME), or log in with: hf auth login"
        )
    if by(RevisionNotFoundError):
        return "the hub has no such revision of it; check encoder.revision"
    if by(LocalEntryNotFoundError, OfflineModeIsEnabled) and HF_HUB_OFFLINE:
        return "not on this machine yet, and HF_HUB_OFFLINE keeps it from the hub; unset that, or name a folder"
    if by(LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, ConnectionError, TimeoutError):
        return "not on this machine yet, and the hub does not answer; try again, or name a folder"
    return _in_text(error)


def _in_text(error: Exception) -> str | None:
    """The causes that only the wording of transformers' message distinguishes."""
    text = str(error)
    if "trust_remote_code" in text or "custom code" in text:
        return "it needs code of its own from the hub, which is never run here; choose another encoder"
    if "safetensors" in text and ("no file named" in text or "not appear to have a file" in text):
        return f"it has no weights as safetensors, the only kind that is read; {_CONVERTED}, or {_SAVE_ANEW}"
    if "backend tokenizer" in text:
        return "its tokenizer has no fast form that can be read; put a tokenizer.json beside its config.json"
    return None


def _first_line(error: Exception, what: str) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"the {what} cannot be loaded: {reason}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
