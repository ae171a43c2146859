"""The configuration that is saved with an EventExtractor."""

from __future__ import annotations

from transformers import PretrainedConfig


class EventExtractorConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """Configuration of an EventExtractor.

    encoder: the encoder's own configuration. heads: a ModelConfig as a dict. labels, entities, roles, values, links:
    sizes of the label space; links is 0 where none are learned. ontology: the hash of the ontology that defines it.
    reader: the arguments of a WordReader, None where the heads read the encoder's states. full_members: whether each
    member has heads for cuts and roles, or the first one only, as in models of before.
    """

    model_type = "naba-event-extractor"

    def __init__(
        self,
        *,
        encoder: dict[str, object] | None = None,
        heads: dict[str, object] | None = None,
        labels: int = 2,
        entities: int = 1,
        roles: int = 1,
        values: list[int] | None = None,
        links: int = 0,
        ontology: str = "",
        reader: dict[str, object] | None = None,
        full_members: bool = False,
        **kwargs: object,
    ) -> None:
        self.encoder, self.heads, self.ontology = encoder or {}, heads or {}, ontology
        self.reader, self.full_members = reader, full_members
        self.labels, self.entities, self.roles, self.links = labels, entities, roles, links
        self.values = [1] if values is None else values
        super().__init__(**kwargs)  # type: ignore[arg-type]
