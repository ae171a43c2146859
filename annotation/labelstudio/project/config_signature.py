"""Signature of a labelling configuration made by naba: an XML comment behind the configuration (the seal).

It contains the ontology, the language of the labels and a hash of the configuration. So another machine can pull what
this one pushed, and edits by hand are detected.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any, cast
from xml.etree import ElementTree

from annotation.core import json_text
from annotation.core.errors import OntologyError
from annotation.core.messages import first_few
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.labeling_config import guidelines, labelling_config

_SEAL = re.compile(r"<!-- naba:([A-Za-z0-9+/=]+) -->\s*")
_TAG = re.compile(r"<[^>]*>")
_LARGEST = 20_000_000
"""Most bytes of an unpacked seal."""


@dataclass(frozen=True)
class Sealed:
    """The contents of a seal. `edited` names what was changed by hand since; empty when nothing was.

    `current` is whether this version of naba would make the same configuration. `migrating` is the hash of the new
    ontology while a migration is in progress, else empty. `claim` tells whose migration that is. `guidelines` is a hash
    of the words of the guidelines; empty in a seal of an older naba.
    """

    ontology: Ontology
    ui_language: str
    edited: str
    current: bool
    migrating: str = ""
    claim: str = ""
    guidelines: str = ""


def sealed(ontology: Ontology, ui_language: str) -> str:
    """The labelling configuration with its seal."""
    return _with_seal(labelling_config(ontology, ui_language=ui_language), ontology, ui_language, {})


def half_way(both: Ontology, new: Ontology, ui_language: str, claim: str) -> str:
    """The sealed configuration of a project in migration to `new`; it shows the labels of `both` ontologies.

    `claim` is the name of the migration, by which other machines know that the project is taken.
    """
    config = labelling_config(both, ui_language=ui_language)
    return _with_seal(config, new, ui_language, {"migrating": new.hash, "claim": claim})


def _with_seal(config: str, ontology: Ontology, ui_language: str, more: dict[str, str]) -> str:
    words = guidelines_digest(guidelines(ontology, ui_language=ui_language))
    fixed = {"ontology": ontology.source, "ui_language": ui_language, "interface": _digest(config)}
    contents = {**fixed, "guidelines": words, **more}
    packed = zlib.compress(json_text.dumps(contents).encode(), 9)
    return f"{config}<!-- naba:{base64.b64encode(packed).decode()} -->\n"


def read_signature(config: str, copy: str = "") -> Sealed | None:
    """The seal of a configuration, decoded; None when naba did not make the configuration.

    An editor that rewrites the XML may drop the seal. Then the seal in `copy`, the stored original, is used.
    """
    match = _SEAL.search(config) or _SEAL.search(copy)
    if match is None:
        return None
    try:
        contents = cast(dict[str, Any], json_text.loads_object(_unpacked(base64.b64decode(match[1]))))
        ontology, ui_language, interface = _parsed(contents["ontology"]), contents["ui_language"], contents["interface"]
        expected, actual = labelling_config(ontology, ui_language=ui_language), _SEAL.sub("", config)
    except (ValueError, KeyError, TypeError, zlib.error, OntologyError):
        return None
    edited = "" if _digest(actual) == interface else _difference(expected, actual)
    migrating, claim = str(contents.get("migrating", "")), str(contents.get("claim", ""))
    words = str(contents.get("guidelines", ""))
    return Sealed(ontology, ui_language, edited, _digest(expected) == interface, migrating, claim, words)


def _unpacked(packed: bytes) -> bytes:
    """The content of a seal. Raises ValueError where it is larger than any ontology."""
    stream = zlib.decompressobj()
    content = stream.decompress(packed, _LARGEST)
    if stream.unconsumed_tail:
        raise ValueError(f"a seal of over {_LARGEST:,} bytes")
    return content


@lru_cache(maxsize=8)
def _parsed(source: str) -> Ontology:
    return Ontology.parse(source)


def guidelines_digest(html: str) -> str:
    """A hash of the words of guidelines: of their HTML the server removes, reorders and escapes what it likes."""
    return _digest(unescape(_TAG.sub(" ", html)))


def _digest(config: str) -> str:
    return hashlib.sha256("".join(config.split()).encode()).hexdigest()[:16]


def _difference(expected: str, actual: str) -> str:
    """What one configuration has and the other has not, by tag and value."""
    try:
        expected_names, actual_names = (
            Counter(_named(ElementTree.fromstring(config))) for config in (expected, actual)
        )
    except ElementTree.ParseError:
        return "it is no XML any more"
    parts = [f"{name} is missing" for name in expected_names - actual_names] + [
        f"{name} was added" for name in actual_names - expected_names
    ]
    return first_few(parts, 5) or "its layout or attributes differ"


def _named(root: ElementTree.Element) -> list[str]:
    named = [
        (element.tag, element.get("alias") or element.get("value") or element.get("name")) for element in root.iter()
    ]
    return [f"{tag} {name!r}" for tag, name in named if name]
