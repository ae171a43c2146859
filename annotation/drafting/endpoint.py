"""Where a language model answers: an OpenAI-compatible address; text leaves this machine only when that was said."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field

import httpx

from annotation.core.errors import UsageError

KEY_VARIABLE = "NABA_DRAFT_API_KEY"
_CHAT = "/chat/completions"


@dataclass(frozen=True)
class Endpoint:
    """The address and the name of a model, and how patient the requests are.

    timeout: seconds for a whole answer. tries: requests for one answer at most, further ones after a pause that starts
    with `pause` seconds and doubles. longest_wait: seconds that a server may ask to wait. most_tokens: of an answer;
    None leaves it to the server.
    """

    url: httpx.URL
    model: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 300.0
    tries: int = 5
    pause: float = 1.0
    longest_wait: float = 300.0
    most_tokens: int | None = None

    @classmethod
    def of(
        cls,
        address: str,
        *,
        model: str,
        send_text_to: str | None = None,
        key_variable: str = KEY_VARIABLE,
        timeout: float = 300.0,
        most_tokens: int | None = None,
    ) -> Endpoint:
        """The endpoint at an address such as http://127.0.0.1:8000/v1, with the key in an environment variable.

        Raises UsageError for what is no such address, and where the articles would leave this machine although
        `send_text_to` does not name the host.
        """
        url = _chat_url(address)
        if not is_loopback(url.host) and not _named(url, send_text_to):
            told = f", not {send_text_to}" if send_text_to else ""
            raise UsageError(
                f"--endpoint sends the articles' text to {url.host}{told}; if it may go there, say so: "
                f"--send-text-to {url.host}"
            )
        key = os.environ.get(key_variable) or None
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise UsageError(f"{key_variable} holds no key: it has spaces, line ends or letters that no key has")
        return cls(url, model, key, timeout=timeout, most_tokens=most_tokens)

    @property
    def local(self) -> bool:
        """Whether the text stays on this machine."""
        return is_loopback(self.url.host)

    def without_key(self, text: str) -> str:
        """The text with the key, which servers quote in their messages, made unreadable."""
        return text.replace(self.key, "***") if self.key else text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its own name or address; other names are not looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _chat_url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"--endpoint {address!r} is no address; write it like http://127.0.0.1:8000/v1")
    if url.userinfo:
        raise UsageError(f"--endpoint holds a password; leave it out, and put the key into {KEY_VARIABLE}")
    path = url.path.rstrip("/")
    return url.copy_with(path=path if path.endswith(_CHAT) else path + _CHAT)


def _named(url: httpx.URL, host: str | None) -> bool:
    return (host or "").strip().lower() in (url.host.lower(), url.netloc.decode("ascii").lower())
