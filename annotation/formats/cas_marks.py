"""The marks and relations of a UIMA CAS, which INCEpTION exports, by the types of its layers.

A type with Governor and Dependent is a relation layer; one named …Link with `next` is a chain's; features whose
elements have a role and a target are slots; other types of annotations are span layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from annotation.formats.document_builder import DocumentBuilder
from annotation.formats.uima_marks import Arrow, UimaMark, is_segment

if TYPE_CHECKING:
    from cassis import Annotation, Cas
    from cassis.typesystem import FeatureStructure, Type

_ENDS = ("Governor", "Dependent")
_NO_LAYERS = (
    "uima.",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.",
    "de.tudarmstadt.ukp.clarin.webanno.api.type.",
    "de.tudarmstadt.ukp.inception.api.",
)
_METADATA = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"
_PLACE = ("begin", "end", "sofa")
_BASE = "uima.cas."
_Features: TypeAlias = dict[str, list[str]]


def annotator(cas: Cas) -> str | None:
    """Who annotated it, as INCEpTION records it."""
    if not cas.typesystem.contains_type(_METADATA):
        return None
    names = (getattr(row, "username", None) for row in cas.select(_METADATA))
    return next((name for name in names if isinstance(name, str) and name), None)


class CasMarks:
    """`marks`, `arrows` and the `features` of each layer in one CAS. Offsets that `unmapped` holds are none.

    What belongs to no layer, such as a feature with several values, is recorded.
    """

    def __init__(self, cas: Cas, draft: DocumentBuilder, unmapped: set[int]) -> None:
        self.marks: list[UimaMark] = []
        self.arrows: list[Arrow] = []
        self.features: _Features = {}
        self._draft, self._unmapped, self._types = draft, unmapped, cas.typesystem
        self._by_id: dict[int, UimaMark] = {}
        layers = [row for row in cas.select_all_annotations() if _is_layer(row.type.name)]
        relations = [row for row in layers if all(row.type.get_feature(name) for name in _ENDS)]
        spans = [row for row in layers if not all(row.type.get_feature(name) for name in _ENDS)]
        for row in spans:
            self._span(row)
        for row in spans:
            self._slots(row)
            if _is_chain(row.type):
                self._neighbours(row)
        for row in relations:
            self._relation(row)

    def _span(self, row: Annotation) -> None:
        layer = row.type.name.removesuffix("Link") if _is_chain(row.type) else row.type.name
        at = f"annotation {row.xmiID}"
        if {row.begin, row.end} & self._unmapped or type(row.begin) is not int or type(row.end) is not int:
            self._draft.wrong("entity", at, "begins or ends within a character or outside the text", layer)
            return
        chain = _is_chain(row.type)
        values = self._values(row, layer, at)
        if chain:
            values = {"label": values["referenceType"]} if "referenceType" in values else {}
            self.features[layer] = ["label"]
        mark = UimaMark(layer, row.begin, row.end, at, values, has_slots=bool(list(self._slot_names(row.type))))
        self.marks.append(mark)
        self._by_id[id(row)] = mark

    def _values(self, row: FeatureStructure, layer: str, at: str) -> dict[str, str]:
        """The features with single values; others are recorded. Words come before numbers among a layer's features."""
        single = [feature for feature in row.type.all_features if _is_single(feature.rangeType)]
        words = [feature.name for feature in single if feature.rangeType.name == _BASE + "String"]
        names = [name for name in words if name not in _PLACE]
        names += [feature.name for feature in single if feature.name not in (*words, *_PLACE)]
        self.features.setdefault(layer, names)
        for feature in row.type.all_features:
            known = (*names, *_PLACE, *_ENDS, "next", *self._slot_names(row.type))
            if feature.name not in known and row.get(feature.name) is not None and not is_segment(layer):
                reason = "has several values or points elsewhere, which Documents do not hold"
                self._draft.lose("other", at, reason, feature.name)
        values = {name: row.get(name) for name in names}
        return {name: str(value) for name, value in values.items() if value is not None}

    def _slot_names(self, kind: Type) -> Iterator[str]:
        for feature in kind.all_features:
            if feature.elementType is not None:
                element = self._types.get_type(feature.elementType.name)
                if all(element.get_feature(name) for name in ("role", "target")):
                    yield feature.name

    def _slots(self, row: Annotation) -> None:
        mark = self._by_id.get(id(row))
        for name in self._slot_names(row.type):
            slots = row.get(name)
            for slot in getattr(slots, "elements", None) or (slots if isinstance(slots, list) else []):
                role, target = (slot.get("role"), slot.get("target")) if slot is not None else (None, None)
                filler = self._by_id.get(id(target)) if target is not None else None
                if mark is None:
                    reason = "belongs to an event that was not taken over"
                    self._draft.wrong("argument", f"annotation {row.xmiID}", reason, role or name)
                else:
                    mark.slots.append((role or name, filler))

    def _neighbours(self, row: Annotation) -> None:
        following = row.get("next")
        if following is None:
            return
        label = row.get("referenceRelation")
        ends = self._by_id.get(id(row)), self._by_id.get(id(following))
        layer = row.type.name.removesuffix("Link")
        features = {"label": str(label)} if label else {}
        self.arrows.append(Arrow(layer, *ends, f"annotation {row.xmiID}", features, directed=False))

    def _relation(self, row: Annotation) -> None:
        at = f"annotation {row.xmiID}"
        source, target = (row.get(name) for name in _ENDS)
        one, other = (self._by_id.get(id(end)) if end is not None else None for end in (source, target))
        arrow = Arrow(row.type.name, one, other, at, self._values(row, row.type.name, at))
        arrow.on_tokens = any(end is not None and is_segment(end.type.name) for end in (source, target))
        self.arrows.append(arrow)


def _is_layer(name: str) -> bool:
    return not name.startswith(_NO_LAYERS) and not is_segment(name)


def _is_chain(kind: Type) -> bool:
    return kind.name.endswith("Link") and all(kind.get_feature(name) for name in ("next", "referenceType"))


def _is_single(kind: Type) -> bool:
    primitives = ("String", "Boolean", "Byte", "Short", "Integer", "Long", "Float", "Double")
    return any(kind.name == _BASE + name for name in primitives)
