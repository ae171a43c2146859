"""A transformers pipeline for event extraction, registered when this module (or `training.pipeline`) is imported.

    from transformers import pipeline
    import training.pipeline

    extract = pipeline("event-extraction", model="outputs/NAME/model")
    extract("بالأمس اعتقلت الشرطة ثلاثة أشخاص في حلب")

The result of a text is a list of events, as annotation/core/event_rows.py describes them. Lists, datasets and
generators of texts are processed in batches of `batch_size` texts of similar length; the results come in the order of
the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from torch.utils.data import Dataset
from transformers import AutoConfig, AutoModel, Pipeline
from transformers.pipelines import PIPELINE_REGISTRY

from annotation.core.document import Document, text_id
from annotation.core.event_rows import event_rows as events
from training.encoding.encoding import Encoding
from training.inference.predictor import Predictor
from training.model.compact_encoder import CompactConfig, CompactEncoder
from training.model.event_extractor import EventExtractor
from training.model.extractor_config import EventExtractorConfig

TASK = "event-extraction"
_DEFAULT = 16
"""The batch size when none is given."""


class EventExtractionPipeline(Pipeline):
    """A pipeline from texts to lists of events. Raises UsageError for a folder without an EventExtractor."""

    # transformers must not load a tokenizer: it comes with the encoding
    _load_tokenizer = _load_processor = _load_image_processor = _load_feature_extractor = cast(None, False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*cast(tuple[Any, ...], args), **cast(dict[str, Any], kwargs))
        model = cast(EventExtractor, self.model)
        self.predictor = Predictor.of(model, Encoding.from_pretrained(str(model.name_or_path)))

    def _sanitize_parameters(self, **kwargs: object) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        if kwargs:
            raise TypeError(f"{TASK} takes no {', '.join(kwargs)}")
        return {}, {}, {}

    def preprocess(self, text: str) -> dict[str, Any]:  # type: ignore[override]
        """The text as a Document."""
        return {"document": _document(text)}

    def _forward(self, inputs: Mapping[str, Document]) -> dict[str, Any]:  # type: ignore[override]
        return {"document": self.predictor.predict([inputs["document"]])[0]}

    def postprocess(self, outputs: Mapping[str, Document]) -> list[dict[str, object]]:  # type: ignore[override]
        """The events of the Document as plain JSON values."""
        return events(outputs["document"])

    def get_iterator(
        self, inputs: object, num_workers: int, batch_size: int, *parameters: object
    ) -> Iterator[list[dict[str, object]]]:
        """The events of each of many texts, in order. The base class would make batches of any lengths."""
        texts = (inputs[at] for at in range(len(inputs))) if isinstance(inputs, Dataset) else inputs  # type: ignore[arg-type]
        documents = map(_document, cast(Iterable[str], texts))
        predictor = replace(self.predictor, batch_size=batch_size if batch_size > 1 else _DEFAULT)
        return map(events, predictor.stream(documents))


def _document(text: str) -> Document:
    return Document(text_id(text), text)


AutoConfig.register(CompactConfig.model_type, CompactConfig, exist_ok=True)
AutoModel.register(CompactConfig, CompactEncoder, exist_ok=True)
AutoConfig.register(EventExtractorConfig.model_type, EventExtractorConfig, exist_ok=True)
AutoModel.register(EventExtractorConfig, EventExtractor, exist_ok=True)
PIPELINE_REGISTRY.register_pipeline(TASK, EventExtractionPipeline, pt_model=EventExtractor)
