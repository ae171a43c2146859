"""The pipeline under the name that users of transformers were told: `import training.pipeline`."""

from annotation.core.event_rows import event_rows as events
from training.inference.hf_pipeline import TASK, EventExtractionPipeline

__all__ = ["TASK", "EventExtractionPipeline", "events"]
