"""BioC's XML as the objects of BioC's JSON, which has the same parts."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from annotation.core.errors import UsageError
from annotation.storage.documents_file import open_bytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from annotation.core.document import Json

_LISTS = {
    "document": "documents",
    "passage": "passages",
    "sentence": "sentences",
    "annotation": "annotations",
    "relation": "relations",
    "location": "locations",
    "node": "nodes",
}
_NUMBERS = ("offset", "length")


def collection_of(path: Path) -> Json:
    """The collection in an XML file. Raises UsageError where it cannot be read or declares entities of its own."""
    try:
        with open_bytes(path) as file:
            root = parse(file).getroot()
    except DefusedXmlException as error:
        raise UsageError(f"{path}: declares entities, which are not read for safety; write it without them") from error
    except (OSError, EOFError, zlib.error, ParseError, ValueError, LookupError) as error:
        raise UsageError(f"{path}: is not XML: {error}; mend the file") from error
    return _object(root)


def _object(element: Element) -> Json:
    """Attributes and children by their names, children that repeat as lists; texts are kept with their white space."""
    row: dict[str, object] = dict(element.attrib)
    infons: dict[str, object] = {}
    lists: dict[str, list[object]] = {}
    for child in element:
        if child.tag == "infon":
            infons[child.get("key", "")] = child.text or ""
        elif child.tag in _LISTS:
            lists.setdefault(_LISTS[child.tag], []).append(_object(child))
        else:
            row[child.tag] = "".join(child.itertext())
    row |= {name: _number(row[name]) for name in _NUMBERS if name in row}
    return {**row, "infons": infons, **lists, **dict(_loose_text(element))}


def _number(value: object) -> object:
    words = str(value).strip()
    return int(words) if words.isdecimal() else value


def _loose_text(element: Element) -> Iterator[tuple[str, str]]:
    """Words between the elements, where the format has none."""
    words = [element.text or "", *(child.tail or "" for child in element)]
    if loose := " ".join(piece.strip() for piece in words if piece.strip()):
        yield "words between elements", loose
