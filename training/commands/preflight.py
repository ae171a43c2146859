"""What a training needs is looked for before torch is imported: a fault costs a second, and leaves nothing."""

from __future__ import annotations

from annotation.snapshot.snapshot import Snapshot
from training.config.encoders import AnyEncoderConfig, BundledEncoderConfig, HubEncoderConfig


def check_sources(snapshot: str, encoder: AnyEncoderConfig) -> None:
    """Open the snapshot, and look whether there is such an encoder. Raises UsageError."""
    Snapshot.open(snapshot)
    if isinstance(encoder, HubEncoderConfig):
        from training.encoding.hub import check_available

        check_available(encoder.name, encoder.revision)
    elif isinstance(encoder, BundledEncoderConfig):
        from training.encoding.bundled import check_installed

        check_installed()
