"""What tells a labelling interface of naba's from any other: a seal, written as an XML comment behind it.

It holds the ontology, the language of the labels and a hash of the interface. So another machine can pull what this
one pushed, and an interface that was edited by hand is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from annotation.core.errors import OntologyError
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.labeling_config import labelling_config

_SEAL = re.compile(r"<!-- naba:([A-Za-z0-9+/=]+) -->\s*")


@dataclass(frozen=True)
class Sealed:
    """What an interface was made from. `edited` says what was changed by hand since; empty is good.

    `current` is whether this version of naba would make the same. `migrating` is the hash of the ontology a migration
    that is under way leads to; empty otherwise.
    """

    ontology: Ontology
    ui_language: str
    edited: str
    current: bool
    migrating: str = ""


def sealed(ontology: Ontology, ui_language: str) -> str:
    """The labelling configuration with its seal."""
    return _with_seal(labelling_config(ontology, ui_language=ui_language), ontology, ui_language, {})


def half_way(both: Ontology, new: Ontology, ui_language: str) -> str:
    """The configuration of a project on its way to the ontology `new`; `both` is what it shows until then."""
    config = labelling_config(both, ui_language=ui_language)
    return _with_seal(config, new, ui_language, {"migrating": new.hash})


def _with_seal(config: str, ontology: Ontology, ui_language: str, more: dict[str, str]) -> str:
    kept = {"ontology": ontology.source, "ui_language": ui_language, "interface": _digest(config), **more}
    packed = zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), 9)
    return f"{config}<!-- naba:{base64.b64encode(packed).decode()} -->\n"


def read_signature(config: str, copy: str = "") -> Sealed | None:
    """What is known of an interface; None when naba did not make it.

    An editor that writes the XML anew may lose the seal: then the one in `copy`, the configuration as it was, counts.
    """
    found = _SEAL.search(config) or _SEAL.search(copy)
    if found is None:
        return None
    try:
        kept = json.loads(zlib.decompress(base64.b64decode(found[1])))
        ontology, ui_language, interface = _parsed(kept["ontology"]), kept["ui_language"], kept["interface"]
        ours, theirs = labelling_config(ontology, ui_language=ui_language), _SEAL.sub("", config)
    except (ValueError, KeyError, TypeError, zlib.error, OntologyError):
        return None
    edited = "" if _digest(theirs) == interface else _difference(ours, theirs)
    migrating = str(kept.get("migrating", ""))
    return Sealed(ontology, ui_language, edited, current=_digest(ours) == interface, migrating=migrating)


@lru_cache(maxsize=8)
def _parsed(source: str) -> Ontology:
    return Ontology.parse(source)


def _digest(config: str) -> str:
    return hashlib.sha256("".join(config.split()).encode()).hexdigest()[:16]


def _difference(ours: str, theirs: str) -> str:
    """What one interface has that the other has not, named by tag and value."""
    try:
        made, found = (Counter(_named(ElementTree.fromstring(config))) for config in (ours, theirs))
    except ElementTree.ParseError:
        return "it is no XML any more"
    parts = [f"{name} is missing" for name in made - found] + [f"{name} was added" for name in found - made]
    return (", ".join(parts[:5]) + (", ..." if len(parts) > 5 else "")) or "its layout or attributes differ"


def _named(root: ElementTree.Element) -> list[str]:
    named = [
        (element.tag, element.get("alias") or element.get("value") or element.get("name")) for element in root.iter()
    ]
    return [f"{tag} {name!r}" for tag, name in named if name]
