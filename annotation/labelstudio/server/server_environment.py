"""What the process of the embedded server is started with: its command, its environment, its generated credentials."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from annotation.core.errors import StudioError
from annotation.labelstudio.server.empty_database import NAME
from annotation.labelstudio.server.loopback_port import HOST
from annotation.storage.json_file import read_object
from annotation.storage.private_file import write_private

USERNAME = "naba@localhost.localdomain"
_DEAD_PROXY = "http://127.0.0.1:9"


def executable() -> list[str]:
    """The command that starts Label Studio: the script beside this Python, else the one on the PATH."""
    if find_spec("label_studio") is None:
        raise StudioError('the embedded Label Studio is not installed; run `pip install "naba[studio]"`')
    script = Path(sys.executable).with_name("label-studio")
    found = str(script) if script.exists() else shutil.which("label-studio")
    return [found] if found else [sys.executable, "-m", "label_studio.server"]


def page_script(command: list[str]) -> dict[str, str]:
    """What adds roles by keys to the pages; nothing for a Label Studio of another Python, which cannot import naba."""
    own = Path(command[0]).parent == Path(sys.executable).parent
    return {"DJANGO_SETTINGS_MODULE": "annotation.labelstudio.server.studio_settings"} if own else {}


def credentials(folder: Path) -> dict[str, str]:
    """Username, password and token, generated once. The file appears whole, readable by its owner only.

    Raises StudioError where it is not what naba wrote and a database needs it; without one it is made anew.
    """
    path = folder / "credentials.json"
    if not path.exists():
        return _new_credentials(path)
    try:
        stored = read_object(path)
        return {key: str(stored[key]) for key in ("username", "password", "token")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        if not (folder / "data" / NAME).exists():
            return _new_credentials(path)
        raise StudioError(
            f"{path}: is not what naba wrote ({error}); restore it, or move {folder} away to begin with an empty server"
        ) from error


def _new_credentials(path: Path) -> dict[str, str]:
    generated = {"username": USERNAME, "password": secrets.token_urlsafe(18), "token": secrets.token_hex(20)}
    write_private(path, generated)
    return generated


def environment(folder: Path, account: dict[str, str]) -> dict[str, str]:
    """The server's environment. Inherited Label Studio variables are dropped: it also reads names without a prefix."""
    settings = {
        "BASE_DATA_DIR": str(folder / "data"),
        "DJANGO_DB": "sqlite",
        "DATABASE_NAME": str(folder / "data" / NAME),
        "USERNAME": account["username"],
        "PASSWORD": account["password"],
        "USER_TOKEN": account["token"],
        "ENABLE_LEGACY_API_TOKEN": "true",
        "DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "HOST": "",
        "DEBUG": "false",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "CORS_ALLOW_ALL_ORIGINS": "false",
        "LOCAL_FILES_SERVING_ENABLED": "false",
        "ML_BLOCK_LOCAL_IP": "false",  # naba backend is on this machine
        "ML_TIMEOUT_PREDICT": "15",  # seconds that an annotator waits at most where a backend hangs
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "LOG_LEVEL": "WARNING",
    }
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LABEL_STUDIO_", "HEARTEX_", "DJANGO_"))}
    # The server needs no network. Its pages would fetch product news; this proxy does not exist, so they cannot.
    proxies = {name: _DEAD_PROXY for key in ("http_proxy", "https_proxy", "all_proxy") for name in (key, key.upper())}
    local = {"no_proxy": f"{HOST},localhost", "NO_PROXY": f"{HOST},localhost"}
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    without_prefix = {"LATEST_VERSION_CHECK": "false", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    return {
        **inherited,
        **proxies,
        **local,
        **home,
        **without_prefix,
        **{f"LABEL_STUDIO_{k}": v for k, v in settings.items()},
    }
